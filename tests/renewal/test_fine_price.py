from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestFinePrice(AmendmentCommon):
    """A unit price that is finer than money keeps its digits when its line goes on."""

    def create_metered(self, price=0.0123, **values):
        """Return a billed contract over 10,000 calls at a price of less than a cent each."""
        self.travel("2027-04-01")
        self.calls = self._create_product("Call", price)
        template = self._create_template("Terms", **{"term_count": 12, **values})
        order = self.create_contract(
            self.line_values(self.calls, 10000), template=template, day="2027-04-01"
        )
        self.bill(order)
        return order

    def test_renewal_at_list_prices_takes_a_rise_of_less_than_a_cent(self):
        order = self.create_metered(term_count=1, end_action="renew", renewal_price="list")
        self.calls.list_price = 0.0141
        self.run_cron("2027-05-01")
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_untaxed, 141.0)

    def test_renewal_at_list_prices_leaves_a_price_that_stayed(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Tenth",
                "item_ids": [Command.create({"compute_price": "formula", "price_discount": 10.0})],
            }
        )
        template = self._create_template(
            "Renews", term_count=1, end_action="renew", renewal_price="list"
        )
        order = self.create_contract(
            self.line_values(self.hosting),
            template=template,
            pricelist_id=pricelist.id,
            day="2027-04-01",
        )
        self.bill(order)
        self.run_cron("2027-05-01")
        self.assertEqual(order.invoice_ids.mapped("amount_untaxed"), [107.91, 107.91])
        self.assertEqual(len(order.order_line.segment_ids), 1)

    def test_renewal_dialog_shows_all_digits(self):
        order = self.create_metered(end_action="quote")
        wizard = self.env["subscription.renewal.wizard"].create({"order_id": order.id})
        self.assertIn("0.0123", wizard.lines_text)

    def test_agreed_price_outlasts_another_quantity_on_an_amendment(self):
        order = self.create_metered()
        self.calls.list_price = 0.0099
        amendment = self.amend(order)
        amendment.order_line.product_uom_qty = 20000
        self.assertEqual(amendment.order_line.price_unit, 0.0123)
        self.assertEqual(amendment.amount_untaxed, 123.0)
        self.assertBillsAmount(amendment, order)
        self.assertEqual(order.order_line.price_unit, 0.0123)

    def test_agreed_price_outlasts_another_quantity_on_a_renewal(self):
        order = self.create_metered(end_action="quote")
        self.calls.list_price = 0.0099
        renewal = self.env["sale.order"].browse(order.action_subscription_renew()["res_id"])
        renewal.order_line.product_uom_qty = 20000
        self.assertEqual(renewal.order_line.price_unit, 0.0123)
        renewal.with_context(force_price_recomputation=True).action_update_prices()
        self.assertEqual(renewal.order_line.price_unit, 0.0099)

    def test_price_in_proportion_keeps_digits_that_count(self):
        cases = (
            (0.0123, self.month, self.year, 0.1476),
            (0.1476, self.year, self.month, 0.0123),
            (0.10, self.year, self.month, 0.00833),
            (1.0, self.year, self.month, 0.0833),
            (100.0, self.year, self.month, 8.33),
            (-0.0123, self.month, self.quarter, -0.0369),
        )
        calls = self._create_product("Call", 7.0)
        for price, before, after, expected in cases:
            with self.subTest(price=price, after=after.name):
                values = {"price_unit": price, "recurrence_id": before.id}
                order = self.create_contract(self.line_values(calls, 10000, **values))
                amendment = self.amend(order)
                amendment.order_line.recurrence_id = after
                self.assertEqual(amendment.order_line.price_unit, expected)
