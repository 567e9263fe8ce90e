from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .mail_activity import CREDIT
from .payment_transaction_unknown import REPEATABLE_PROVIDERS


class PaymentTransaction(models.Model):
    """Refunds whose outcome nobody knows: asked for once more where that is safe, else kept."""

    _inherit = "payment.transaction"

    def _keep_unknown_refund(self, error):
        """Keep the refund that a provider did not answer, or let it be asked for once more.

        A provider that knows a request again by its reference gives nothing back twice: nothing
        is kept, so that the same button sends the same request. Of any other one the refund stays
        as it is until a person has looked.

        :param OutcomeUnknownError error: what the request ended with
        :return: the refund, whose outcome is unknown
        :rtype: payment.transaction
        :raise UserError: the button may be pressed again
        """
        self.ensure_one()
        if self.provider_code in REPEATABLE_PROVIDERS:
            raise UserError(
                self.env._(
                    "The payment provider did not answer. Press the button again: the same refund "
                    "is not made twice."
                )
            ) from error
        refund = self.search(
            Domain("source_transaction_id", "=", self.id)
            & Domain("operation", "=", "refund")
            & Domain("state", "=", "draft"),
            order="id desc",
            limit=1,
        )
        refund._as_system().write({"subscription_is_unknown": True, "subscription_to_check": True})
        return refund

    def _tell_of_unknown_refund(self):
        """Ask somebody whether the customer got the money of this refund."""
        self.ensure_one()
        text = self._get_unknown_refund_text()
        credits = self.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        documents = (credits or self.source_transaction_id.invoice_ids).filtered(
            "subscription_order_ids"
        )
        for document in documents:
            document.message_post(body=text)
            summary = self.env._(
                "A refund of %(document)s is uncertain", document=document._get_payment_name()
            )
            if document in credits:
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

    def _check_no_refund_is_unknown(self):
        """Refuse to give money back while nobody knows whether an earlier refund went through.

        :raise UserError: naming the refund
        """
        for refund in self.child_transaction_ids:
            is_refund = refund.operation == "refund" and refund.state == "draft"
            if is_refund and refund.subscription_is_unknown:
                raise UserError(refund._get_unknown_refund_text())

    def _build_action_feedback_notification(self):
        """Warn whoever pressed core's button of a refund that was not answered."""
        result = super()._build_action_feedback_notification()
        for refund in self.filtered("subscription_is_unknown"):
            text = refund._get_unknown_refund_text()
            result["params"].update({"type": "warning", "sticky": True, "message": text})
        return result
