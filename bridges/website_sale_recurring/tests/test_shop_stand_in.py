from odoo.tests import tagged

from odoo.addons.website_sale.controllers.cart import Cart
from odoo.addons.website_sale.tests.common import MockRequest

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopStandIn(ShopCase):
    """The shop sells where something stands in for a request, as in tests of other addons."""

    def test_cart_and_product_need_no_more_of_a_request_than_it_has(self):
        public = self.env.ref("base.public_user")
        website = self.website.with_user(public).with_context(website_id=self.website.id)
        for product, price in ((self.seat, 9.0), (self.cup, self.cup.list_price)):
            with MockRequest(website.env, website=website) as request:
                for _time in range(2):
                    Cart().add_to_cart(
                        product_template_id=product.product_tmpl_id.id,
                        product_id=product.id,
                        quantity=1,
                    )
                line = request.cart.order_line.grouped("product_id")[product]
                self.assertEqual((line.product_uom_qty, line.price_unit), (2, price))
                template = product.product_tmpl_id.with_env(website.env)
                self.assertEqual(template._get_combination_info()["price"], price)
