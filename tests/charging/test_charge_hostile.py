from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ..support.common_stripe import StripeCommon

LOGGERS = (
    "odoo.http",
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment_stripe.controllers.main",
    "odoo.addons.sale_recurring.models.charging.payment_transaction_trust",
)


@tagged("post_install", "-at_install")
class TestChargeHostile(StripeCommon, HttpCase):
    """A customer of the portal tries to pay with, see or break what belongs to another one."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*LOGGERS))
        self.order, self.invoice = self.create_stripe_contract()
        self.token = self.order.subscription_payment_token_id
        self.link = self.order._portal_ensure_token()
        self.mallory = self.env["res.partner"].create(
            {"name": "Mallory", "email": "mallory@example.com"}
        )
        self.own_token = self.create_stripe_token(*self.fake.save_card(), partner=self.mallory)
        self.own_order = self.create_contract(
            self.line_values(self.seat, 3),
            template=self.charged_template,
            partner_id=self.mallory.id,
            subscription_payment_token_id=self.own_token.id,
        )
        self.own_link = self.own_order._portal_ensure_token()
        self.own_invoice = self.bill(self.own_order)
        user = new_test_user(
            self.env, "mallory", groups="base.group_portal", partner_id=self.mallory.id
        )
        self.authenticate(user.login, user.login)
        self.env.flush_all()

    def assertRefused(self, path, **params):
        with self.subTest(path, **params), self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(path, params)

    def assertUntouched(self):
        """Neither customer pays with, sees or loses anything of the other."""
        self.env.invalidate_all()
        self.assertEqual(self.order.subscription_payment_token_id, self.token)
        self.assertEqual(self.own_order.subscription_payment_token_id, self.own_token)
        self.assertTrue(self.token.active)
        self.assertEqual(self.token.partner_id, self.partner)
        strange = self.env["payment.transaction"].search(
            [("token_id", "=", self.token.id), ("partner_id", "!=", self.partner.id)]
        )
        self.assertFalse(strange)
        self.assertFalse(self.fake.captures(self.token.provider_ref))

    def get_form(self, **values):
        return {
            "provider_id": self.stripe.id,
            "payment_method_id": self.card.id,
            "token_id": None,
            "amount": None,
            "flow": "direct",
            "tokenization_requested": True,
            "landing_route": "/",
            **values,
        }

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def test_page_of_another_contract_does_not_open(self):
        path = f"/my/orders/{self.order.id}/payment_method"
        for query in ("", f"?access_token={self.own_link}", "?access_token=", "?access_token=1"):
            with self.subTest(query):
                self.assertEqual(self.url_open(path + query).status_code, 404)

    def test_link_of_another_contract_shows_no_saved_method(self):
        path = f"/my/orders/{self.order.id}/payment_method?access_token={self.link}"
        page = self.url_open(path).text
        for text in (f'value="{self.token.id}"', self.own_token.provider_ref):
            self.assertNotIn(text, page)
        self.assertNotIn('name="o_payment_radio" data-payment-option-type="token"', page)

    def test_method_of_another_customer_cannot_be_put_on_a_contract(self):
        own, other = (
            f"/my/orders/{order.id}/payment_method/assign" for order in (self.own_order, self.order)
        )
        for token in (self.token.id, str(self.token.id), [self.token.id], None, "x"):
            self.assertRefused(own, token_id=token, access_token=self.own_link)
        for link in (self.link, self.own_link, None):
            self.assertRefused(other, token_id=self.token.id, access_token=link)
            self.assertRefused(other, token_id=self.own_token.id, access_token=link)
        self.assertUntouched()

    def test_method_of_another_customer_cannot_be_saved_or_named(self):
        own = f"/my/orders/{self.own_order.id}/payment_method/transaction"
        other = f"/my/orders/{self.order.id}/payment_method/transaction"
        form = self.get_form(is_validation=True)
        self.assertRefused(other, access_token=self.own_link, **form)
        for values in (
            {"flow": "token", "token_id": self.token.id},
            {"partner_id": self.partner.id},
            {"custom_create_values": {"token_id": self.token.id}},
            {"subscription_method_order_id": self.order.id},
            {"provider_id": self.provider.id + 1000000},
        ):
            self.assertRefused(own, access_token=self.own_link, **{**form, **values})
        self.assertUntouched()

    def test_method_of_another_customer_pays_neither_quotation_nor_invoice(self):
        quote = self.create_order(
            self.line_values(self.seat, 3),
            template=self.charged_template,
            partner_id=self.mallory.id,
        )
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        link, invoice_link = quote._portal_ensure_token(), self.own_invoice._portal_ensure_token()
        self.env.flush_all()
        for flow in ("token", "direct"):
            form = self.get_form(flow=flow, token_id=self.token.id, amount=quote.amount_total)
            if flow == "direct":
                form["partner_id"] = self.partner.id
            self.assertRefused(f"/my/orders/{quote.id}/transaction", access_token=link, **form)
            self.assertRefused(
                f"/invoice/transaction/{self.own_invoice.id}", access_token=invoice_link, **form
            )
        form = self.get_form(flow="token", token_id=self.token.id, amount=36.0)
        self.assertRefused(
            "/payment/transaction",
            access_token="made up",
            currency_id=self.currency.id,
            partner_id=self.partner.id,
            **form,
        )
        self.assertUntouched()
        self.assertEqual(self.own_invoice.payment_state, "not_paid")

    def test_method_of_another_customer_pays_no_period_in_advance(self):
        for invoice in (self.invoice, self.own_invoice):
            self.book_payment(invoice)
        self.env.flush_all()
        offers = [(order, order._get_pay_ahead_offer()) for order in (self.own_order, self.order)]
        for order, offer in offers:
            self.assertTrue(offer)
            amount, day = offer["amount"], offer["day"]
            for link in (self.own_link, self.link):
                form = self.get_form(flow="token", token_id=self.token.id, amount=amount)
                path = f"/my/orders/{order.id}/in_advance/{day}/transaction"
                self.assertRefused(path, access_token=link, **form)
        self.assertUntouched()

    def test_method_of_another_customer_is_not_archived(self):
        self.make_jsonrpc_request("/payment/archive_token", {"token_id": self.token.id})
        self.assertUntouched()

    # ------------------------------------------------------------------
    # Remote calls
    # ------------------------------------------------------------------

    def test_remote_calls_of_a_customer_reach_no_method_charge_or_secret(self):
        own, own_token = self.own_order.id, self.own_token.id
        order, token, invoice = self.order.id, self.token.id, self.invoice.id
        values = {"token_id": token, "amount": 1.0, "reference": "mine"}
        for model, name, *args in (
            ("sale.order", "write", [own], {"subscription_payment_token_id": token}),
            ("sale.order", "write", [order], {"subscription_payment_token_id": own_token}),
            ("sale.order", "read", [order], ["subscription_payment_token_id"]),
            ("sale.order", "_subscription_replace_token", [own], token),
            ("sale.order", "action_confirm", [order]),
            ("payment.token", "read", [token], ["payment_details"]),
            ("payment.token", "write", [token], {"partner_id": self.mallory.id}),
            ("payment.token", "write", [own_token], {"provider_ref": self.token.provider_ref}),
            ("payment.token", "create", values),
            ("payment.token", "unlink", [token]),
            ("payment.transaction", "create", values),
            ("payment.transaction", "write", [1], {"state": "done"}),
            ("payment.transaction", "_cron_query_charges"),
            ("account.move", "action_subscription_charge", [invoice]),
            ("account.move", "action_subscription_charge", [self.own_invoice.id]),
            ("account.move", "action_subscription_charge_early", [invoice]),
            ("account.move", "action_subscription_money_came", [self.own_invoice.id]),
            ("account.move", "action_subscription_refund", [invoice]),
            ("account.move", "_charge_subscription_invoice", [invoice]),
            ("account.move", "write", [self.own_invoice.id], {"payment_state": "paid"}),
            ("payment.provider", "read", [self.stripe.id], ["stripe_secret_key"]),
            ("payment.provider", "_get_stripe_client", [self.stripe.id]),
            ("ir.config_parameter", "set_param", "sale_recurring.stripe_api_address", "http://x"),
        ):
            path = f"/web/dataset/call_kw/{model}/{name}"
            self.assertRefused(path, model=model, method=name, args=args, kwargs={})
        self.assertUntouched()
        self.assertFalse((self.invoice | self.own_invoice).transaction_ids)

    # ------------------------------------------------------------------
    # One payment for another
    # ------------------------------------------------------------------

    def come_back(self, **values):
        self.env.flush_all()
        query = "&".join(f"{name}={value}" for name, value in values.items())
        self.assertLess(self.url_open(f"/payment/stripe/return?{query}").status_code, 400)
        self.env.invalidate_all()

    def pay_own_invoice(self):
        """Return the reference at Stripe of a payment that the customer really made."""
        self.own_order.subscription_payment_token_id = self.own_token
        tx_id = self.in_a_job(self.own_invoice, lambda move: move._charge_subscription().id)
        return self.env["payment.transaction"].browse(tx_id).provider_reference

    def test_one_payment_is_not_taken_for_an_open_charge(self):
        paid = self.pay_own_invoice()
        tx_id = self.in_a_job(self.invoice, lambda move: move._create_charge_transaction().id)
        tx = self.env["payment.transaction"].browse(tx_id)
        for intent in (paid, "pi_unknown", ""):
            self.come_back(reference=tx.reference, payment_intent=intent)
            self.assertEqual((tx.state, tx.subscription_decline_code), ("draft", False))
        self.run_charges()
        self.assertFalse(self.invoice.matched_payment_ids)

    def test_one_payment_is_not_taken_for_another_that_a_customer_began(self):
        paid = self.pay_own_invoice()
        for amount in (self.own_invoice.amount_total, 12.0):
            tx = self.create_payment(
                self.order,
                sale_order_ids=False,
                reference=f"portal-{amount}",
                provider_id=self.stripe.id,
                payment_method_id=self.card.id,
                partner_id=self.partner.id,
                amount=amount,
                invoice_ids=[Command.set(self.invoice.ids)],
            )
            self.come_back(reference=tx.reference, payment_intent=paid)
            self.assertEqual(tx.state, "draft")
        self.assertEqual(self.invoice.payment_state, "not_paid")

    def test_one_saved_card_is_not_taken_for_another(self):
        answers = []
        for order, partner in ((self.order, self.partner), (self.own_order, self.mallory)):
            tx = self.env["payment.transaction"].create(
                {
                    "provider_id": self.stripe.id,
                    "payment_method_id": self.card.id,
                    "partner_id": partner.id,
                    "operation": "validation",
                    "tokenize": True,
                    "reference": f"card-of-{partner.id}",
                    "amount": 0,
                    **order._prepare_method_values(self.stripe),
                }
            )
            answers.append((tx, tx._stripe_create_intent()["id"]))
        _customer, method = self.fake.save_card()
        (_tx, intent), (own_tx, _intent) = answers
        self.fake.ask("POST", f"setup_intents/{intent}/confirm", {"payment_method": method})
        self.come_back(reference=own_tx.reference, setup_intent=intent)
        self.assertFalse(own_tx.token_id)
        self.assertUntouched()

    def test_unsigned_word_about_any_payment_of_a_contract_is_refused(self):
        portal = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="portal",
            provider_id=self.stripe.id,
            payment_method_id=self.card.id,
            invoice_ids=[Command.set(self.invoice.ids)],
        )
        quote = self.create_order(self.line_values(self.seat, 3), template=self.charged_template)
        first = self.create_payment(
            quote,
            reference="first",
            provider_id=self.stripe.id,
            payment_method_id=self.card.id,
        )
        self.stripe.stripe_webhook_secret = False
        for tx in (portal, first):
            self.env.flush_all()
            answer = self.send_event(
                "payment_intent.succeeded", self.get_intent(tx, "succeeded"), secret="guess"
            )
            self.assertEqual(answer.status_code, 403)
            self.env.invalidate_all()
            self.assertEqual(tx.state, "draft")
