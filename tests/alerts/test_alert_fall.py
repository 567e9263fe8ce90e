from odoo import fields
from odoo.tests import tagged

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestAlertFall(AlertCommon):
    """MRR that fell: from what a contract was worth so many days ago to what it is worth now."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 10), day="2027-02-01")
        self.watch()

    def record(self):
        """Let the job write down what time did to the ledger of MRR."""
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_record_mrr").method_direct_trigger()

    def get_fall(self):
        """Return the change of MRR of the contract as its facts tell it, and in percent."""
        self.watch()
        order = self.order
        return order.subscription_fact_mrr_change, order.subscription_fact_mrr_percent

    def assertFell(self, percent, is_raised):
        """A flag for so many percent is raised for the contract, or is not."""
        alert = self.create_alert("mrr", percent=percent)
        self.watch()
        self.assertEqual(self.get_log(alert), [(self.order, "done")] if is_raised else [])

    def test_a_contract_that_was_reopened_fell_not(self):
        self.travel("2027-03-10")
        self.close(self.order)
        self.env.cr.flush()
        self.travel("2027-03-12")
        self.order._subscription_reopen(fields.Date.to_date("2027-03-12"))
        self.env.cr.flush()
        self.record()
        kinds = self.env["subscription.mrr.event"].search(
            [("origin_id", "=", self.order.id)], order="id"
        )
        self.assertEqual(kinds.mapped("kind"), ["new", "churn", "reactivation"])
        self.assertEqual(self.get_fall(), (0.0, 0.0))
        self.assertFell(1.0, is_raised=False)

    def test_what_a_reopened_contract_lost_counts_from_before(self):
        self.travel("2027-03-10")
        self.close(self.order)
        self.env.cr.flush()
        self.travel("2027-03-12")
        self.order._subscription_reopen(fields.Date.to_date("2027-03-12"))
        self.env.cr.flush()
        self.travel("2027-03-14")
        self.change_quantity(self.order, 4.0)
        self.assertEqual(self.get_fall(), (-60.0, -60.0))
        self.assertFell(61.0, is_raised=False)
        self.assertFell(60.0, is_raised=True)

    def test_a_young_contract_fell_from_what_it_began_with(self):
        self.travel("2027-02-10")
        self.change_quantity(self.order, 8.0)
        self.assertEqual(self.get_fall(), (-20.0, -20.0))
        self.assertFell(21.0, is_raised=False)
        self.assertFell(20.0, is_raised=True)

    def test_a_paused_contract_that_keeps_its_worth(self):
        self.company.subscription_paused_counts = True
        self.travel("2027-03-10")
        self.change_quantity(self.order, 9.0)
        self.order._subscription_pause(self.company._subscription_today())
        self.record()
        self.assertEqual(self.order.subscription_mrr, 0.0)
        self.assertEqual(self.get_fall(), (-10.0, -10.0))
        self.assertFell(11.0, is_raised=False)

    def test_a_contract_that_was_closed_and_counts_until_then(self):
        self.company.subscription_churn_at_cancellation = True
        self.travel("2027-03-10")
        self.order._subscription_close(fields.Date.to_date("2027-04-01"))
        self.record()
        self.assertEqual(self.order.subscription_state, "active")
        self.assertEqual(self.get_fall(), (-100.0, -100.0))
        self.assertFell(100.0, is_raised=True)

    def test_a_flag_that_pauses_counts_from_what_it_was_worth(self):
        self.travel("2027-03-10")
        self.change_quantity(self.order, 9.0)
        self.travel("2027-03-11")
        self.order._subscription_pause(self.company._subscription_today())
        self.env.cr.flush()
        alert = self.create_alert("mrr", {"kind": "pause"}, percent=11.0)
        self.watch()
        self.assertEqual(self.get_log(alert), [])

    def test_a_rise_is_no_fall(self):
        self.travel("2027-03-10")
        self.change_quantity(self.order, 15.0)
        self.assertEqual(self.get_fall(), (50.0, 50.0))
        self.assertFell(1.0, is_raised=False)
