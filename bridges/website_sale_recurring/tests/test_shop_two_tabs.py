from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import PaidShopCase

CHANGED = "has been updated|no longer"


@tagged("post_install", "-at_install")
class TestShopTwoTabs(PaidShopCase):
    """Two tabs and the button back: who pays has seen what is paid."""

    @property
    def monthly_price(self):
        return self.seat.subscription_price_ids.filtered(
            lambda price: price.recurrence_id == self.month
        )

    def assertRefused(self, text, cart=None, **values):
        """Press *Pay* and be told why nothing is paid."""
        before = self.env["payment.transaction"].search_count([])
        cart = cart or self.cart
        values = self.get_payment(access_token=cart._portal_ensure_token(), **values)
        url = f"/shop/payment/transaction/{cart.id}"
        with mute_logger("odoo.http"):
            answer = self.url_open(url, json={"params": values}).json()
        self.assertRegex(answer["error"]["data"]["message"], text)
        self.assertEqual(self.env["payment.transaction"].search_count([]), before)

    # ------------------------------------------------------------------
    # Before the payment
    # ------------------------------------------------------------------

    def test_what_another_tab_added_is_seen_before_it_is_paid(self):
        self.add(self.seat, self.month)
        seen = self.check_out()
        self.assertIn(self.tell(10.8), self.get_text(seen))
        self.add(self.seat, self.month)
        self.assertRefused(CHANGED, amount=10.8)
        self.assertIn(self.tell(21.6), self.get_text(self.open("/shop/payment")))
        self.answer(self.pay(amount=21.6))
        self.assertEqual(self.cart.subscription_state, "active")

    def test_another_recurrence_is_seen_before_it_is_paid(self):
        self.add(self.seat, self.month)
        self.check_out()
        cart = self.cart
        self.update(cart.order_line, recurrence_id=self.year.id)
        self.assertRefused(CHANGED, amount=10.8)
        self.assertIn(self.tell(108), self.get_text(self.open("/shop/payment")))

    def test_a_line_that_is_gone_is_not_changed(self):
        self.add(self.seat, self.month)
        self.add(self.cup)
        cart = self.cart
        line = cart.order_line.filtered("recurrence_id")
        self.update(line, 0)
        for values in ({"quantity": 3}, {"quantity": 1, "recurrence_id": self.year.id}):
            result = self.make_jsonrpc_request(
                "/shop/cart/update", {"line_id": line.id, "product_id": self.seat.id, **values}
            )
            self.assertIn("refresh your page", result["warning"])
        self.env.invalidate_all()
        self.assertEqual(cart.order_line.product_id, self.cup)

    def test_a_price_that_rises_holds_for_whoever_saw_the_old_one(self):
        self.add(self.seat, self.month)
        self.check_out()
        self.monthly_price.price = 12.0
        tx = self.pay(amount=10.8)
        self.answer(tx)
        cart = self.cart
        self.assertEqual((cart.subscription_state, tx.state), ("active", "done"))
        self.assertEqual(cart.order_line.price_unit, 9.0)
        self.assertEqual(self.bill(cart).amount_total, 10.8)
        self.assertEqual(self.bill(cart, "2027-02-28").amount_total, 10.8)

    def test_a_price_that_another_tab_saw_rise_is_refused(self):
        self.add(self.seat, self.month)
        self.check_out()
        self.monthly_price.price = 12.0
        self.open("/shop/payment")
        self.assertRefused(CHANGED, amount=10.8)

    def test_an_amount_of_yesterday_is_refused(self):
        self.charged_template.alignment = "calendar"
        self.travel("2027-01-18")
        self.add(self.seat, self.month, 3)
        self.check_out()
        before = self.cart.amount_total
        self.travel("2027-01-19")
        self.assertRefused(CHANGED, amount=before)
        due = self.get_text(self.open("/shop/payment"))
        self.assertLess(self.cart.amount_total, before)
        self.assertIn(self.tell(self.cart.amount_total), due)

    # ------------------------------------------------------------------
    # During the payment
    # ------------------------------------------------------------------

    def test_a_cart_that_changes_while_it_is_paid_begins_no_contract(self):
        """What came in is kept, and the contract waits for the rest."""
        self.add(self.seat, self.month)
        cart = self.cart
        self.check_out()
        tx = self.pay(flow="redirect")
        self.add(self.seat, self.month)
        self.answer(tx)
        self.assertEqual((tx.state, cart.amount_paid, cart.state), ("done", 10.8, "sent"))
        self.assertIn("changed while it was paid", cart.activity_ids.note)
        response = self.url_open("/shop/payment/validate")
        self.assertIn(f"/my/orders/{cart.id}?", response.url)
        self.assertIn('data-amount="10.8"', response.text)
        rest = self.get_payment(amount=10.8, access_token=cart.access_token)
        self.make_jsonrpc_request(f"/my/orders/{cart.id}/transaction", rest)
        self.answer(cart.transaction_ids - tx)
        self.assertEqual(cart.subscription_state, "active")
        invoice = self.bill(cart)
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (21.6, 0.0))

    def test_a_cart_that_changes_while_its_method_is_saved_stays_a_cart(self):
        cart = self.start_trial()
        self.check_out()
        tx = self.pay_free(cart)
        self.seat.is_sold_once = True
        self.add(self.seat, False)
        self.answer(tx)
        self.assertEqual(cart.state, "draft")
        self.assertGreater(cart.amount_total, 0)
        self.check_out()
        response = self.url_open("/shop/payment/validate")
        self.assertTrue(response.url.endswith("/shop/payment"), response.url)
        self.assertIn(self.tell(12), self.get_text(self.open("/shop/payment")))
        self.assertEqual(self.cart, cart)

    # ------------------------------------------------------------------
    # After the payment
    # ------------------------------------------------------------------

    def test_back_after_the_order_pays_nothing_again(self):
        self.add(self.seat, self.month)
        cart = self.cart
        self.check_out()
        self.answer(self.pay())
        self.assertEqual(cart.subscription_state, "active")
        for amount in (10.8, None, 1.0):
            self.assertRefused("running contract", amount=amount, cart=cart)
        self.assertFalse(self.url_open("/shop/payment").url.endswith("/shop/payment"))
        self.assertIn("empty", self.get_text(self.open("/shop/cart")))
        self.add(self.cup)
        self.assertNotEqual(self.cart, cart)
        self.assertEqual(cart.order_line.product_id, self.seat)

    def test_a_contract_is_paid_by_its_invoices_alone(self):
        """A page of the payment is still open when somebody in the office confirms the cart."""
        self.add(self.seat, self.month)
        cart = self.cart
        self.check_out()
        cart.action_confirm()
        self.bill(cart)
        for amount in (10.8, None):
            self.assertRefused("running contract", amount=amount, cart=cart)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.pay_free(cart, access_token=cart.access_token)
