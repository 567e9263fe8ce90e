from odoo.tests import tagged

# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.website_sale_recurring.tests.common import (  # pylint: disable=odoo-addons-relative-import
    ShopCase,
)


@tagged("post_install", "-at_install")
class TestWishlist(ShopCase):
    """What visitors keep for later has its period, there and in the cart."""

    def test_prices_have_their_period(self):
        for product in (self.seat, self.cup):
            self.make_jsonrpc_request("/shop/wishlist/add", {"product_id": product.id})
        wishes = self.env["product.wishlist"].search([("website_id", "=", self.website.id)])
        self.assertEqual(
            dict(wishes.mapped(lambda wish: (wish.product_id, wish.price))),
            {self.seat: 9.0, self.cup: 5.0},
        )
        page = self.open("/shop/wishlist")
        prices = page.xpath("//div[hasclass('o_wish_price')]")
        self.assertEqual(
            sorted(map(self.get_text, prices)),
            sorted([f"{self.tell(9)} per month", self.tell(5)]),
        )

    def test_what_was_kept_is_bought_by_the_shortest_period(self):
        self.make_jsonrpc_request("/shop/wishlist/add", {"product_id": self.seat.id})
        self.add(self.seat)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 9.0)])
        self.assertTrue(self.cart.order_line._is_sellable())
