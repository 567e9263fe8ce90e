from odoo.tests import tagged

from ..support.common_dunning import DunningCommon


@tagged("post_install", "-at_install")
class TestReminderLate(DunningCommon):
    """A reminder is about what is late, not about what is to be paid some day."""

    def test_an_invoice_that_is_not_due_yet_is_left_out(self):
        first = self.create_contract(self.line_values(self.seat, 3), template=self.charged_template)
        late = self.bill(first)
        self.travel("2027-02-10")
        second = self.create_contract(self.line_values(self.seat, 5))
        early = self.bill(second)
        early.invoice_date_due = "2027-03-31"
        self.assertEqual(late._get_open_subscription_invoices(), late)
        self.travel("2027-04-02")
        self.assertEqual(late._get_open_subscription_invoices(), late | early)
