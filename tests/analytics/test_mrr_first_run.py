from datetime import date
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.base.models import ir_cron

from ...models.analytics import subscription_mrr_event
from ...models.analytics.mrr_ledger import MrrLedger
from ..common import SubscriptionCommon

TABLES = ("subscription_mrr_part", "subscription_mrr_event")


@tagged("post_install", "-at_install")
class TestMrrFirstRun(SubscriptionCommon):
    """The first run after an installation reads the history of all contracts, in pieces."""

    def prepare_once(self):
        super().prepare_once()
        self.Event = self.env["subscription.mrr.event"]
        self.orders = self.env["sale.order"]
        for quantity in (2, 3, 4, 5, 6):
            self.travel("2027-02-01")
            order = self.create_contract(self.line_values(self.seat, quantity), day="2027-02-01")
            self.travel("2027-02-10")
            order.order_line.product_uom_qty = quantity + 4
            order._subscription_close(date(2027, 3, 12))
            self.orders |= order
        self.travel("2027-04-01")
        self.env.cr.flush()
        self.expected = self.get_rows()
        self.env.cr.precommit.clear()
        for table in TABLES:
            name = SQL.identifier(table)
            self.env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", name))
            self.env.cr.execute(SQL("DELETE FROM %s", name))
            self.env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", name))
        self.env.invalidate_all()
        self.company.write({"subscription_mrr_date": False, "subscription_mrr_policy": False})

    def get_rows(self, orders=None):
        """Return what the ledger says of contracts, in order."""
        events = self.Event.search([("order_id", "in", (orders or self.orders).ids)])
        return sorted(
            (event.order_id.id, event.effective_date, event.kind, event.amount, part.amount)
            for event in events
            for part in event.part_ids
        )

    def run_job(self, rounds=1):
        """Let the job work on one contract at a time, and find its time over after each.

        :param int rounds: how often the scheduler calls the job before others have their turn
        """
        job = self.env.ref("sale_recurring.ir_cron_record_mrr")
        with (
            patch.object(subscription_mrr_event, "BATCH_SIZE", 1),
            patch.object(ir_cron, "MIN_TIME_PER_JOB", 0),
            patch.object(ir_cron, "MIN_RUNS_PER_JOB", rounds),
            self.enter_registry_test_mode(),
        ):
            job.method_direct_trigger()

    def test_it_goes_on_where_its_time_was_over(self):
        told = []
        for _run in range(20):
            self.run_job()
            told.append(len(self.Event.search([]).order_id))
            if self.company.subscription_mrr_date:
                break
        self.assertEqual(told, sorted(set(told)), "each run reads contracts that are not read yet")
        self.assertEqual(self.get_rows(), self.expected)
        self.assertFalse(any(self.Event.search([]).mapped("is_correction")))
        self.assertEqual(self.company.subscription_mrr_date, date(2027, 4, 1))

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_a_run_that_is_killed_is_done_by_the_next_one(self):
        record, asked = MrrLedger.record, []

        def killed(ledger, origins):
            """Record two contracts, and die in the third."""
            asked.append(origins)
            found = record(ledger, origins)
            if len(asked) == 3:
                raise MemoryError
            return found

        with patch.object(MrrLedger, "record", killed):
            self.run_job(20)
        self.assertTrue(set(self.get_rows()) < set(self.expected))
        self.assertFalse(self.company.subscription_mrr_date)
        self.run_job(20)
        self.assertEqual(self.get_rows(), self.expected)
        self.assertEqual(self.company.subscription_mrr_date, date(2027, 4, 1))

    def test_what_happens_to_contracts_that_were_read_meanwhile_is_not_missed(self):
        self.run_job()
        self.travel("2027-04-02")
        order = self.Event.search([]).order_id[:1] or self.orders[:1]
        order._subscription_refresh_state()
        order._subscription_reopen(date(2027, 4, 2))
        self.env.cr.flush()
        order._subscription_close(date(2027, 4, 3))
        self.env.cr.flush()
        self.run_job(20)
        self.assertEqual(self.company.subscription_mrr_date, date(2027, 4, 1))
        self.travel("2027-04-03")
        self.run_job(20)
        days = [row[1:3] for row in self.get_rows(order)]
        self.assertEqual(
            days[-2:], [(date(2027, 4, 2), "reactivation"), (date(2027, 4, 3), "churn")]
        )

    def test_another_way_to_count_meanwhile_begins_anew(self):
        self.run_job(20)
        self.assertEqual(self.get_rows(), self.expected)
        self.company.subscription_churn_at_cancellation = True
        self.run_job(3)
        self.assertNotEqual(self.get_rows(), self.expected)
        self.company.subscription_churn_at_cancellation = False
        self.run_job(2)
        self.run_job(20)
        found = {}
        for order, day, kind, amount, _part in self.get_rows():
            found[order, day, kind] = found.get((order, day, kind), 0.0) + amount
        self.assertEqual(
            {key: amount for key, amount in found.items() if amount},
            {row[:3]: row[3] for row in self.expected},
        )
        self.assertEqual(self.company.subscription_mrr_policy, self.company._get_mrr_policy_key())
