import json
from urllib.parse import parse_qsl, urlsplit

from lxml import html
from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopCatalogue(ShopCase):
    """Tiles, search, filters, dialogs and search engines tell the price of a period."""

    def setUp(self):
        super().setUp()
        products = self.seat | self.support | self.cup
        self.env["product.template"].search(
            [("id", "not in", products.product_tmpl_id.ids)]
        ).is_published = False
        self.support.lst_price = 1.0

    def read_tiles(self, path="/shop", **params):
        page = self.open(path, **params)
        return {
            self.get_text(tile.xpath(".//h2")[0]): self.get_text(
                tile.xpath(".//div[hasclass('product_price')]")[0]
            )
            for tile in page.xpath("//form[hasclass('oe_product_cart')]")
        }

    def test_tiles_tell_the_shortest_period(self):
        self.assertEqual(
            self.read_tiles(),
            {
                "Seat": f"from {self.tell(9)} per month",
                "Support": f"{self.tell(30)} per month",
                "Cup": self.tell(5),
            },
        )

    def test_products_are_sorted_and_filtered_by_what_is_shown(self):
        rising = list(self.read_tiles(order="list_price asc"))
        self.assertEqual(rising, ["Cup", "Seat", "Support"])
        falling = list(self.read_tiles(order="list_price desc"))
        self.assertEqual(falling, ["Support", "Seat", "Cup"])
        self.website.viewref("website_sale.filter_products_price").active = True
        self.assertEqual(set(self.read_tiles(min_price="8", max_price="20")), {"Seat"})
        bounds = self.open("/shop").xpath("//input[@type='range']")[0]
        self.assertEqual((float(bounds.get("min")), float(bounds.get("max"))), (5.0, 30.0))

    def test_a_price_filter_stays_as_it_was_typed(self):
        extra = self._create_product("Extra", 2.0)
        self._create_price(extra, self.month, 40.0)
        extra.website_published = True
        self.website.viewref("website_sale.filter_products_price").active = True
        self.website.shop_ppg = 1
        asked = {"min_price": "12.0", "order": "list_price asc"}
        page = self.open("/shop", **asked)
        bounds = page.xpath("//input[@type='range']")[0]
        self.assertEqual((float(bounds.get("min")), float(bounds.get("max"))), (5.0, 40.0))
        self.assertEqual(bounds.get("value").split(",")[0], "12.000000")
        (link,) = set(page.xpath("//a[contains(@href, '/shop/page/2')]/@href"))
        self.assertEqual(list(self.read_tiles(**asked)), ["Support"])
        query = dict(parse_qsl(urlsplit(link).query))
        self.assertEqual(query["min_price"], "12.0")
        self.assertEqual(list(self.read_tiles(urlsplit(link).path, **query)), ["Extra"])

    def test_search_tells_the_period(self):
        found = self.make_jsonrpc_request(
            "/website/snippet/autocomplete",
            {
                "search_type": "products_only",
                "term": "Support",
                "options": {
                    "displayImage": False,
                    "displayDescription": False,
                    "displayExtraLink": False,
                    "displayDetail": True,
                },
            },
        )
        (result,) = found["results"]
        self.assertIn("per month", result["detail"])
        self.assertIn("30.00", result["detail"])

    def test_snippets_tell_the_period(self):
        snippet = self.env.ref("website_sale.dynamic_filter_newest_products")
        body = self.make_jsonrpc_request(
            "/website/snippet/filters",
            {
                "filter_id": snippet.id,
                "template_key": "website_sale.dynamic_filter_template_product_product_"
                "products_item",
                "limit": 16,
                "search_domain": [],
                "with_sample": False,
            },
        )
        text = " ".join(self.get_text(html.fromstring(part)) for part in body)
        self.assertIn(f"from {self.tell(9)} per month", text)
        self.assertIn(f"{self.tell(30)} per month", text)

    def test_a_recurring_price_is_enough_where_zero_is_prevented(self):
        self.website.prevent_zero_price_sale = True
        self.seat.lst_price = 0.0
        self.add(self.seat, self.month)
        self.assertEqual(self.cart.order_line.price_unit, 9.0)
        self.assertIn("Seat", self.read_tiles())

    def test_search_engines_read_each_period(self):
        page = self.open_product(self.seat)
        data = [
            json.loads(script.text)
            for script in page.xpath("//script[@type='application/ld+json']")
        ]
        products = [one for each in data for one in (each if isinstance(each, list) else [each])]
        (product,) = [one for one in products if one.get("@type") == "Product"]
        month, year = product["offers"]
        self.assertEqual((month["price"], year["price"]), (9.0, 90.0))
        self.assertEqual(month["priceSpecification"]["unitCode"], "MON")
        self.assertEqual(year["priceSpecification"]["unitCode"], "ANN")
        self.assertEqual(year["priceSpecification"]["billingIncrement"], 1)

    def test_tiles_cost_the_same_for_many_products(self):
        def render():
            self.open("/shop")

        render()
        few = self.count_queries(render)
        for number in range(6):
            product = self._create_product(f"Extra {number}", 3.0)
            self._create_price(product, self.month, 4.0)
            product.website_published = True
        self.env.flush_all()
        render()
        many = self.count_queries(render)
        self.assertLessEqual(many - few, 6, "what core asks for each product")

    def test_dialogs_show_the_chosen_period(self):
        self.seat.is_sold_once = True
        asked = {
            "product_template_id": self.seat.product_tmpl_id.id,
            "quantity": 1,
            "currency_id": self.currency.id,
            "so_date": "2027-01-31 12:00:00",
            "ptav_ids": [],
            "only_main_product": True,
        }
        for wanted, price, text in (
            (self.month.id, 9.0, "per month"),
            (self.year.id, 90.0, "per year"),
            (0, 10.0, None),
            (-5, 9.0, "per month"),
        ):
            values = self.make_jsonrpc_request(
                "/website_sale/product_configurator/get_values",
                {**asked, "recurrence_id": wanted},
            )
            self.assertEqual(values["products"][0]["price"], price)
            self.assertEqual(values["products"][0].get("price_info"), text)
