from lxml import html
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.sale_recurring.tests.support.common_payment import (  # pylint: disable=odoo-addons-relative-import
    PaymentCommon,
)


class ShopCase(PaymentCommon, HttpCase):
    """A shop that sells a seat at 9 a month and 90 a year, support by the month, and cups."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.website.show_line_subtotals_tax_selection = "tax_excluded"
        cls.company.subscription_template_id = cls.template
        cls.cup = cls._create_product(
            "Cup", 5.0, is_recurring=False, type="consu", description_sale="Blue."
        )
        cls._create_price(cls.seat, cls.month, 9.0)
        cls._create_price(cls.seat, cls.year, 90.0)
        cls._create_price(cls.support, cls.month, 30.0)
        (cls.seat | cls.support | cls.hosting | cls.cup).website_published = True
        cls.carrier = cls.env["delivery.carrier"].search([], limit=1)

    @classmethod
    def _create_price(cls, product, recurrence, amount, **values):
        return cls.env["subscription.price"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "recurrence_id": recurrence.id,
                "price": amount,
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def log_in(self):
        """Let the customer visit the shop as a user of the portal."""
        user = new_test_user(
            self.env, login="ada", groups="base.group_portal", password="ada-secret"
        )
        user.partner_id.write({"country_id": self.company.country_id.id, "name": "Ada"})
        self.authenticate("ada", "ada-secret")
        return user

    # ------------------------------------------------------------------
    # What a visitor does
    # ------------------------------------------------------------------

    def open(self, url, **params):
        """Return a page as a tree."""
        response = self.url_open(url, params=params)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.content.decode())

    def open_product(self, product):
        return self.open(product.product_tmpl_id.website_url)

    def get_text(self, node):
        """Return what can be read there, with one blank between words."""
        return " ".join(node.text_content().replace("\xa0", " ").split())

    def tell(self, amount):
        return self.currency.format(amount).replace("\xa0", " ")

    def add(self, product, recurrence=None, quantity=1, **values):
        """Put a product into the cart, for a recurrence unless it is False or not named.

        :param recurrence: a `subscription.recurrence`, False for once, None to leave it open
        """
        if recurrence is not None:
            values["recurrence_id"] = recurrence.id if recurrence else 0
        return self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "quantity": quantity,
                **values,
            },
        )

    def update(self, line, quantity=None, **values):
        """Change a line of the cart."""
        quantity = line.product_uom_qty if quantity is None else quantity
        result = self.make_jsonrpc_request(
            "/shop/cart/update", {"line_id": line.id, "quantity": quantity, **values}
        )
        self.env.invalidate_all()
        return result

    @property
    def cart(self):
        """Return the cart of the visitor: the last one of the shop."""
        self.env.invalidate_all()
        return self.env["sale.order"].search(
            [("website_id", "=", self.website.id)], order="id desc", limit=1
        )

    def get_lines(self, order):
        """Return product, recurrence and price of all lines, to compare."""
        return sorted(
            (
                line.product_id.name,
                line.recurrence_id.name or "once",
                line.product_uom_qty,
                line.price_unit,
            )
            for line in order.order_line
        )

    def buy(self, order):
        """Confirm a cart as a payment does, and return its first invoice."""
        order.partner_id = self.partner
        order.action_confirm()
        return self.bill(order)

    def commands(self, records):
        return [Command.set(records.ids)]


class PaidShopCase(ShopCase):
    """A customer who is logged in and pays with the demo provider, which charges each period."""

    def setUp(self):
        super().setUp()
        self.user = self.log_in()
        self.company.subscription_template_id = self.charged_template

    def check_out(self):
        """Go to the payment, as the button of the cart does, and return its page."""
        self.open("/shop/checkout", try_skip_step="true")
        return self.open("/shop/payment")

    def get_payment(self, flow="direct", method=None, **values):
        """Return what the form sends to begin a payment of the cart."""
        cart = self.cart
        return {
            "provider_id": self.provider.id,
            "payment_method_id": (method or self.method).id,
            "token_id": None,
            "amount": cart.amount_total or None,
            "flow": flow,
            "tokenization_requested": False,
            "landing_route": "/shop/payment/validate",
            "is_validation": False,
            "access_token": cart._portal_ensure_token(),
            **values,
        }

    def pay(self, path=None, **values):
        """Begin a payment as the form does, and return the transaction."""
        path = path or f"/shop/payment/transaction/{self.cart.id}"
        result = self.make_jsonrpc_request(path, self.get_payment(**values))
        return self.env["payment.transaction"].search([("reference", "=", result["reference"])])

    def answer(self, tx, state="done"):
        """Let the provider answer, and the page that waits for it ask what came of it."""
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {"reference": tx.reference, "payment_details": "4242", "simulated_state": state},
        )
        self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()

    def pay_free(self, cart, **values):
        return self.pay(f"/shop/payment/method/{cart.id}/transaction", is_validation=True, **values)

    def start_trial(self):
        self.charged_template.write({"trial_count": 14, "trial_unit": "day"})
        self.add(self.seat, self.month)
        return self.cart
