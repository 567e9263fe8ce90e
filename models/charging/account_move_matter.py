from odoo import models

from .mail_activity import (
    CREDIT,
    DISPUTED,
    FAILED,
    GIVEN_BACK,
    LEFT,
    OVERPAID,
    SLOW,
    UNBOOKED,
    UNCERTAIN,
    UNPAID,
)

PAID_STATES = ("paid", "in_payment")


class AccountMove(models.Model):
    """What people are asked to do about the money of a document, and when that is settled."""

    _inherit = "account.move"

    def _schedule_matter_activity(self, matter, summary, text):
        """Ask whoever looks after the contracts of this document to see to a matter.

        :param str matter: one of `mail_activity.MATTERS`
        :param str summary: what it is about
        :param str text: what happened and what to do, in whole sentences
        """
        self.ensure_one()
        for order in self.sudo()._get_subscription_orders():  # sudo: run of every company
            order._schedule_charge_activity(summary, text, matter, self)

    def _remove_done_activities(self):
        """Remove requests about these documents that are settled by now."""
        if self.ids:
            about = ("subscription_move_id", "in", self.ids)
            self.env["mail.activity"]._remove_done_matters(about)

    def _is_matter_done(self, matter):
        """Return whether nobody has to look after a matter of this document any more. Hook.

        Extend it for matters of other rooms. What only a person can judge never is.

        :param str matter: one of `mail_activity.MATTERS`
        :rtype: bool
        """
        self.ensure_one()
        transactions = self.sudo().transaction_ids  # sudo: as in _get_open_charges
        if matter == FAILED:
            return not self._is_open_to_pay() or not self.subscription_charge_error
        if matter == UNPAID:
            return not self._is_open_to_pay()
        if matter == UNCERTAIN:
            return not self.subscription_charge_unknown
        if matter == SLOW:
            return not any(tx._is_slow() for tx in transactions)
        if matter == LEFT:
            return not any(tx._is_abandoned() for tx in transactions)
        if matter == OVERPAID:
            # What a clerk booked by hand is matched with the document and has no transaction.
            payments = transactions._get_payments() | self.sudo().reconciled_payment_ids
            return not any(payment.subscription_amount_overpaid for payment in payments)
        if matter == UNBOOKED:
            payments = transactions | transactions._get_captures()
            return not any(tx._is_to_book() for tx in payments | payments._get_refunds())
        if matter == CREDIT:
            return not self._is_open_credit()
        if matter in (DISPUTED, GIVEN_BACK):
            is_disputed = matter == DISPUTED and self.payment_state in PAID_STATES
            return not (is_disputed or (matter == GIVEN_BACK and self._has_open_refund()))
        return False

    def _has_open_refund(self):
        """Return whether money went back that still pays this document, and no credit note says.

        :rtype: bool
        """
        self.ensure_one()
        payments = self.sudo().transaction_ids  # sudo: as in _get_open_charges
        refunds = (payments | payments._get_captures())._get_refunds()
        return any(
            (not refund.payment_id or refund.payment_id._get_open_credit_lines())
            and refund.source_transaction_id._get_payments() & self._get_matched_payments()
            for refund in refunds.filtered(lambda tx: tx.state not in ("error", "cancel"))
        )

    def _get_matched_payments(self):
        """Return the payments that this document is paid with in the books."""
        # sudo: as in _get_open_charges
        lines = self.sudo().line_ids
        matched = lines.matched_credit_ids.credit_move_id | lines.matched_debit_ids.debit_move_id
        return matched.payment_id

    def _invoice_paid_hook(self):
        """Let what waited for the payment of these documents know of it."""
        result = super()._invoice_paid_hook()
        self._hook_on_paid()
        return result

    def _hook_on_paid(self):
        """Called once documents are paid or credited, in whatever way. Hook. Return nothing."""
        self._remove_done_activities()
