import random
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import SubscriptionCommon

SEEDS = range(10)
STEPS = 15


@tagged("post_install", "-at_install")
class TestContractRandom(SubscriptionCommon):
    """Whatever people do with a contract, in whatever order, it is billed as it was wanted."""

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def pick_line(self):
        return self.dice.choice(self.order._get_recurring_lines())

    def get_values(self):
        return self.dice.choice(
            (
                {"quantity": self.dice.randint(0, 9)},
                {"price_unit": self.dice.choice((10.0, 33.33, 0.07))},
                {"discount": self.dice.choice((0.0, 12.5, 100.0))},
            )
        )

    def do_wait(self):
        self.day += timedelta(days=self.dice.randint(1, 40))

    def do_change(self):
        day = self.day - timedelta(days=self.dice.randint(0, 30))
        self.order._subscription_change_line(self.pick_line(), day, **self.get_values())

    def do_plan(self):
        day = self.day + timedelta(days=self.dice.randint(1, 60))
        until = self.dice.choice((None, day + timedelta(days=self.dice.randint(-1, 60))))
        self.order._subscription_change_line(
            self.pick_line(), day, until=until, **self.get_values()
        )

    def do_revoke(self):
        planned = self.order.subscription_planned_ids
        if planned:
            self.dice.choice(planned).action_revoke()

    def do_pause(self):
        start = self.day + timedelta(days=self.dice.randint(0, 20))
        until = self.dice.choice((None, start + timedelta(days=self.dice.randint(0, 40))))
        self.order._subscription_pause(
            start, until, credit_rule=self.dice.choice(("credit", "forfeit"))
        )

    def do_resume(self):
        self.order._subscription_resume(self.day)

    def do_close(self):
        self.order._subscription_close(self.day + timedelta(days=self.dice.randint(0, 40)))

    def do_go_on(self):
        if self.order.subscription_state == "closed":
            self.order._subscription_reopen(self.day)
        else:
            self.order._subscription_keep()

    def do_credit(self):
        invoices = self.order.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        if invoices:
            move = self.dice.choice(invoices)
            wizard = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create({"journal_id": move.journal_id.id})
            )
            wizard.subscription_credit_effect = self.dice.choice(("adjust", "waive", "again"))
            wizard.refund_moves()

    # ------------------------------------------------------------------
    # And what must hold
    # ------------------------------------------------------------------

    def check(self):
        self.travel(self.day)
        self.env["sale.order"]._refresh_due_segments()
        self.bill(self.order)
        self.assertBillsNothing(self.order)
        # The nightly check looks once: it has nothing at all to say.
        self.assertLedgerWhole(self.order, late=())

    def run_history(self, seed):
        self.dice = random.Random(seed)  # noqa: S311 - a test wants the same history each time
        self.day = self.travel("2027-01-31")
        template = self._create_template(
            "Random",
            convention=self.dice.choice(("actual", "actual", "fixed_30", "none")),
            timing=self.dice.choice(("advance", "advance", "arrears")),
            trial_count=self.dice.choice((0, 0, 14)),
        )
        intro = self.dice.choice(({}, {"intro_discount": 20, "intro_period_count": 2}))
        self.order = self.create_contract(
            self.line_values(self.seat, 5, **intro),
            self.line_values(self.hosting, recurrence_id=self.quarter.id),
            template=template,
        ).with_context(subscription_no_limits=True)
        self.check()
        deeds = sorted(name for name in dir(self) if name.startswith("do_"))
        for _step in range(STEPS):
            deed = self.dice.choice([*deeds, "do_wait", "do_wait"])
            self.history.append((self.day.isoformat(), deed))
            try:
                with self.cr.savepoint(), mute_logger("odoo.sql_db"):
                    getattr(self, deed)()
            except (UserError, IntegrityError) as error:  # pauses that overlap
                self.env.invalidate_all()
                self.history.append(str(error))
            self.check()

    def test_random_histories(self):
        for seed in SEEDS:
            self.history = []
            with self.subTest(seed=seed):
                try:
                    self.run_history(seed)
                except Exception as error:
                    raise AssertionError(self.history) from error
