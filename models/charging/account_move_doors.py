from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .mail_activity import CREDIT, OVERPAID

# Documents of which the days are billed by another: cancelled, or given back to be billed again.
BILLED_ELSEWHERE = """
    (%(move)s.state = 'cancel' OR EXISTS (
        SELECT FROM account_move note
         WHERE note.reversed_entry_id = %(move)s.id AND note.state != 'cancel'
           AND note.subscription_credit_effect IN ('again', 'move')))
"""
# What says on an invoice line how much is asked for, and for which days.
PAID_LINE_FIELDS = (
    "quantity",
    "price_unit",
    "discount",
    "tax_ids",
    "deferred_start_date",
    "deferred_end_date",
)


class AccountMove(models.Model):
    """Documents stay as they are while their money is under way.

    Otherwise a period would be charged again before anybody knows whether it is paid. A credit
    note waits for the outcome: it is taken off what failed, or is owed for what came in.
    """

    _inherit = "account.move"

    def _get_money_under_way(self):
        """Return payments of these documents that may still bring the money, or do already.

        :rtype: payment.transaction
        """
        # sudo: neither customers nor invoicing clerks have a right to read transactions
        return self.sudo().transaction_ids.filtered(lambda tx: tx._is_money_under_way())

    def _check_no_money_under_way(self, deed):
        """Refuse to take back documents of contracts whose money is under way.

        :param str deed: what somebody wants to do, as a clause of a sentence
        :raise UserError: a payment of one of them has no outcome yet
        """
        for move in self:
            coming = move._get_money_under_way()
            if coming and (coming.subscription_invoice_id or move._was_made_by_contracts()):
                raise UserError(
                    self.env._(
                        "%(amount)s for %(invoice)s is under way (%(reference)s). Wait for the "
                        "outcome before you %(deed)s, else the customer may pay twice.",
                        amount=coming[0].currency_id.format(sum(coming.mapped("amount"))),
                        invoice=move._get_payment_name(),
                        reference=", ".join(coming.mapped("reference")),
                        deed=deed,
                    )
                )

    def _was_made_by_contracts(self):
        """Return whether contracts made this document, even when its lines are gone already."""
        self.ensure_one()
        # sudo: invoicing clerks read no contracts
        return bool(self.subscription_draft_fingerprint or self.sudo()._get_subscription_orders())

    # ------------------------------------------------------------------
    # Reset, cancelled, deleted
    # ------------------------------------------------------------------

    def _hook_on_state_changed(self, before):
        """Refuse to reset or cancel documents whose money is under way."""
        moves = self.filtered(lambda move: move.state in ("draft", "cancel"))
        taken_back = moves.filtered(lambda move: before[move.id] != "cancel")
        if taken_back.sudo().transaction_ids:  # sudo: clerks read no transactions
            taken_back._check_no_money_under_way(self.env._("reset or cancel it"))
            taken_back._check_no_refund_under_way()
        super()._hook_on_state_changed(before)
        for move in taken_back:
            move._tell_of_freed_money()
        taken_back._remove_done_activities()

    def _tell_of_freed_money(self):
        """Ask about money that came in for this document, which was taken back since."""
        self.ensure_one()
        # sudo: clerks read no transactions
        payments = self.sudo().transaction_ids._get_payments()
        freed = payments.filtered("subscription_amount_overpaid")
        if not freed:
            return
        text = self.env._(
            "%(invoice)s was taken back, so what the customer paid for it pays nothing any more: "
            "%(amount)s (%(payments)s). Open the payment to give it back or to take it off the "
            "next invoice.",
            invoice=self._get_payment_name(),
            amount=self.currency_id.format(sum(freed.mapped("subscription_amount_overpaid"))),
            payments=", ".join(freed.mapped("name")),
        )
        summary = self.env._("%(invoice)s was paid too much", invoice=self._get_payment_name())
        self._schedule_matter_activity(OVERPAID, summary, text)

    def _is_draft_in_payment(self):
        """Count promises to pay not at all, and forms that nobody sent for a day."""
        self.ensure_one()
        # sudo: a billing clerk may lack rights on payment transactions
        return any(tx._holds_draft() for tx in self.sudo().transaction_ids)

    # ------------------------------------------------------------------
    # Changed
    # ------------------------------------------------------------------

    @contextmanager
    def _keeping_what_is_paid(self, vals):
        """Refuse that a draft asks for something else, or of another customer, than is coming.

        The payment would settle an invoice that it was not made for, or free its days to be
        billed and charged again. Words, dates and journal may change.
        """
        held = self.filtered(
            lambda move: (
                move.state == "draft"
                and move.subscription_draft_fingerprint
                and move._get_money_under_way()
            )
        )
        before = {move: move._get_what_is_paid() for move in held}
        with super()._keeping_what_is_paid(vals):
            yield
        for move in held.exists():
            if move.state == "draft" and move._get_what_is_paid() != before[move]:
                move._check_no_money_under_way(self.env._("change what it asks for"))

    def _get_what_is_paid(self):
        """Return what a payment of this draft is for.

        :rtype: tuple
        """
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        facts = [
            (line.id, *(self._get_fingerprint_value(line, name) for name in PAID_LINE_FIELDS))
            for line in lines.sorted("id")
        ]
        return self.move_type, self.currency_id, self.commercial_partner_id, facts

    # ------------------------------------------------------------------
    # Credited
    # ------------------------------------------------------------------

    def _hook_on_reversal(self, effect, is_cancelled):
        """Refuse credit notes by which the period would be charged again."""
        super()._hook_on_reversal(effect, is_cancelled)
        if effect in ("again", "move") or is_cancelled:
            deed = self.env._("take it back and bill it again")
            self._check_no_money_under_way(deed)

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Pair no credit note with an invoice whose money is under way."""
        pairs = list(zip(self, reverse_moves, strict=False))
        held = [
            (move, credit)
            for move, credit in pairs
            if move.move_type == "out_invoice"
            and credit.state == "posted"
            and move._get_money_under_way()
        ]
        if not held:
            return super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)
        free = [pair for pair in pairs if pair not in held]
        moves = self.browse(move.id for move, _credit in free)
        credits = self.browse(credit.id for _move, credit in free)
        super(AccountMove, moves)._reconcile_reversed_moves(credits, move_reverse_cancel)
        for move, credit in held:
            move._say_credit_waits(credit)
        return reverse_moves

    def _say_credit_waits(self, credit):
        """Say why a credit note is not taken off this invoice yet.

        :param credit: posted credit note of this invoice
        """
        self.ensure_one()
        text = self.env._(
            "%(credit)s is not taken off %(invoice)s yet, because a payment of it is under way. "
            "Once that fails, it is taken off by itself. Once the money is in, the credit is still "
            "owed to the customer: give it back or keep it for the next invoice.",
            credit=credit._get_payment_name(),
            invoice=self._get_payment_name(),
        )
        credit.message_post(body=text)
        summary = self.env._("%(credit)s is open", credit=credit._get_payment_name())
        credit._schedule_matter_activity(CREDIT, summary, text)

    def _use_held_credits(self):
        """Take credit notes that waited off these invoices, now that no money is under way."""
        # sudo: whoever learns of the outcome may have no rights on the books
        for move in self.sudo().filtered(lambda move: move.state == "posted"):
            credits = move.reversal_move_ids.filtered(
                lambda credit: credit.state == "posted" and credit.amount_residual
            )
            if not credits or move._get_money_under_way():
                continue
            for line in credits.line_ids.filtered(
                lambda line: line.display_type == "payment_term" and not line.reconciled
            ):
                if move.amount_residual and not line.move_id.subscription_credit_next:
                    move.js_assign_outstanding_line(line.id)
            credits._remove_done_activities()

    # ------------------------------------------------------------------
    # Billed again
    # ------------------------------------------------------------------

    def _get_older_money_under_way(self):
        """Return payments under way for the same days on documents that were taken back.

        A customer may send a form for an invoice that was cancelled since it was opened, or
        credited to be billed again.

        :rtype: payment.transaction
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT tx.transaction_id
                  FROM account_move_line mine
                  JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = mine.id
                  JOIN sale_order_line_invoice_rel other
                       ON other.order_line_id = link.order_line_id
                  JOIN account_move_line line ON line.id = other.invoice_line_id
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_invoice_transaction_rel tx ON tx.invoice_id = move.id
                 WHERE mine.move_id = %(id)s AND move.id != mine.move_id
                   AND %(billed_elsewhere)s
                   AND line.deferred_start_date <= mine.deferred_end_date
                   AND line.deferred_end_date >= mine.deferred_start_date
                """,
                id=self.id,
                billed_elsewhere=SQL(BILLED_ELSEWHERE, move=SQL("move")),
            )
        )
        # sudo: as above
        found = self.env["payment.transaction"].sudo().browse(row[0] for row in rows)
        return found.filtered(lambda tx: tx._is_money_under_way())
