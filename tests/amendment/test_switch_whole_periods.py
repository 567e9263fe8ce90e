from datetime import date

from odoo.tests import tagged

from ...models.amendment.switch import Switch
from ..support.common_amendment import AmendmentCommon

KEPT = (
    "Seat, Support: billed until 02/27/2027. Nothing of that is given back, because only whole "
    "periods are charged."
)
WAITS = "Only whole periods are charged: the next one that begins is the first."


@tagged("post_install", "-at_install")
class TestSwitchWholePeriods(AmendmentCommon):
    """Where the terms know no proration, a switch says what it bills and what it leaves alone."""

    def prepare_once(self):
        super().prepare_once()
        self.whole = self._create_template("Whole", convention="none")
        self.contract = self.create_contract(
            self.line_values(self.seat, 5), self.line_values(self.support, 1), template=self.whole
        )
        self.bill(self.contract)
        self.travel("2027-02-10")

    def get_preview(self, template=None, recurrence=None, mode="now", day=False):
        template = template or self.whole.browse()
        recurrence = recurrence or self.month.browse()
        return Switch(self.contract).get_preview(template, recurrence, mode, day)

    def test_days_that_are_billed_are_not_given_back_and_that_is_said(self):
        preview = self.get_preview(recurrence=self.year)
        self.assertIn(KEPT, preview["reasons"])
        self.assertNotIn(WAITS, preview["reasons"])
        self.contract._subscription_switch(self.whole.browse(), self.year)
        moves = self.bill(self.contract)
        self.assertEqual(moves.mapped("move_type"), ["out_invoice"])
        self.assertAlmostEqual(moves.amount_total, preview["total"])
        self.assertIn("02/10/2027 to 02/09/2028", moves.invoice_line_ids[0].name)
        self.assertBillsNothing(self.contract)

    def test_with_the_next_period_nothing_is_lost_and_nothing_said(self):
        preview = self.get_preview(recurrence=self.year, mode="period")
        self.assertNotIn("given back", " ".join(preview["reasons"]))

    def test_other_terms_inside_a_period_wait_for_the_next_one(self):
        other = self._create_template("Other", convention="actual")
        preview = self.get_preview(other)
        self.assertIn(WAITS, preview["reasons"])
        self.assertRegex(" ".join(preview["reasons"]), "Until .* everything costs what it did")
        self.assertFalse(preview["documents"])
        self.contract._subscription_switch(other, self.month.browse())
        self.assertBillsNothing(self.contract)

    def test_an_amendment_says_it_too_also_to_its_customer(self):
        amendment = self.amend(self.contract)
        self.target(amendment, self.contract.order_line[1]).unlink()
        self.target(amendment, self.contract.order_line[0]).product_uom_qty = 8
        reasons = amendment.subscription_preview["reasons"]
        self.assertIn(KEPT.replace("Seat, ", ""), reasons)
        self.assertIn(WAITS, reasons)
        self.assertFalse(amendment.amount_total)

    def test_where_days_are_prorated_nothing_is_said(self):
        contract = self.create_contract(self.line_values(self.seat, 5), day="2027-01-31")
        self.bill(contract)
        self.travel("2027-02-10")
        reasons = Switch(contract).get_preview(
            self.whole.browse(), self.year, "date", date(2027, 2, 12)
        )["reasons"]
        self.assertNotIn("whole periods", " ".join(reasons))
