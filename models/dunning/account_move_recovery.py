from odoo import models

from .subscription_dunning_event import LOST, PAID

LIQUIDITY = ("asset_cash", "liability_credit_card")


def get_unpaid_part(partial):
    """Return how much of what settled a receivable is no money that came in.

    Of an entry that brings less money than it settles, a write-off or a discount, each receivable
    has its share.

    :param partial: `account.partial.reconcile`
    :return: amount in the currency of the company
    :rtype: float
    """
    entry = partial.credit_move_id.move_id
    if entry.journal_id == entry.company_id.currency_exchange_journal_id:
        return 0.0  # the rate changed, not what was paid
    settled = -sum(
        entry.line_ids.filtered(lambda line: line.account_type == "asset_receivable").mapped(
            "balance"
        )
    )
    if entry.is_invoice() or settled <= 0:
        return partial.amount
    came = min(max(sum(_get_money_lines(entry).mapped("balance")), 0.0), settled)
    return partial.company_currency_id.round(partial.amount * (1 - came / settled))


def _get_money_lines(entry):
    """Return the lines of an entry by which money came in."""
    source = entry.origin_payment_id or entry.statement_line_id
    if source:
        return source._seek_for_lines()[0]
    return entry.line_ids.filtered(lambda line: line.account_type in LIQUIDITY)


class AccountMove(models.Model):
    """Money that came in for late invoices: each cent is counted once, and taken back with it."""

    _inherit = "account.move"

    def _get_received_amount(self):
        """Return the money that is in for this invoice; credit notes and write-offs are none.

        :return: amount in the currency of the company
        :rtype: float
        """
        self.ensure_one()
        if self.state != "posted":
            return 0.0
        is_paid = self.payment_state in ("paid", "in_payment")
        left = 0.0 if is_paid else self.amount_residual_signed
        # sudo: the run serves every company
        lines = self.sudo().line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        return self.amount_total_signed - left - sum(map(get_unpaid_part, lines.matched_credit_ids))

    def _log_recovery(self):
        """Give the last step before a payment the credit for it; take back what was undone.

        What counts is the money that is in now, less what was in before the first step and less
        what was counted already: so it never grows beyond what was open.

        :return: whether there was something to count
        :rtype: bool
        """
        self.ensure_one()
        events = self.sudo().subscription_dunning_event_ids.sorted("id")  # sudo: as in the run
        done = events.filtered(lambda event: event.outcome == "done")
        first, cause = done[:1], done[-1:]
        if not first:
            return False
        since = self._get_received_amount() - first.received_amount
        since = max(0.0, min(since, first.open_amount))
        change = since - sum(events.mapped("recovered_amount"))
        compare = self.company_currency_id.compare_amounts(change, 0)
        if compare > 0:
            transaction = self._get_paying_transaction()
            self._log_money(PAID, cause, cause.step_id, change, transaction_id=transaction.id)
        elif compare < 0:
            counted = events.filtered(lambda event: event.action == PAID)[-1:]
            self._log_money(
                LOST, cause, counted.step_id, change, decline_class=counted.decline_class
            )
        return bool(compare)

    def _log_money(self, action, cause, step, amount, **values):
        """Add a row about money; the database refuses a second one with the same cause.

        :param cause: the last `subscription.dunning.event` before
        :param step: the step that gets the credit, or loses it
        """
        self._log_dunning(
            step, action, cause_id=cause.id, recovered_amount=amount, attempt_count=0, **values
        )

    def _note_money(self):
        """Count what came in, or was taken back, since these invoices were last looked at."""
        moves = self.try_lock_for_update(allow_referencing=True)
        counted = [move._log_recovery() for move in moves]
        if any(counted):
            self.env["ir.cron"]._commit_progress()

    def _get_paying_transaction(self):
        """Return the online payment that settled this invoice, if it was one."""
        # sudo: invoicing clerks have no right to read transactions
        return self.sudo().transaction_ids.filtered(lambda tx: tx.state == "done")[-1:]
