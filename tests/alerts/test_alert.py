from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestAlert(AlertCommon):
    """When a flag is raised, how often, and for whom."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 10), day="2027-02-01")
        self.watch()

    def assertRaisedOnce(self, alert, order=None):
        """The job raises a flag once, and not again when it comes again."""
        self.watch()
        self.assertEqual(self.get_log(alert), [(order or self.order, "done")])
        self.watch()
        self.assertEqual(len(self.get_log(alert)), 1)

    # ------------------------------------------------------------------
    # Triggers
    # ------------------------------------------------------------------

    def test_health_that_turned(self):
        alert = self.create_alert("health", verdict="bad")
        self.watch()
        self.assertEqual(self.get_log(alert), [])
        self.set_rules(("bad", []))
        self.assertRaisedOnce(alert)

    def test_a_pause_and_an_end(self):
        paused = self.create_alert("state", subscription_state="paused")
        closed = self.create_alert("state", subscription_state="closed")
        self.order._subscription_pause(self.company._subscription_today())
        self.assertRaisedOnce(paused)
        self.travel("2027-02-10")
        self.order._subscription_resume(self.company._subscription_today())
        self.close(self.order)
        self.assertRaisedOnce(closed)

    def test_a_contract_that_began(self):
        self.travel("2027-02-01", hour=13)
        alert = self.create_alert("state", subscription_state="active")
        order = self.create_contract(self.seat)
        self.assertRaisedOnce(alert, order)

    def test_a_stage(self):
        stage = self.env["subscription.stage"].create({"name": "Call"})
        alert = self.create_alert("stage", stage_id=stage.id)
        self.order.subscription_stage_id = stage
        self.assertRaisedOnce(alert)

    def test_mrr_that_fell(self):
        alert = self.create_alert("mrr", percent=30.0, days=30)
        self.travel("2027-02-15")
        self.change_quantity(self.order, 8.0)
        self.watch()
        self.assertEqual(self.get_log(alert), [])
        self.change_quantity(self.order, 5.0)
        self.assertRaisedOnce(alert)

    def test_a_charge_that_failed(self):
        alert = self.create_alert("charge", count=1)
        order, _invoice = self.create_late_contract(day="2027-02-01")
        self.assertRaisedOnce(alert, order)

    def test_a_card_that_expires(self):
        alert = self.create_alert("method", days=30)
        token = self.create_token()
        token._as_system().subscription_expiry_date = "2027-04-30"
        self.order.subscription_payment_token_id = token
        self.watch("2027-03-30")
        self.assertEqual(self.get_log(alert), [])
        self.travel("2027-03-31")
        self.assertRaisedOnce(alert)
        token._as_system().subscription_expiry_date = "2027-05-01"
        self.watch("2027-04-02")
        self.assertEqual(len(self.get_log(alert)), 2, "another day is another occurrence")

    def test_an_unhappy_customer_is_seen_the_same_minute(self):
        alert = self.create_alert("rating", rating=1.0)
        triggers = self.env["ir.cron.trigger"]
        before = triggers.search_count([("cron_id", "=", self.watch_cron.id)])
        self.order.rating_apply(1, token=self.order._rating_get_access_token())
        self.env.cr.flush()
        self.assertGreater(triggers.search_count([("cron_id", "=", self.watch_cron.id)]), before)
        self.assertRaisedOnce(alert)

    def test_an_end_that_is_near_by_the_company_clock(self):
        self.company.subscription_tz = "Pacific/Kiritimati"  # 14 hours ahead
        alert = self.create_alert("end", days=10)
        self.order.subscription_last_date = "2027-02-28"
        self.watch("2027-02-18", hour=9)
        self.assertEqual(self.get_log(alert), [])
        self.travel("2027-02-18", hour=11)  # the 19th there
        self.assertRaisedOnce(alert)

    def test_a_renewal_and_a_trial(self):
        terms = self._create_template(
            "Term", term_count=1, term_unit="year", trial_count=10, trial_unit="day"
        )
        renewal = self.create_alert("renewal", days=30)
        trial = self.create_alert("trial", days=3)
        order = self.create_contract(self.seat, template=terms, day="2027-02-01")
        self.watch("2027-02-07")
        self.assertEqual(self.get_log(trial), [])
        self.watch("2027-02-08")
        self.assertEqual(self.get_log(trial), [(order, "done")])
        self.watch(order.subscription_term_end_date - timedelta(days=31))
        self.assertEqual(self.get_log(renewal), [])
        self.watch(order.subscription_term_end_date - timedelta(days=30))
        self.assertEqual(self.get_log(renewal), [(order, "done")])

    def test_a_silent_customer(self):
        alert = self.create_alert("silent", days=60)
        self.watch("2027-04-01")
        self.assertEqual(self.get_log(alert), [])
        self.travel("2027-04-02")
        self.assertRaisedOnce(alert)

    def test_little_usage(self):
        low = self.create_alert("usage_low", usage=50.0)
        high = self.create_alert("usage_high", usage=150.0)
        hours = self._create_product("Hours", 80.0, invoice_policy="delivery")
        order = self.create_contract(self.line_values(hours, 10), day="2027-02-01")
        order.order_line.qty_delivered = 2.0
        self.bill(order, "2027-03-01")
        self.assertRaisedOnce(low, order)
        self.assertEqual(self.get_log(high), [])

    def test_a_quotation(self):
        alert = self.create_alert("created")
        self.env.cr.execute("SELECT now() AT TIME ZONE 'UTC'")  # rows are stamped with this clock
        alert.active_since = self.env.cr.fetchone()[0] - timedelta(minutes=5)
        quote = self.create_order(self.seat)
        self.assertRaisedOnce(alert, quote)

    # ------------------------------------------------------------------
    # How often
    # ------------------------------------------------------------------

    def test_what_happened_before_it_was_switched_on_does_not_count(self):
        self.set_rules(("bad", []))
        self.watch()
        self.travel("2027-02-02")
        alert = self.create_alert("health", verdict="bad")
        self.assertEqual(alert.matching_count, 1, "those that are so now are shown before")
        self.watch()
        self.assertEqual(self.get_log(alert), [])

    def test_a_rest_between_two_occurrences(self):
        alert = self.create_alert("mrr", percent=5.0, cooldown_days=7)
        self.travel("2027-02-15")
        self.change_quantity(self.order, 8.0)
        self.assertRaisedOnce(alert)
        self.travel("2027-02-16")
        self.change_quantity(self.order, 6.0)
        self.watch()
        self.assertEqual(len(self.get_log(alert)), 1)
        self.watch("2027-02-23")
        self.assertEqual(len(self.get_log(alert)), 2)

    def test_no_more_than_the_limit_per_day_of_the_company(self):
        others = [self.create_contract(self.seat, day="2027-02-01") for _ in range(3)]
        alert = self.create_alert("end", days=30, daily_limit=2)
        for order in others:
            order.subscription_last_date = "2027-02-20"
        self.watch()
        self.assertEqual(len(self.get_log(alert)), 2)
        self.watch()
        self.assertEqual(len(self.get_log(alert)), 2)
        self.watch("2027-02-02")
        self.assertEqual(len(self.get_log(alert)), 3)

    def test_nothing_is_done_after_closing(self):
        alert = self.create_alert("rating", rating=1.0)
        self.order.rating_apply(1, token=self.order._rating_get_access_token())
        alert._raise()
        self.close(self.order)
        self.watch()
        self.assertEqual(self.get_log(alert), [(self.order, "skipped")])
        self.assertFalse(self.order.activity_ids.filtered(lambda a: a.summary == alert.name))

    def test_the_database_refuses_the_same_twice(self):
        alert = self.create_alert("rating")
        values = {"alert_id": alert.id, "order_id": self.order.id, "occurrence": "x"}
        logs = self.env["subscription.alert.log"]
        logs.create(values)
        refused = self.assertRaises(IntegrityError)
        with mute_logger("odoo.sql_db"), refused, self.env.cr.savepoint():
            logs.create(values)

    # ------------------------------------------------------------------
    # Before it is switched on
    # ------------------------------------------------------------------

    def test_a_dry_run_lists_and_does_nothing(self):
        alert = self.create_alert("end", is_on=False, days=30)
        self.order.subscription_last_date = "2027-02-20"
        self.assertEqual(alert.matching_count, 1)
        self.assertEqual(alert.action_view_matching()["domain"], [("id", "in", self.order.ids)])
        alert.action_dry_run()
        alert.action_dry_run()
        self.assertEqual(self.get_log(alert), [(self.order, "dry")])
        self.assertFalse(self.order.activity_ids)
        self.watch()
        self.assertEqual(self.get_log(alert), [(self.order, "dry")])
        alert.action_switch_on()
        alert.action_run_now()
        self.assertEqual([state for _o, state in self.get_log(alert)], ["dry", "done"])

    def test_conditions_hold_and_are_checked(self):
        alert = self.create_alert("end", days=30, contract_domain="[('id', '=', 0)]")
        self.order.subscription_last_date = "2027-02-20"
        self.watch()
        self.assertEqual(self.get_log(alert), [])
        with self.assertRaises(ValidationError):
            alert.contract_domain = "[('colour', '=', 1)]"

    @mute_logger("odoo.sql_db")
    def test_one_that_breaks_is_switched_off_and_the_others_go_on(self):
        self.order.subscription_last_date = "2027-02-20"
        broken, whole = (self.create_alert("end", days=30) for _ in range(2))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_alert SET contract_domain = '[(''gone'', ''='', 1)]' "
            "WHERE id = %s",
            [broken.id],
        )
        broken.invalidate_recordset()
        self.watch()
        self.assertFalse(broken.is_on)
        self.assertEqual(len(broken.activity_ids), 1)
        self.assertEqual(self.get_log(whole), [(self.order, "done")])

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_who_may_set_up_flags(self):
        alert = self.create_alert("end")
        seller = new_test_user(
            self.env, "flag seller", "sale_recurring.group_subscription_user_all"
        )
        for act in (alert.with_user(seller).action_run_now, alert.with_user(seller).action_dry_run):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            alert.with_user(seller).name = "x"

    def test_only_system_administrators_choose_server_actions(self):
        manager = new_test_user(
            self.env, "flag manager", "sale_recurring.group_subscription_manager"
        )
        alert = self.create_alert("end").with_user(manager)
        server = self.env.ref("sale_recurring.action_request_satisfaction")
        with self.assertRaises(UserError):
            alert.action_ids = [
                fields.Command.create({"kind": "server", "server_action_id": server.id})
            ]

    def test_a_flag_that_does_nothing_is_not_switched_on(self):
        alert = self.create_alert("end", is_on=False)
        alert.action_ids.unlink()
        with self.assertRaises(UserError):
            alert.action_switch_on()

    def test_ready_made_flags_are_there_and_the_risky_ones_are_off(self):
        names = ("method_expires", "charge_failed", "downgrade", "unhappy", "silent", "trial")
        alerts = [self.env.ref(f"sale_recurring.alert_{name}") for name in names]
        self.assertEqual([alert.is_on for alert in alerts], [False] * 3 + [True] + [False] * 2)
        for alert in alerts:
            self.assertEqual(alert.action_ids.mapped("kind"), ["activity"])
