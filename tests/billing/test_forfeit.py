from datetime import date

from odoo.tests import tagged

from ...engine.period import Period
from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestForfeit(SubscriptionCommon):
    """Days that a pause takes without giving money back are never charged a second time."""

    def prepare_once(self):
        super().prepare_once()
        # 28.00 for 28 days from 31 January on: 1.00 a day.
        self.order = self.create_contract(self.line_values(self.seat, 1, price_unit=28))
        self.line = self.order.order_line
        self.bill(self.order)
        self.first = [("2027-01-31", "2027-02-27", 1, 28)]

    def pause(self, day, until=None):
        self.travel(day)
        self.order._subscription_pause(
            date.fromisoformat(day), until and date.fromisoformat(until), credit_rule="forfeit"
        )
        self.run_cron()

    def resume(self, day):
        self.run_cron(day)
        self.order._subscription_resume(date.fromisoformat(day))
        self.run_cron()

    def test_pause_that_ends_in_its_period_costs_nothing_more(self):
        self.pause("2027-02-05")
        self.resume("2027-02-10")
        self.assertEqual(self.get_table(self.order), self.first)
        self.assertEqual(self.order.subscription_next_invoice_date, date(2027, 2, 28))
        self.assertLedgerWhole(self.order)

    def test_planned_pause_that_ends_early_costs_nothing_more(self):
        self.pause("2027-02-08", until="2027-02-20")
        self.resume("2027-02-12")
        self.assertEqual(self.get_table(self.order), self.first)
        self.assertBillsNothing(self.order)

    def test_two_pauses_of_one_period(self):
        self.pause("2027-02-05")
        self.resume("2027-02-07")
        self.pause("2027-02-07")
        self.resume("2027-02-10")
        self.pause("2027-02-12")
        self.resume("2027-02-15")
        self.assertEqual(self.get_table(self.order), self.first)
        self.assertBillsNothing(self.order)

    def test_pause_that_is_taken_back_on_its_first_day(self):
        self.pause("2027-02-05")
        self.resume("2027-02-05")
        self.assertEqual(self.get_table(self.order), self.first)
        self.assertBillsNothing(self.order)

    def test_pause_that_ends_in_a_later_period_is_charged_from_there(self):
        self.pause("2027-02-05")
        self.resume("2027-03-21")
        self.assertEqual(
            self.get_table(self.order), [*self.first, ("2027-03-21", "2027-03-30", 1, 9.03)]
        )

    def test_days_served_after_all_are_credited_when_the_contract_closes(self):
        self.pause("2027-02-05")
        self.resume("2027-02-10")
        self.order._subscription_close(date(2027, 2, 20))
        self.run_cron("2027-02-20")
        self.assertEqual(
            self.get_table(self.order), [*self.first, ("2027-02-20", "2027-02-27", 1, -8)]
        )
        self.assertLedgerWhole(self.order)
        self.assertBillsNothing(self.order)

    def test_seats_added_during_the_pause_are_charged_from_its_end(self):
        self.pause("2027-02-05")
        self.line.product_uom_qty = 3
        self.resume("2027-02-10")
        self.assertEqual(
            self.get_table(self.order), [*self.first, ("2027-02-10", "2027-02-27", 2, 36)]
        )
        self.assertBillsNothing(self.order)

    def test_seats_taken_away_during_the_pause_stay_forfeited(self):
        self.line.product_uom_qty = 3
        self.run_cron()
        paid = sum(row[3] for row in self.get_table(self.order))
        self.pause("2027-02-05")
        self.line.product_uom_qty = 1
        self.resume("2027-02-10")
        self.assertEqual(sum(row[3] for row in self.get_table(self.order)), paid)
        self.assertBillsNothing(self.order)

    def test_new_price_after_the_pause_replaces_the_one_that_was_paid(self):
        self.pause("2027-02-05")
        self.line.price_unit = 56
        self.resume("2027-02-10")
        self.assertEqual(sum(row[3] for row in self.get_table(self.order)), 28 + 18)
        self.assertBillsNothing(self.order)

    def test_cancelled_invoice_is_billed_again_for_the_days_served(self):
        self.pause("2027-02-05")
        self.resume("2027-02-10")
        self.order.invoice_ids.button_cancel()
        self.run_cron()
        self.assertEqual(
            self.get_table(self.order),
            [("2027-01-31", "2027-02-04", 1, 5), ("2027-02-10", "2027-02-27", 1, 18)],
        )
        self.assertBillsNothing(self.order)

    def test_share_of_a_forfeit_counts_days_as_its_grid_does(self):
        template = self._create_template(
            "Yearly", recurrence_id=self.year.id, convention="fixed_30"
        )
        order = self.create_contract(
            self.line_values(self.seat, price_unit=360), template=template, day="2028-02-29"
        )
        for day in ("2028-02-29", "2029-02-28"):
            self.bill(order, day)
        row = order.subscription_billed_period_ids.sorted("start_date")[-1]
        entry = row._get_engine_entry()
        part = Period(date(2029, 2, 28), date(2029, 3, 1))
        # The year from 28 February belongs to a grid of the 29th: two days of 360, not three.
        self.assertEqual(row._get_share(entry, part, entry.quantity), 2 / 360)
