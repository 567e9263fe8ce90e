from odoo.fields import Command
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopAudience(ShopCase):
    """A recurrence is offered to whom it has a price for: that customer, company, day, number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pricelists = cls.env.ref("product.group_product_pricelist")
        cls.env.ref("base.group_user").implied_ids = [Command.link(pricelists.id)]
        cls.yearly = cls.seat.subscription_price_ids.filtered(
            lambda price: price.recurrence_id == cls.year
        )
        cls._create_pricelist("Everybody", sequence=1, selectable=True)
        cls.friends = cls._create_pricelist("Friends", sequence=99, code="FRIENDS")

    @classmethod
    def _create_pricelist(cls, name, **values):
        return cls.env["product.pricelist"].create(
            {
                "name": name,
                "currency_id": cls.currency.id,
                "website_id": cls.website.id,
                "selectable": False,
                **values,
            }
        )

    def get_offered(self, product=None, quantity=1):
        """Return what the page of a product offers, as pairs of name and price."""
        product = product or self.seat
        info = self.make_jsonrpc_request(
            "/website_sale/get_combination_info",
            {
                "product_template_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "combination": [],
                "add_qty": quantity,
            },
        )
        return [(offer["name"], offer["price"]) for offer in info["shop_offers"]]

    def assertRefused(self, recurrence, quantity=1):
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.add(self.seat, recurrence, quantity)
        self.assertFalse(self.cart.order_line)

    def read_tile(self):
        (tile,) = [
            tile
            for tile in self.open("/shop", search="Seat").xpath(
                "//form[hasclass('oe_product_cart')]"
            )
            if self.get_text(tile.xpath(".//h2")[0]) == "Seat"
        ]
        return self.get_text(tile.xpath(".//div[hasclass('product_price')]")[0])

    def test_a_price_of_other_customers(self):
        self.yearly.pricelist_id = self.friends
        self.assertEqual(self.get_offered(), [("Monthly", 9.0)])
        self.assertEqual(self.read_tile(), f"{self.tell(9)} per month")
        self.assertRefused(self.year)
        self.add(self.seat, self.month)
        self.assertFalse(self.open("/shop/cart").xpath("//*[hasclass('o_sr_recurrence')]"))
        self.open("/shop/pricelist", promo="FRIENDS")
        self.assertEqual(self.get_offered(), [("Monthly", 9.0), ("Yearly", 90.0)])
        self.update(self.cart.order_line, recurrence_id=self.year.id)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Yearly", 1.0, 90.0)])

    def test_the_shortest_period_of_other_customers_is_no_default(self):
        monthly = self.seat.subscription_price_ids - self.yearly
        monthly.pricelist_id = self.friends
        self.assertEqual(self.read_tile(), f"{self.tell(90)} per year")
        self.add(self.seat)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Yearly", 1.0, 90.0)])

    def test_a_price_of_another_company(self):
        self.yearly.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(self.get_offered(), [("Monthly", 9.0)])
        self.assertRefused(self.year)

    def test_a_price_of_other_days(self):
        self.yearly.date_end = "2027-01-30"
        self.assertEqual(self.get_offered(), [("Monthly", 9.0)])
        self.assertRefused(self.year)

    def test_a_price_of_larger_numbers(self):
        self.yearly.min_quantity = 10
        self.assertEqual(self.get_offered(), [("Monthly", 9.0)])
        self.assertEqual(self.get_offered(quantity=10), [("Monthly", 9.0), ("Yearly", 90.0)])
        self.assertRefused(self.year, 9)
        self.add(self.seat, self.year, 10)
        line = self.cart.order_line
        self.assertIn("Yearly", self.update(line, 9)["warning"])
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Yearly", 10.0, 90.0)])
        self.update(line, 12)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Yearly", 12.0, 90.0)])

    def test_what_costs_nothing_where_that_is_prevented(self):
        self.seat.write({"is_sold_once": True, "lst_price": 0.0})
        self.assertEqual(self.get_offered()[-1], ("Once", 0.0))
        self.website.prevent_zero_price_sale = True
        self.assertEqual(self.get_offered(), [("Monthly", 9.0), ("Yearly", 90.0)])
        self.assertRefused(False)
        (self.seat.subscription_price_ids - self.yearly).price = 0.0
        self.assertEqual(self.get_offered(), [("Yearly", 90.0)])
        self.assertEqual(self.read_tile(), f"{self.tell(90)} per year")
        self.assertRefused(self.month)
        self.add(self.seat)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Yearly", 1.0, 90.0)])

    def test_what_a_visitor_may_not_have_any_more_is_billed_by_another_period(self):
        self.yearly.pricelist_id = self.friends
        self.add(self.cup)
        self.open("/shop/pricelist", promo="FRIENDS")
        self.add(self.seat, self.year)
        text = self.get_text(self.open("/shop/pricelist", promo=""))
        self.assertIn(("Seat", "Monthly", 1.0, 9.0), self.get_lines(self.cart))
        self.assertIn("Seat is not offered as Yearly any more and was changed to Monthly.", text)

    def test_a_price_that_is_gone_before_the_payment(self):
        self.log_in()
        self.add(self.seat, self.year)
        self.yearly.unlink()
        text = self.get_text(self.open("/shop/cart"))
        self.assertIn("Seat is not offered as Yearly any more and was changed to Monthly.", text)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 9.0)])

    def test_a_price_of_one_variant(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": name}) for name in "SL"]}
        )
        template = self.env["product.template"].browse(self.seat.product_tmpl_id.id)
        template.attribute_line_ids = [
            Command.create(
                {
                    "attribute_id": attribute.id,
                    "value_ids": [Command.set(attribute.value_ids.ids)],
                }
            )
        ]
        small, large = template.product_variant_ids
        self.yearly.product_id = large
        self.assertEqual(self.get_offered(small), [("Monthly", 9.0)])
        self.assertEqual(self.get_offered(large), [("Monthly", 9.0), ("Yearly", 90.0)])
        self.assertEqual(self.read_tile(), f"from {self.tell(9)} per month")
