import inspect
import pkgutil
from importlib import import_module

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..tests.common import ShopCase

PACKAGE = "odoo.addons.website_sale_recurring.controllers"
HOSTILE = (None, False, True, "", "x", "1", -1, 0, 10**12, 1.5, [1], {"id": 1}, "1 OR 1=1")
# Every route of the bridge: its address, its type, and what of it comes from a visitor.
ROUTES = {
    "get_combination_info_website": (
        "/website_sale/get_combination_info",
        "json",
        ("recurrence_id",),
    ),
    "cart": ("/shop/cart", "http", ("id", "access_token", "revive_method")),
    "shop_payment_validate": ("/shop/payment/validate", "http", ()),
    "shop_payment_transaction": (
        "/shop/payment/transaction/{cart}",
        "json",
        ("access_token", "amount", "provider_id", "payment_method_id", "token_id", "flow"),
    ),
    "shop_method_transaction": (
        "/shop/payment/method/{cart}/transaction",
        "json",
        ("access_token", "provider_id", "payment_method_id", "token_id", "flow"),
    ),
    "shop_method_assign": (
        "/shop/payment/method/{cart}/assign",
        "json",
        ("access_token", "token_id"),
    ),
    "shop_bundles": ("/shop/bundles", "http", ("refused",)),
    "shop_bundle": ("/shop/bundle/{cart}", "http", ("refused",)),
    "shop_bundle_totals": ("/shop/bundle/{cart}/totals", "json", ("options",)),
    "my_orders_reorder": ("/my/orders/reorder", "json", ("order_id", "access_token")),
    "shop_bundle_add": ("/shop/bundle/{cart}/add", "post", ("option-1",)),
}
KNOWN_ERRORS = ("odoo.exceptions.", "werkzeug.exceptions.")


@tagged("post_install", "-at_install")
class TestShopRoutes(ShopCase):
    """Each route of the shop, with whatever somebody sends in place of what the page sends."""

    def find_routes(self):
        """Return the names of all methods of the bridge that answer requests."""
        package, found = import_module(PACKAGE), set()
        for info in pkgutil.iter_modules(package.__path__):
            module = import_module(f"{PACKAGE}.{info.name}")
            for _name, each in inspect.getmembers(module, inspect.isclass):
                if each.__module__ == module.__name__:
                    found |= {
                        name
                        for name, value in vars(each).items()
                        if hasattr(value, "original_routing")
                    }
        return found

    def test_every_route_is_walked(self):
        self.assertEqual(self.find_routes(), set(ROUTES))

    def get_state(self):
        self.env.invalidate_all()
        orders = self.env["sale.order"].search([("website_id", "=", self.website.id)])
        return (
            [(order.id, order.state, order.amount_total) for order in orders],
            self.env["payment.transaction"].search_count([]),
            self.env["account.move"].search_count([]),
        )

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_nothing_that_is_sent_does_harm(self):
        self.company.subscription_template_id = self.charged_template
        self.add(self.seat, self.month)
        cart = self.cart
        before = self.get_state()
        valid = {
            "product_template_id": self.seat.product_tmpl_id.id,
            "product_id": self.seat.id,
            "combination": [],
            "add_qty": 1,
            "access_token": "wrong",
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": cart.amount_total,
            "flow": "direct",
        }
        for name, (address, kind, names) in ROUTES.items():
            url = address.format(cart=cart.id)
            for key in names or ("nothing",):
                for value in HOSTILE:
                    with self.subTest(route=name, key=key, value=value):
                        self.send(url, kind, {**valid, key: value}, {key: value})
        self.assertEqual(self.get_state(), before)

    def send(self, url, kind, values, params):
        if kind == "json":
            wanted = {
                name: value
                for name, value in values.items()
                if "/shop/payment" not in url
                or not name.startswith(("product", "combination", "add_"))
            }
            try:
                self.make_jsonrpc_request(url, wanted)
            except JsonRpcException as error:
                self.assertTrue(str(error).startswith(KNOWN_ERRORS), error)
            return
        method = "POST" if kind == "post" else "GET"
        response = self.url_open(url, params=params, method=method, allow_redirects=False)
        self.assertLess(response.status_code, 500)

    @mute_logger("odoo.http")
    def test_the_cart_takes_only_what_is_sold(self):
        for key in ("recurrence_id", "price_unit", "discount", "subscription_template_id"):
            for value in HOSTILE:
                with self.subTest(key=key, value=value):
                    try:
                        self.add(self.seat, **{"recurrence_id": self.month.id, key: value})
                    except JsonRpcException as error:
                        self.assertTrue(str(error).startswith(KNOWN_ERRORS), error)
        for line in self.cart.order_line:
            self.assertEqual(
                (line.recurrence_id, line.price_unit, line.discount), (self.month, 9.0, 0.0)
            )
        self.assertEqual(self.cart.subscription_template_id, self.template)
