from datetime import date

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..support.common_stripe import StripeCommon

LOGGERS = (
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment_stripe.controllers.main",
)


@tagged("post_install", "-at_install")
class TestStripeCard(StripeCommon, HttpCase):
    """The last day of a card is known from the moment it is saved, and kept up from then on."""

    def setUp(self):
        super().setUp()
        self.expiry_cron = self.env.ref("sale_recurring.ir_cron_warn_of_expiry")

    def warn(self, day=None):
        """Let the job run that warns customers; return all its mails."""
        if day:
            self.travel(day)
        with self.enter_registry_test_mode():
            self.assertIs(self.expiry_cron.method_direct_trigger(), True)
        self.env.invalidate_all()
        return self.env["mail.mail"].search([("model", "=", "payment.token")])

    def come_back(self, tx, **ids):
        """Let the browser come back from Stripe."""
        self.env.flush_all()
        query = "&".join(f"{name}={value}" for name, value in ids.items())
        with mute_logger(*LOGGERS):
            self.url_open(f"/payment/stripe/return?reference={tx.reference}&{query}")
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Saved
    # ------------------------------------------------------------------

    def test_card_that_is_saved_without_a_payment_has_its_last_day(self):
        order, _invoice = self.create_stripe_contract()
        tx, intent, method = self.save_another_card(order, year=2031)
        self.fake.kept[intent["id"]]["mandate"] = "mandate_1"
        self.come_back(tx, setup_intent=intent["id"])
        self.assertEqual(tx.state, "done")
        self.book(tx)
        token = order.subscription_payment_token_id
        self.assertEqual((token, token.stripe_payment_method), (tx.token_id, method))
        self.assertEqual(token.subscription_expiry_date, date(2031, 12, 31))
        self.assertEqual(token.stripe_mandate, "mandate_1")

    def test_card_that_pays_a_quotation_has_its_last_day(self):
        order = self.create_order(self.line_values(self.seat, 3), template=self.charged_template)
        tx = self.create_payment(
            order,
            provider_id=self.stripe.id,
            payment_method_id=self.card.id,
            tokenize=True,
            reference="first-payment",
        )
        intent = tx._stripe_create_intent()
        _customer, method = self.fake.save_card(year=2031)
        self.fake.ask("POST", f"payment_intents/{intent['id']}", {"payment_method": method})
        self.fake.ask("POST", f"payment_intents/{intent['id']}/confirm")
        self.come_back(tx, payment_intent=intent["id"])
        self.assertEqual(tx.state, "done", tx.state_message)
        self.book(tx)
        token = order.subscription_payment_token_id
        self.assertEqual(token.stripe_payment_method, method)
        self.assertEqual(token.subscription_expiry_date, date(2031, 12, 31))

    # ------------------------------------------------------------------
    # Told
    # ------------------------------------------------------------------

    def test_every_kind_of_event_about_a_card_keeps_its_last_day_up(self):
        card = {"exp_month": 8, "exp_year": 2031, "last4": "1881"}
        for kind, is_bare in (
            ("payment_method.automatically_updated", False),
            ("payment_method.updated", False),
            ("customer.source.updated", True),
        ):
            with self.subTest(kind):
                order, _invoice = self.create_stripe_contract()
                token = order.subscription_payment_token_id
                what = {"object": "card", **card} if is_bare else {"card": card}
                subject = {"id": token.stripe_payment_method, **what}
                self.env.flush_all()
                self.assertEqual(self.send_event(kind, subject).status_code, 200)
                self.env.invalidate_all()
                self.assertEqual(token.subscription_expiry_date, date(2031, 8, 31))
                self.assertEqual(token.payment_details, "1881")

    def test_card_that_the_bank_replaced_is_charged_again_at_once(self):
        order, invoice = self.create_stripe_contract("expired")
        token = order.subscription_payment_token_id
        token.subscription_expiry_date = date(2027, 1, 31)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.subscription_decline_class, "method")
        self.fake.declines.clear()
        self.travel("2027-02-01")
        self.run_charges()
        self.assertEqual(len(invoice.transaction_ids), 1)
        card = {"exp_month": 8, "exp_year": 2031, "last4": "1881"}
        subject = {"id": token.stripe_payment_method, "card": card}
        self.env.flush_all()
        self.send_event("payment_method.automatically_updated", subject)
        self.env.invalidate_all()
        self.run_charges()
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(len(self.captures(order)), 1)

    def test_mandate_that_was_revoked_asks_for_another_method(self):
        order, _invoice = self.create_stripe_contract()
        token = order.subscription_payment_token_id
        mandate = {"id": "mandate_1", "object": "mandate", "status": "active"}
        mandate["payment_method"] = token.stripe_payment_method
        self.env.flush_all()
        self.send_event("mandate.updated", mandate)
        self.env.invalidate_all()
        self.assertTrue(token.active)
        self.send_event("mandate.updated", {**mandate, "status": "inactive"})
        self.env.invalidate_all()
        self.assertFalse(token.active)
        self.assertIn("needs a payment method", order.activity_ids.summary)

    # ------------------------------------------------------------------
    # Asked and warned
    # ------------------------------------------------------------------

    def test_card_that_was_saved_before_is_asked_about_once(self):
        order, _invoice = self.create_stripe_contract()
        self.assertFalse(order.subscription_payment_token_id.subscription_expiry_date)
        self.warn()
        token = order.subscription_payment_token_id
        self.assertEqual(token.subscription_expiry_date, date(2030, 12, 31))
        self.assertFalse(token.subscription_renewed_at)
        self.warn("2027-02-10")
        self.assertEqual(self.fake.asked("GET", "payment_methods"), 1)

    def test_stripe_that_does_not_answer_stops_no_warning(self):
        order, _invoice = self.create_stripe_contract()
        order.subscription_payment_token_id.stripe_payment_method = "pm_unknown"
        known, _other = self.create_stripe_contract()
        known.subscription_payment_token_id.subscription_expiry_date = date(2027, 2, 28)
        known.subscription_payment_token_id.stripe_payment_method = "pm_unknown"
        mails = self.warn("2027-02-10")
        self.assertEqual(mails.mapped("res_id"), known.subscription_payment_token_id.ids)
        self.assertTrue(order.subscription_payment_token_id.subscription_queried_at)

    def test_customer_is_warned_before_the_renewal_that_the_card_cannot_pay(self):
        yearly = self.line_values(self.hosting, 1, recurrence_id=self.year.id)
        token = self.create_stripe_token(*self.fake.save_card(year=2027))
        order = self.create_contract(
            yearly, template=self.charged_template, subscription_payment_token_id=token.id
        )
        self.bill(order)
        self.assertFalse(self.warn())
        self.assertEqual(token.subscription_expiry_date, date(2027, 12, 31))
        self.assertFalse(self.warn("2027-11-30"))
        mails = self.warn("2027-12-01")
        self.assertEqual(len(mails), 1)
        self.assertLess(date(2027, 12, 1), order.subscription_next_invoice_date)
        self.assertIn(order.name, mails.body_html)
        self.assertEqual(self.warn("2027-12-15"), mails)

    def test_nobody_is_warned_of_a_card_that_the_bank_replaced_unheard(self):
        order, _invoice = self.create_stripe_contract()
        token = order.subscription_payment_token_id
        token.subscription_expiry_date = date(2027, 2, 28)
        self.assertFalse(self.warn("2027-02-10"), "Stripe says 2030")
        self.assertEqual(token.subscription_expiry_date, date(2030, 12, 31))
        self.assertTrue(token.subscription_renewed_at)
