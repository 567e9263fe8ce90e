from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopProduct(ShopCase):
    """What a visitor reads on the page of a product that is billed again and again."""

    def read_offers(self, product):
        (wrap,) = self.open_product(product).xpath("//*[hasclass('o_sr_offers_wrap')]")
        return [self.get_text(label) for label in wrap.xpath(".//label")]

    def get_info(self, product, quantity=1):
        return self.make_jsonrpc_request(
            "/website_sale/get_combination_info",
            {
                "product_template_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "combination": [],
                "add_qty": quantity,
            },
        )

    def test_each_recurrence_has_its_price_and_its_saving(self):
        self.assertEqual(
            self.read_offers(self.seat),
            [
                f"Monthly {self.tell(9)} per month",
                f"Yearly Save 16 % {self.tell(90)} per year",
            ],
        )

    def test_once_is_offered_where_the_product_allows_it(self):
        self.seat.is_sold_once = True
        self.assertEqual(self.read_offers(self.seat)[-1], f"Once {self.tell(10)}")

    def test_once_and_what_is_free_send_a_value(self):
        self.seat.is_sold_once = True
        self.support.subscription_price_ids.price = 0.0
        *_, once = self.open_product(self.seat).xpath("//input[@name='recurrence_id']")
        self.assertEqual(once.get("value"), "0")
        (free,) = self.open_product(self.support).xpath("//input[@name='recurrence_id']")
        self.assertEqual(float(free.get("data-price", "nan")), 0.0)
        self.assertEqual(float(free.get("data-list-price", "nan")), 0.0)

    def test_other_products_have_no_choice(self):
        page = self.open_product(self.cup)
        self.assertFalse(page.xpath("//*[hasclass('o_sr_offers_wrap')]"))
        self.assertNotIn("shop_offers", self.get_info(self.cup))

    def test_the_agreement_is_told_in_plain_words(self):
        self.template.write(
            {
                "trial_count": 14,
                "trial_unit": "day",
                "setup_product_id": self.setup_service.id,
                "setup_price": 49.0,
                "commitment_count": 12,
                "commitment_unit": "month",
                "notice_count": 1,
                "notice_unit": "month",
                "close_boundary": "period",
                "payment_mode": "charge",
            }
        )
        self.seat.write({"intro_discount": 50, "intro_period_count": 3})
        (terms,) = self.open_product(self.seat).xpath("//*[hasclass('o_sr_terms')]")
        self.assertEqual(
            [self.get_text(item) for item in terms.xpath("./li")],
            [
                "Free for 14 days, then billed by itself.",
                f"Set-up: {self.tell(49)}, once.",
                "50 % off the first 3 periods.",
                "Your payment method is saved and charged for each period.",
                "Minimum commitment: 12 months.",
                "Cancel with 1 month notice, to the end of a billed period.",
            ],
        )

    def test_prices_follow_the_quantity_and_are_those_of_the_cart(self):
        self._create_price(self.seat, self.month, 7.0, min_quantity=10)
        info = self.get_info(self.seat, 10)
        self.assertEqual([offer["price"] for offer in info["shop_offers"]], [7.0, 90.0])
        self.assertIn("o_sr_offer", info["shop_offers_html"])
        self.add(self.seat, self.month, 10)
        self.assertEqual(self.cart.order_line.price_unit, 7.0)

    def test_prices_are_shown_with_taxes_where_the_shop_says_so(self):
        self.website.show_line_subtotals_tax_selection = "tax_included"
        offers = self.get_info(self.seat)["shop_offers"]
        self.assertEqual([offer["price"] for offer in offers], [10.8, 108.0])
