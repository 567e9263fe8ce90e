from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestAlertNobody(AlertCommon):
    """Customers without a mail address, and contracts that nobody active looks after."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.seat, day="2027-02-01")
        self.order.subscription_last_date = "2027-02-20"

    def raise_flag(self, *actions):
        """Return the only row of a flag that is raised for the contract."""
        alert = self.create_alert("end", *actions, days=30)
        self.watch()
        return alert.log_ids

    def test_a_mail_without_an_address_is_told(self):
        template = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "subject": "Odd {{ object.name }}",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        action = {"kind": "mail", "mail_template_id": template.id}
        log = self.raise_flag(action)
        self.assertEqual((log.state, log.note), ("done", "Send a mail: Hello"))
        self.partner.email = False
        log = self.raise_flag(action)
        self.assertEqual(log.state, "done")
        self.assertEqual(log.note, f"Not sent: {self.partner.name} has no e-mail address.")
        mails = self.env["mail.mail"].search([("subject", "=", f"Odd {self.order.name}")])
        self.assertEqual(len(mails), 1)

    def assertAsked(self, user):
        """A flag asks somebody about the contract."""
        log = self.raise_flag({})
        self.assertEqual(log.state, "done", log.note)
        activity = self.order.activity_ids.sorted("id")[-1:]
        self.assertEqual(activity.user_id, user)
        self.assertTrue(user.active)

    def test_somebody_is_asked_where_the_salesperson_has_left(self):
        seller, leader = (
            new_test_user(self.env, login, "sale_recurring.group_subscription_user_all")
            for login in ("left seller", "team leader")
        )
        team = self.env["crm.team"].create({"name": "Odd", "user_id": leader.id})
        self.order.write({"user_id": seller.id, "team_id": team.id})
        self.assertAsked(seller)
        seller.active = False
        self.assertAsked(leader)
        self.order.team_id = False
        self.assertAsked(self.company._get_subscription_administrator())

    def test_nobody_of_another_company_is_asked(self):
        seller = new_test_user(self.env, "moved", "sale_recurring.group_subscription_user_all")
        self.order.write({"user_id": seller.id, "team_id": False})
        other = self.env["res.company"].create({"name": "Other"})
        seller.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertAsked(self.company._get_subscription_administrator())

    def test_flags_that_came_with_the_addon_ask_an_administrator(self):
        alert = self.env.ref("sale_recurring.alert_unhappy")
        alert._as_system().with_user(self.env.ref("base.user_root")).name = "Unhappy"
        self.env.flush_all()
        self.assertFalse(alert.write_uid.active)
        self.order.write({"user_id": False, "team_id": False})
        alert.action_ids._perform(self.order, alert.log_ids)
        user = self.order.activity_ids[-1:].user_id
        self.assertEqual(user, self.company._get_subscription_administrator())
        self.assertTrue(user.active)
