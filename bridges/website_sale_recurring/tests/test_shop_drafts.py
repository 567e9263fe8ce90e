from urllib.parse import urlsplit

from lxml import html
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

    def test_renewals_and_changes_by_the_customer_are_no_carts(self):
        self.template.write({"customer_control": "upgrade_downgrade"})
        contract = self.buy_online()
        self.bill(contract)
        self.travel("2027-02-05")
        contract.action_subscription_renew()
        renewal = contract.subscription_renewal_ids
        self.assertEqual((renewal.state, renewal.website_id), ("draft", self.website.browse()))
        self.assertNoCart(renewal)
        renewal.action_cancel()
        change = contract._create_amendment(require_payment=True, state="sent")
        self.assertFalse(change.website_id)
        self.assertNoCart(change)

    # ------------------------------------------------------------------
    # Mails about carts that were left
    # ------------------------------------------------------------------

    def leave(self):
        """Let a day pass, and return the mails about carts that were left."""
        self.travel("2027-02-06")
        self.env.ref("base.user_root").flush_model()
        self.website.send_abandoned_cart_email = True
        self.website.send_abandoned_cart_email_activation_time = "2027-01-01 00:00:00"
        before = self.env["mail.mail"].search([])
        self.website._send_abandoned_cart_email()
        return self.env["mail.mail"].search([]) - before

    def test_a_cart_that_was_left_is_recalled_with_a_link_that_works(self):
        self.user.partner_id.email = "ada@example.com"
        self.template.write({"setup_product_id": self.setup_service.id, "setup_price": 49.0})
        self.add(self.seat, self.month, 3)
        cart = self.cart
        (mail,) = self.leave()
        body = html.fromstring(mail.body_html)
        self.assertIn("Seat 3 Units", self.get_text(body))
        (link,) = body.xpath("//a[contains(@href, '/shop/cart?')]/@href")
        self.assertIn(f"id={cart.id}&access_token={cart.access_token}", link)
        self._create_price(self.seat, self.month, 11.0, date_start="2027-02-01")
        self.authenticate("ada", "ada-secret")
        page = self.get_text(self.open(f"{urlsplit(link).path}?{urlsplit(link).query}"))
        self.assertIn("Due now", page)
        page = self.get_text(self.open("/shop/payment"))
        self.assertIn(f"Due now {self.tell((3 * 11 + 49) * 1.2)}", page)
        self.assertEqual(self.cart, cart)
        self.assertFalse(self.leave())

    def test_nobody_is_recalled_to_a_contract_its_changes_or_a_quotation(self):
        self.user.partner_id.email = "ada@example.com"
        contract = self.buy_online()
        self.bill(contract)
        self.travel("2027-02-05")
        contract._create_amendment()
        contract.action_subscription_renew()
        contract.copy()
        quotation = self.create_order(self.seat)
        quotation.partner_id = self.user.partner_id
        self.env.flush_all()
        self.assertFalse(self.leave())

    # ------------------------------------------------------------------
    # Order again
    # ------------------------------------------------------------------

    def test_what_is_ordered_again_is_billed_as_it_is_sold_today(self):
        self.add(self.seat, self.year, 2)
        contract = self.cart
        contract.action_confirm()
        self.make_jsonrpc_request("/shop/cart/quantity", {})
        contract.subscription_last_date = "2027-02-03"
        self.travel("2027-02-05")
        contract._subscription_refresh_state()
        other = self._create_template("Today", recurrence_ids=self.commands(self.month))
        self.seat.shop_subscription_template_id = other
        self.seat.write({"intro_discount": 50, "intro_period_count": 1})
        self.authenticate("ada", "ada-secret")
        self.make_jsonrpc_request("/my/orders/reorder", {"order_id": contract.id})
        cart = self.cart
        self.assertNotEqual(cart, contract)
        self.assertEqual(cart.subscription_template_id, other)
        self.assertEqual(self.get_lines(cart), [("Seat", "Monthly", 2.0, 9.0)])
        self.assertEqual(cart.order_line.intro_discount, 50)

    def test_what_a_contract_had_before_is_not_ordered_again(self):
        self.template.write({"setup_product_id": self.setup_service.id, "setup_price": 49.0})
        self.setup_service.website_published = True
        self.add(self.seat, self.month, 2)
        self.add(self.support, self.month)
        contract = self.cart
        contract.action_confirm()
        self.make_jsonrpc_request("/shop/cart/quantity", {})
        self.bill(contract)
        self.travel("2027-02-28")
        change = self.env["sale.order"].browse(contract.action_subscription_amend()["res_id"])
        seat = change.order_line.filtered(lambda line: line.product_id == self.seat)
        seat.recurrence_id = self.year
        change.action_confirm()
        lines = contract.order_line.filtered(lambda line: line.product_id == self.seat)
        self.assertEqual(len(lines), 2, "the month ended, the year began")
        contract.subscription_last_date = "2027-03-03"
        self.travel("2027-03-05")
        contract._subscription_refresh_state()
        self.template.setup_product_id = False
        self.authenticate("ada", "ada-secret")
        self.make_jsonrpc_request("/my/orders/reorder", {"order_id": contract.id})
        self.assertNotEqual(self.cart, contract)
        self.assertEqual(
            self.get_lines(self.cart),
            [("Seat", "Yearly", 2.0, 90.0), ("Support", "Monthly", 1.0, 30.0)],
        )

    def test_what_was_bought_once_is_ordered_again_once(self):
        self.seat.is_sold_once = True
        self.add(self.seat, False, 2)
        order = self.cart
        order.action_confirm()
        self.make_jsonrpc_request("/shop/cart/quantity", {})
        self.make_jsonrpc_request("/my/orders/reorder", {"order_id": order.id})
        self.assertNotEqual(self.cart, order)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "once", 2.0, 10.0)])

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
