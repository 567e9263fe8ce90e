from datetime import date

from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestOrderLife(SubscriptionCommon):
    """Contracts whose order is cancelled, made a quotation again, or deleted."""

    def test_cancelled_and_confirmed_again(self):
        order = self.create_contract(subscription_end_date=date(2027, 7, 1))
        order._subscription_pause(date(2027, 2, 5), date(2027, 2, 20))
        order._action_cancel()
        order.action_draft()
        self.assertEqual(order.subscription_stage_id.subscription_state, "draft")
        self.assertFalse(order.subscription_interruption_ids)
        self.assertEqual(order.subscription_end_date, date(2027, 7, 1))
        self.travel("2027-03-01")
        order.action_confirm()
        self.run_cron()
        self.assertEqual(self.get_table(order), [("2027-03-01", "2027-03-31", 1, 10)])

    def test_cancelled_contract_with_billed_periods_is_kept(self):
        order = self.create_contract()
        self.bill(order)
        order._action_cancel()
        with self.assertRefused("cannot be deleted"):
            order.unlink()

    def test_contract_that_was_to_end_on_its_first_day_goes_on(self):
        order = self.create_contract(self.seat, subscription_start_date="2027-02-10")
        reason = self.env["subscription.close.reason"].search([], limit=1)
        order._subscription_close(order.subscription_start_date, reason)
        self.assertFalse(order.subscription_next_invoice_date)
        order.action_subscription_keep()
        self.assertEqual(self.bill(order, "2027-02-10").amount_untaxed, 10.0)
        self.assertBillsNothing(order)

    def test_a_stage_with_contracts_is_kept(self):
        stage = self.create_contract(self.seat, day="2027-04-01").subscription_stage_id
        quiet, refused = mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError)
        with quiet, refused, self.env.cr.savepoint():
            stage.unlink()
        self.env["subscription.stage"].create({"name": "Of nobody"}).unlink()
