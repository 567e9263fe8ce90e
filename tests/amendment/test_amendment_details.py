from odoo.fields import Command
from odoo.tests import tagged

from ...models.amendment.amendment_text import AmendmentText
from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAmendmentDetails(AmendmentCommon):
    """Taxes and analytic distribution that are changed on an amendment reach the contract."""

    def prepare_once(self):
        super().prepare_once()
        self.bill(self.contract)
        self.travel("2027-02-15")
        self.reduced = self._create_tax(5)
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        self.project = self.env["account.analytic.account"].create(
            {"name": "Rollout", "plan_id": plan.id}
        )

    def test_other_taxes_hold_for_what_is_billed_from_now_on(self):
        amendment = self.amend()
        line = self.target(amendment, self.seats)
        line.write({"product_uom_qty": 8, "tax_ids": [Command.set(self.reduced.ids)]})
        self.assertAlmostEqual(amendment.amount_tax, amendment.amount_untaxed * 0.05, 2)
        self.assertIn("→ " + self.reduced.name, " ".join(AmendmentText(amendment).get_texts()))
        move = self.assertBillsAmount(amendment)
        self.assertEqual(move.invoice_line_ids.tax_ids, self.reduced)
        self.assertEqual(self.seats.tax_ids, self.reduced)
        move = self.bill(self.contract, "2027-02-28")
        line = move.invoice_line_ids.filtered(lambda line: line.sale_line_ids == self.seats)
        self.assertEqual(line.tax_ids, self.reduced, "no refresh takes typed taxes back")

    def test_a_credit_keeps_the_taxes_of_its_invoice(self):
        amendment = self.amend()
        self.target(amendment, self.seats).write(
            {"product_uom_qty": 2, "tax_ids": [Command.set(self.reduced.ids)]}
        )
        move = self.assertBillsAmount(amendment)
        self.assertEqual(move.invoice_line_ids.tax_ids, self.tax)

    def test_another_analytic_distribution_is_a_change(self):
        amendment = self.amend()
        distribution = {str(self.project.id): 100}
        self.target(amendment, self.seats).analytic_distribution = distribution
        self.assertIn("analytic", " ".join(AmendmentText(amendment).get_texts()))
        amendment.action_confirm()
        self.assertEqual(self.seats.analytic_distribution, distribution)
        self.assertFalse(self.help.analytic_distribution)
        move = self.bill(self.contract, "2027-02-28")
        line = move.invoice_line_ids.filtered(lambda line: line.sale_line_ids == self.seats)
        self.assertEqual(line.analytic_distribution, distribution)

    def test_what_nobody_touched_is_left_alone(self):
        amendment = self.amend()
        self.seats.tax_ids = self.reduced
        self.target(amendment, self.seats).product_uom_qty = 8
        amendment.action_confirm()
        self.assertEqual(self.seats.tax_ids, self.reduced)

    def test_with_the_next_period_nothing_is_billed_with_them_before(self):
        amendment = self.amend(subscription_effective_mode="period")
        self.target(amendment, self.seats).tax_ids = self.reduced
        amendment.action_confirm()
        self.assertEqual(self.seats.tax_ids, self.reduced)

    def test_a_day_after_the_next_invoice_is_refused(self):
        amendment = self.amend(
            subscription_effective_mode="date", subscription_effective_date="2027-03-10"
        )
        self.target(amendment, self.seats).tax_ids = self.reduced
        with self.assertRefused("would already have the new taxes"):
            amendment.action_confirm()
        self.assertEqual(self.seats.tax_ids, self.tax)
