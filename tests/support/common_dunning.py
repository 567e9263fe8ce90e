from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .common_payment import PaymentCommon

STEPS = [
    (3, "charge"),
    (3, "remind"),
    (7, "charge"),
    (7, "remind"),
    (14, "activity"),
    (20, "suspend"),
    (30, "close"),
]


class DunningCommon(PaymentCommon):
    """Contracts on terms with a dunning policy, and the job that follows it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.create_policy(*STEPS)
        cls.charged_template.dunning_policy_id = cls.policy
        cls.dunning_cron = cls.env.ref("sale_recurring.ir_cron_dun_subscriptions")

    @classmethod
    def create_policy(cls, *steps, **values):
        """Return a policy with steps given as (days, action)."""
        return cls.env["subscription.dunning.policy"].create(
            {
                "name": "Test policy",
                "step_ids": [
                    Command.create({"days": days, "action": action}) for days, action in steps
                ],
                **values,
            }
        )

    def run_dunning(self, day=None, leave=True):
        """Let the scheduled job that looks after unpaid invoices run on a day.

        :param bool leave: whether its mails leave
        """
        if day:
            self.travel(day)
        log = self.assertNoLogs("odoo.addons.base.models.ir_cron", "ERROR")
        with self.enter_registry_test_mode(), log:
            self.assertIs(self.dunning_cron.method_direct_trigger(), True)
        if leave:
            self.let_mails_leave()

    def get_events(self, moves):
        """Return what was done about invoices, as (day, action, outcome) in order."""
        moves.invalidate_recordset()
        return [
            (event.date.isoformat(), event.action, event.outcome)
            for event in moves.subscription_dunning_event_ids.sorted("id")
        ]

    def get_mails(self):
        """Return reminders in the queue."""
        return self.env["mail.mail"].search([("model", "=", "account.move")])

    def create_late_contract(self, state="error", **values):
        """Return a contract whose first charge was declined, and its invoice."""
        order = self.create_charged_contract(state, **values)
        invoice = self.bill(order)
        self.run_charges()
        return order, invoice


class ToldCommon(DunningCommon):
    """Late contracts under a policy, and days that go by."""

    def live(self, start, end, **values):
        """Let the job run each day."""
        day, end = fields.Date.to_date(start), fields.Date.to_date(end)
        while day <= end:
            self.run_dunning(day, **values)
            day += timedelta(days=1)

    def create_dunned(self, *steps, **values):
        self.charged_template.dunning_policy_id = self.create_policy(*steps, **values)
        return self.create_late_contract()
