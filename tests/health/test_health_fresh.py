from unittest.mock import patch

from odoo.tests import tagged

from ..support.common_health import HealthCommon
from ..support.racing import Racing


@tagged("post_install", "-at_install")
class TestHealthFresh(HealthCommon):
    """What is written during the day is known within a minute, not only the next night."""

    def test_usage_that_was_billed(self):
        hours = self._create_product("Hours", 80.0, invoice_policy="delivery")
        order = self.create_contract(self.line_values(hours, 10), day="2027-02-01")
        order.order_line.qty_delivered = 2.0
        self.watch("2027-03-01")
        self.assertEqual(order.subscription_fact_usage, 100.0)
        self.bill(order, "2027-03-01")
        self.watch()
        self.assertEqual(order.subscription_fact_usage, 20.0)

    def test_a_contract_that_somebody_changed_meanwhile_alarms_nobody(self):
        self.create_contract(self.seat, day="2027-02-01")
        Health = self.env["subscription.health"]
        Health._create_missing()
        self.env.flush_all()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
            self.assertNoLogs("odoo.sql_db", "ERROR"),
        ):
            inner = cr._cursor
            with patch.object(inner, "_obj", Racing(inner._obj)):
                rows = Health.with_env(self.env(cr=cr))._lock_stale(
                    self.company.with_env(self.env(cr=cr)), self.company._subscription_today()
                )
            self.assertEqual(len(rows), 1)

    def test_an_amendment_that_waits_and_is_done(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch("2027-02-10")
        action = order.action_subscription_amend()
        amendment = self.env["sale.order"].browse(action["res_id"])
        self.watch()
        self.assertEqual(order.subscription_fact_amendments, 1)
        amendment._action_cancel()
        self.watch()
        self.assertEqual(order.subscription_fact_amendments, 0)

    def test_a_card_with_another_expiry(self):
        token = self.create_token()
        token._as_system().subscription_expiry_date = "2027-02-28"
        order = self.create_contract(
            self.seat, day="2027-02-01", subscription_payment_token_id=token.id
        )
        self.watch("2027-02-20")
        self.assertEqual(order.subscription_fact_method, 8)
        token._as_system().subscription_expiry_date = "2027-03-31"
        self.watch()
        self.assertEqual(order.subscription_fact_method, 39)

    def test_a_late_invoice_that_is_cancelled_or_forgiven(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        invoice = self.bill(order)
        invoice.invoice_date_due = "2027-02-05"
        self.watch("2027-02-20")
        self.assertEqual(order.subscription_fact_overdue_amount, 12.0)
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": invoice.journal_id.id}).modify_moves()
        self.watch()
        self.assertEqual(order.subscription_fact_overdue_amount, 0.0)
