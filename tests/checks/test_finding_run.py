from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ... import const
from ...models.checks.subscription_finding_run import POSITION_KEY
from ..support.common_finding import FindingCommon
from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestFindingRun(FindingCommon):
    """The nightly job: batches, findings over time, one activity, access."""

    def run_check(self):
        cron = self.env.ref("sale_recurring.ir_cron_check_billing")
        log = self.assertNoLogs("odoo.addons.base.models.ir_cron", "ERROR")
        with self.enter_registry_test_mode(), log:
            self.assertIs(cron.method_direct_trigger(), True)

    def plant_wrong_date(self, orders):
        self.plant(
            "UPDATE sale_order SET subscription_next_invoice_date = '2027-09-09' WHERE id IN %s",
            tuple(orders.ids),
        )

    def get_open(self):
        return self.Finding.search([("state", "=", "open")])

    # ------------------------------------------------------------------
    # Healthy
    # ------------------------------------------------------------------

    def create_lively_contracts(self):
        """Return contracts of every sort that a healthy database holds."""
        arrears = self._create_template("Arrears", timing="arrears", convention="fixed_30")
        draft = self._create_template("Draft", invoice_mode="draft")
        self.travel("2027-03-31")
        hours = self._create_product("Hours", 50.0, invoice_policy="delivery")
        orders = {
            "changed": self.create_order(self.line_values(self.seat, 5), self.support),
            "paused": self.create_order(self.seat, template=arrears),
            "draft": self.create_order(self.seat, self.hosting, template=draft),
            "delivered": self.create_order(hours, self.seat),
            "closed": self.create_order(self.hosting, self.setup_service),
            "cancelled": self.create_order(self.seat),
            "unborn": self.create_order(self.seat),
            "upcoming": self.create_order(self.seat, subscription_start_date=date(2027, 9, 1)),
            "discounted": self.create_order(self.line_values(self.support, 3, discount=33.333)),
        }
        contracts = self.env["sale.order"].union(*orders.values())
        contracts.action_confirm()
        orders["unborn"]._action_cancel()
        self.bill(contracts)
        self.travel("2027-04-10")
        orders["changed"].order_line[0].product_uom_qty = 3
        orders["paused"]._subscription_pause(date(2027, 4, 12), date(2027, 5, 5))
        orders["delivered"].order_line[0].qty_delivered = 4
        orders["draft"].order_line[0].product_uom_qty = 2
        for day in ("2027-04-10", "2027-04-30", "2027-05-02", "2027-05-31"):
            self.bill(contracts, day)
        orders["closed"]._subscription_close(date(2027, 6, 5))
        orders["cancelled"]._action_cancel()
        orders["changed"].order_line[1].price_unit = 40
        invoice = orders["discounted"].invoice_ids.sorted("id")[0]
        invoice._reverse_moves()
        for day in ("2027-06-01", "2027-06-05", "2027-06-30"):
            self.bill(contracts, day)
        return contracts

    def test_a_healthy_database_has_no_findings(self):
        contracts = self.create_lively_contracts()
        self.bill(self.orders, "2027-07-01")
        self.assertEqual(
            set(contracts.mapped("subscription_state")), {"active", "closed", "upcoming"}
        )
        self.assertIn("draft", contracts.invoice_ids.mapped("state"))
        self.assertIn("out_refund", contracts.invoice_ids.mapped("move_type"))
        for day in ("2027-07-01", "2027-07-03"):
            self.travel(day)
            self.orders |= contracts
            self.assertFalse(self.check().mapped("message"))
        self.run_check()
        self.assertFalse(self.get_open())

    # ------------------------------------------------------------------
    # Findings over time
    # ------------------------------------------------------------------

    def test_damage_that_goes_away_is_resolved_and_comes_back_as_a_new_finding(self):
        self.plant_wrong_date(self.order)
        finding = self.check()
        self.order._update_subscription_dates()
        self.assertFalse(self.check())
        self.assertEqual(finding.state, "resolved")
        self.plant_wrong_date(self.order)
        again = self.check()
        self.assertEqual(len(again), 1)
        self.assertNotEqual(again, finding)

    def test_other_contracts_keep_their_findings(self):
        self.plant_wrong_date(self.orders)
        self.assertEqual(self.check().order_id, self.orders)
        self.order._update_subscription_dates()
        self.Finding._check_contracts(self.order)
        self.assertEqual(self.get_open().order_id, self.bystander)

    def test_facts_follow_the_damage(self):
        self.plant_wrong_date(self.order)
        finding = self.check()
        self.plant(
            "UPDATE sale_order SET subscription_next_invoice_date = '2027-10-10' WHERE id = %s",
            self.order.id,
        )
        self.assertEqual(self.check(), finding)
        self.assertIn("10/10/2027", finding.message)

    def test_ignored_findings_stay_out_of_sight_until_reopened(self):
        self.plant_wrong_date(self.order)
        finding = self.check()
        self.assertEqual(self.order.subscription_finding_count, 1)
        finding.with_user(self.manager).action_ignore()
        self.assertFalse(self.check())
        self.order.invalidate_recordset()
        self.assertEqual(self.order.subscription_finding_count, 0)
        finding.with_user(self.manager).action_reopen()
        self.assertEqual(self.check(), finding)

    def test_repair_of_a_selection_leaves_what_it_cannot_do(self):
        self.plant_wrong_date(self.order)
        self.plant(
            "UPDATE subscription_segment SET convention = 'lunar' WHERE order_id = %s",
            self.bystander.id,
        )
        findings = self.check()
        self.assertEqual(set(findings.mapped("check")), {"next_date", "history"})
        action = findings.with_user(self.manager).action_repair()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("1 of 2", action["params"]["message"])
        self.assertEqual(self.get_open().check, "history")

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    def test_one_activity_tells_of_all_new_findings_once(self):
        activities = self.env["mail.activity"].search([("res_model", "=", "subscription.finding")])
        self.plant_wrong_date(self.orders)
        self.run_check()
        domain = [("res_model", "=", "subscription.finding"), ("id", "not in", activities.ids)]
        activity = self.env["mail.activity"].search(domain)
        self.assertEqual(len(activity), 1)
        self.assertIn("something new: 2", activity.summary)
        self.assertIn("Wrong next invoice date: 2", activity.note)
        self.assertTrue(activity.user_id.has_group("sale_recurring.group_subscription_manager"))
        self.run_check()
        self.assertEqual(self.env["mail.activity"].search(domain), activity)
        self.orders._update_subscription_dates()
        self.run_check()
        self.assertFalse(self.env["mail.activity"].search(domain), "nothing is left to look at")

    def test_run_that_is_stopped_goes_on_where_it_was(self):
        self.plant_wrong_date(self.orders)
        Cron = type(self.env["ir.cron"])
        Parameter = self.env["ir.config_parameter"]
        position = self.order.id - 1
        Parameter.set_param(POSITION_KEY, position)
        with (
            patch.object(const, "CHECK_BATCH_SIZE", 1),
            patch.object(Cron, "_commit_progress", side_effect=[10.0, 0, 0]) as commit,
        ):
            self.Finding._cron_check_billing()
        self.assertEqual(commit.call_args_list[0].kwargs["remaining"], 2)
        self.assertEqual(self.get_open().order_id, self.order)
        self.assertEqual(int(Parameter.get_param(POSITION_KEY)), self.order.id)
        with patch.object(Cron, "_commit_progress", return_value=10.0):
            self.Finding._cron_check_billing()
        self.assertEqual(self.get_open().order_id, self.orders)
        self.assertEqual(int(Parameter.get_param(POSITION_KEY)), 0)

    def test_check_now_looks_at_few_contracts_at_once_and_at_many_in_the_background(self):
        self.plant_wrong_date(self.order)
        button = self.env["subscription.finding"].with_user(self.manager).action_check_now
        triggers = self.env["ir.cron.trigger"].search([])
        with patch.object(const, "CHECK_BATCH_SIZE", 1):
            self.assertIn("in the background", button()["params"]["message"])
        cron = (self.env["ir.cron.trigger"].search([]) - triggers).cron_id
        self.assertEqual(cron, self.env.ref("sale_recurring.ir_cron_check_billing"))
        self.assertFalse(self.get_open())
        self.assertIn("1 findings are open", button()["params"]["message"])
        self.order._update_subscription_dates()
        self.assertIn("everything fits together", button()["params"]["message"])

    def count_queries(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.Finding._check_contracts(orders)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_number_of_queries_does_not_depend_on_the_number_of_contracts(self):
        self.travel("2027-06-01")
        orders = self.env["sale.order"].union(
            *(self.create_contract(self.line_values(self.seat, 2), self.support) for _ in range(50))
        )
        self.bill(orders)
        self.count_queries(orders)
        alone = self.count_queries(orders[0])
        self.assertLess(alone, 60)
        self.assertLessEqual(self.count_queries(orders), alone + 2)
        self.assertFalse(self.get_open())

    # ------------------------------------------------------------------
    # Access
    # ------------------------------------------------------------------

    def test_only_administrators_act_and_nobody_writes(self):
        self.plant_wrong_date(self.order)
        finding = self.check()
        clerk = new_test_user(
            self.env, "clerk", groups="sale_recurring.group_subscription_user_all"
        )
        for name in ("action_repair", "action_ignore", "action_reopen", "action_check_now"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(finding.with_user(clerk), name)()
        with self.assertRaises(AccessError):
            finding.with_user(self.manager).state = "resolved"

    def test_salespeople_see_findings_of_their_contracts_only(self):
        self.plant("DROP INDEX subscription_billed_period_revision_unique")
        self.plant_wrong_date(self.orders)
        ada = new_test_user(self.env, "ada", groups="sale_recurring.group_subscription_user")
        self.order.user_id = ada
        self.bystander.user_id = self.manager
        findings = self.check()
        self.assertEqual(len(findings), 3)
        visible = self.env["subscription.finding"].with_user(ada).search([])
        self.assertEqual(visible.order_id, self.order)
        self.assertEqual(len(visible), 1)
        self.assertEqual(self.Finding.with_user(self.manager).sudo(False).search([]), findings)

    def test_findings_of_another_company_are_hidden(self):
        self.plant_wrong_date(self.order)
        self.check()
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.env["subscription.finding"].with_user(self.manager).search([]))

    def test_contract_shows_that_it_has_findings(self):
        self.plant_wrong_date(self.order)
        self.check()
        form = Form(self.order.with_user(self.manager))
        self.assertEqual(form.subscription_finding_count, 1)
        action = self.order.with_user(self.manager).action_view_findings()
        found = self.env["subscription.finding"].search(action["domain"])
        self.assertEqual(found.order_id, self.order)


@tagged("post_install", "-at_install")
class TestFindingCharge(PaymentCommon, FindingCommon):
    """Charges that the nightly check finds."""

    def create_charge(self):
        """Begin to charge the first invoice, as a process that dies then."""
        move = self.rows[0].move_id
        move.subscription_charge_count += 1
        return self.env["payment.transaction"].create(
            move._prepare_charge_values(self.create_token())
        )

    def test_charge_without_an_outcome_is_found_after_five_days(self):
        tx = self.create_charge()
        for days, found in ((4, []), (6, ["lost_charge"])):
            with self.subTest(days):
                moment = fields.Datetime.now() - timedelta(days=days)
                self.plant(
                    "UPDATE payment_transaction SET last_state_change = %s WHERE id = %s",
                    moment,
                    tx.id,
                )
                self.assertEqual(self.check().mapped("check"), found)
        finding = self.assertFound("lost_charge")
        self.assertEqual(finding.transaction_id, tx)
        self.assertIn(tx.reference, finding.message)
        self.assertNotRepairable(finding)
        tx._set_error("No money was taken.")
        self.assertFalse(self.check())

    def test_two_charges_of_one_invoice(self):
        self.plant("DROP INDEX payment_transaction_one_open_charge")
        self.create_charge()
        self.create_charge()
        findings = self.assertFound("constraint", "double_charge")
        self.assertNotRepairable(findings[1])
