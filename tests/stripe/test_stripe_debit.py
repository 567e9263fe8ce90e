from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..support.common_dunning import DunningCommon
from ..support.common_stripe import StripeCommon

LOGGERS = (
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment_stripe.controllers.main",
)


@tagged("post_install", "-at_install")
class TestStripeDebit(StripeCommon, DunningCommon, HttpCase):
    """A SEPA debit is under way for days: neither a failure nor money, until the bank answers.

    `localstripe` knows the debits, the front before it says 'processing' and why banks refuse.
    """

    def setUp(self):
        super().setUp()
        self.customer, method = self.fake.save_debit()
        self.mandate = self.create_stripe_token(
            self.customer,
            method,
            payment_method_id=self.env.ref("payment.payment_method_sepa_direct_debit").id,
            payment_details="3000",
            stripe_mandate="mandate_1",
        )
        self.order = self.create_contract(
            self.line_values(self.seat, 3),
            template=self.charged_template,
            subscription_payment_token_id=self.mandate.id,
        )
        self.invoice = self.bill(self.order)
        self.run_charges()
        self.tx = self.invoice.transaction_ids
        self.cents = round(self.invoice.amount_total * 100)

    def live(self, until):
        """Let all jobs run each day, up to and with a day."""
        day = fields.Date.today() + timedelta(days=1)
        while day <= date.fromisoformat(until):
            self.travel(day)
            self.run_dunning()
            self.run_charges()
            with mute_logger(*LOGGERS):
                self.run_questions()
            day += timedelta(days=1)
        self.env.invalidate_all()

    def tell(self, kind, code=None, times=1):
        """Let the bank answer, and Stripe tell it."""
        intent = self.fake.settle(self.tx.provider_reference, code)
        self.env.flush_all()
        for _time in range(times):
            with mute_logger(*LOGGERS):
                self.assertEqual(self.send_event(kind, intent).status_code, 200)
        self.env.invalidate_all()
        self.book(self.tx)

    def assertNothingWasDone(self):
        self.assertEqual(self.invoice.transaction_ids, self.tx)
        self.assertEqual(self.fake.asked("POST", "payment_intents"), 1)
        self.assertEqual(self.get_events(self.invoice), [])
        self.assertFalse(self.get_mails())
        self.assertFalse(self.order.subscription_in_dunning)
        self.assertEqual(self.order.subscription_state, "active")

    # ------------------------------------------------------------------
    # Under way
    # ------------------------------------------------------------------

    def test_debit_is_charged_off_session_by_its_mandate_and_is_under_way(self):
        path, values = next(one for one in self.fake.posted if one[0] == "payment_intents")
        self.assertEqual(path, "payment_intents")
        self.assertEqual(values["mandate"], "mandate_1")
        self.assertEqual(values["off_session"], "True")
        self.assertEqual(values["payment_method_types[]"], "sepa_debit")
        self.assertEqual((self.tx.state, self.tx.subscription_to_check), ("pending", False))
        self.assertFalse(self.fake.captures(self.customer))
        self.assertFalse(self.invoice.subscription_charge_error)
        for record in (self.order, self.invoice):
            self.assertIn("is under way from the bank", record.subscription_under_way_text)
        self.assertFalse(self.order.activity_ids)

    def test_customer_reads_that_the_payment_is_under_way_and_cannot_pay_twice(self):
        page = self.url_open(self.order.get_portal_url()).text
        self.assertIn("Payment under way", page)
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        self.assertFalse(self.invoice._has_to_be_paid())
        self.assertIn("under way", self.invoice._get_online_payment_error())
        with self.assertRaisesRegex(UserError, "is being paid"):
            self.invoice.action_subscription_charge()

    def test_nothing_is_done_for_days_and_the_success_that_stripe_tells_pays_once(self):
        self.live("2027-02-08")
        self.assertNothingWasDone()
        self.tell("payment_intent.succeeded", times=2)
        self.assertEqual(self.tx.state, "done")
        self.assertFalse(self.invoice.amount_residual)
        self.assertEqual(len(self.invoice.matched_payment_ids), 1)
        self.live("2027-02-10")
        self.assertNothingWasDone()
        amounts = [amount for _id, amount in self.fake.captures(self.customer)]
        self.assertEqual(amounts, [self.cents])
        self.assertFalse(self.order.subscription_under_way_text)

    def test_debit_whose_answer_was_lost_is_found_at_the_bank(self):
        order = self.create_contract(
            self.line_values(self.seat, 1),
            template=self.charged_template,
            subscription_payment_token_id=self.mandate.id,
        )
        invoice = self.bill(order)

        def cut(moment):
            if moment == "after":
                raise ConnectionError

        self.fake.breaks = cut
        logger = "odoo.addons.sale_recurring.models.charging.payment_transaction_charge"
        with mute_logger(logger, *LOGGERS):
            self.run_charges()
        tx = invoice.transaction_ids
        self.assertTrue(tx.subscription_is_unknown)
        self.assertTrue(invoice.subscription_charge_error)
        self.travel("2027-01-31", hour=13)
        self.run_questions()
        self.assertEqual((tx.state, tx.subscription_is_unknown), ("pending", False))
        self.assertFalse(invoice.subscription_charge_error, "nothing is wrong any more")
        self.assertIn(invoice.name, order.subscription_under_way_text)
        self.assertEqual(self.fake.asked("POST", "payment_intents"), 2)

    # ------------------------------------------------------------------
    # Nobody tells: the provider is asked
    # ------------------------------------------------------------------

    def test_success_that_nobody_told_is_found_by_asking_daily(self):
        self.live("2027-02-08")
        self.assertEqual(self.fake.asked("GET", "payment_intents"), 8)
        self.assertNothingWasDone()
        self.fake.settle(self.tx.provider_reference)
        self.live("2027-02-09")
        self.assertEqual(self.tx.state, "done")
        self.assertFalse(self.invoice.amount_residual)
        self.assertNothingWasDone()

    def test_slow_bank_is_told_after_two_weeks_and_never_left_to_a_person(self):
        self.live("2027-02-13")
        self.assertFalse(self.order.activity_ids)
        self.live("2027-02-18")
        self.assertNothingWasDone()
        self.assertFalse(self.tx.subscription_to_check or self.tx.subscription_is_unknown)
        self.assertIn("takes long", self.order.activity_ids.summary)
        self.assertEqual(len(self.order.activity_ids), 1)
        self.fake.settle(self.tx.provider_reference)
        self.live("2027-02-19")
        self.assertFalse(self.invoice.amount_residual)

    def test_silence_of_two_weeks_is_left_to_a_person(self):
        broken = (500, {"error": {"message": "Something broke."}})
        with patch.object(type(self.fake), "_pass_on", lambda *args: broken):
            self.live("2027-02-13")
            self.assertFalse(self.tx.subscription_to_check)
            self.live("2027-02-15")
        self.assertNothingWasDone()
        self.assertEqual(self.tx.state, "pending")
        self.assertTrue(self.tx.subscription_to_check)
        self.assertTrue(self.invoice.subscription_charge_unknown)
        self.assertFalse(self.invoice.subscription_under_way_text)
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        self.invoice.with_user(clerk).action_subscription_money_came()
        self.assertEqual(self.tx.state, "done")
        self.assertFalse(self.invoice.amount_residual)

    def test_first_payment_by_debit_confirms_and_saves_the_mandate_days_later(self):
        quote = self.create_order(self.line_values(self.seat, 3), template=self.charged_template)
        sepa = self.mandate.payment_method_id
        tx = self.create_payment(
            quote,
            provider_id=self.stripe.id,
            payment_method_id=sepa.id,
            tokenize=True,
            reference="first-debit",
        )
        tx.provider_reference = tx._stripe_create_intent()["id"]
        customer, method = self.fake.save_debit()
        details = {"type": "sepa_debit", "sepa_debit": {"mandate": "mandate_2", "last4": "3000"}}
        values = {
            "payment_method": method,
            "customer": customer,
            "charges": {"data": [{"payment_method_details": details}]},
        }
        for day, status in (("2027-01-31", "processing"), ("2027-02-06", "succeeded")):
            self.travel(day)
            self.env.flush_all()
            with mute_logger(*LOGGERS):
                self.send_event(f"payment_intent.{status}", self.get_intent(tx, status, **values))
            self.env.invalidate_all()
            self.book(tx)
            is_confirmed = quote.state == "sale"
            self.assertEqual(is_confirmed, status == "succeeded")
            self.assertEqual(quote.amount_total, 36.0)
        token = quote.subscription_payment_token_id
        self.assertEqual((token, token.payment_method_id), (tx.token_id, sepa))
        self.assertEqual((token.stripe_mandate, token.payment_details), ("mandate_2", "3000"))
        invoice = self.bill(quote)
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (36.0, 0.0))
        self.assertEqual(invoice.transaction_ids, tx)

    # ------------------------------------------------------------------
    # The bank says no
    # ------------------------------------------------------------------

    def test_refusal_after_days_is_classed_and_dunned_from_then(self):
        self.live("2027-02-09")
        self.tell("payment_intent.payment_failed", "insufficient_funds", times=2)
        self.assertEqual((self.tx.state, self.tx.subscription_decline_class), ("error", "later"))
        self.assertIn("not enough money", self.invoice.subscription_charge_error)
        self.assertEqual(len(self.order.activity_ids), 1)
        self.assertFalse(self.order.subscription_under_way_text)
        self.live("2027-02-11")
        self.assertEqual(self.get_events(self.invoice), [], "as on the first days of a card")
        self.assertTrue(self.order.subscription_in_dunning)
        self.live("2027-02-17")
        self.assertEqual(
            self.get_events(self.invoice),
            [("2027-02-12", "charge", "done")],
            "the second debit is under way",
        )
        self.assertIn("A payment is under way", self.order.subscription_dunning_text)
        self.assertEqual(self.fake.asked("POST", "payment_intents"), 2)
        second = self.invoice.transaction_ids - self.tx
        self.fake.settle(second.provider_reference)
        self.live("2027-02-18")
        self.assertFalse(self.invoice.amount_residual)
        self.live("2027-02-19")
        self.assertFalse(self.order.subscription_in_dunning)
        self.assertFalse(self.get_mails())

    def test_refusal_for_good_waits_for_another_method(self):
        self.live("2027-02-03")
        self.tell("payment_intent.payment_failed", "bank_account_closed")
        self.assertEqual(self.tx.subscription_decline_class, "method")
        self.live("2027-02-12")
        self.assertEqual(self.fake.asked("POST", "payment_intents"), 1)
        self.assertIn("does not accept", self.get_mails()[:1].body_html)

    def test_method_given_while_the_bank_thinks_is_charged_when_it_refuses(self):
        self.live("2027-02-03")
        card = self.create_stripe_token(*self.fake.save_card())
        self.order._subscription_replace_token(card)
        self.live("2027-02-04")
        self.assertEqual(self.fake.asked("POST", "payment_intents"), 1)
        self.tell("payment_intent.payment_failed", "insufficient_funds")
        self.run_charges()
        self.assertFalse(self.invoice.amount_residual)
        states = self.invoice.transaction_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["error", "done"])

    # ------------------------------------------------------------------
    # The money goes back
    # ------------------------------------------------------------------

    def test_debit_that_a_bank_returns_after_its_success_is_told_once(self):
        self.tell("payment_intent.succeeded")
        dispute = {
            "id": "dp_1",
            "object": "dispute",
            "payment_intent": self.tx.provider_reference,
            "reason": "debit_not_authorized",
            "status": "lost",
        }
        self.env.flush_all()
        for kind in ("charge.dispute.created", "charge.dispute.created", "charge.dispute.closed"):
            self.send_event(kind, dispute)
        self.env.invalidate_all()
        self.assertIn("disputed", self.order.activity_ids.summary)
        self.assertIn("the bank took the money back", self.order.activity_ids.note)
        told = self.order.message_ids.filtered(lambda one: "disputes the payment" in one.body)
        self.assertEqual(len(told), 1)

    def test_refund_that_was_made_at_stripe_is_booked_and_told_once(self):
        self.tell("payment_intent.succeeded")
        refund = {"id": "re_1", "object": "refund", "amount": 1000, "status": "succeeded"}
        refund["currency"] = self.tx.currency_id.name.lower()
        charge = {
            "id": "ch_1",
            "object": "charge",
            "description": self.tx.reference,
            "refunds": {"data": [refund], "has_more": False},
        }
        self.env.flush_all()
        for _time in range(2):
            with mute_logger(*LOGGERS):
                self.assertEqual(self.send_event("charge.refunded", charge).status_code, 200)
        self.env.invalidate_all()
        child = self.tx.child_transaction_ids
        self.assertEqual((child.state, child.amount), ("done", -10.0))
        self.assertIn("was given back", self.order.activity_ids.summary)
        self.assertIn("10.00", self.order.activity_ids.note)
        self.assertEqual(self.order.subscription_state, "active")
