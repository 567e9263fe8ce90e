from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestAlertRest(AlertCommon):
    """What turns while a flag rests is left out, told so, and never made up for."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 10), day="2027-02-01")
        self.watch()

    def turn(self, verdict, day, hour=12):
        """Let the health of all contracts turn on a day."""
        self.set_rules((verdict, []))
        self.watch(day, hour=hour)

    def get_turns(self, alert):
        """Return day of the turn and status of each row of a flag, in order."""
        event = self.env["subscription.health.event"]
        return [
            (str(event.browse(int(log.occurrence.split(":")[1])).moment.date()), log.state)
            for log in alert.log_ids.sorted("id")
        ]

    def test_a_turn_while_it_rests_is_left_out_and_not_made_up_for(self):
        alert = self.create_alert("health", verdict="bad", cooldown_days=7)
        self.turn("bad", "2027-02-02")
        self.turn("good", "2027-02-03")
        self.turn("bad", "2027-02-04")
        self.turn("good", "2027-02-05")
        rows = [("2027-02-02", "done"), ("2027-02-04", "skipped")]
        self.assertEqual(self.get_turns(alert), rows)
        self.assertIn("rest", alert.log_ids.sorted("id")[-1].note)
        self.watch("2027-02-20")
        self.assertEqual(self.get_turns(alert), rows, "the contract is good by now")
        self.turn("bad", "2027-02-21")
        self.assertEqual(self.get_turns(alert), [*rows, ("2027-02-21", "done")])
        activities = self.order.activity_ids.filtered(lambda one: one.summary == alert.name)
        self.assertEqual(len(activities), 2)

    def test_what_is_left_out_makes_no_rest_and_needs_no_room(self):
        other = self.create_contract(self.seat, day="2027-02-01")
        other.subscription_template_id = self._create_template("Other")
        self.watch()
        alert = self.create_alert("health", verdict="bad", cooldown_days=7, daily_limit=1)
        self.turn("bad", "2027-02-02")
        self.turn("good", "2027-02-06")
        self.turn("bad", "2027-02-08")
        self.assertEqual(alert.log_ids.mapped("state"), ["skipped", "done"])
        self.assertEqual(alert.log_count, 1)
        self.set_rules(("bad", []), template=other.subscription_template_id)
        self.watch()
        self.assertEqual(self.get_log(alert)[-1], (other, "done"))
        self.turn("good", "2027-02-09")
        self.turn("bad", "2027-02-10")
        self.assertEqual(self.get_log(alert)[-1], (self.order, "done"), "8 days after the first")

    def test_what_lasts_is_raised_after_the_rest(self):
        alert = self.create_alert("end", days=30, cooldown_days=7)
        self.order.subscription_last_date = "2027-02-20"
        self.watch("2027-02-02")
        self.order.subscription_last_date = "2027-02-21"
        self.watch("2027-02-03")
        self.assertEqual(self.get_log(alert), [(self.order, "done")])
        self.watch("2027-02-09")
        self.assertEqual(self.get_log(alert), [(self.order, "done")] * 2)

    def test_the_last_of_two_turns_is_the_one_that_is_raised(self):
        self.env.cr.execute("SELECT setval('subscription_health_event_id_seq', 999998)")
        alert = self.create_alert("state", subscription_state="paused", cooldown_days=7)
        row = self.order.subscription_health_id
        events = self.env["subscription.health.event"]._as_system()
        for _number in range(2):
            events.create(row._prepare_event(kind="state", new_value="paused"))
        self.watch()
        logs = alert.log_ids.sorted("occurrence")
        self.assertEqual(
            [(log.occurrence, log.state) for log in logs],
            [("state:1000000", "done"), ("state:999999", "skipped")],
        )

    def test_answers_while_it_rests_are_left_out(self):
        alert = self.create_alert("rating", rating=1.0, cooldown_days=7)
        token = self.order._rating_get_access_token()
        self.travel("2027-02-02")
        self.order.rating_apply(1, token=token)
        self.watch()
        self.travel("2027-02-03")
        other = self.order.rating_ids.copy({"access_token": "another", "consumed": True})
        other.write({"rating": 1, "rated_on": "2027-02-03 12:00:00"})
        self.watch()
        self.watch("2027-02-20")
        self.assertEqual(self.get_log(alert), [(self.order, "done"), (self.order, "skipped")])

    def test_a_dry_run_shows_what_is_so_now_while_it_rests(self):
        alert = self.create_alert("health", verdict="bad", cooldown_days=7)
        alert.action_ids = [Command.create({"kind": "activity", "summary": "Call"})]
        self.turn("bad", "2027-02-02")
        self.assertEqual(alert.matching_count, 1)
