from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_alert import AlertCommon

LOG = "subscription.alert.log"


@tagged("post_install", "-at_install")
class TestAlertAutomation(AlertCommon):
    """Automation rules and server actions of administrators, and the flags that wake them."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()

    def create_rule(self, model, code, **values):
        """Return an automation rule that runs some code."""
        rule = self.env["base.automation"].create(
            {
                "name": "Rule",
                "model_id": self.env["ir.model"]._get_id(model),
                "trigger": "on_create_or_write",
                **values,
            }
        )
        rule.action_server_ids = [
            Command.create(
                {
                    "name": "Code",
                    "model_id": rule.model_id.id,
                    "state": "code",
                    "code": code,
                    "usage": "base_automation",
                }
            )
        ]
        self.addCleanup(self.env["base.automation"]._unregister_hook)
        return rule

    def raise_flag(self, alert):
        self.order.subscription_last_date = "2027-02-20"
        self.watch()
        self.watch()
        return alert.log_ids

    def test_a_rule_runs_once_when_its_flag_was_raised(self):
        alert = self.create_alert("end", is_on=False)
        alert.action_ids.unlink()
        action = alert.action_view_automations()
        defaults = {
            name.removeprefix("default_"): value for name, value in action["context"].items()
        }
        self.assertEqual(alert.automation_count, 0)
        self.create_rule(
            LOG,
            "record.order_id.write({'origin': (record.order_id.origin or '') + 'x'})",
            **defaults,
        )
        other = self.create_alert("state", is_on=False)
        self.env.invalidate_all()
        self.assertEqual((alert.automation_count, other.automation_count), (1, 0))
        alert.action_switch_on()
        self.assertEqual(self.raise_flag(alert).state, "done")
        self.assertEqual(self.order.origin, "x")

    def test_a_rule_that_breaks_is_a_failure_of_the_flag_and_stops_nobody_else(self):
        broken, whole = (self.create_alert("end") for _number in range(2))
        self.create_rule(LOG, "record.nothing", filter_domain=str([("alert_id", "=", broken.id)]))
        log = self.raise_flag(broken)
        self.assertEqual(log.state, "failed")
        self.assertTrue(log.note)
        self.assertEqual(whole.log_ids.state, "done")
        self.assertEqual(
            self.order.activity_ids.mapped("summary"), [whole.name], "all of it or nothing"
        )

    def test_a_rule_runs_when_health_turned(self):
        self.create_rule(
            "subscription.health.event",
            "record.order_id.write({'origin': record.new_value})",
            trigger="on_create",
            filter_domain=str([("kind", "=", "health"), ("new_value", "=", "bad")]),
        )
        self.set_rules(("bad", []))
        self.watch()
        self.assertEqual(self.order.origin, "bad")

    def break_at(self, model, path, **values):
        """Return an automation rule that breaks at the first contract; another one is there, too.

        :param str path: from a record of the model to its contract
        """
        self.other = self.create_contract(self.seat, day="2027-02-01")
        self.watch()
        code = f"record.nothing if record.{path}id == {self.order.id} else None"
        rule = self.create_rule(model, code, **values)
        self.set_rules(("bad", []))
        self.watch()
        return rule

    def assertOtherOnly(self, rule):
        """Check that the other contract was judged, and the first one when its rule is mended."""
        self.assertEqual(self.other.subscription_health, "bad")
        self.assertFalse(self.other.activity_ids)
        self.assertFalse(self.order.subscription_health, "all of it or nothing")
        self.assertEqual(len(self.order.activity_ids), 1)
        self.assertIn("nothing", self.order.activity_ids.note)
        self.watch("2027-02-02")
        self.assertEqual(len(self.order.activity_ids), 1, "asked for once")
        rule.active = False
        self.watch("2027-02-03")
        self.assertEqual(self.order.subscription_health, "bad")

    def test_a_rule_about_health_that_breaks_at_one_contract_stops_no_other(self):
        rule = self.break_at("subscription.health.event", "order_id.", trigger="on_create")
        self.assertOtherOnly(rule)

    def test_a_rule_about_facts_that_breaks_at_one_contract_stops_no_other(self):
        rule = self.break_at(
            "subscription.health", "order_id.", filter_domain=str([("verdict", "=", "bad")])
        )
        self.assertOtherOnly(rule)

    def test_a_rule_about_the_stage_that_health_moves_stops_no_other(self):
        stage = self.env["subscription.stage"].create(
            {"name": "In Trouble", "health_verdict": "bad", "sequence": 99}
        )
        rule = self.break_at(
            "sale.order", "", filter_domain=str([("subscription_stage_id", "=", stage.id)])
        )
        self.assertOtherOnly(rule)

    def test_a_rule_about_movements_that_breaks_at_one_contract_stops_no_other(self):
        starts = {"day": "2027-02-01", "subscription_start_date": date(2027, 2, 10)}
        first, other = (self.create_contract(self.seat, **starts) for _one in range(2))
        code = f"record.nothing if record.origin_id.id == {first.id} else None"
        rule = self.create_rule("subscription.mrr.event", code, trigger="on_create")
        Event = self.env["subscription.mrr.event"]
        self.company._keep_mrr_date(date(2027, 2, 1))
        self.travel("2027-02-10")
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_record_mrr").method_direct_trigger()
        orders = first | other
        self.assertEqual(Event.search([("origin_id", "in", orders.ids)]).origin_id, other)
        self.assertFalse(other.activity_ids)
        self.assertIn("nothing", first.activity_ids.note)
        rule.active = False
        Finding = self.env["subscription.finding"].sudo()
        Finding._check_contracts(orders)
        finding = Finding.search([("check", "=", "mrr"), ("order_id", "in", orders.ids)])
        self.assertEqual(finding.order_id, first)
        finding._repair()
        self.assertEqual(Event.search([("origin_id", "=", first.id)]).amount, 10.0)

    def test_server_actions_say_which_flags_run_them(self):
        server = self.env.ref("sale_recurring.action_request_satisfaction")
        alert = self.create_alert("end", {"kind": "server", "server_action_id": server.id})
        self.assertEqual(server.subscription_alert_ids, alert)

    def test_who_sets_up_flags_sees_no_rules_and_writes_none(self):
        manager = new_test_user(
            self.env, "rule manager", "sale_recurring.group_subscription_manager"
        )
        alert = self.create_alert("end", is_on=False).with_user(manager)
        with self.assertRaises(AccessError):
            alert.action_view_automations()
        with self.assertRaises(AccessError):
            alert.read(["automation_count"])
        alert.action_switch_on()
        self.assertTrue(alert.is_on)
