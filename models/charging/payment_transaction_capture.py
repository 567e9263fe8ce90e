from contextlib import contextmanager

from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Command


class PaymentTransaction(models.Model):
    """Captures of payments that were authorized first.

    The provider takes what it holds in one part or in several. Each is a payment of its own, whose
    documents are those of the payment that was authorized; that one is never booked itself.
    """

    _inherit = "payment.transaction"

    def _get_first(self):
        """Return the payment that this is a capture or a refund of, or itself."""
        self.ensure_one()
        first = self
        while first.source_transaction_id:
            first = first.source_transaction_id
        return first

    def _is_capture(self):
        """Return whether this takes, or gives free, a part of what was authorized."""
        self.ensure_one()
        return bool(self.source_transaction_id) and self.operation != "refund"

    def _get_captures(self):
        """Return the parts of these payments that were taken."""
        return self.child_transaction_ids.filtered(
            lambda tx: tx.state == "done" and tx.operation != "refund"
        )

    def _get_family(self):
        """Return the payment that was authorized and its captures, or this payment alone."""
        first = self._get_first()
        return first | first._get_captures()

    def _get_refunds(self):
        """Return refunds of these payments."""
        return self.child_transaction_ids.filtered(lambda tx: tx.operation == "refund")

    def _get_amount_left(self):
        """Return how much of what was captured has not been given back, by what is booked."""
        family = self._get_family()
        given = family._get_refunds().payment_id
        return sum(family.payment_id.mapped("amount")) - sum(given.mapped("amount"))

    def _get_payments(self):
        """Return what says in the books that the money of these payments came."""
        return (self | self._get_captures()).payment_id

    def _is_given_free(self):
        """Return whether this payment, or a part of it, was authorized and will never be taken."""
        self.ensure_one()
        parts = self.child_transaction_ids.filtered(lambda tx: tx.operation != "refund")
        return self.state in ("done", "cancel") and "cancel" in parts.mapped("state")

    def _get_paid_invoices(self):
        """Return the invoices that these payments are for, captures those of their payment."""
        captures = self.filtered(lambda tx: tx._is_capture())
        return (self | captures.source_transaction_id).invoice_ids

    def _get_paid_orders(self):
        """Return the orders that these payments are for, captures those of their payment."""
        captures = self.filtered(lambda tx: tx._is_capture())
        return (self | captures.source_transaction_id).sale_order_ids

    @contextmanager
    def _holding_captured_invoices(self):
        """Let core book the capture of a whole payment as that payment, with its discount."""
        self.ensure_one()
        source = self.source_transaction_id
        compare = self.currency_id.compare_amounts
        is_whole = self._is_capture() and not compare(self.amount, source.amount)
        if is_whole:
            self.invoice_ids = [Command.set(source.invoice_ids.ids)]
        yield
        if is_whole:
            self.invoice_ids = [Command.clear()]

    def _get_reconcilable(self):
        """Return which of these payments, and of their captures, may settle a new invoice."""
        return (self | self._get_captures()).filtered(lambda tx: tx._can_reconcile_new_invoice())

    def _capture(self, amount_to_capture=None):
        """Take no part of what is paid as a whole.

        :raise ValidationError: a document that waits for the money asks for more
        """
        amount = amount_to_capture or self.amount
        drafts = self.invoice_ids.filtered(
            lambda move: move.state == "draft" and move._waits_for_payment()
        )
        left = sum(self._get_amount_requested(draft) for draft in drafts)
        if self.currency_id.compare_amounts(amount, left) < 0:
            raise ValidationError(
                self.env._(
                    "%(invoice)s is paid as a whole: capture %(left)s, or void the payment.",
                    invoice=", ".join(draft._get_payment_name() for draft in drafts),
                    left=self.currency_id.format(left),
                )
            )
        return super()._capture(amount_to_capture)
