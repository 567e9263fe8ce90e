from odoo.tests import tagged

from ...models.portal.customer_acts import CustomerActs
from ...models.portal.withdrawal import Withdrawal
from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestWithdrawalUnderWay(PaymentCommon):
    """Whoever withdraws while money is under way gets it back: a colleague is asked."""

    def withdraw(self, order):
        """Withdraw as the page does."""
        right = Withdrawal(CustomerActs(order))
        right.withdraw(right.total)
        self.assertEqual(order.subscription_state, "closed")

    def create_new(self):
        """Return a contract that customers may withdraw from, whose charges are under way."""
        self.travel("2027-01-31")
        order = self.create_charged_contract("pending")
        order._as_system().subscription_withdrawal_days = 14
        return order

    def charge(self, order):
        """Bill a contract, let the charge begin, and withdraw three days later."""
        move = self.bill(order)
        self.run_charges()
        self.assertEqual(move.transaction_ids.state, "pending")
        self.travel("2027-02-03")
        self.withdraw(order)
        return move

    def settle(self, move):
        """Let the money come in."""
        move.transaction_ids._set_done()
        move.transaction_ids._post_process()

    def test_a_debit_of_an_invoice_that_comes_in_later(self):
        order = self.create_new()
        invoice = self.charge(order)
        summaries = " ".join(order.activity_ids.mapped("summary"))
        self.assertIn("36.00 back after a withdrawal", summaries.replace("\xa0", " "))
        self.settle(invoice)
        self.assertEqual(invoice.reversal_move_ids.amount_residual, 36.0)
        self.assertFalse(self.bill(order, "2027-03-01"))

    def test_a_request_for_payment_that_is_paid_later(self):
        self.charged_template.payment_mode = "after_payment"
        order = self.create_new()
        draft = self.charge(order)
        self.assertEqual(draft.state, "draft")
        activity = order.activity_ids.filtered(lambda one: "once it is in" in one.summary)
        self.assertIn("36.00 was under way", activity.note.replace("&nbsp;", " "))
        told = " ".join(order.message_ids.mapped("body"))
        self.assertIn("is under way and has to be given back", told)
        self.settle(draft)
        self.assertEqual((draft.state, draft.payment_state), ("posted", "paid"))
        note = self.bill(order)
        self.assertEqual((note.move_type, note.amount_residual), ("out_refund", 36.0))
        self.assertEqual(note.reversed_entry_id, draft)
