from odoo.tests import tagged

from ..support.common_alert import AlertCommon


class Killed(BaseException):
    """The process is gone: nobody catches this."""


class Dying:
    """Stands for the commits of a job and kills it at one of them.

    What was written since the last commit is lost with the process, what came before is kept.

    :param env: environment of the job
    :param int die_at: number of the commit, 0 for never
    :param str side: 'before' or 'after' it
    """

    def __init__(self, env, die_at=0, side="before"):
        self.env = env
        self.die_at = die_at
        self.side = side
        self.count = 0
        self.savepoint = env.cr.savepoint()

    def commit(self, *args, **kwargs):
        """Commit, or die."""
        self.count += 1
        dies = self.count == self.die_at
        if dies and self.side == "before":
            self.die()
        self.savepoint.close(rollback=False)
        self.savepoint = self.env.cr.savepoint()
        if dies:
            self.die()
        return float("inf")

    def die(self):
        """Lose what was written since the last commit."""
        self.env.invalidate_all(flush=False)
        self.savepoint.close(rollback=True)
        raise Killed

    def end(self):
        """Commit at the end of the job."""
        self.env.flush_all()
        self.savepoint.close(rollback=False)


@tagged("post_install", "-at_install")
class TestAlertKills(AlertCommon):
    """The job is killed at each of its commits, comes again, and does nothing twice."""

    def prepare_once(self):
        super().prepare_once()
        self.watch()
        self.mail = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "subject": "Flag for {{ object.name }}",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        self.orders = self.env["sale.order"]
        for _ in range(3):
            self.orders |= self.create_contract(self.seat, day="2027-02-01")
        actions = (
            {"kind": "mail", "mail_template_id": self.mail.id},
            {"kind": "activity", "sequence": 20},
            {"kind": "webhook", "webhook_url": "https://hooks.example.com", "sequence": 30},
        )
        self.alert = self.create_alert("state", *actions, subscription_state="active")

    def run_job(self, die_at=0, side="before"):
        """Let the job run; return how often it committed, None when it was killed."""
        dying = Dying(self.env, die_at, side)
        self.patch(type(self.env["ir.cron"]), "_commit_progress", dying.commit)
        self.patch(type(self.env["ir.cron"]), "_trigger", lambda *args, **kwargs: None)
        try:
            self.env["subscription.health"]._cron_watch_customers()
        except Killed:
            return None
        dying.end()
        return dying.count

    def count(self):
        """Return how many mails, activities and calls there are for each contract."""
        self.env.flush_all()
        self.env.invalidate_all()
        found = []
        for order in self.orders:
            mails = self.env["mail.mail"].search_count([("subject", "=", f"Flag for {order.name}")])
            calls = self.env["subscription.webhook.call"].search_count(
                [("order_id", "=", order.id)]
            )
            activities = order.activity_ids.filtered(lambda one: one.summary == self.alert.name)
            found.append((mails, len(activities), calls))
        return found

    def test_killed_at_each_commit_it_does_everything_once(self):
        for side in ("before", "after"):
            die_at, kills = 1, 0
            while True:
                with self.subTest(side=side, die_at=die_at), self.env.cr.savepoint() as everything:
                    is_killed = self.run_job(die_at, side) is None
                    kills += is_killed
                    self.run_job()
                    self.assertEqual(self.count(), [(1, 1, 1)] * 3)
                    self.run_job()
                    self.assertEqual(self.count(), [(1, 1, 1)] * 3)
                    self.env.invalidate_all(flush=False)
                    everything.rollback()
                if not is_killed:
                    break
                die_at += 1
            self.assertGreater(kills, 4)
