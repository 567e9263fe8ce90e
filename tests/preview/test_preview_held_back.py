from datetime import date

from odoo.tests import Form, tagged

from ..support.common_operator import OperatorCase


@tagged("post_install", "-at_install")
class TestPreviewHeldBack(OperatorCase):
    """What the run leaves to a person is shown line by line before that person bills it."""

    def _create_held_back(self):
        """Return a contract whose quantity was taken back to a day months ago."""
        order = self.create_contract(
            self.line_values(self.hosting, 4), day="2027-04-01", user_id=self.clerk.id
        )
        for month in range(4, 9):
            self.bill(order, date(2027, month, 1))
        order._subscription_change_line(order.order_line, date(2027, 4, 15), quantity=0)
        self.run_cron()
        self.assertTrue(order.subscription_quarantined_at)
        return order

    def _open(self, orders):
        action = orders.with_user(self.clerk).action_subscription_preview()
        Wizard = self.env[action["res_model"]].with_user(self.clerk)
        return Form(Wizard.with_context(**action["context"]))

    def test_credits_that_were_held_back_are_shown_before_they_are_posted(self):
        order = self._create_held_back()
        wizard = self._open(order)
        contract = wizard.preview["contracts"][0]
        self.assertIn("credited for more than 3 periods", contract["error"])
        self.assertTrue(wizard.is_held_back and wizard.is_billable)
        self.assertTrue(all(document["lines"] for document in contract["documents"]))
        self.assertTrue(contract["total"] < 0)
        shown = order.currency_id.round(contract["total"])
        wizard.save().action_bill()
        credits = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(order.currency_id.round(-sum(credits.mapped("amount_total"))), shown)
        self.assertFalse(order.subscription_quarantined_at)

    def test_contracts_held_back_do_not_count_in_the_total_of_a_selection(self):
        order = self._create_held_back()
        good = self.create_contract(self.seat, user_id=self.clerk.id)
        wizard = self._open(order | good)
        self.assertFalse(wizard.is_held_back, "one by one only")
        self.assertEqual(wizard.preview["totals"][0]["total"], 12.0)

    def test_other_reasons_stand_above_the_lines(self):
        order = self.create_contract(self.seat, user_id=self.clerk.id)
        account = self.env["account.account"].create(
            {"name": "Old income", "code": "499999", "account_type": "income"}
        )
        self.seat.property_account_income_id = account
        account.active = False
        self.run_cron()
        contract = self._open(order).preview["contracts"][0]
        self.assertIn("Old income", contract["error"])
        self.assertEqual(self.get_totals(contract), [("invoice", 12.0)])
