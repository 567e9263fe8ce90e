from odoo.tests import Form, tagged

from ..support.common_price import PriceCommon


@tagged("post_install", "-at_install")
class TestOfferedRecurrences(PriceCommon):
    """A line offers the recurrences that have a price, and warns when none fits."""

    def _open_line(self, product, terms=None):
        order = Form(self.env["sale.order"].with_context(in_subscription_app=True))
        order.partner_id = self.partner
        order.subscription_template_id = terms or self.terms
        line = order.order_line.new()
        line.product_id = product
        return line

    def test_only_recurrences_with_a_price_are_offered(self):
        line = self._open_line(self.seat)
        self.assertEqual(line.offered_recurrence_ids[:], self.month + self.year)

    def test_recurrences_that_the_terms_do_not_offer_are_left_out(self):
        yearly = self.terms.copy({"recurrence_id": self.year.id, "recurrence_ids": False})
        line = self._open_line(self.seat, yearly)
        self.assertEqual(line.offered_recurrence_ids[:], self.year)

    def test_product_without_recurring_prices_offers_what_the_terms_do(self):
        plain = self._create_product(
            name="Plain", type="service", list_price=5.0, is_recurring=True
        )
        line = self._open_line(plain)
        self.assertEqual(line.offered_recurrence_ids[:], self.month + self.quarter + self.year)

    def test_a_period_at_the_sales_price_is_warned_of(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "subscription_template_id": self.terms.id,
                "order_line": [(0, 0, {"product_id": self.seat.id})],
            }
        )
        line = order.order_line
        with self.subTest("a price of its own"):
            line.recurrence_id = self.year
            self.assertFalse(line._onchange_recurrence_id())
        with self.subTest("none"):
            line.recurrence_id = self.quarter
            warning = line._onchange_recurrence_id()["warning"]
            self.assertIn("Seat has no price every 3 months", warning["message"])

    def test_line_on_terms_without_a_price_of_theirs_warns_when_the_product_is_chosen(self):
        quarterly = self.terms.copy({"recurrence_id": self.quarter.id, "recurrence_ids": False})
        with self.assertLogs("odoo.tests.form.onchange", "WARNING") as log:
            self._open_line(self.seat, quarterly)
        self.assertIn("no price every 3 months", log.output[0])
