from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ...models.billing.subscription_billed_period import SubscriptionBilledPeriod
from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestMatched(SubscriptionCommon):
    """A run reads what can still change of a ledger, however old the contract is."""

    def bill_months(self, order, last):
        """Let the job run each month of 2027 up to one."""
        for month in range(1, last + 1):
            self.run_cron(f"2027-{month:02d}-01")

    def create_line(self, quantity=5, **values):
        """Confirm a contract of one line on new year's day; return the line."""
        line_values = self.line_values(self.seat, quantity)
        return self.create_contract(line_values, day="2027-01-01", **values).order_line

    def test_only_the_newest_period_is_read(self):
        line = self.create_line()
        self.bill_months(line, 6)
        self.assertEqual(len(line.billed_period_ids), 6)
        self.assertEqual(line.matched_until_date, date(2027, 6, 1))
        self.assertEqual(line.open_billed_period_ids, line.billed_period_ids[-1])
        self.assertLedgerWhole(line.order_id)

    def test_the_run_makes_as_many_values_of_old_contracts_as_of_young_ones(self):
        line = self.create_line()
        made = []
        make = SubscriptionBilledPeriod._make_engine_entry

        def count(row):
            made.append(row)
            return make(row)

        counts = []
        for month in range(1, 9):
            made.clear()
            with patch.object(SubscriptionBilledPeriod, "_make_engine_entry", count):
                self.run_cron(f"2027-{month:02d}-01")
                self.env.flush_all()
                self.env.invalidate_all()
            counts.append(len(made))
        self.assertGreater(counts[2], 0)
        self.assertEqual(set(counts[2:]), {counts[2]})
        self.assertEqual(line.qty_invoiced, 5)

    def test_a_change_in_the_past_reads_everything_and_gives_back(self):
        line = self.create_line()
        self.bill_months(line, 6)
        line.order_id._subscription_change_line(line, date(2027, 3, 15), quantity=3)
        moves = self.bill(line.order_id, "2027-06-10")
        self.assertEqual(sum(moves.mapped("amount_untaxed")), 70.97)
        self.assertEqual(line.matched_until_date, date(2027, 6, 1))
        self.assertLedgerWhole(line.order_id)

    def test_a_change_of_today_keeps_the_day(self):
        line = self.create_line()
        self.bill_months(line, 6)
        self.travel("2027-06-10")
        line.product_uom_qty = 6
        self.assertEqual(line.matched_until_date, date(2027, 6, 1))
        self.assertLedgerWhole(line.order_id)
        self.assertEqual(self.bill(line.order_id).amount_untaxed, 7.0)
        self.assertLedgerWhole(line.order_id)

    def test_a_correction_of_an_old_invoice_is_read(self):
        line = self.create_line()
        self.bill_months(line, 6)
        old = line.billed_period_ids[1]
        vals = old._prepare_row_values(
            line,
            "credit",
            old._get_engine_terms(),
            *self.get_periods(old),
            old.quantity,
            reverses_id=old.id,
            computed_amount=-old.computed_amount,
            booked_amount=-old.booked_amount,
        )
        old._create_rows([vals])
        self.assertFalse(line.matched_until_date)
        moves = self.bill(line.order_id)
        self.assertEqual(
            moves.amount_untaxed, old.booked_amount, "what was taken away is due again"
        )

    def get_periods(self, row):
        """Return the full period and the span of a ledger row."""
        entry = row._get_engine_entry()
        return entry.full, entry.span

    def test_a_pause_of_the_past_reads_everything(self):
        line = self.create_line()
        self.bill_months(line, 6)
        order = line.order_id
        before = line.matched_plan_key
        self.env["subscription.interruption"].sudo().create(
            {
                "order_id": order.id,
                "kind": "pause",
                "start_date": "2027-02-01",
                "end_date": "2027-02-11",
            }
        )
        segments = order._get_effective_segments(line)
        self.assertEqual(line._get_open_ledger(segments)[1], None)
        self.bill(order)
        self.assertNotEqual(line.matched_plan_key, before)
        self.assertLedgerWhole(order)

    def test_a_database_that_is_updated_reads_everything_once(self):
        line = self.create_line()
        self.bill_months(line, 5)
        line._as_system().write({"matched_until_date": False, "matched_plan_key": False})
        self.run_cron("2027-06-01")
        self.assertEqual(line.matched_until_date, date(2027, 6, 1))
        self.assertEqual(line.order_id.invoice_count, 6)

    def test_amounts_that_core_adds_up_are_the_same(self):
        line = self.create_line()
        self.bill_months(line, 3)
        refund = line.order_id.invoice_ids[:1]._reverse_moves()
        refund.action_post()
        moves = line.invoice_lines
        expected = sum(moves.mapped(lambda one: -one.move_id.direction_sign * one.price_subtotal))
        self.assertEqual(line.untaxed_amount_invoiced, expected)
        self.assertEqual(line.amount_invoiced, expected * 1.2)

    def test_the_index_of_open_rows_is_there(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes "
            "WHERE indexname = 'subscription_billed_period_line_end_idx'"
        )
        [definition] = self.env.cr.fetchone()
        self.assertIn("(line_id, full_end_date)", definition)
