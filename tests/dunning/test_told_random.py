import random
from datetime import timedelta

from odoo.tests import tagged

from ..support.common_dunning import DunningCommon

HISTORIES = 3
DAYS = 20
POLICIES = (
    ((3, "remind"), (8, "suspend"), (14, "close")),
    ((6, "suspend"), (12, "close")),
    ((2, "close"),),
)


@tagged("post_install", "-at_install")
class TestToldRandom(DunningCommon):
    """Whatever happens to mails, addresses and jobs: nobody loses service untold."""

    def live_a_day(self, dice):
        """Let chance decide whether the job runs, mails leave, and the customer has an address."""
        self.partner.email = dice.choice(("ada@example.com", "ada@example.com", False))
        if dice.random() < 0.8:
            self.run_dunning(leave=False)
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
        chance = dice.random()
        if chance < 0.5:
            self.let_mails_leave()
        elif chance < 0.7:
            mails.write({"state": "exception"})
            for mail in mails:
                mail._postprocess_sent_message([], [], "no", "mail_smtp")

    def assertTold(self, order, seed):
        """Service that was taken away was announced by a mail that left before."""
        notices = self.env["subscription.dunning.notice"].search([("order_id", "=", order.id)])
        left = notices.filtered(lambda notice: notice.state == "left")
        today = order._subscription_today()
        if order.subscription_state in ("suspended", "closed"):
            action = "suspend" if order.subscription_state == "suspended" else "close"
            days = [notice._get_earliest_date() for notice in left if notice.action == action]
            self.assertTrue(days and min(days) <= today, seed)
        found = self.env["subscription.finding"].sudo()._find_untold()
        self.assertEqual(found, [], seed)

    def test_nobody_loses_service_untold(self):
        for seed in range(HISTORIES):
            with self.subTest(seed):
                dice = random.Random(seed)  # noqa: S311 - for histories, not for secrets
                self.partner.email = "ada@example.com"
                day = self.travel(self.today)
                self.charged_template.dunning_policy_id = self.create_policy(
                    *POLICIES[seed % len(POLICIES)], warn_days=dice.choice((0, 2, 5))
                )
                order, _invoice = self.create_late_contract()
                for number in range(DAYS):
                    self.travel(day + timedelta(days=number))
                    self.live_a_day(dice)
                    self.env.flush_all()
                    self.assertTold(order, seed)
