from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..support.common_payment import LOGGERS, SEND, PaymentCommon


@tagged("post_install", "-at_install")
class TestRegistered(PaymentCommon):
    """A clerk's *Register Payment* with a saved method is saved before the provider is asked."""

    def prepare_once(self):
        super().prepare_once()
        self.token = self.create_token()
        self.invoice = self.bill(self.create_contract(self.line_values(self.seat, 3)))

    def register(self, **values):
        """Choose the saved method in core's dialog; the provider is not reached."""
        line = self.provider.journal_id.inbound_payment_method_line_ids.filtered(
            lambda one: one.payment_provider_id == self.provider
        )
        values = {
            "journal_id": self.provider.journal_id.id,
            "payment_method_line_id": line.id,
            "payment_token_id": self.token.id,
            **values,
        }
        with patch(SEND, side_effect=AssertionError("asked before the attempt was saved")):
            return self.book_payment(self.invoice, **values)

    def test_nothing_is_asked_before_the_attempt_is_saved(self):
        payment = self.register()
        tx = payment.payment_transaction_id
        self.assertEqual((payment.state, tx.state), ("draft", "draft"))
        self.assertTrue(tx.subscription_query_at)
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.after_commit()
        self.assertEqual((tx.state, tx.is_post_processed), ("done", True))
        self.assertEqual((tx.payment_id, payment.state), (payment, "paid"))
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertEqual(self.invoice.amount_residual, 0.0)

    def test_a_difference_is_written_off_as_the_clerk_said(self):
        account = self.company.expense_currency_exchange_account_id
        payment = self.register(
            amount=self.invoice.amount_total - 1.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=account.id,
        )
        self.after_commit()
        self.assertEqual(self.invoice.amount_residual, 0.0)
        self.assertEqual(payment.payment_transaction_id.amount, self.invoice.amount_total - 1.0)
        self.assertEqual(
            payment.move_id.line_ids.filtered_domain([("account_id", "=", account.id)]).balance, 1.0
        )

    def test_a_decline_leaves_no_payment(self):
        self.token.demo_simulated_state = "error"
        payment = self.register()
        self.after_commit()
        self.assertEqual(payment.payment_transaction_id.state, "error")
        self.assertEqual(payment.state, "canceled")
        self.assertEqual(self.invoice.payment_state, "not_paid")
        payment.payment_transaction_id._set_done()
        payment.payment_transaction_id._post_process()
        self.assertEqual(self.invoice.amount_residual, 0.0)

    def test_a_slow_bank_is_waited_for_and_booked(self):
        self.token.demo_simulated_state = "pending"
        payment = self.register()
        self.after_commit()
        self.assertEqual(payment.state, "draft")
        tx = payment.payment_transaction_id
        with self.assertRaises(UserError):
            payment.action_post()
        tx._set_done()
        tx._post_process()
        self.assertEqual((tx.payment_id, payment.state), (payment, "paid"))
        self.assertEqual(self.invoice.amount_residual, 0.0)

    def test_an_attempt_whose_process_died_is_found_out(self):
        payment = self.register()
        tx = payment.payment_transaction_id
        with patch(SEND, side_effect=ConnectionError("reset")), mute_logger(*LOGGERS):
            self.after_commit()
        self.assertTrue(tx.subscription_is_unknown)
        with self.assertRaises(UserError):
            self.register()
        tx.action_subscription_money_came()
        self.assertEqual((tx.payment_id, payment.state), (payment, "paid"))
        self.assertEqual(self.invoice.amount_residual, 0.0)

    def test_money_that_cannot_be_booked_is_told_of(self):
        payment = self.register()
        tx = payment.payment_transaction_id
        Payment = type(payment)
        with (
            patch.object(Payment, "_post_charged", side_effect=UserError("no account")),
            mute_logger(*LOGGERS),
        ):
            self.after_commit()
        self.assertEqual((tx.state, payment.state), ("done", "draft"))
        self.assertTrue(tx._is_to_book())
        self.assertIn("no account", tx.subscription_booking_error)

    def test_payments_of_other_invoices_are_as_in_odoo(self):
        self.invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [(0, 0, {"name": "plain", "price_unit": 10.0})],
            }
        )
        self.invoice.action_post()
        with self.assertRaisesRegex(AssertionError, "asked before"):
            self.register()
