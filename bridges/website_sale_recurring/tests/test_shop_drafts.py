from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopDrafts(ShopCase):
    """Only carts are carts: no amendment, renewal, quotation or copy becomes one."""

    def setUp(self):
        super().setUp()
        self.user = self.log_in()

    def buy_online(self):
        self.add(self.seat, self.month)
        cart = self.cart
        cart.action_confirm()
        self.make_jsonrpc_request("/shop/cart/quantity", {})
        return cart

    def assertNoCart(self, order):
        self.authenticate("ada", "ada-secret")
        self.open("/shop/cart")
        self.add(self.cup)
        self.env.invalidate_all()
        self.assertFalse(order.order_line.filtered(lambda line: line.product_id == self.cup))

    def test_copies_and_cancelled_contracts_are_no_carts(self):
        contract = self.buy_online()
        copy = contract.copy()
        self.assertFalse(copy.website_id)
        self.assertNoCart(copy)
        contract._action_cancel()
        contract.action_draft()
        self.assertNoCart(contract)

    def test_amendments_are_no_carts(self):
        contract = self.buy_online()
        self.bill(contract)
        self.travel("2027-02-05")
        paper = self.env["sale.order"].browse(contract.action_subscription_amend()["res_id"])
        self.assertFalse(paper.website_id)
        self.assertNoCart(paper)

    def test_links_of_quotations_revive_no_cart(self):
        contract = self.buy_online()
        self.bill(contract)
        self.travel("2027-02-05")
        paper = self.env["sale.order"].browse(contract.action_subscription_amend()["res_id"])
        quotation = self.create_order(self.seat)
        for order in (paper, quotation):
            for how in ("", "merge", "squash"):
                with self.subTest(order=order.name, how=how), mute_logger("odoo.http"):
                    asked = {
                        "id": order.id,
                        "access_token": order._portal_ensure_token(),
                        "revive_method": how,
                    }
                    self.assertEqual(self.url_open("/shop/cart", params=asked).status_code, 404)
        self.env.invalidate_all()
        self.assertEqual(set((paper | quotation).mapped("state")), {"draft"})

    def test_a_running_contract_is_not_ordered_again(self):
        contract = self.buy_online()
        self.assertFalse(contract._is_reorder_allowed())
        contract._subscription_refresh_state()
        self._create_price(self.seat, self.month, 11.0, date_start="2027-02-01")
        contract.subscription_last_date = "2027-02-03"
        self.travel("2027-02-05")
        contract._subscription_refresh_state()
        self.assertEqual(contract.subscription_state, "closed")
        self.assertTrue(contract._is_reorder_allowed())
        self.authenticate("ada", "ada-secret")
        self.make_jsonrpc_request("/my/orders/reorder", {"order_id": contract.id})
        self.assertNotEqual(self.cart, contract)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 11.0)])
