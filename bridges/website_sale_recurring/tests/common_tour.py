from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.sale_recurring.tests.support.warm import (  # pylint: disable=odoo-addons-relative-import
    WarmCase,
)

from .common import PaymentCommon


class ShopTourCase(WarmCase, HttpCase):
    """A shop in a browser, that sells a seat by the month or year and charges a card for it.

    The clock runs: a browser waits for real seconds.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", company)
        PaymentCommon._enable_demo_provider(cls.env, company)
        cls.website = cls.env["website"].search([("company_id", "=", company.id)], limit=1)
        cls.month = cls.env.ref("sale_recurring.recurrence_month")
        cls.year = cls.env.ref("sale_recurring.recurrence_year")
        cls.terms = cls.env["subscription.template"].create(
            {
                "name": "Tour",
                "recurrence_id": cls.month.id,
                "recurrence_ids": [Command.set(cls.year.ids)],
                "payment_mode": "charge",
            }
        )
        company.subscription_template_id = cls.terms
        cls.seat = cls._create_product("Tour seat", True, {cls.month: 60.0, cls.year: 300.0})
        cls.cup = cls._create_product("Tour cup", False, {})
        cls.user = new_test_user(
            cls.env,
            "shop_tour",
            groups="base.group_portal",
            email="tour@example.com",
            name="Tour Customer",
        )
        cls.user.partner_id.write(
            {
                "street": "Long Lane 1",
                "city": "Scranton",
                "zip": "18503",
                "phone": "+1 555-555-5555",
                "country_id": cls.env.ref("base.us").id,
                "state_id": cls.env.ref("base.state_us_39").id,
            }
        )

    @classmethod
    def _create_product(cls, name, is_recurring, prices):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": 5.0,
                "is_recurring": is_recurring,
                "website_published": True,
                "taxes_id": [Command.clear()],
                "subscription_price_ids": [
                    Command.create({"recurrence_id": one.id, "price": price})
                    for one, price in prices.items()
                ],
            }
        )

    def walk(self, name, url=None, login="shop_tour"):
        """Walk a tour, and return the order that came of it."""
        self.start_tour(url or self.seat.product_tmpl_id.website_url, name, login=login)
        self.env.invalidate_all()
        return self.env["sale.order"].search(
            [("website_id", "=", self.website.id)], order="id desc", limit=1
        )

    def create_bundle(self, **values):
        """Publish a bundle of a seat, with cups to choose."""
        lines = [
            {"product_id": self.seat.id, "recurrence_id": self.month.id},
            {"display_type": "line_section", "name": "Options", "is_optional": True},
            {"product_id": self.cup.id},
        ]
        return self.env["sale.order.template"].create(
            {
                "name": "Tour bundle",
                "is_sold_in_shop": True,
                "subscription_template_id": self.terms.id,
                "sale_order_template_line_ids": [
                    Command.create({"sequence": number, **line})
                    for number, line in enumerate(lines)
                ],
                **values,
            }
        )

    # ------------------------------------------------------------------
    # On a desktop and on a phone
    # ------------------------------------------------------------------

    def buy_by_the_month(self):
        order = self.walk("shop_subscription_monthly")
        self.assertEqual(order.subscription_state, "active")
        self.assertTrue(order.subscription_payment_token_id)
        self.assertEqual(order.order_line.recurrence_id, self.month)
        self.assertEqual(order._bill_subscriptions().amount_total, 60.0)

    def change_in_the_cart(self):
        order = self.walk("shop_subscription_changed")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(order.order_line.recurrence_id, self.month)

    def buy_mixed(self):
        order = self.walk("shop_subscription_mixed")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(order._bill_subscriptions().amount_total, 65.0)

    def buy_once(self):
        self.seat.is_sold_once = True
        order = self.walk("shop_subscription_once")
        self.assertFalse(order.is_subscription)
        self.assertEqual(order.amount_total, 5.0)

    def try_again(self):
        order = self.walk("shop_subscription_declined")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(
            sorted(order.transaction_ids.mapped("state")), ["done", "error"], "one was declined"
        )

    def try_free(self):
        self.terms.write({"trial_count": 14, "trial_unit": "day"})
        order = self.walk("shop_subscription_trial")
        self.assertEqual(order.subscription_state, "active")
        self.assertTrue(order.subscription_payment_token_id)
        self.assertFalse(order._bill_subscriptions())

    def buy_as_a_guest(self):
        order = self.walk("shop_subscription_guest", login=None)
        self.assertEqual(order.partner_id.email, "grace@example.com")
        self.assertEqual(order.subscription_state, "active")

    def buy_a_bundle(self):
        bundle = self.create_bundle()
        order = self.walk("shop_subscription_bundle", url=bundle.shop_url)
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(order._bill_subscriptions().amount_total, 70.0)
