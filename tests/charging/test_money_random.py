import random

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..support.common_payment import PaymentCommon

HISTORIES = 4
LENGTH = 8
STATES = ("done", "pending", "error")


@tagged("post_install", "-at_install")
class TestMoneyRandom(PaymentCommon):
    """Whatever clerks, customers and banks do: no period is paid twice without a word.

    No money is under way twice for one period; money that came in is booked, or a finding says
    why not; what came in beyond what is owed, a person is asked about.
    """

    def act(self, dice, order):
        """Do one thing that somebody may do with the invoices of a contract."""
        invoices = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        move = dice.choice(invoices or [None])
        acts = [
            lambda: self.bill(order, self.day),
            self.run_charges,
            self.run_questions,
        ]
        if move:
            open_payments = move.transaction_ids.filtered(lambda tx: tx.state == "pending")
            acts += [
                move.button_cancel,
                move.button_draft,
                move.action_post,
                move.action_subscription_charge,
                lambda: move._reverse_moves().action_post(),
                lambda: self.begin(order, move),
                lambda: self.end(dice.choice(open_payments or [None]), dice.choice(STATES)),
            ]
        token = order.subscription_payment_token_id
        token.demo_simulated_state = dice.choice(STATES)
        try:
            with self.env.cr.savepoint():
                dice.choice(acts)()
        except (UserError, ValidationError):
            return  # refused in a sentence

    def begin(self, order, move):
        """Let the customer pay what is open by a form that a bank is slow about."""
        self.number += 1
        tx = self.create_payment(
            order,
            sale_order_ids=False,
            reference=f"form {self.number}",
            amount=move.amount_residual or move.amount_total,
            invoice_ids=move,
        )
        tx._set_pending()

    def end(self, tx, state):
        """Let the bank say how a payment ended."""
        if tx and state != "pending":
            getattr(tx, f"_set_{state}")()
            tx._post_process()

    def assertMoneyIsRight(self, order, seed):
        found = self.env["subscription.finding"].sudo()._find_in_database()
        kinds = [values["check"] for values in found]
        self.assertNotIn("two_charges", kinds, seed)
        self.assertNotIn("double_charge", kinds, seed)
        self.assertNotIn("unbooked", kinds, seed)
        payments = order.invoice_ids.transaction_ids.payment_id
        too_much = sum(payments.mapped("subscription_amount_overpaid"))
        if too_much:
            matters = order.activity_ids.mapped("subscription_matter")
            self.assertIn("overpaid", matters, seed)

    def test_no_history_pays_a_period_twice(self):
        for seed in range(HISTORIES):
            with self.subTest(seed):
                dice = random.Random(seed)  # noqa: S311 - for histories, not for secrets
                self.number, self.day = seed * 100, self.travel(self.today)
                order = self.create_charged_contract()
                for _step in range(LENGTH):
                    self.act(dice, order)
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertMoneyIsRight(order, seed)
