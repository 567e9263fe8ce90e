import json

from odoo.fields import Command
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import ShopCase

DAY = "2027-01-31 12:00:00"
IDS = ("product_id", "product_template_id")
HOSTILE = (None, True, "x", "1", -1, 10**12, 1.5, [1], {"id": 1})
DATED = ("quantity", "currency_id", "so_date", "product_template_id", "ptav_ids")
COMBO = ("quantity", "currency_id", "date", "product_tmpl_id")
# Core's routes that take our `recurrence_id`, and what they need besides.
DIALOGS = {
    "product_configurator/get_values": DATED,
    "product_configurator/update_combination": DATED,
    "combo_configurator/get_data": COMBO,
    "combo_configurator/get_price": COMBO,
}


@tagged("post_install", "-at_install")
class TestShopDialogs(ShopCase):
    """Configurator, combos and quick buttons put the right recurrence and price into the cart."""

    # ------------------------------------------------------------------
    # Configurator
    # ------------------------------------------------------------------

    def link(self, product, **values):
        """Return an optional product as the configurator sends it."""
        return {
            "product_id": product.id,
            "product_template_id": product.product_tmpl_id.id,
            "parent_product_template_id": self.seat.product_tmpl_id.id,
            "quantity": 1,
            "product_custom_attribute_values": [],
            "no_variant_attribute_value_ids": [],
            **values,
        }

    def test_options_follow_their_product_where_they_can(self):
        self._create_price(self.hosting, self.month, 20.0)
        self._create_price(self.hosting, self.year, 200.0)
        options = self.hosting | self.support | self.cup
        self.seat.optional_product_ids = options.product_tmpl_id
        asked = {"quantity": 1, "currency_id": self.currency.id, "so_date": DAY}
        shown = self.make_jsonrpc_request(
            "/website_sale/product_configurator/get_values",
            {
                **asked,
                "product_template_id": self.seat.product_tmpl_id.id,
                "ptav_ids": [],
                "recurrence_id": self.year.id,
            },
        )
        prices = {one["display_name"]: one["price"] for one in shown["optional_products"]}
        self.assertEqual(prices, {"Hosting": 200.0, "Support": 30.0, "Cup": 5.0})
        self.add(self.seat, self.year, linked_products=[self.link(one) for one in options])
        self.assertEqual(
            self.get_lines(self.cart),
            [
                ("Cup", "once", 1.0, 5.0),
                ("Hosting", "Yearly", 1.0, 200.0),
                ("Seat", "Yearly", 1.0, 90.0),
                ("Support", "Monthly", 1.0, 30.0),
            ],
        )

    def test_an_option_of_another_template_stays_out(self):
        self.support.product_tmpl_id.shop_subscription_template_id = self._create_template("Other")
        self.seat.optional_product_ids = self.support.product_tmpl_id
        self.add(self.seat, self.month, linked_products=[self.link(self.support)])
        self.assertEqual(self.cart.order_line.product_id, self.seat)

    def test_the_configurator_follows_quantity_and_variant(self):
        self._create_price(self.seat, self.year, 80.0, min_quantity=5)
        values = self.make_jsonrpc_request(
            "/website_sale/product_configurator/update_combination",
            {
                "product_template_id": self.seat.product_tmpl_id.id,
                "ptav_ids": [],
                "currency_id": self.currency.id,
                "so_date": DAY,
                "quantity": 6,
                "recurrence_id": self.year.id,
            },
        )
        self.assertEqual(values["price"], 80.0)
        self.add(self.seat, self.year, 6)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Yearly", 6.0, 80.0)])

    # ------------------------------------------------------------------
    # Combos
    # ------------------------------------------------------------------

    def create_combo(self):
        """Return a combo of a seat and support, billed as a whole at 40 a month or 400 a year."""
        combos = self.env["product.combo"].create(
            [
                {"name": one.name, "combo_item_ids": [Command.create({"product_id": one.id})]}
                for one in (self.seat, self.support)
            ]
        )
        combo = self.env["product.product"].create(
            {
                "name": "Office",
                "type": "combo",
                "list_price": 40.0,
                "is_recurring": True,
                "combo_ids": self.commands(combos),
                "website_published": True,
                "taxes_id": self.commands(self.seat.taxes_id),
            }
        )
        self._create_price(combo, self.month, 40.0)
        self._create_price(combo, self.year, 400.0)
        return combo

    def add_combo(self, combo, recurrence, quantity=1):
        items = combo.combo_ids.combo_item_ids
        linked = [
            self.link(
                item.product_id,
                combo_item_id=item.id,
                quantity=quantity,
                parent_product_template_id=combo.product_tmpl_id.id,
            )
            for item in items
        ]
        return self.add(combo, recurrence, quantity, linked_products=linked)

    def test_a_combo_is_billed_for_the_period_that_was_chosen(self):
        combo = self.create_combo()
        asked = {"product_tmpl_id": combo.product_tmpl_id.id, "quantity": 1, "date": DAY}
        for recurrence, price in ((self.month, 40.0), (self.year, 400.0)):
            with self.subTest(recurrence=recurrence.name):
                values = {**asked, "recurrence_id": recurrence.id}
                path = "/website_sale/combo_configurator"
                data = self.make_jsonrpc_request(f"{path}/get_data", values)
                self.assertEqual(data["price"], price)
                self.assertEqual(self.make_jsonrpc_request(f"{path}/get_price", values), price)
                self.add_combo(combo, recurrence)
                lines = self.cart.order_line.filtered(
                    lambda line, recurrence=recurrence: line.recurrence_id == recurrence
                )
                self.assertEqual(lines.product_id, combo | self.seat | self.support)
                self.assertEqual(sum(lines.mapped("price_subtotal")), price)
        cart = self.cart
        self.assertEqual(cart.amount_total, 440 * 1.2)
        self.assertEqual(self.buy(cart).amount_total, cart.amount_total)

    def test_a_combo_stays_whole(self):
        combo = self.create_combo()
        self.add_combo(combo, self.month)
        cart = self.cart
        main = cart.order_line.filtered(lambda line: line.product_id == combo)
        items = cart.order_line - main
        self.assertFalse(main._get_shop_choices())
        self.update(main, 2, recurrence_id=self.year.id)
        self.assertEqual(set(cart.order_line.mapped("product_uom_qty")), {2.0})
        self.assertEqual(cart.order_line.recurrence_id, self.month)
        self.update(items[0], 1, recurrence_id=self.year.id)
        self.assertEqual(cart.order_line.recurrence_id, self.month)
        self.update(main, 0)
        self.assertFalse(cart.order_line)

    @mute_logger("odoo.http")
    def test_items_of_no_combo_are_refused(self):
        combo = self.create_combo()
        self.add(self.seat, self.month)
        cart = self.cart
        before = self.get_lines(cart)
        item = combo.combo_ids.combo_item_ids[0]
        foreign = self.create_order(self.seat).order_line
        for parent in (cart.order_line, foreign):
            for product in (self.seat, self.hosting):
                with self.subTest(parent=parent.id, product=product.name):
                    with self.assertRaises(JsonRpcException):
                        self.add(product, linked_line_id=parent.id, combo_item_id=item.id)
                    self.env.invalidate_all()
                    self.assertEqual(self.get_lines(cart), before)

    # ------------------------------------------------------------------
    # Quick buttons
    # ------------------------------------------------------------------

    def test_a_tile_adds_the_period_that_it_shows(self):
        page = self.open("/shop", search="Seat")
        (tile,) = page.xpath("//form[hasclass('oe_product_cart')]")
        self.assertIn(f"from {self.tell(9)} per month", self.get_text(tile))
        ids = {name: int(tile.xpath(f".//input[@name='{name}']/@value")[0]) for name in IDS}
        self.make_jsonrpc_request(
            "/shop/cart/add",
            {**ids, "quantity": 1},
        )
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 9.0)])

    def test_the_list_of_what_was_bought_adds_the_price_of_today(self):
        self.log_in()
        values = {
            "product_template_id": self.seat.product_tmpl_id.id,
            "product_id": self.seat.id,
            "quantity": 2,
        }
        result = self.make_jsonrpc_request("/shop/cart/quick_add", values)
        self.assertIn("per month", result["website_sale.cart_lines"])
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 2.0, 9.0)])

    # ------------------------------------------------------------------
    # What nobody's page sends
    # ------------------------------------------------------------------

    @mute_logger("odoo.http", "odoo.sql_db")
    def test_quantities_that_are_none(self):
        for quantity in ("NaN", "Infinity", "-Infinity", '"x"', "null", "[]", "{}", "-3", "1e300"):
            for path in ("/shop/cart/add", "/shop/cart/update"):
                with self.subTest(quantity=quantity, path=path):
                    self.add(self.seat, self.month)
                    cart = self.cart
                    asked = {**self.values_of(self.seat), "line_id": cart.order_line.id}
                    body = json.dumps({"method": "call", "params": asked})
                    body = body.replace('"params": {', f'"params": {{"quantity": {quantity}, ')
                    headers = {"Content-Type": "application/json"}
                    self.url_open(path, data=body, headers=headers)
                    self.open("/shop/cart")
                    self.env.invalidate_all()
                    self.assertGreaterEqual(cart.amount_total, 0)
                    for line in cart.order_line:
                        self.assertGreater(line.product_uom_qty, 0)
                        self.assertEqual(line.price_unit, 9.0)
                    cart.order_line.unlink()

    def values_of(self, product):
        return {
            "product_template_id": product.product_tmpl_id.id,
            "product_id": product.id,
            "recurrence_id": self.month.id,
        }

    @mute_logger("odoo.http")
    def test_recurrences_that_are_not_offered(self):
        foreign = self.env["subscription.recurrence"].create(
            {"name": "Every 7 months", "unit": "month", "count": 7}
        )
        self.add(self.seat, self.month)
        cart = self.cart
        for wrong in (foreign.id, self.quarter.id, 10**9, -1, "x", [self.month.id], 1.5, True):
            for path, values in (
                ("/shop/cart/add", self.values_of(self.seat)),
                ("/shop/cart/update", {"line_id": cart.order_line.id}),
            ):
                with self.subTest(wrong=wrong, path=path), self.assertRaises(JsonRpcException):
                    self.make_jsonrpc_request(
                        path, {**values, "quantity": 1, "recurrence_id": wrong}
                    )
        self.env.invalidate_all()
        self.assertEqual(self.get_lines(cart), [("Seat", "Monthly", 1.0, 9.0)])

    @mute_logger("odoo.http")
    def test_nothing_that_is_sent_to_the_dialogs_does_harm(self):
        combo = self.create_combo()
        other = self.env["subscription.recurrence"].create({"name": "Other", "unit": "week"})
        gone = self.year.copy({"active": False})
        asked = {"quantity": 1, "currency_id": self.currency.id, "so_date": DAY, "date": DAY}
        hostile = (*HOSTILE, other.id, gone.id)
        for product, price in ((self.seat, 9.0), (combo, 40.0), (self.cup, 5.0)):
            ids = {
                "product_template_id": product.product_tmpl_id.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "ptav_ids": [],
                "parent_ptav_ids": [],
            }
            for route, names in DIALOGS.items():
                for key in ("recurrence_id", "recurrence", "recurring_pricelist"):
                    for value in hostile:
                        with self.subTest(product=product.name, route=route, key=key, value=value):
                            values = {**asked, **ids, key: value}
                            sent = {name: values[name] for name in (*names, key)}
                            answer = self.make_jsonrpc_request(f"/website_sale/{route}", sent)
                            self.assertEqual(self.get_price(answer), price)

    def get_price(self, answer):
        """Return the price of the product of an answer, whichever route gave it."""
        if isinstance(answer, dict):
            return answer["products"][0]["price"] if "products" in answer else answer["price"]
        return answer
