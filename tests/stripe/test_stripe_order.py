from itertools import permutations

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..support.common_stripe import StripeCommon

LOGGERS = (
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment_stripe.controllers.main",
)
PROCESSING = ("payment_intent.processing", "processing")
FAILED = ("payment_intent.payment_failed", "requires_payment_method")
SUCCEEDED = ("payment_intent.succeeded", "succeeded")


@tagged("post_install", "-at_install")
class TestStripeOrder(StripeCommon, HttpCase):
    """Whatever order Stripe's events come in, and however often, the end is the same."""

    def play(self, events, number):
        """Let events about one charge come in; a job books what is known after some of them.

        :return: the contract, its invoice and the charge
        """
        order, invoice = self.create_stripe_contract()
        tx_id = self.in_a_job(invoice, lambda move: move._create_charge_transaction().id)
        tx = self.env["payment.transaction"].browse(tx_id)
        for index, (kind, status) in enumerate(events):
            error = {"code": "card_declined", "decline_code": "stolen_card", "message": "No."}
            values = {"last_payment_error": error} if status == FAILED[1] else {}
            self.env.flush_all()
            with mute_logger(*LOGGERS):
                answer = self.send_event(kind, self.get_intent(tx, status, **values))
            self.assertEqual(answer.status_code, 200)
            self.env.invalidate_all()
            if number >> index & 1:
                self.book(tx)
        self.book(tx)
        return order, invoice, tx

    def test_a_success_pays_once_among_all_other_events(self):
        events = (PROCESSING, FAILED, SUCCEEDED, FAILED, SUCCEEDED)
        for number, sequence in enumerate(sorted(set(permutations(events)))):
            with self.subTest([status for _kind, status in sequence]):
                _order, invoice, tx = self.play(sequence, number)
                self.assertEqual((tx.state, tx.is_post_processed), ("done", True))
                self.assertFalse(tx.subscription_decline_class or tx.subscription_decline_code)
                self.assertFalse(invoice.amount_residual)
                payments = self.env["account.payment"].search(
                    [("payment_transaction_id", "=", tx.id)]
                )
                self.assertEqual(invoice.matched_payment_ids, payments)
                self.assertEqual(len(payments), 1)
                self.assertFalse(invoice.subscription_charge_error)
                self.assertFalse(invoice._get_open_charges())

    def test_a_refusal_is_told_once_among_all_other_events(self):
        events = (PROCESSING, PROCESSING, FAILED, FAILED)
        for number, sequence in enumerate(sorted(set(permutations(events)))):
            with self.subTest([status for _kind, status in sequence]):
                order, invoice, tx = self.play(sequence, number)
                self.assertEqual((tx.state, tx.subscription_decline_class), ("error", "method"))
                self.assertEqual(invoice.amount_residual, invoice.amount_total)
                self.assertFalse(invoice.matched_payment_ids)
                told = order.message_ids.filtered(lambda one: "could not be charged" in one.body)
                self.assertEqual((len(told), len(order.activity_ids)), (1, 1))
