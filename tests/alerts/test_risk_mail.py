from odoo.tests import new_test_user, tagged

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestRiskMail(AlertCommon):
    """Salespeople read once a week what is at risk, with reasons and links."""

    def run_mails(self, day):
        """Let the job run on a day; return the mails to the salesperson."""
        self.travel(day)
        cron = self.env.ref("sale_recurring.ir_cron_mail_owners")
        with self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)
        self.env.invalidate_all()
        return self.env["mail.mail"].search([("email_to", "like", "risk@example.com")])

    def test_once_a_week_with_reasons_and_links(self):
        seller = new_test_user(
            self.env, "risk", "sale_recurring.group_subscription_user", email="risk@example.com"
        )
        order = self.create_contract(self.seat, day="2027-02-01", user_id=seller.id)
        self.watch()
        self.assertFalse(self.run_mails("2027-02-02"))
        rules = self.set_rules(("bad", []))
        rules.reason = "Nobody <b>answers</b>"
        self.watch()
        [mail] = self.run_mails("2027-02-02")
        self.assertIn("Nobody &lt;b&gt;answers", mail.body_html)
        self.assertIn(f"/odoo/sale.order/{order.id}", mail.body_html)
        self.assertEqual(len(self.run_mails("2027-02-08")), 1)
        self.assertEqual(len(self.run_mails("2027-02-09")), 2)
