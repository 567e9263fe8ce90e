from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import PaidShopCase


@tagged("post_install", "-at_install")
class TestShopPayment(PaidShopCase):
    """A cart is paid, and a contract runs; or it is not, and the cart stays what it was."""

    # ------------------------------------------------------------------
    # Paid at once
    # ------------------------------------------------------------------

    def test_a_payment_starts_the_contract_and_saves_the_method(self):
        self.add(self.seat, self.month, 2)
        cart = self.cart
        text = self.get_text(self.check_out())
        self.assertIn("is saved and charged for each period, next on 02/28/2027", text)
        tx = self.pay()
        self.assertTrue(tx.tokenize)
        self.answer(tx)
        self.assertEqual(cart.subscription_state, "active")
        self.assertEqual(cart.subscription_payment_token_id, tx.token_id)
        response = self.url_open("/shop/payment/validate")
        self.assertTrue(response.url.endswith("/shop/confirmation"), response.url)
        self.assertIn(f"Your contract {cart.name} runs since", response.text)
        self.assertEqual(self.bill(cart).amount_total, 21.6)
        self.assertEqual(self.cart, cart)

    def test_a_declined_payment_leaves_the_cart(self):
        self.add(self.seat, self.month, 2)
        cart = self.cart
        self.check_out()
        self.answer(self.pay(), "error")
        response = self.url_open("/shop/payment/validate")
        self.assertTrue(response.url.endswith("/shop/payment"), response.url)
        self.assertIn("nothing was ordered", response.text)
        self.assertEqual((cart.state, cart.subscription_state), ("draft", "draft"))
        self.assertFalse(cart.subscription_quote_frozen)
        self.assertFalse(cart.invoice_ids)
        self.answer(self.pay())
        self.assertEqual(cart.subscription_state, "active")

    def test_another_amount_than_is_due_is_refused(self):
        self.add(self.seat, self.month, 2)
        self.check_out()
        for amount in (0.01, 21.59, 30.0, -21.6, "21.6"):
            with (
                self.subTest(amount=amount),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self.pay(amount=amount)

    def test_methods_that_cannot_be_saved_are_not_offered(self):
        self.add(self.seat, self.month)
        self.method.support_tokenization = False
        self.assertFalse(self.check_out().xpath("//form[@id='o_payment_form']"))
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.pay()

    def test_express_checkout_is_not_for_contracts(self):
        Provider = self.env["payment.provider"]
        asked = {"is_express_checkout": True, "currency_id": self.currency.id}
        self.add(self.cup)
        with_goods = {**asked, "sale_order_id": self.cart.id}
        before = Provider._get_compatible_providers(
            self.company.id, self.partner.id, 1.0, **with_goods
        )
        self.assertIn(self.provider, before)
        self.add(self.seat, self.month)
        after = Provider._get_compatible_providers(
            self.company.id, self.partner.id, 1.0, **with_goods
        )
        self.assertFalse(after)

    def test_a_saved_method_pays_the_cart(self):
        token = self.create_token(partner=self.user.partner_id)
        foreign = self.create_token(partner=self.partner)
        self.add(self.seat, self.month)
        cart = self.cart
        self.check_out()
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.pay(flow="token", token_id=foreign.id)
        tx = self.pay(flow="token", token_id=token.id)
        self.assertEqual(tx.state, "draft", "it is charged once it is saved")
        self.in_a_job(tx, lambda saved: saved._charge_subscription())
        self.assertEqual((tx.state, cart.state), ("done", "sale"))
        self.assertEqual(cart.subscription_payment_token_id, token)

    # ------------------------------------------------------------------
    # Free at first
    # ------------------------------------------------------------------

    def test_a_trial_begins_once_a_method_is_saved(self):
        cart = self.start_trial()
        page = self.check_out()
        (form,) = page.xpath("//form[@id='o_payment_form']")
        self.assertEqual(form.get("data-mode"), "validation")
        self.assertIn("Nothing is charged today.", self.get_text(page))
        self.assertFalse(page.xpath("//form[@name='o_wsale_confirm_order']"))
        response = self.url_open("/shop/payment/validate")
        self.assertTrue(response.url.endswith("/shop/payment"), "no way around the card")
        self.assertEqual(cart.state, "draft")
        tx = self.pay_free(cart)
        self.assertEqual((tx.operation, tx.amount, tx.tokenize), ("validation", 0.0, True))
        self.answer(tx)
        self.assertEqual(cart.subscription_state, "active")
        self.assertEqual(cart.subscription_payment_token_id, tx.token_id)
        response = self.url_open("/shop/payment/validate")
        self.assertTrue(response.url.endswith("/shop/confirmation"), response.url)
        self.assertFalse(self.bill(cart))
        self.assertEqual(self.bill(cart, "2027-02-14").amount_total, 10.8)

    def test_periods_of_a_trial_are_no_day_of_a_charge(self):
        """A trial of two weeks has free weeks: the card is charged after them."""
        week = self.env.ref("sale_recurring.recurrence_week")
        self.charged_template.recurrence_ids |= week
        self._create_price(self.seat, week, 3.0)
        self.charged_template.write({"trial_count": 14, "trial_unit": "day"})
        self.add(self.seat, week)
        self.assertIn("from 02/14/2027 on", self.get_text(self.check_out()))
        self.seat.is_sold_once = True
        self.add(self.seat, False)
        self.assertIn("next on 02/14/2027", self.get_text(self.check_out()))

    def test_a_period_that_costs_nothing_is_no_day_of_a_charge(self):
        self.seat.write({"intro_discount": 100, "intro_period_count": 2})
        self.add(self.seat, self.month)
        self.assertIn("from 03/31/2027 on", self.get_text(self.check_out()))

    def test_a_declined_card_begins_no_trial(self):
        cart = self.start_trial()
        self.check_out()
        self.answer(self.pay_free(cart), "error")
        response = self.url_open("/shop/payment/validate")
        self.assertTrue(response.url.endswith("/shop/payment"), response.url)
        self.assertEqual(cart.state, "draft")

    def test_a_saved_method_begins_a_trial(self):
        token = self.create_token(partner=self.user.partner_id)
        foreign = self.create_token(partner=self.partner)
        cart = self.start_trial()
        self.check_out()
        path = f"/shop/payment/method/{cart.id}/assign"
        asked = {"access_token": cart._portal_ensure_token()}
        for wrong in (foreign.id, 0, None, "1", [token.id]):
            with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
                self.make_jsonrpc_request(path, {**asked, "token_id": wrong})
        self.make_jsonrpc_request(path, {**asked, "token_id": token.id})
        self.env.invalidate_all()
        self.assertEqual(cart.subscription_state, "active")
        self.assertEqual(cart.subscription_payment_token_id, token)

    def test_what_costs_something_is_not_begun_by_a_validation(self):
        self.add(self.seat, self.month)
        self.check_out()
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.pay_free(self.cart)

    def test_a_free_start_without_charges_needs_no_method(self):
        self.company.subscription_template_id = self.template
        self.template.write({"trial_count": 14, "trial_unit": "day"})
        self.add(self.seat, self.month)
        cart = self.cart
        self.check_out()
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(cart.subscription_state, "active")
