from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..support.common_health import HealthCommon

AGE = "subscription_fact_age"


@tagged("post_install", "-at_install")
class TestHealthRules(HealthCommon):
    """Good, neutral or bad: by the first rule that matches, since when and why."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.seat, day="2027-02-01")
        self.manager = new_test_user(
            self.env, "health manager", "sale_recurring.group_subscription_manager"
        )

    # ------------------------------------------------------------------
    # Verdict
    # ------------------------------------------------------------------

    def test_the_first_rule_that_matches_decides(self):
        self.set_rules(
            ("good", [(AGE, ">", 100)]), ("bad", [(AGE, ">", 5)]), ("good", [(AGE, ">", 1)])
        )
        self.watch("2027-02-03")
        self.assertEqual(self.get_health(self.order), ("good", "2027-02-03", "Rule 3"))
        self.watch("2027-02-10")
        self.assertEqual(self.get_health(self.order), ("bad", "2027-02-10", "Rule 2"))
        self.watch("2027-02-12")
        self.assertEqual(self.get_health(self.order), ("bad", "2027-02-10", "Rule 2"))
        self.assertEqual(self.order.subscription_health_reason, "Rule 2")

    def test_without_a_rule_that_matches_it_is_neutral_and_without_rules_it_is_nothing(self):
        self.watch("2027-02-02")
        self.assertEqual(self.get_health(self.order)[0], False)
        self.set_rules(("bad", [(AGE, ">", 100)]))
        self.watch()
        self.assertEqual(self.get_health(self.order), ("neutral", "2027-02-02", False))

    def test_turns_are_kept_with_rule_and_reason(self):
        self.set_rules(("bad", [(AGE, ">", 5)]), ("good", []))
        self.watch("2027-02-02")
        self.watch("2027-02-10")
        events = self.env["subscription.health.event"].search(
            [("order_id", "=", self.order.id), ("kind", "=", "health")], order="id"
        )
        self.assertEqual(events.mapped("new_value"), ["good", "bad"])
        self.assertEqual(events.mapped("score"), [100.0, 0.0])
        self.assertEqual(events[-1].reason, "Rule 1")
        self.assertEqual(events[-1].template_id, self.template)

    def test_a_rule_that_is_changed_judges_again(self):
        rule = self.set_rules(("bad", [(AGE, ">", 5)]))
        self.watch("2027-02-02")
        rule.contract_domain = "[]"
        self.watch()
        self.assertEqual(self.order.subscription_health, "bad")
        rule.unlink()
        self.watch()
        self.assertFalse(self.order.subscription_health)

    # ------------------------------------------------------------------
    # What may be typed
    # ------------------------------------------------------------------

    def assertRuleRefused(self, domain, words, user=None):
        values = {
            "name": "Wrong",
            "template_id": self.template.id,
            "contract_domain": domain if isinstance(domain, str) else str(domain),
        }
        Rule = self.env["subscription.health.rule"].with_user(user or self.manager)
        logs = mute_logger("odoo.sql_db")
        with logs, self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
            Rule.create(values)

    def test_an_unknown_field_is_refused(self):
        self.assertRuleRefused([("colour", "=", 1)], "“colour”, which Sales Order does not have")
        self.assertRuleRefused([("partner_id.colour", "=", 1)], "“colour”, which Contact")
        self.assertRuleRefused([("partner_id", "any", [("colour", "=", 1)])], "“colour”")

    def test_a_value_of_the_wrong_kind_is_refused(self):
        self.assertRuleRefused([(AGE, ">", "many")], "wrong kind")
        self.assertRuleRefused([("subscription_end_date", "<", "soon")], "wrong kind")

    def test_code_is_refused_not_run(self):
        for text in (
            "__import__('os').system('true')",
            "[('id', '=', uid)]",
            "[('id', '=', (lambda: 1)())]",
            "[",
            "5",
            "[('id', '=', 10 ** 10 ** 10)]",
        ):
            self.assertRuleRefused(text, "not a list of conditions")

    def test_what_the_author_may_not_read_is_refused(self):
        self.assertRuleRefused([("user_id.totp_secret", "=", "x")], "cannot look for")
        path = "message_ids.tracking_value_ids.old_value_char"
        self.assertRuleRefused([(path, "=", "x")], "cannot look for")

    def test_the_author_counts_though_constraints_run_as_the_system(self):
        path = "message_ids.tracking_value_ids.old_value_char"
        values = {"name": "x", "template_id": self.template.id}
        rule = self.env["subscription.health.rule"].with_user(self.manager).create(values)
        with self.assertRaisesRegex(ValidationError, "cannot look for"):
            rule.contract_domain = str([("partner_id", "any", [(path, "=", "x")])])

    def test_a_filter_that_nobody_can_search_by_is_refused(self):
        self.assertRuleRefused([("subscription_dunning_text", "=", "x")], "cannot look for")

    def test_a_slow_rule_is_refused(self):
        def search(records, operator, value):
            records.env.cr.execute("SELECT pg_sleep(3)")
            return [("id", "!=", 0)]

        self.patch(type(self.env["sale.order"]), "_search_activity_state", search)
        self.assertRuleRefused([("activity_state", "=", "today")], "takes longer than 2")

    def test_salespeople_write_no_rules(self):
        seller = new_test_user(self.env, "seller", "sale_recurring.group_subscription_user_all")
        rule = self.set_rules(("bad", []))
        self.watch()
        with self.assertRaises(AccessError):
            rule.with_user(seller).verdict = "good"
        with self.assertRaises(AccessError):
            self.order.subscription_health_id.with_user(self.manager).verdict = "good"

    # ------------------------------------------------------------------
    # What breaks later
    # ------------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_a_rule_that_breaks_is_switched_off_and_the_others_go_on(self):
        broken, whole = self.set_rules(("good", [(AGE, ">", 5)]), ("bad", []))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_health_rule SET contract_domain = %s WHERE id = %s",
            ["[('gone_with_an_addon', '=', 1)]", broken.id],
        )
        broken.invalidate_recordset()
        self.watch("2027-02-10")
        self.assertEqual(self.order.subscription_health_rule_id, whole)
        self.assertFalse(broken.active)
        self.assertTrue(broken.broken_reason)
        activity = self.template.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn("could not be followed", str(activity.note))
        broken.write({"active": True, "contract_domain": "[]"})
        self.assertFalse(broken.broken_reason)

    def test_names_that_look_like_markup_stay_text(self):
        rule = self.set_rules(("bad", []))
        rule.name = "<b>late</b>"
        rule._break(ValueError("<i>x</i>"))
        self.assertNotIn("<b>late", str(self.template.activity_ids.note))

    def test_the_day_of_the_turn_is_that_of_the_company(self):
        self.company.subscription_tz = "Pacific/Kiritimati"
        self.set_rules(("bad", [("subscription_end_date", "<=", "today +18d")]), ("good", []))
        self.order.subscription_end_date = fields.Date.to_date("2027-03-01")
        self.watch("2027-02-10", hour=9)
        self.assertEqual(self.order.subscription_health, "good")
        self.watch("2027-02-10", hour=11)
        self.assertEqual(self.get_health(self.order)[:2], ("bad", "2027-02-11"))
