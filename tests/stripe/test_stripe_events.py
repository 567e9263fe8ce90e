import time

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..support.common_stripe import StripeCommon

LOGGERS = (
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment_stripe.controllers.main",
    "odoo.http",
)


@tagged("post_install", "-at_install")
class TestStripeEvents(StripeCommon, HttpCase):
    """What Stripe tells by itself is believed when it is signed, and changes nothing twice."""

    def create_open_charge(self):
        order, invoice = self.create_stripe_contract()
        tx_id = self.in_a_job(invoice, lambda move: move._create_charge_transaction().id)
        return order, invoice, self.env["payment.transaction"].browse(tx_id)

    def tell(self, tx, status, kind, **values):
        with mute_logger(*LOGGERS):
            answer = self.send_event(kind, self.get_intent(tx, status, **values))
        self.env.invalidate_all()
        return answer.status_code

    # ------------------------------------------------------------------
    # Charges
    # ------------------------------------------------------------------

    def test_success_pays_once_however_often_it_is_told(self):
        _order, invoice, tx = self.create_open_charge()
        for _time in range(3):
            self.assertEqual(self.tell(tx, "succeeded", "payment_intent.succeeded"), 200)
            self.book(tx)
        self.assertEqual(tx.state, "done")
        self.assertEqual(len(invoice.matched_payment_ids), 1)

    def test_events_in_the_wrong_order_change_nothing(self):
        _order, invoice, tx = self.create_open_charge()
        self.tell(tx, "succeeded", "payment_intent.succeeded")
        self.book(tx)
        self.tell(tx, "processing", "payment_intent.processing")
        error = {"code": "card_declined", "decline_code": "stolen_card", "message": "Declined."}
        self.tell(
            tx,
            "requires_payment_method",
            "payment_intent.payment_failed",
            last_payment_error=error,
        )
        self.assertEqual(tx.state, "done")
        self.assertFalse(tx.subscription_decline_code)
        self.assertFalse(invoice.amount_residual)

    def test_late_decline_keeps_its_code(self):
        order, _invoice, tx = self.create_open_charge()
        self.tell(tx, "processing", "payment_intent.processing")
        self.assertEqual(tx.state, "pending")
        error = {"code": "debit_not_authorized", "message": "The customer objected."}
        self.tell(
            tx,
            "requires_payment_method",
            "payment_intent.payment_failed",
            last_payment_error=error,
        )
        self.book(tx)
        self.assertEqual((tx.state, tx.subscription_decline_class), ("error", "method"))
        self.assertIn("mandate does not hold any more", order.message_ids[:1].body)

    def test_success_after_a_decline_pays(self):
        order, invoice, tx = self.create_open_charge()
        tx._set_error("Declined.")
        self.book(tx)
        self.tell(tx, "succeeded", "payment_intent.succeeded")
        self.book(tx)
        self.assertFalse(invoice.amount_residual)
        self.assertIn("Late payment", " ".join(order.activity_ids.mapped("summary")))

    # ------------------------------------------------------------------
    # Signatures
    # ------------------------------------------------------------------

    def test_forged_old_and_unsigned_events_are_refused(self):
        _order, _invoice, tx = self.create_open_charge()
        intent = self.get_intent(tx, "succeeded")
        for values in ({"secret": "wrong"}, {"age": 3600}, {"Stripe_Signature": ""}):
            with self.subTest(**values), mute_logger(*LOGGERS):
                answer = self.send_event("payment_intent.succeeded", intent, **values)
                self.assertEqual(answer.status_code, 403)
        self.stripe.stripe_webhook_secret = False
        with mute_logger(*LOGGERS):
            answer = self.send_event("payment_intent.succeeded", intent)
        self.assertEqual(answer.status_code, 403)
        self.env.invalidate_all()
        self.assertEqual(tx.state, "draft")

    def test_forged_events_about_cards_and_disputes_are_refused(self):
        order, invoice, tx = self.create_open_charge()
        tx.provider_reference = "pi_known"
        token = order.subscription_payment_token_id
        card = {"id": token.stripe_payment_method, "card": {"exp_month": 1, "exp_year": 2040}}
        dispute = {"id": "dp_1", "payment_intent": "pi_known", "status": "needs_response"}
        for secret in ("wrong", None):
            if secret is None:
                self.stripe.stripe_webhook_secret = False
            for kind, subject in (
                ("payment_method.automatically_updated", card),
                ("payment_method.detached", card),
                ("charge.dispute.created", dispute),
            ):
                with self.subTest(kind=kind, secret=secret), mute_logger(*LOGGERS):
                    answer = self.send_event(kind, subject, secret=secret or "guess")
                    self.assertEqual(answer.status_code, 403)
        self.env.invalidate_all()
        self.assertTrue(token.active)
        self.assertFalse(token.subscription_expiry_date or tx.subscription_dispute)
        self.assertFalse(invoice.activity_ids | order.activity_ids)

    def test_an_old_event_about_a_card_that_is_sent_again_is_refused(self):
        order, _invoice, _tx = self.create_open_charge()
        token = order.subscription_payment_token_id
        subject = {"id": token.stripe_payment_method}
        for age, status in ((20 * 60, 403), (60, 200)):
            with mute_logger(*LOGGERS):
                answer = self.send_event("payment_method.detached", subject, age=age)
            token.invalidate_recordset()
            self.assertEqual((answer.status_code, token.active), (status, status == 403))

    # ------------------------------------------------------------------
    # Cards and disputes
    # ------------------------------------------------------------------

    def test_replaced_card_is_taken_over_and_an_older_event_is_not(self):
        order, _invoice = self.create_stripe_contract()
        token = order.subscription_payment_token_id
        now = time.time()
        card = {"exp_month": 8, "exp_year": 2031, "last4": "1881"}
        subject = {"id": token.stripe_payment_method, "card": card}
        kind = "payment_method.automatically_updated"
        self.assertEqual(self.send_event(kind, subject, created=now).status_code, 200)
        older = {**subject, "card": {"exp_month": 1, "exp_year": 2027, "last4": "4242"}}
        self.send_event(kind, older, created=now - 60)
        self.env.invalidate_all()
        self.assertEqual(str(token.subscription_expiry_date), "2031-08-31")
        self.assertEqual(token.payment_details, "1881")

    def test_removed_card_is_archived(self):
        order, _invoice = self.create_stripe_contract()
        token = order.subscription_payment_token_id
        self.send_event("payment_method.detached", {"id": token.stripe_payment_method})
        self.env.invalidate_all()
        self.assertFalse(token.active)

    def test_card_of_nobody_is_ignored(self):
        answer = self.send_event("payment_method.detached", {"id": "pm_unknown"})
        self.assertEqual(answer.status_code, 200)

    def test_dispute_asks_for_an_answer_once_per_step(self):
        order, invoice = self.create_stripe_contract()
        self.run_charges()
        tx = invoice.transaction_ids
        dispute = {
            "id": "dp_1",
            "object": "dispute",
            "payment_intent": tx.provider_reference,
            "status": "needs_response",
        }
        for _time in range(2):
            self.send_event("charge.dispute.created", dispute)
        self.env.invalidate_all()
        self.assertEqual(len(order.activity_ids), 1)
        self.assertIn("disputed", order.activity_ids.summary)
        for _time in range(2):
            self.send_event("charge.dispute.closed", {**dispute, "status": "lost"})
        self.send_event("charge.dispute.created", dispute)
        self.env.invalidate_all()
        self.assertEqual(len(order.activity_ids), 1, "it is brought up to date")
        self.assertIn("lost", order.activity_ids.note)
        told = order.message_ids.filtered(lambda message: "disputes the payment" in message.body)
        self.assertEqual(len(told), 2)
        self.assertEqual(tx.subscription_dispute, "dp_1/lost")

    def test_dispute_of_what_was_captured_asks_about_its_invoice(self):
        order, invoice = self.create_stripe_contract()
        self.run_charges()
        tx = invoice.transaction_ids
        tx._create_child_transaction(tx.amount).provider_reference = tx.provider_reference
        self.send_event(
            "charge.dispute.created",
            {"id": "dp_1", "object": "dispute", "payment_intent": tx.provider_reference},
        )
        self.env.invalidate_all()
        self.assertIn("disputed", order.activity_ids.summary)

    # ------------------------------------------------------------------
    # Captured
    # ------------------------------------------------------------------

    def create_captured(self):
        """Return an invoice that Stripe held the money of, until somebody captured it."""
        order, invoice = self.create_stripe_contract()
        token = order.subscription_payment_token_id
        values = {
            "amount": 3600,
            "currency": invoice.currency_id.name.lower(),
            "customer": token.provider_ref,
            "payment_method": token.stripe_payment_method,
            "confirm": "true",
        }
        intent = self.fake.ask("POST", "payment_intents", values)
        tx = self.create_payment(
            order,
            sale_order_ids=False,
            provider_id=self.stripe.id,
            payment_method_id=self.card.id,
            reference="held",
            invoice_ids=invoice.ids,
            provider_reference=intent["id"],
        )
        tx._set_authorized()
        capture = tx._create_child_transaction(36)
        capture.provider_reference = intent["id"]
        capture._set_done()
        (capture | tx)._post_process()
        self.assertEqual((tx.state, invoice.amount_residual), ("done", 0.0))
        return order, invoice, tx

    def test_a_refund_of_what_was_captured_is_booked_once(self):
        order, invoice, tx = self.create_captured()
        credit = invoice._reverse_moves()
        credit.action_post()
        self.give_back(credit)
        self.assertFalse(credit.amount_residual)
        listed = self.fake.ask("GET", f"refunds?payment_intent={tx.provider_reference}")
        charge = {"id": "ch_1", "object": "charge", "description": tx.reference}
        charge["refunds"] = {"data": listed["data"], "has_more": False}
        for _time in range(2):
            with mute_logger(*LOGGERS):
                self.assertEqual(self.send_event("charge.refunded", charge).status_code, 200)
        self.env.invalidate_all()
        refund = self.env["payment.transaction"].search([("operation", "=", "refund")])
        self.assertEqual((refund.amount, refund.state), (-36.0, "done"))
        self.assertFalse(order.activity_ids)
