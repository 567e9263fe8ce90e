import itertools
import random
from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_payment import PaymentCommon

HISTORIES = 10
LENGTH = 14
STATES = ("done", "done", "pending", "error")
OPEN = ("pending", "authorized")


@tagged("post_install", "-at_install")
class TestMoneyRandom(PaymentCommon):
    """Whatever clerks, customers and banks do: no period is paid twice without a word.

    No money is under way twice for one period; money that came in is booked, or a finding says
    why not; what came in beyond what is owed, a person is asked about.
    """

    def act(self, dice, order):
        """Do one thing that somebody may do with the invoices of a contract."""
        order.subscription_payment_token_id.demo_simulated_state = dice.choice(STATES)
        invoices = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        acts = [self.run_charges] * 4 + [self.run_questions]
        acts += [lambda: self.wait(dice.choice((1, 1, 31)))] * 2
        for move in invoices:
            acts += self.get_acts(dice, order, move)
        self.try_to(dice.choice(acts))
        self.bill(order)

    def get_acts(self, dice, order, move):
        """Return what can be done with an invoice as it stands and with its payments."""
        payments, acts = move.transaction_ids, []
        for tx in payments.filtered(lambda tx: tx.state in OPEN):
            acts += [lambda tx=tx: self.end(tx, dice.choice(STATES))]
            acts += [lambda tx=tx: self.end_and_die(tx)]
        for tx in payments.filtered(lambda tx: tx.state == "authorized"):
            acts += [lambda tx=tx: self.capture(tx, dice.choice((1, 0.5, 0)))]
        for payment in payments.payment_id.filtered(lambda one: one.state != "canceled"):
            acts += [lambda payment=payment: self.bounce(payment)]
        if move.state == "draft":
            acts += [move.action_post] * 2 + [move.button_cancel]
        elif move.state == "posted":
            acts += [move.button_draft, move.button_cancel]
            if move.amount_residual:
                acts += [move.action_subscription_charge]
                acts += [lambda: self.open_form(order, move, dice.choice((1, 1, 0.5)))] * 2
                if dice.random() < 0.3:
                    acts += [lambda: self.reverse(move, dice.choice(("adjust", "again")))]
        if payments.filtered(self.is_form):
            acts += [lambda: self.send_form(order, payments, dice.choice(OPEN))] * 3
        return acts

    def is_form(self, tx):
        """Return whether this is a form that the customer opened, and may send at any time."""
        return tx.state == "draft" and tx.reference[:4] == "form"

    def reverse(self, move, effect):
        """Let a clerk credit an invoice."""
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(move.ids)],
                "journal_id": move.journal_id.id,
                "subscription_credit_effect": effect,
            }
        )
        wizard.refund_moves()
        wizard.new_move_ids.action_post()

    def wait(self, days=1):
        """Let days pass, in which people and jobs do nothing."""
        self.day = self.travel(self.day + timedelta(days=days))

    def open_form(self, order, move, share):
        """Let the customer open the form that pays an invoice."""
        self.number += 1
        self.create_payment(
            order,
            sale_order_ids=False,
            reference=f"form {self.number}",
            amount=round((move.amount_residual or move.amount_total) * share, 2),
            invoice_ids=move,
        )

    def send_form(self, order, payments, state):
        """Let the customer send a form, which a bank is slow about, or somebody has to capture.

        Who pays an invoice in two tabs pays twice, and is told: the nightly check finds that.
        """
        form = payments.filtered(self.is_form)[:1]
        others = order.invoice_ids.transaction_ids - form
        if form and not others.filtered(lambda tx: tx._is_money_under_way()):
            getattr(form, f"_set_{state}")()

    def end(self, tx, state):
        """Let the bank say how a payment ended."""
        if state != "pending":
            getattr(tx, f"_set_{state}")(*(["No money."] if state == "error" else []))
            tx._post_process()

    def end_and_die(self, tx):
        """Let the process die that learns of money; the job books it the day after."""
        tx._set_done()
        self.env.flush_all()
        self.wait()
        self.run_questions()
        with self.enter_registry_test_mode():
            self.env.ref("payment.cron_post_process_payment_tx").method_direct_trigger()

    def capture(self, tx, share):
        """Let a person capture what a provider holds, all of it or a part, or let it go."""
        if share:
            tx._capture(round(tx.amount * share, 2) if share < 1 else None)
        else:
            tx._void()
        (tx | tx.child_transaction_ids)._post_process()

    def bounce(self, payment):
        """Let a clerk undo a payment that the bank took back."""
        payment.action_draft()
        payment.action_cancel()

    def assertMoneyIsRight(self, order, seed):
        finding = self.env["subscription.finding"].sudo()
        self.assertEqual(finding._find_two_charges(), [], seed)
        self.assertEqual(finding._find_double_charges(), [], seed)
        payments = order.invoice_ids.transaction_ids.payment_id
        too_much = sum(payments.mapped("subscription_amount_overpaid"))
        if too_much:
            matters = order.activity_ids.mapped("subscription_matter")
            self.assertIn("overpaid", matters, seed)

    def assertBookedOrFound(self, order, seed):
        """What came in the day before is in the books, or the nightly check says that it is not."""
        self.wait()
        self.run_questions()
        self.env.flush_all()
        payments = self.env["payment.transaction"].search(
            [
                ("state", "=", "done"),
                ("operation", "not in", ("refund", "validation")),
                ("partner_id", "=", order.partner_id.id),
            ]
        )
        payments = payments.filtered(
            lambda tx: not tx.child_transaction_ids.filtered(lambda part: part.amount > 0)
        )
        booked = payments.filtered(lambda tx: tx.payment_id.state in ("in_process", "paid"))
        found = self.env["subscription.finding"].sudo()._find_unbooked_money()
        self.assertEqual({row["transaction_id"] for row in found}, set((payments - booked).ids))
        bounced = payments.payment_id.filtered(lambda payment: payment.state == "canceled")
        self.assertFalse(payments - booked - bounced.payment_transaction_id, seed)
        self.came += len(booked)

    def test_no_history_pays_a_period_twice(self):
        self.came = 0
        for seed in range(HISTORIES):
            with self.subTest(seed), self.env.cr.savepoint() as kept:
                dice = random.Random(seed)  # noqa: S311 - for histories, not for secrets
                self.number, self.day = seed * 100, self.travel(self.today)
                order = self.create_charged_contract()
                self.bill(order)
                for _step in range(LENGTH):
                    self.act(dice, order)
                    self.assertMoneyIsRight(order, seed)
                self.assertBookedOrFound(order, seed)
                kept.rollback()
        self.assertGreater(self.came, 3, "money came in")

    # ------------------------------------------------------------------
    # Two ways to pay one period, one after the other
    # ------------------------------------------------------------------

    def pay(self, order, way):
        """Let money get under way for the latest invoice of a contract."""
        move = order.invoice_ids.filtered(lambda one: one.move_type == "out_invoice").sorted("id")
        forms = order.invoice_ids.transaction_ids.filtered(self.is_form)
        if way == "charge":
            self.run_charges()
        elif way == "form":
            self.open_form(order, move[-1:], 1)
        elif way == "sent":
            self.open_form(order, move[-1:], 1)
            self.send_form(order, move[-1:].transaction_ids, "pending")
        elif way == "old form" and forms:
            self.send_form(order, forms, "authorized")

    def take_back(self, move, door):
        """Let a clerk try to take an invoice back, so that the run bills its days again."""
        if door == "both":
            move.button_draft()
        if door in ("cancel", "both"):
            move.button_cancel()
        elif door == "again":
            self.reverse(move, "again")

    def try_to(self, step):
        """Take a step that may be refused in a sentence."""
        try:
            with self.env.cr.savepoint():
                step()
                self.env.flush_all()
        except (UserError, ValidationError):
            self.env.invalidate_all()

    def test_no_two_ways_lead_to_one_period(self):
        self.day = self.travel(self.today)
        self.number = 0
        order = self.create_charged_contract("pending")
        invoice = self.bill(order)
        first, doors = ("charge", "form", "sent"), (None, "cancel", "both", "again")
        second = (("charge",), ("sent",), ("old form", "charge"), ("charge", "sent"))
        for way, door, ways in itertools.product(first, doors, second):
            with self.subTest(way=way, door=door, ways=ways), self.env.cr.savepoint() as kept:
                steps = [lambda way=way: self.pay(order, way)]
                steps += [lambda door=door: self.take_back(invoice, door)]
                steps += [lambda: self.bill(order)]
                steps += [lambda other=other: self.pay(order, other) for other in ways]
                for step in steps:
                    self.try_to(step)
                self.assertMoneyIsRight(order, (way, door, ways))
                kept.rollback()
