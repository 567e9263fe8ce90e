from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command

EFFECTS = ("adjust", "waive", "again")
# Deeds that cost no time, in the place of which others may be drawn.
IDLE = ("do_nothing", "do_down_payment", "do_reference")


class RandomDeeds:
    """What people do to one contract of a drawn world: `self.order`, on the day `self.today`.

    Each deed is a method of which the name begins with ``do_``; what it may not do is refused.
    """

    def pick(self, records):
        return self.dice.choice(records) if records else records

    def draw_deed(self):
        """Return the name of a deed; something is done to drafts more often."""
        deed = self.dice.choice(self.deeds)
        if deed in IDLE and self.order.invoice_ids.filtered(lambda move: move.state == "draft"):
            deed = self.dice.choice(("do_post", "do_delete", "do_edit", deed))
        return deed

    def pick_move(self, state, move_type=None):
        return self.pick(
            self.order.invoice_ids.filtered(
                lambda move: move.state == state and move_type in (None, move.move_type)
            )
        )

    def lets_go(self, move):
        """Return whether people take a document back, after the drafts that came of it.

        Who takes a credit note back that let something be billed again asks for what is sold once
        twice, as soon as another invoice asks for it: the nightly check tells, and is right.
        """
        effect = move.subscription_credit_effect
        if move.move_type != "out_refund" or effect not in ("again", "move"):
            return True
        once = move.invoice_line_ids.sale_line_ids.filtered(lambda line: not line.recurrence_id)
        later = once.invoice_lines
        if effect == "move":
            lines = move.reversed_entry_id.line_ids
            later |= self.order.invoice_ids.invoice_line_ids.filtered(
                lambda line: line.subscription_origin_line_id in lines
            )
        later.move_id.filtered(
            lambda other: (
                other.id > move.id and other.move_type == "out_invoice" and other.state == "draft"
            )
        ).button_cancel()
        states = ("draft", "posted")
        return all(line._get_once_billed(states) < line.product_uom_qty for line in once)

    def do_quantity(self):
        line = self.pick(self.order.order_line.filtered("recurrence_id"))
        line.product_uom_qty = self.dice.randint(0, 7)

    def do_seats_one_by_one(self):
        line = self.pick(self.order.order_line.filtered("recurrence_id"))
        line.product_uom_qty = max(line.product_uom_qty - 1, 0)

    def do_price(self):
        line = self.pick(self.order.order_line.filtered("recurrence_id"))
        line.price_unit = round(line.price_unit * self.dice.choice((0.5, 1.1, 1.37)), 2)

    def do_pause(self):
        gaps = self.order.subscription_interruption_ids
        if gaps.filtered(lambda gap: not gap.end_date or gap.end_date > self.today):
            self.order._subscription_resume(self.today)
        else:
            start = self.today + timedelta(days=self.dice.randint(0, 9))
            end = self.dice.choice((None, start + timedelta(days=self.dice.randint(1, 20))))
            self.order._subscription_pause(start, end)

    def do_close(self):
        self.order._subscription_close(self.today)

    def do_post(self):
        self.pick_move("draft").action_post()

    def do_delete(self):
        move = self.pick_move("draft")
        if self.lets_go(move):
            move.unlink()

    def do_edit(self):
        lines = self.pick_move("draft").invoice_line_ids.filtered("product_id")
        line = self.pick(lines)
        factor = self.dice.choice((0.5, 0.9, 1.1))
        # A credit note that gives back more than its invoice asked for is what the nightly check
        # would tell.
        if line.move_id.move_type != "out_refund" or (line.price_subtotal < 0) == (factor > 1):
            line.price_unit *= factor
            self.edited |= line.move_id

    def do_cancel(self):
        move = self.pick_move(self.dice.choice(("draft", "posted")))
        if self.lets_go(move):
            move.button_cancel()

    def do_reset(self):
        self.pick_move(self.dice.choice(("cancel", "posted"))).button_draft()

    def do_reverse(self):
        self.reverse(self.pick_move("posted"), self.dice.choice(EFFECTS))

    def do_modify(self):
        self.reverse(self.pick_move("posted", "out_invoice"), "move")

    def reverse(self, move, effect):
        if not move or not self.lets_go(move):
            return
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        before = move.reversal_move_ids
        if effect == "move":
            wizard.modify_moves()
        else:
            wizard.subscription_credit_effect = effect
            wizard.refund_moves()
        notes = move.reversal_move_ids - before
        for note in notes:
            self.case.assertEqual(note.invoice_date or self.today, self.today)
        self.effects.update(dict.fromkeys(notes.ids, effect))
        if effect == "move":
            return
        if self.dice.random() < 0.7:
            wizard.new_move_ids.filtered(lambda note: note.state == "draft").action_post()

    def do_pay(self):
        move = self.pick_move("posted", "out_invoice")
        if move.amount_residual > 0:
            self.case.book_payment(move)

    def do_pay_a_part(self):
        move = self.pick_move("posted", "out_invoice")
        if move.amount_residual > 0.02:
            self.case.book_payment(move, amount=round(move.amount_residual / 2, 2))

    def do_pay_twice(self):
        move = self.pick_move("posted", "out_invoice")
        if move.amount_residual > 0:
            amount = round(move.amount_residual * 2, 2)
            self.case.book_payment(move, amount=amount)

    def do_refund_that_fails(self):
        move = self.pick_move("posted", "out_invoice")
        if not move or move.amount_residual <= 0:
            return
        tx = self.create_payment(move)
        tx._set_done()
        tx._post_process()
        refund = tx._create_child_transaction(tx.amount, is_refund=True)
        refund._set_error("The bank says no.")

    def do_bounce(self):
        """Let the bank take back what a customer paid."""
        payment = self.pick(self.order.invoice_ids._get_reconciled_payments())
        if payment:
            payment.action_draft()
            payment.action_cancel()

    def create_payment(self, move):
        """Return the payment of a customer online of all that is open of an invoice."""
        return self.case.create_payment(
            self.order,
            amount=move.amount_residual,
            currency_id=move.currency_id.id,
            partner_id=move.partner_id.id,
            sale_order_ids=False,
            invoice_ids=[Command.set(move.ids)],
        )

    def do_down_payment(self):
        """See that nobody takes down payments off what is billed again and again."""
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=self.order.ids)
        wizard = wizard.create({"advance_payment_method": "percentage", "amount": 30})
        with self.case.assertRaises(UserError), self.env.cr.savepoint():
            wizard.create_invoices()

    def do_sell_once(self):
        self.order.order_line = [
            Command.create({"product_id": self.fee.id, "product_uom_qty": 1}),
        ]

    def do_another_payer(self):
        self.order.partner_invoice_id = self.pick(self.others | self.case.partner)

    def do_another_country(self):
        self.order.fiscal_position_id = self.dice.choice((self.position.id, False))

    def do_reference(self):
        self.order.client_order_ref = f"PO {self.dice.randint(1, 9)}"

    def do_core(self):
        self.order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True)

    def do_nothing(self):
        pass
