from odoo import models
from odoo.exceptions import UserError, ValidationError

from .mail_activity import CREDIT
from .payment_transaction_unknown import REPEATABLE_PROVIDERS


class PaymentTransaction(models.Model):
    """Refunds: saved before the provider is asked, and what becomes of one nobody knows about.

    A provider that knows a request again by its reference is asked once more, like for a charge.
    Of any other one the refund stays as it is until a person has looked.
    """

    _inherit = "payment.transaction"

    def _request_refund(self):
        """Send the request of a refund that is saved."""
        self.ensure_one()
        try:
            self._send_refund_request()
        except ValidationError as error:
            self._set_error(str(error))

    def _is_refund_wanted(self):
        """Return whether what this refund gives back is still owed, so that it may be sent again.

        :rtype: bool
        """
        self.ensure_one()
        credits = self.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        left = sum(credits.mapped("amount_residual"))
        return not credits or self.currency_id.compare_amounts(left, -self.amount) >= 0

    def _get_open_refunds(self):
        """Return refunds of this payment that the provider is, or may be, at work on."""
        refunds = self._get_family()._get_refunds()
        return refunds.filtered(lambda tx: tx.state == "draft" and tx._is_attempt())

    # ------------------------------------------------------------------
    # Nobody knows
    # ------------------------------------------------------------------

    def _hook_on_refund_unknown(self):
        """Hook. Called once when nobody knows whether a refund went through. Return nothing."""
        self.ensure_one()
        if self.provider_code not in REPEATABLE_PROVIDERS:
            self._give_to_check()
            return
        text = self.env._(
            "The payment provider did not answer when %(amount)s was given back (%(reference)s). "
            "It is asked again; the same refund is not made twice.",
            amount=self.currency_id.format(-self.amount),
            reference=self.reference,
        )
        for document in self._get_refunded_documents():
            document.message_post(body=text)

    def _get_refunded_documents(self):
        """Return the credit notes that a refund pays, else the invoices that were paid."""
        self.ensure_one()
        credits = self.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        documents = credits or self._get_first().invoice_ids
        return documents.filtered("subscription_order_ids")

    def _tell_of_unknown_refund(self):
        """Ask somebody whether the customer got the money of this refund."""
        self.ensure_one()
        text = self._get_unknown_refund_text()
        for document in self._get_refunded_documents():
            document.message_post(body=text)
            summary = self.env._(
                "A refund of %(document)s is uncertain", document=document._get_payment_name()
            )
            if document.move_type == "out_refund":
                document._schedule_matter_activity(CREDIT, summary, text)
            else:
                for order in document.subscription_order_ids:
                    order._schedule_charge_activity(summary, text)

    def _get_unknown_refund_text(self):
        return self.env._(
            "The payment provider did not answer when %(amount)s was given back (%(reference)s), "
            "so the customer may have got the money. Look for it on the provider's own pages, then "
            "say under Charges whether the money went.",
            amount=self.currency_id.format(-self.amount),
            reference=self.reference,
        )

    def _get_found_text(self):
        """Return what a person found out about this payment, whose money went where it should."""
        user = self.env.user.display_name
        if self.operation == "refund":
            return self.env._("%(user)s found that the customer got the money.", user=user)
        return self.env._("%(user)s found that the money came.", user=user)

    def _check_no_refund_is_open(self):
        """Refuse to give money back while an earlier refund has no outcome.

        :raise UserError: naming the refund
        """
        self._get_open_refunds()._check_no_refund_runs()

    def _is_refund_running(self):
        """Return whether the money of this refund may still go, or went and is not booked yet."""
        self.ensure_one()
        is_coming = self.state in ("draft", "pending") or self._is_to_book()
        return self.operation == "refund" and is_coming

    def _check_no_refund_runs(self):
        """Refuse what must not be done while one of these is a refund without an outcome.

        :raise UserError: naming the refund
        """
        for refund in self:
            if refund._is_refund_running():
                raise UserError(
                    refund._get_unknown_refund_text()
                    if refund.subscription_to_check
                    else refund._get_refund_text()
                )

    def _get_refund_text(self):
        return self.env._(
            "%(amount)s is being given back (%(reference)s). How that ended is written on the "
            "invoice as soon as the payment provider answered.",
            amount=self.currency_id.format(-self.amount),
            reference=self.reference,
        )

    def _build_action_feedback_notification(self):
        """Tell whoever pressed core's button that the provider is asked once this is saved."""
        result = super()._build_action_feedback_notification()
        for refund in self:
            if refund.operation == "refund" and refund.state == "draft" and refund._is_attempt():
                result["params"].update({"type": "info", "message": refund._get_refund_text()})
        return result
