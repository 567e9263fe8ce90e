from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestAlertAction(AlertCommon):
    """What a flag does, whatever raised it."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 10), day="2027-02-01")
        self.bill(self.order)
        self.watch()
        self.travel("2027-02-01", hour=13)

    def perform(self, trigger="state", **action):
        """Let a flag with one action be raised by an event of the contract; return its row."""
        alert = self.create_alert(trigger, action)
        self.env["subscription.health.event"]._as_system().create(
            self.order.subscription_health_id._prepare_event(
                kind=trigger, new_value="active" if trigger == "state" else "bad"
            )
        )
        self.watch()
        log = alert.log_ids
        self.assertEqual(len(log), 1)
        return log

    def test_mail(self):
        template = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "subject": "We saw {{ object.name }}",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        for trigger in ("state", "health"):
            with self.subTest(trigger=trigger):
                log = self.perform(trigger, kind="mail", mail_template_id=template.id)
                self.assertEqual(log.state, "done", log.note)
        mails = self.env["mail.mail"].search([("subject", "=", f"We saw {self.order.name}")])
        self.assertEqual(len(mails), 2)
        self.watch()
        self.assertEqual(
            self.env["mail.mail"].search([("subject", "=", f"We saw {self.order.name}")]), mails
        )

    def test_activity_for_salesperson_leader_or_user(self):
        seller, leader, one = (
            new_test_user(self.env, f"{name} of a flag", "sales_team.group_sale_salesman_all_leads")
            for name in ("seller", "leader", "one")
        )
        team = self.env["crm.team"].create({"name": "Team", "user_id": leader.id})
        self.order.write({"user_id": seller.id, "team_id": team.id})
        for assignee, user in (("user", seller), ("leader", leader), ("one", one)):
            log = self.perform(kind="activity", assignee=assignee, user_id=one.id, summary=assignee)
            self.assertEqual(log.state, "done", log.note)
            found = self.order.activity_ids.filtered(lambda a, word=assignee: a.summary == word)
            self.assertEqual(found.user_id, user)

    def test_names_in_an_activity_stay_text(self):
        alert = self.create_alert("state", {}, name="<b>loud</b>", is_on=False)
        log = self.env["subscription.alert.log"].create(
            {"alert_id": alert.id, "order_id": self.order.id, "occurrence": "x"}
        )
        log._perform()
        self.assertNotIn("<b>", str(self.order.activity_ids.note))

    def test_request_for_satisfaction(self):
        log = self.perform(kind="rating")
        self.assertEqual(log.state, "done")
        self.assertIn("was asked", log.note)
        self.assertEqual(
            self.env["subscription.satisfaction"]
            .search([("order_id", "=", self.order.id)])
            .partner_id,
            self.partner,
        )

    def test_stage_and_tags(self):
        stage = self.env["subscription.stage"].create({"name": "Call"})
        self.assertEqual(self.perform(kind="stage", stage_id=stage.id).state, "done")
        self.assertEqual(self.order.subscription_stage_id, stage)
        tag = self.env["crm.tag"].create({"name": "At risk"})
        self.assertEqual(self.perform(kind="tag", tag_ids=tag.ids).state, "done")
        self.assertEqual(self.order.tag_ids, tag)

    def test_discount_for_some_periods_that_are_not_billed(self):
        log = self.perform(kind="discount", discount=20.0, period_count=2)
        self.assertEqual(log.state, "done", log.note)
        amounts = []
        for day in ("2027-03-01", "2027-04-01", "2027-05-01"):
            amounts += self.bill(self.order, day).mapped("amount_untaxed")
        self.assertEqual(amounts, [80.0, 80.0, 100.0])

    def test_pause(self):
        log = self.perform(kind="pause", pause_days=10)
        self.assertEqual(log.state, "done", log.note)
        self.assertEqual(self.order.subscription_state, "paused")
        self.assertEqual(
            self.order.subscription_interruption_ids.end_date.isoformat(), "2027-02-11"
        )

    def test_server_action(self):
        server = self.env["ir.actions.server"].create(
            {
                "name": "Note",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "state": "code",
                "code": "records.write({'client_order_ref': 'flagged'})",
            }
        )
        self.assertEqual(self.perform(kind="server", server_action_id=server.id).state, "done")
        self.assertEqual(self.order.client_order_ref, "flagged")

    def test_what_fails_leaves_nothing_behind_and_can_be_done_again(self):
        stage = self.env["subscription.stage"].create({"name": "Call"})
        alert = self.create_alert(
            "state",
            {"kind": "stage", "stage_id": stage.id},
            {"kind": "discount", "discount": 10.0, "sequence": 20},
            subscription_state="paused",
        )
        self.order._subscription_pause(self.company._subscription_today())
        self.patch(
            type(self.env["subscription.alert.action"]),
            "_perform_discount",
            lambda action, order, log: (_ for _ in ()).throw(ValidationError("Cannot be done.")),
        )
        self.watch()
        self.assertEqual((alert.log_ids.state, alert.log_ids.note), ("failed", "Cannot be done."))
        self.assertNotEqual(self.order.subscription_stage_id, stage)

    def test_what_is_missing_is_refused(self):
        for kind in ("mail", "stage", "tag", "webhook"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.create_alert("state", {"kind": kind})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.create_alert("state", {"kind": "discount", "discount": 120.0})
