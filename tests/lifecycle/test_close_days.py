from datetime import date

from odoo.tests import tagged

from ..support.common_operator import OperatorCase


@tagged("post_install", "-at_install")
class TestCloseDays(OperatorCase):
    """The running period and what is billed are two days, and what is planned is not given yet."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_own_contract(self.line_values(self.seat, 3), day="2027-01-31")
        self.travel("2027-02-10")

    def test_a_period_billed_ahead_is_not_the_running_one(self):
        self.order._subscription_bill_next_period(date(2027, 2, 28))
        wizard = self.open_wizard("close", self.order)
        self.assertEqual(wizard.last_date, date(2027, 2, 27))
        self.assertIn("ends on 02/27/2027", wizard.days_text)
        self.assertIn("billed until 03/30/2027", wizard.days_text)
        wizard.when = "billed_end"
        self.assertEqual(wizard.last_date, date(2027, 3, 30))
        self.assertEqual(wizard.preview["documents"], [])

    def test_nothing_is_said_where_both_are_the_same_day(self):
        self.assertFalse(self.open_wizard("close", self.order).days_text)

    def test_the_chatter_says_that_credits_are_to_come(self):
        self.order._subscription_close(date(2027, 2, 14), self.reason)
        body = self.order.message_ids[:1].body
        self.assertIn("To be credited: $", body)
        self.assertNotIn("Given back", body)
