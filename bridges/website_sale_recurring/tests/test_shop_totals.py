from unittest.mock import patch

from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopTotals(ShopCase):
    """What follows the amount due now is worked out when a cart changes, and is never old."""

    def get_then(self):
        """Return what the page of the cart says that follows, as text."""
        rows = self.open("/shop/cart").xpath("//tr[@name='o_sr_then']")
        return [self.get_text(row) for row in rows]

    def get_label(self, amount, period="per month"):
        """Return what the page says of an amount with 20 % taxes."""
        return f"Then, {period} {self.tell(amount * 1.2)}"

    def test_the_page_asks_no_tax_engine_and_looks_for_no_signature(self):
        self.add(self.seat, self.month, 3)
        self.open("/shop/cart")
        Tax, Order = type(self.env["account.tax"]), type(self.env["sale.order"])
        with (
            patch.object(Tax, "_get_tax_totals_summary", autospec=True) as asked,
            patch.object(Order, "_is_quote_held", autospec=True) as searched,
        ):
            self.assertEqual(self.get_then(), [self.get_label(27)])
        self.assertEqual((asked.call_count, searched.call_count), (0, 0))

    def test_each_change_of_the_visitor_counts(self):
        self.add(self.seat, self.month)
        self.assertEqual(self.get_then(), [self.get_label(9)])
        self.update(self.cart.order_line, 5)
        self.assertEqual(self.get_then(), [self.get_label(45)])
        self.add(self.support, self.month)
        self.add(self.cup)
        self.assertIn(self.get_label(75), self.get_then())
        self.update(self.cart.order_line[0], recurrence_id=self.year.id)
        then = [self.get_label(30), self.get_label(450, "per year")]
        self.assertEqual(self.get_then()[1:], then)
        self.update(self.cart.order_line[1], 0)
        self.assertEqual(self.get_then()[1:], [self.get_label(450, "per year")])

    def test_each_change_of_staff_counts(self):
        self.add(self.seat, self.month, 2)
        line = self.cart.order_line
        for values, net in (({"price_unit": 7.0}, 14), ({"discount": 50.0}, 7)):
            line.write(values)
            self.assertEqual(self.get_then(), [self.get_label(net)])
        line.tax_ids = False
        self.assertEqual(self.get_then(), [f"Then, per month {self.tell(7)}"])

    def test_a_tax_that_changed_counts_with_the_next_change_of_the_cart(self):
        self.add(self.seat, self.month)
        self.tax.amount = 50
        self.add(self.support, self.month)
        self.assertEqual(self.cart.amount_total, 58.5)
        self.assertEqual(self.get_then(), [f"Then, per month {self.tell(58.5)}"])

    def test_a_tax_that_changed_counts_on_the_next_day(self):
        self.add(self.seat, self.month)
        self.tax.amount = 50
        self.travel("2027-02-02")
        self.assertEqual(self.get_then(), [f"Then, per month {self.tell(13.5)}"])
        self.assertEqual(self.cart.amount_total, 13.5)

    def test_a_contract_keeps_nothing(self):
        self.add(self.seat, self.month)
        cart = self.cart
        self.assertEqual(cart.shop_period_totals[0]["total"], 10.8)
        self.buy(cart)
        self.assertFalse(cart.shop_period_totals)
        self.assertEqual(cart.subscription_period_totals[0]["total"], 10.8)

    def test_an_ordinary_cart_and_a_quotation_keep_nothing(self):
        self.add(self.cup)
        quotation = self.create_order(self.seat)
        for order in (self.cart, quotation):
            self.assertFalse(order.shop_period_totals)

    def test_the_page_of_a_product_asks_the_tax_engine_once_for_each_price(self):
        self.open_product(self.seat)
        Tax = type(self.env["account.tax"])
        compute = Tax.compute_all
        with patch.object(Tax, "compute_all", autospec=True, side_effect=compute) as asked:
            self.open_product(self.seat)
        prices = sorted(call.args[1] for call in asked.call_args_list)
        self.assertEqual(prices, sorted(set(prices)))
        self.assertLessEqual({9.0, 90.0}, set(prices))
