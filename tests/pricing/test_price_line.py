from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..support.common_price import PriceCommon


@tagged("post_install", "-at_install")
class TestRecurringLinePrice(PriceCommon):
    """The price of a line while its order is a quotation, and once it runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "user_id": cls.sale_user.id,
                "subscription_template_id": cls.terms.id,
                "order_line": [
                    Command.create({"product_id": cls.seat.id, "product_uom_qty": 2}),
                    Command.create({"product_id": cls.product.id}),
                ],
            }
        )
        cls.order = cls.order.with_user(cls.sale_user)
        cls.line, cls.once = cls.order.order_line

    def test_line_costs_the_price_of_its_recurrence(self):
        self.assertEqual(self.line.recurrence_id, self.month)
        self.assertEqual(self.line.price_unit, 10.0)
        self.assertFalse(self.once.recurrence_id)
        self.assertEqual(self.once.price_unit, 20.0)

    def test_line_works_without_pricelist(self):
        self.order.pricelist_id = False
        self.line.recurrence_id = self.year
        self.assertEqual(self.line.price_unit, 100.0)

    def test_recurrence_changes_the_price_and_back(self):
        self.line.recurrence_id = self.year
        self.assertEqual(self.line.price_unit, 100.0)
        self.line.recurrence_id = False
        self.assertEqual(self.line.price_unit, 12.0)
        self.line.recurrence_id = self.month
        self.assertEqual(self.line.price_unit, 10.0)

    def test_recurrence_leaves_a_typed_price_alone(self):
        self.line.price_unit = 9.0
        self.line.recurrence_id = self.year
        self.assertEqual(self.line.price_unit, 9.0)

    def test_recurrence_leaves_a_typed_discount_alone(self):
        self._enable_discounts()
        self.line.discount = 20.0
        self.line.recurrence_id = self.year
        self.assertEqual((self.line.price_unit, self.line.discount), (100.0, 20.0))

    def test_template_reprices_only_computed_recurring_prices(self):
        typed = self.line.copy({"order_id": self.order.id})
        typed.price_unit = 9.0
        self.once.price_unit = 19.0
        self.order.subscription_template_id = (
            self.env["subscription.template"]
            .sudo()
            .create({"name": "Yearly terms", "recurrence_id": self.year.id})
        )
        self.assertEqual(self.line.recurrence_id, self.year)
        self.assertEqual(self.line.price_unit, 100.0)
        self.assertEqual(typed.price_unit, 9.0)
        self.assertFalse(self.once.recurrence_id)
        self.assertEqual(self.once.price_unit, 19.0)

    def test_quantity_reaches_a_tier(self):
        self._create_price(self.month, 8.0, min_quantity=10)
        self.line.product_uom_qty = 10
        self.assertEqual(self.line.price_unit, 8.0)

    def test_discount_rule_shows_the_price_before_it(self):
        self._enable_discounts()
        self.env["res.groups"].browse(
            self.ref("base.group_user")
        ).sudo().implied_ids += self.group_discount_per_so_line
        self._create_rule(compute_price="percentage", percent_price=10)
        line = self.line.copy({"order_id": self.order.id, "recurrence_id": self.year.id})
        line.order_id._recompute_prices()
        self.assertEqual((line.price_unit, line.discount), (100.0, 10.0))
        self.assertEqual(line.price_subtotal, 180.0)

    def test_form_prices_the_line_while_typing(self):
        self.env.ref("sale_recurring.subscription_template_default").recurrence_ids = (
            self.quarter + self.year
        )
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.partner
            with form.order_line.new() as line:
                line.product_id = self.seat
                self.assertEqual(line.price_unit, 10.0)
        self.assertEqual(form.record.order_line.recurrence_id, self.month)

    def test_catalog_shows_the_price_of_a_period(self):
        data = self.order._get_product_catalog_order_data(self.seat + self.product)
        self.assertEqual(data[self.seat.id]["price"], 10.0)
        self.assertEqual(data[self.product.id]["price"], 20.0)

    def test_configurator_shows_the_price_of_a_period(self):
        arguments = (1, self.order.date_order, self.order.currency_id, self.pricelist)
        price = self.env["product.template"]._get_configurator_display_price
        self.assertEqual(price(self.seat, *arguments)[0], 10.0)
        self.assertEqual(price(self.seat, *arguments, recurrence=self.year)[0], 100.0)
        self.assertEqual(price(self.product, *arguments)[0], 20.0)

    def test_running_line_is_never_repriced(self):
        self.order.action_confirm()
        self.monthly_price.price = 99.0
        self.line.sudo().with_context(force_price_recomputation=True)._compute_price_unit()
        self.assertEqual(self.line.price_unit, 10.0)
        self.order._recompute_prices()
        self.assertEqual(self.line.price_unit, 10.0)
        self.assertEqual(len(self.line.sudo().segment_ids), 1)

    def test_running_line_is_never_rediscounted(self):
        self._enable_discounts()
        self.line.discount = 20.0
        self.order.action_confirm()
        self.line.sudo()._compute_discount()
        self.assertEqual(self.line.discount, 20.0)
        self.order._recompute_prices()
        self.assertEqual(self.line.discount, 20.0)
        self.assertEqual(len(self.line.sudo().segment_ids), 1)

    def test_length_of_a_recurrence_in_use_cannot_change(self):
        self.month.count = 1
        self.order.action_confirm()
        with self.assertRaisesRegex(UserError, "billed by the recurrence Monthly"):
            self.month.count = 2
        self.month.name = "Each month"
        self.quarter.count = 4
