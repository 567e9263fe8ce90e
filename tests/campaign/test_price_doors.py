from datetime import date
from random import Random

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_campaign import PriceCampaignCase


@tagged("post_install", "-at_install")
class TestPriceDoors(PriceCampaignCase):
    """A line's price is what a new quotation of that day would ask, whichever way it came.

    Unless somebody typed or agreed on another one.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env.ref("sale.group_discount_per_so_line")
        cls.env.ref("base.group_user").implied_ids += group
        cls.included = cls._create_tax(21, price_include_override="tax_included")
        cls.exempt = cls.env["account.fiscal.position"].create({"name": "Exempt"})
        cls._create_tax(
            0, fiscal_position_ids=[Command.link(cls.exempt.id)], original_tax_ids=cls.included.ids
        )

    def set_up_world(self, random):
        """Draw a list price, taxes, and a pricelist with a rule, maybe for larger quantities."""
        self.seat.list_price = random.choice([9.99, 12.1, 119.9, 0.0123])
        self.seat.taxes_id = random.choice([self.tax, self.included])
        rule = random.choice(
            [
                {"compute_price": "percentage", "percent_price": random.choice([7.5, 10, 33])},
                {"compute_price": "fixed", "fixed_price": random.choice([7.77, 8.5])},
                {
                    "compute_price": "formula",
                    "price_discount": 12.5,
                    "price_surcharge": random.choice([0, 0.5]),
                },
            ]
        )
        rule["min_quantity"] = random.choice([0, 10])
        self.pricelist = self.env["product.pricelist"].create(
            {"name": "Drawn", "item_ids": [Command.create({"applied_on": "3_global", **rule})]}
        )
        self.values = {
            "pricelist_id": self.pricelist.id,
            "fiscal_position_id": random.choice([False, self.exempt.id]),
        }
        self.quantity, self.more = random.choice([1, 3, 12]), random.choice([9, 20])
        self.draw_recurring_prices(random)

    def draw_recurring_prices(self, random):
        """Draw no prices of periods, or some for all and some for larger quantities."""
        Price = self.env["subscription.price"]
        Price.search([("product_tmpl_id", "=", self.seat.product_tmpl_id.id)]).unlink()
        for recurrence in random.choice([[], [self.month, self.year], [self.year, self.quarter]]):
            for least in random.choice([(0,), (0, 10)]):
                Price.create(
                    {
                        "product_tmpl_id": self.seat.product_tmpl_id.id,
                        "recurrence_id": recurrence.id,
                        "price": random.choice([7.31, 88.8, 1234.56]) + least,
                        "min_quantity": least,
                    }
                )

    def quote(self, quantity=None, **values):
        """Return unit price and discount that a new quotation asks today."""
        values = {
            "product_id": self.seat.id,
            "product_uom_qty": quantity or self.quantity,
            **values,
        }
        line = self.create_order(values, **self.values).order_line
        return self.get_price(line)

    def get_price(self, line):
        return (round(line.price_unit, 6), round(line.discount, 4))

    def get_net(self, price):
        return round(price[0] * (1 - price[1] / 100), 4)

    def import_order(self, **columns):
        """Return the line of an order that a file brings, as the import of Odoo reads it."""
        columns = {
            "partner_id/.id": self.partner.id,
            "pricelist_id/.id": self.pricelist.id,
            "subscription_template_id/.id": self.template.id,
            "order_line/product_id/.id": self.seat.id,
            "order_line/product_uom_qty": self.quantity,
            **columns,
        }
        if self.values["fiscal_position_id"]:
            columns["fiscal_position_id/.id"] = self.exempt.id
        result = self.env["sale.order"].load(list(columns), [[str(v) for v in columns.values()]])
        self.assertFalse(result["messages"])
        return self.env["sale.order"].browse(result["ids"]).order_line

    def take_template(self):
        """Return the line of a quotation that a quotation template fills."""
        template = self.env["sale.order.template"].create(
            {
                "name": "Prepared",
                "subscription_template_id": self.template.id,
                "sale_order_template_line_ids": [
                    Command.create({"product_id": self.seat.id, "product_uom_qty": self.quantity})
                ],
            }
        )
        order = self.env["sale.order"].create({"partner_id": self.partner.id, **self.values})
        order.sale_order_template_id = template
        order._onchange_sale_order_template_id()
        return order.order_line

    def plan_ramp(self, quantity, **values):
        """Return a planned step of a new quotation."""
        order = self.create_order(self.line_values(self.seat, self.quantity), **self.values)
        return self.env["subscription.ramp.step"].create(
            {"line_id": order.order_line.id, "period": 2, "quantity": quantity, **values}
        )

    def test_every_door_asks_what_a_new_quotation_asks(self):
        for seed in range(17):
            with self.subTest(seed=seed):
                self.travel("2027-01-31")
                self.set_up_world(Random(seed))  # noqa: S311 - repeatable on purpose
                self.check_doors()

    def check_doors(self):
        asked, more = self.quote(), self.quote(self.more)
        self.assertEqual(self.get_price(self.import_order()), asked, "import")
        self.assertEqual(self.get_price(self.take_template()), asked, "quotation template")
        self.assertEqual(self.get_price(self.plan_ramp(self.quantity)), asked, "ramp")
        self.assertEqual(self.get_price(self.plan_ramp(self.more)), more, "ramp")
        order = self.create_order(self.line_values(self.seat, self.quantity), **self.values)
        order.order_line.product_uom_qty = self.more
        self.assertEqual(self.get_price(order.order_line), more, "typed quantity")
        self.check_other_period(order)
        order.action_confirm()
        self.bill(order)
        amendment = order._create_amendment()
        amendment.order_line = [
            Command.create({"product_id": self.seat.id, "product_uom_qty": self.quantity})
        ]
        self.assertEqual(self.get_price(amendment.order_line[-1:]), asked, "amendment")
        amendment._action_cancel()
        self.check_renewal(order)

    def check_other_period(self, order):
        """Compare what a quotation asks whose line, or whose terms, get another recurrence."""
        line = order.order_line
        first, asked_first = line.recurrence_id, self.get_price(line)
        for recurrence in (self.year, self.month):
            line.recurrence_id = recurrence
            asked = self.quote(self.more, recurrence_id=recurrence.id)
            self.assertEqual(self.get_price(line), asked, "another recurrence")
        terms = self._create_template(
            "Yearly", recurrence_id=self.year.id, recurrence_ids=[Command.set(self.year.ids)]
        )
        order.subscription_template_id = terms
        self.assertEqual(line.recurrence_id, self.year)
        asked = self.quote(self.more, recurrence_id=self.year.id)
        self.assertEqual(self.get_price(line), asked, "other terms")
        order.subscription_template_id = self.template
        line.recurrence_id = first
        self.assertEqual(self.get_price(line), asked_first, "back again")

    def check_renewal(self, order):
        """Compare what a renewal at list prices and a campaign ask once the list price is another.

        They may show the rule as a discount or have it in the price; the amount is the same.
        """
        self.seat.list_price *= 2
        more = self.get_net(self.quote(self.more))
        order.subscription_renewal_price = "list"
        renewal = order._create_renewal_quotation()
        self.assertAlmostEqual(self.get_net(self.get_price(renewal.order_line)), more, 4)
        campaign = self.preview(
            order,
            method="pricelist",
            pricelist_id=self.pricelist.id,
            effective_date=date(2027, 6, 1),
        )
        for line in campaign.line_ids:
            shown = (line.new_price, order.order_line.discount)
            self.assertAlmostEqual(self.get_net(shown), more, 4, "campaign")

    def test_what_was_typed_stays_whichever_way_it_came(self):
        self.set_up_world(Random(3))  # noqa: S311 - repeatable on purpose
        line = self.import_order(**{"order_line/price_unit": 5.55, "order_line/discount": 4})
        self.assertEqual(self.get_price(line), (5.55, 4))
        line.order_id.action_confirm()
        self.assertEqual(line.segment_ids.price_unit, 5.55)
        step = self.plan_ramp(self.more, price_unit=6.66)
        step.quantity += 5
        step.line_id.product_uom_qty += 1
        self.assertEqual(step.price_unit, 6.66)

    def test_a_price_agreed_on_the_line_holds_for_its_ramp(self):
        self.set_up_world(Random(3))  # noqa: S311 - repeatable on purpose
        step = self.plan_ramp(self.more)
        step.line_id.price_unit = 4.44
        self.assertEqual(step.price_unit, 4.44)
        step.order_id.action_confirm()
        step.line_id._as_system().price_unit = 9.0
        self.assertEqual(step.price_unit, 4.44, "what a contract began with is history")

    def test_a_ramp_follows_the_tier_of_its_quantity(self):
        self.seat.taxes_id = self.tax
        item = {"compute_price": "fixed", "fixed_price": 8, "min_quantity": 20}
        self.pricelist = self.env["product.pricelist"].create(
            {"name": "Tiers", "item_ids": [Command.create({"applied_on": "3_global", **item})]}
        )
        self.values, self.quantity = {"pricelist_id": self.pricelist.id}, 5
        step = self.plan_ramp(20)
        self.assertEqual((step.line_id.price_unit, step.price_unit), (10, 8))
        step.quantity = 19
        self.assertEqual(step.price_unit, 10)
        step.quantity = 25
        step.order_id.action_confirm()
        segments = step.line_id.segment_ids.sorted("start_date")
        self.assertEqual(segments.mapped("price_unit"), [10, 8])
