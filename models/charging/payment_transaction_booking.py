import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .mail_activity import UNBOOKED

_logger = logging.getLogger(__name__)
# Core's own job has tried several times by then.
TOLD_AFTER = timedelta(hours=1)


class PaymentTransaction(models.Model):
    """Money that came in is booked, or people are told why it is not."""

    _inherit = "payment.transaction"

    subscription_booking_error = fields.Text(
        "Not Booked Because",
        readonly=True,
        copy=False,
        help="Why this payment, whose money is in, could not be booked at the last try.",
    )

    def _check_can_be_booked(self):
        """Refuse payments of contracts that nobody could book once the money is in.

        :raise ValidationError: journal, account or another thing that booking needs is missing
        """
        for tx in self.filtered(lambda tx: tx.operation not in ("refund", "validation")):
            if tx.source_transaction_id or tx.subscription_invoice_id or tx.amount <= 0:
                continue  # our own charges were looked at before
            for document in tx._get_documents_of_contracts():
                if reason := tx.provider_id._get_booking_error(document):
                    _logger.error("payment of %s was refused: %s", document, reason)
                    raise ValidationError(
                        self.env._(
                            "This payment method cannot be used right now, and nothing was taken. "
                            "Choose another one, or tell us."
                        )
                        if not self.env.user._is_internal()
                        else reason
                    )

    def _is_to_book(self):
        """Return whether the money of this payment is in, and no payment says so in the books."""
        self.ensure_one()
        is_payment = self.operation not in ("refund", "validation") and self.amount > 0
        if not is_payment or self.state != "done":
            return False
        parts = self.child_transaction_ids.filtered(lambda tx: tx.operation != "refund")
        return not self._is_in_the_books() and not parts

    def _is_in_the_books(self):
        """Return whether a payment says that the money came, and is no draft of a clerk."""
        self.ensure_one()
        return bool(self.payment_id) and self.payment_id.state != "draft"

    def _book_registered(self):
        """Post the drafts of clerks whose money came, and cancel those whose money did not."""
        for tx in self:
            payment = tx.payment_id
            is_payment = tx.operation not in ("refund", "validation")
            if not payment or not is_payment or not tx._is_about_contracts():
                continue
            if tx.state == "done" and payment.state in ("draft", "canceled"):
                payment.with_company(tx.company_id)._post_charged(tx.invoice_ids)
            elif tx.state == "error" and payment.state == "draft":
                payment.action_cancel()  # as core does when the customer cancels

    @api.model
    def _get_left_to_book(self, since):
        """Return payments of contracts that are done since a moment and not booked.

        :param datetime since: they ended before it
        :rtype: payment.transaction
        """
        domain = Domain(
            [
                ("state", "=", "done"),
                ("is_post_processed", "=", False),
                ("operation", "not in", ("refund", "validation")),
                ("last_state_change", "<", since),
            ]
        )
        found = self.search(domain, order="id", limit=100)
        return found.filtered(lambda tx: tx._is_about_contracts() and tx._is_to_book())

    @api.model
    def _retry_unbooked(self):
        """Try to book what is left once more, and ask people about it; commits after each."""
        Cron = self.env["ir.cron"]
        for tx in self._get_left_to_book(fields.Datetime.now() - TOLD_AFTER):
            for locked in tx.try_lock_for_update(allow_referencing=True):
                locked._post_process_charge()
                if locked._is_to_book():
                    locked._tell_of_unbooked()
            Cron._commit_progress()

    def _note_not_booked(self, error):
        """Keep why this payment could not be booked; the transaction of the attempt is undone.

        :param Exception error: what went wrong
        """
        self.ensure_one()
        self.invalidate_recordset()
        if self.state == "done" and self.subscription_booking_error != str(error):
            self._as_system().subscription_booking_error = str(error)

    def _tell_of_unbooked(self):
        """Ask somebody to look after a payment whose money is in and not in the books."""
        self.ensure_one()
        text = self.env._(
            "%(amount)s came in with %(reference)s and cannot be booked: %(reason)s Mend that, "
            "then it is booked by itself.",
            amount=self.currency_id.format(self.amount),
            reference=self.reference,
            reason=self.subscription_booking_error or self.env._("nobody knows why."),
        )
        summary = self.env._("%(reference)s is not booked", reference=self.reference)
        for invoice in self.invoice_ids.filtered("subscription_order_ids"):
            invoice._schedule_matter_activity(UNBOOKED, summary, text)
        for order in self.sale_order_ids.filtered(lambda order: order._is_about_contracts()):
            order._schedule_charge_activity(summary, text)
