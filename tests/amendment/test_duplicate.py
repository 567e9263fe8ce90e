from datetime import date

from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestDuplicate(AmendmentCommon):
    """A duplicate has what is in force or planned, and nothing twice."""

    def prepare_once(self):
        super().prepare_once()
        self.bill(self.contract)
        self.travel("2027-02-15")

    def switch(self, **values):
        amendment = self.amend(**values)
        self.target(amendment, self.seats).recurrence_id = self.year
        amendment.action_confirm()
        return self.contract.order_line - self.seats - self.help

    def get_products(self, order):
        return sorted(
            (line.product_id.name, line.recurrence_id.unit) for line in order.copy().order_line
        )

    def test_duplicate_of_a_switched_contract_has_each_product_once(self):
        self.switch()
        expected = [("Seat", "year"), ("Support", "month")]
        self.assertEqual(self.get_products(self.contract), expected)

    def test_duplicate_takes_a_planned_switch_in_place_of_what_ends(self):
        self.switch(subscription_effective_mode="date", subscription_effective_date="2027-03-31")
        expected = [("Seat", "year"), ("Support", "month")]
        self.assertEqual(self.get_products(self.contract), expected)

    def test_duplicate_of_a_closed_contract_has_the_lines_of_its_last_day(self):
        self.switch()
        self.contract._subscription_close(date(2027, 3, 15), self.env["subscription.close.reason"])
        self.bill(self.contract, "2027-06-01")
        self.assertEqual(self.contract.subscription_state, "closed")
        expected = [("Seat", "year"), ("Support", "month")]
        self.assertEqual(self.get_products(self.contract), expected)
