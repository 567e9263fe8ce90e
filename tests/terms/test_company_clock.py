from datetime import date

from odoo.tests import tagged

from ..common import SubscriptionCommon

# 31 January, 23:30 there; 1 February, 10:30 UTC; 2 February, 00:30 there.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"


@tagged("post_install", "-at_install")
class TestCompanyClock(SubscriptionCommon):
    """The time zone of the company decides what today is, on both sides of the date line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {
                "name": "West of the line",
                "country_id": cls.company.country_id.id,
                "currency_id": cls.currency.id,
                "subscription_tz": WEST,
            }
        )
        cls.env["account.chart.template"].try_loading("generic_coa", cls.other)
        cls.env.user.company_ids |= cls.other
        cls.company.subscription_tz = EAST
        cls.open_template = cls._create_template("Everywhere")

    def go(self):
        return self.travel("2027-02-01", hour=10, minute=30)

    def create_in(self, company, **values):
        order = self.create_order(
            self.seat, template=self.open_template, company_id=company.id, **values
        )
        order.action_confirm()
        return order

    def test_today_is_a_different_day_in_each_company(self):
        self.go()
        self.assertEqual(self.company._subscription_today(), date(2027, 2, 2))
        self.assertEqual(self.other._subscription_today(), date(2027, 1, 31))

    def test_contracts_of_one_moment_start_on_different_days(self):
        self.go()
        east, west = self.create_in(self.company), self.create_in(self.other)
        self.assertEqual(east.subscription_start_date, date(2027, 2, 2))
        self.assertEqual(west.subscription_start_date, date(2027, 1, 31))
        self.run_cron()
        self.assertEqual(self.get_table(east), [("2027-02-02", "2027-03-01", 1, 10)])
        self.assertEqual(self.get_table(west), [("2027-01-31", "2027-02-27", 1, 10)])

    def test_invoice_bears_the_day_of_the_company(self):
        self.go()
        east, west = self.create_in(self.company), self.create_in(self.other)
        self.run_cron()
        self.assertEqual(east.invoice_ids.invoice_date, date(2027, 2, 2))
        self.assertEqual(west.invoice_ids.invoice_date, date(2027, 1, 31))
        self.assertEqual(east.invoice_ids.date, date(2027, 2, 2))

    def test_credit_note_bears_the_day_of_the_company(self):
        self.go()
        orders = self.create_in(self.company) | self.create_in(self.other)
        self.run_cron()
        self.travel("2027-02-10", hour=10, minute=30)
        for order in orders:
            order.order_line.product_uom_qty = 0
        self.run_cron()
        credits = orders.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(
            [credit.invoice_date for credit in credits.sorted("company_id")],
            [date(2027, 2, 11), date(2027, 2, 9)],
        )

    def test_job_bills_each_company_when_its_own_day_has_come(self):
        self.travel("2027-01-20")
        orders = self.create_in(self.company, subscription_start_date=date(2027, 2, 1))
        orders |= self.create_in(self.other, subscription_start_date=date(2027, 2, 1))
        east, west = orders
        self.run_cron("2027-01-31")
        self.assertEqual(orders.mapped("subscription_state"), ["active", "upcoming"])
        self.assertEqual((east.invoice_count, west.invoice_count), (1, 0))
        self.go()
        self.run_cron()
        self.assertEqual((east.invoice_count, west.invoice_count), (1, 0))
        self.travel("2027-02-01", hour=11, minute=0)
        self.run_cron()
        self.assertEqual((east.invoice_count, west.invoice_count), (1, 1))
        self.assertEqual(orders.mapped("subscription_state"), ["active", "active"])
        self.assertEqual(west.invoice_ids.invoice_date, date(2027, 2, 1))

    def test_change_is_effective_on_the_day_of_the_company(self):
        self.travel("2027-01-15")
        order = self.create_in(self.other)
        self.go()
        order.order_line.product_uom_qty = 5
        self.assertEqual(
            order.order_line.segment_ids.sorted("start_date")[-1].start_date, date(2027, 1, 31)
        )

    def test_time_zone_of_the_user_does_not_matter(self):
        self.go()
        for zone in (EAST, WEST, "UTC"):
            self.env.user.tz = zone
            order = self.create_in(self.company)
            self.assertEqual(order.subscription_start_date, date(2027, 2, 2))
            move = order.with_context(tz=zone)._bill_subscriptions()
            self.assertEqual(move.invoice_date, date(2027, 2, 2))
            self.assertEqual(move.invoice_line_ids.deferred_start_date, date(2027, 2, 2))
