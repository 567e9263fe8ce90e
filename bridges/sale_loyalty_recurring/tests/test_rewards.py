from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RewardCommon

MONTHS = ("2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31")


@tagged("post_install", "-at_install")
class TestRewards(RewardCommon):
    """A code lowers what it names once, or for as many periods as it says."""

    def bill_months(self, order):
        for day in MONTHS:
            self.run_cron(day)
        return self.get_untaxed(order)

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def test_a_code_lowers_the_first_invoice_only(self):
        self.create_code()
        order = self.create_order(self.seat)
        self.assertEqual(self.apply(order).price_unit, -3.0)
        self.assertEqual(order.amount_untaxed, 27.0)
        self.start(order)
        self.assertEqual(self.bill_months(order), [27.0, 30.0, 30.0, 30.0, 30.0])
        self.assertBillsNothing(order)

    def test_a_percentage_is_one_of_what_the_first_invoice_bills(self):
        self.template.alignment = "calendar"
        self.travel("2027-01-17")
        self.create_code(discount=50)
        order = self.create_order(self.seat)
        due_now = order.amount_untaxed
        self.assertLess(due_now, 30.0)
        self.apply(order)
        self.assertAlmostEqual(order.amount_untaxed, due_now / 2, delta=0.01)
        self.start(order)
        self.run_cron("2027-02-01")
        self.assertEqual(self.get_untaxed(order)[1:], [30.0])

    def test_taxes_specific_products_and_goods_stay_exact(self):
        self.template.alignment = "calendar"
        self.travel("2027-01-17")
        low = self._create_tax(7)
        self.support.taxes_id = low
        mug = self._create_product("Mug", 7.77, is_recurring=False)
        self.create_code(
            "SEAT",
            discount=33,
            discount_applicability="specific",
            discount_product_ids=[Command.set(self.seat.ids)],
        )
        self.create_code("ALL", discount=11)
        order = self.create_order(self.line_values(self.seat, 3), self.support, mug)
        before = order.amount_total
        self.apply(order, "SEAT")
        self.apply(order, "ALL")
        self.assertLess(order.amount_total, before)
        self.start(order)
        self.assertEqual(len(order.order_line.filtered("reward_id").tax_ids), 2)
        self.run_cron("2027-02-01")
        self.assertEqual(self.get_untaxed(order)[1:], [90 + 33.33])

    def test_the_cheapest_of_a_short_period(self):
        self.template.alignment = "calendar"
        self.travel("2027-01-17")
        self.create_code(discount=100, discount_applicability="cheapest")
        order = self.create_order(self.line_values(self.seat, 2), self.hosting)
        due_now = order.amount_untaxed
        self.apply(order)
        seats = order.order_line[0]
        share = order._get_due_now_base_lines()[0]["price_unit"]
        self.assertLess(share, seats.price_unit)
        self.assertAlmostEqual(order.amount_untaxed, due_now - share, delta=0.01)
        self.start(order)

    def test_a_trial_keeps_the_code_for_the_first_paid_period(self):
        self.template.write({"trial_count": 1, "trial_unit": "month"})
        self.create_code(discount_applicability="specific")
        self.create_code("SIX", discount=6, discount_mode="per_order")
        order = self.create_order(self.seat)
        self.assertEqual(order.amount_total, 0.0)
        self.apply(order)
        self.apply(order, "SIX")
        self.assertEqual(order.order_line.filtered("reward_id").mapped("price_total"), [-3.6, -6])
        self.assertEqual(order.amount_total, 0.0)
        order.action_confirm()
        self.run_cron()
        self.assertFalse(order.invoice_ids)
        self.assertEqual(self.bill_months(order), [22.0, 30.0, 30.0, 30.0])

    def test_more_than_everything_is_nothing(self):
        self.template.alignment = "calendar"
        self.travel("2027-01-30")
        self.create_code(discount=500, discount_mode="per_order")
        order = self.create_order(self.seat)
        due_now = order.amount_total
        self.assertEqual(self.apply(order).price_total, -due_now)
        self.assertEqual(order.amount_total, 0.0)
        order.action_confirm()
        self.run_cron()
        self.run_cron("2027-02-01")
        self.assertEqual(sum(self.get_untaxed(order)), 30.0)

    # ------------------------------------------------------------------
    # For some periods
    # ------------------------------------------------------------------

    def test_a_code_holds_for_the_periods_that_it_names(self):
        self.create_code(recurring_period_count=3)
        order = self.create_order(self.line_values(self.seat, 2))
        self.assertEqual(self.apply(order).price_unit, 0.0)
        self.assertEqual(order.amount_untaxed, 54.0)
        self.assertIn("the first 3 periods", order.order_line[0]._get_intro_texts()[0])
        self.assertEqual([row["untaxed"] for row in order._get_totals_rows()], [60.0])
        self.start(order)
        self.assertEqual(self.bill_months(order), [54.0, 54.0, 54.0, 60.0, 60.0])
        self.assertLedgerWhole(order)
        self.assertMrrWhole(order)
        self.assertBillsNothing(order)

    def test_one_period_is_the_first_one_that_is_paid(self):
        self.template.write({"trial_count": 1, "trial_unit": "month"})
        self.create_code(recurring_period_count=1)
        order = self.create_order(self.seat)
        self.apply(order)
        self.assertIn("the first period", order.order_line[0]._get_intro_texts()[0])
        order.action_confirm()
        self.run_cron()
        self.assertEqual(self.bill_months(order), [27.0, 30.0, 30.0, 30.0])

    def test_it_comes_on_top_of_discounts_and_intro_discounts(self):
        self.create_code(recurring_period_count=3)
        order = self.create_order(
            self.line_values(self.seat, discount=20),
            self.line_values(self.hosting, intro_discount=50, intro_period_count=2),
        )
        self.apply(order)
        self.start(order)
        own = [21.6, 21.6, 21.6, 24.0, 24.0]
        intro = [53.96, 53.96, 107.91, 119.9, 119.9]
        for amount, one, other in zip(self.bill_months(order), own, intro, strict=True):
            self.assertAlmostEqual(amount, one + other, delta=0.011)

    def test_goods_are_lowered_once_and_only_what_is_named(self):
        mug = self._create_product("Mug", 10.0, is_recurring=False)
        self.create_code(
            recurring_period_count=2,
            discount=50,
            discount_applicability="specific",
            discount_product_ids=[Command.set((self.seat | mug).ids)],
        )
        order = self.create_order(self.seat, self.support, mug)
        self.apply(order)
        self.assertEqual(order.amount_untaxed, 15 + 33.33 + 5)
        self.start(order)
        later = self.bill_months(order)[1:]
        self.assertEqual(later, [15 + 33.33, 30 + 33.33, 30 + 33.33, 30 + 33.33])

    def test_a_code_that_is_taken_out_lowers_nothing(self):
        self.create_code(recurring_period_count=3)
        order = self.create_order(self.seat)
        self.apply(order).unlink()
        self.assertEqual(order.amount_untaxed, 30.0)
        self.start(order)
        self.assertEqual(self.bill_months(order), [30.0] * 5)

    def test_only_a_percentage_of_lines_holds_for_periods(self):
        for values in (
            {"discount_mode": "per_order"},
            {"discount_applicability": "cheapest"},
            {"discount_max_amount": 5},
            {"reward_type": "product", "reward_product_id": self.seat.id},
        ):
            with self.assertRaises(ValidationError):
                self.create_code(recurring_period_count=2, **values)
        with self.assertRaises(ValidationError):
            self.create_code().reward_ids.write(
                {"recurring_period_count": 2, "discount_mode": "per_point"}
            )

    def test_orders_without_contracts_are_as_ever(self):
        mug = self._create_product("Mug", 10.0, is_recurring=False)
        self.create_code(recurring_period_count=3)
        order = self.create_order(mug)
        self.assertEqual(self.apply(order).price_subtotal, -1.0)
