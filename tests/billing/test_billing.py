from datetime import date

from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestBilling(SubscriptionCommon):
    def test_month_ends_are_counted_from_the_anchor(self):
        order = self.create_contract(self.seat, day="2027-01-31")
        self.assertEqual(order.subscription_state, "active")
        for day in ("2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"):
            self.assertEqual(order.subscription_next_invoice_date, date.fromisoformat(day))
            moves = self.bill(order, day)
            self.assertEqual(moves.mapped("state"), ["posted"])
            self.assertEqual(moves.amount_total, 12.0)
            self.assertBillsNothing(order)
        self.assertEqual(
            self.get_table(order),
            [
                ("2027-01-31", "2027-02-27", 1, 10),
                ("2027-02-28", "2027-03-30", 1, 10),
                ("2027-03-31", "2027-04-29", 1, 10),
                ("2027-04-30", "2027-05-30", 1, 10),
            ],
        )
        self.assertLedgerWhole(order)

    def test_standstill_is_caught_up_on_one_invoice(self):
        order = self.create_contract(self.seat, day="2027-01-15")
        moves = self.bill(order, "2027-04-20")
        self.assertEqual(len(moves), 1)
        self.assertEqual(len(moves.invoice_line_ids), 4)
        self.assertEqual(moves.invoice_date, date(2027, 4, 20))
        self.assertBillsNothing(order)

    def test_more_seats_are_charged_for_the_rest_of_the_period(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        self.bill(order)
        self.travel("2027-04-16")
        order.order_line.product_uom_qty = 8
        self.assertEqual(len(order.order_line.segment_ids), 2)
        moves = self.bill(order)
        self.assertEqual(moves.amount_untaxed, 15.0)
        self.assertEqual(
            self.get_table(order),
            [("2027-04-01", "2027-04-30", 5, 50), ("2027-04-16", "2027-04-30", 3, 15)],
        )
        self.bill(order, "2027-05-01")
        self.assertEqual(self.get_table(order)[-1], ("2027-05-01", "2027-05-31", 8, 80))
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_one_off_lines_are_invoiced_once(self):
        order = self.create_contract(self.seat, self.setup_service, day="2027-02-01")
        moves = self.bill(order)
        self.assertEqual(moves.amount_untaxed, 260.0)
        moves = self.bill(order, "2027-03-01")
        self.assertEqual(moves.amount_untaxed, 10.0)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_several_recurrences_run_in_one_contract(self):
        order = self.create_contract(
            self.seat,
            self.line_values(self.support, 1, recurrence_id=self.quarter.id),
            day="2027-01-31",
        )
        days = ("2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30")
        totals = [self.bill(order, day).amount_untaxed for day in days]
        self.assertEqual(totals, [43.33, 10.0, 10.0, 43.33])
        self.assertBillsNothing(order)

    def test_the_scheduled_job_bills_and_a_second_one_does_nothing(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.run_cron()
        self.assertEqual(len(order.invoice_ids), 1)
        self.run_cron()
        self.assertEqual(len(order.invoice_ids), 1)
        self.run_cron("2027-03-01")
        self.assertEqual(len(order.invoice_ids), 2)
