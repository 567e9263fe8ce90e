import random
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon

SEEDS = (1, 2, 3, 4)
STEPS = 14


@tagged("post_install", "-at_install")
class TestLedgerRandom(SubscriptionCommon):
    """Whatever clerks do with documents, in whatever order, the ledger stays whole."""

    def pick(self, moves):
        return self.dice.choice(moves) if moves else self.env["account.move"]

    def get_moves(self, state, move_type=None):
        return self.order.invoice_ids.filtered(
            lambda move: move.state == state and move_type in (None, move.move_type)
        )

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def do_change(self):
        line = self.dice.choice(self.order.order_line)
        line.product_uom_qty = self.dice.randint(0, 6)

    def do_wait(self):
        self.day += timedelta(days=self.dice.randint(1, 25))
        self.travel(self.day)

    def do_post(self):
        self.get_moves("draft").action_post()

    def do_pay(self):
        move = self.pick(
            self.get_moves("posted", "out_invoice").filtered(lambda m: m.amount_residual > 0)
        )
        if move:
            self.book_payment(move)

    def do_delete(self):
        self.pick(self.get_moves("draft")).unlink()

    def do_cancel(self):
        self.pick(self.get_moves("draft") | self.get_moves("posted")).button_cancel()

    def do_reset(self):
        self.pick(self.get_moves("cancel") | self.get_moves("posted")).button_draft()

    def do_edit(self):
        line = self.pick_line(self.pick(self.get_moves("draft")))
        line.price_unit *= self.dice.choice((0.5, 0.9, 1.1))

    def do_pause(self):
        gaps = self.order.subscription_interruption_ids
        if gaps.filtered(lambda gap: not gap.end_date or gap.end_date > self.day):
            self.order._subscription_resume(self.day)
        else:
            self.order._subscription_pause(self.day + timedelta(days=self.dice.randint(0, 9)))

    def do_cut(self):
        move = self.pick(self.get_moves("draft"))
        self.pick_line(move).unlink()

    def pick_line(self, move):
        lines = move.invoice_line_ids
        return self.dice.choice(lines) if lines else lines

    def do_reverse(self):
        effect = self.dice.choice(("again", "adjust", "waive"))
        self.reverse(self.pick(self.get_moves("posted")), effect)

    def do_modify(self):
        self.reverse(self.pick(self.get_moves("posted", "out_invoice")), "move")

    def reverse(self, move, effect):
        if not move:
            return
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        if effect == "move":
            wizard.modify_moves()
        else:
            wizard.subscription_credit_effect = effect
            wizard.refund_moves()

    def do_core(self):
        self.order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True)

    # ------------------------------------------------------------------
    # And what must hold
    # ------------------------------------------------------------------

    def check(self):
        self.order._bill_subscriptions()
        if not self.order.subscription_waiting_move_id:
            self.assertBillsNothing(self.order)
        self.assertLedgerWhole(self.order)

    def run_history(self, seed, mode):
        self.dice = random.Random(seed)  # noqa: S311 - a test wants the same history each time
        self.day = self.travel("2027-04-01")
        template = self._create_template(
            "Random",
            invoice_mode=mode,
            convention=self.dice.choice(("actual", "actual", "fixed_30", "none")),
            timing=self.dice.choice(("advance", "advance", "arrears")),
            credit_on_pause=self.dice.choice(("credit", "forfeit")),
        )
        self.order = self.create_contract(
            self.line_values(self.seat, 5), self.support, template=template
        )
        self.check()
        deeds = sorted(name for name in dir(self) if name.startswith("do_"))
        for _step in range(STEPS):
            deed = self.dice.choice(deeds)
            self.history.append((self.day.isoformat(), deed))
            try:
                with self.cr.savepoint():
                    getattr(self, deed)()
            except UserError as error:
                self.env.invalidate_all()
                self.history.append(str(error))
            self.check()

    def test_random_histories(self):
        for seed in SEEDS:
            for mode in ("draft", "post"):
                self.history = []
                with self.subTest(seed=seed, mode=mode):
                    try:
                        self.run_history(seed, mode)
                    except Exception as error:
                        raise AssertionError(self.history) from error
