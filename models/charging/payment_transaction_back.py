import logging

from odoo import models

from .mail_activity import CREDIT, GIVEN_BACK, OVERPAID

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """Refunds that fail, and money for orders that no longer want it: a person is always asked."""

    _inherit = "payment.transaction"

    # ------------------------------------------------------------------
    # Refunds that failed, maybe days after the provider said that they were done
    # ------------------------------------------------------------------

    def _undo_failed_refunds(self):
        """Take back the payments of refunds that failed, so that the money can be given again."""
        for tx in self:
            is_failed = tx.operation == "refund" and tx.state in ("error", "cancel")
            if not is_failed or not tx._is_about_contracts():
                continue
            problem = tx._undo_refund_payment()
            tx._tell_of_failed_refund(problem)

    def _undo_refund_payment(self):
        """Cancel the payment of this refund and open again what it was matched with.

        :return: why that was not possible, None when it is done
        """
        self.ensure_one()
        payment = self.payment_id
        if not payment:
            return None
        try:
            with self.env.cr.savepoint():
                payment.action_cancel()
                # Core counts every payment of the transaction as money that was given back.
                payment.payment_transaction_id = False
                self.payment_id = False
        except Exception as error:
            _logger.exception("the payment of refund %(tx)s was not undone", {"tx": self.id})
            return str(error)
        return None

    def _tell_of_failed_refund(self, problem):
        """Ask somebody to give the money again, or to undo what could not be undone.

        :param str problem: why the payment of the refund is still in the books, None if it is not
        """
        self.ensure_one()
        text = self.env._(
            "The refund %(reference)s of %(amount)s failed, so the customer did not get the money: "
            "%(reason)s Give it back in another way, or take it off the next invoice.",
            reference=self.reference,
            amount=self.currency_id.format(-self.amount),
            reason=self.state_message or self.env._("The payment provider gave no reason."),
        )
        if problem:
            text += " " + self.env._("Its payment could not be undone: %(reason)s", reason=problem)
        credits = self.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        documents = credits or self._get_first().invoice_ids
        for document in documents.filtered("subscription_order_ids"):
            document.message_post(body=text)
            summary = self.env._(
                "A refund of %(document)s failed", document=document._get_payment_name()
            )
            document._schedule_matter_activity(CREDIT if credits else OVERPAID, summary, text)

    def _pay_open_credit_notes(self):
        """Pay with this refund, which the provider told of, the credit notes that wait for it."""
        self.ensure_one()
        if not self.invoice_ids and self._is_about_contracts():
            credits = self._get_first().invoice_ids.reversal_move_ids
            for credit in credits.sorted("id"):
                credit._take_told_refunds()

    def _tell_of_unowed_refund(self):
        """Ask about a refund of a credit note of which nothing was left when the money went."""
        self.ensure_one()
        credits = self.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        if not credits or not self.payment_id._get_open_credit_lines():
            return
        text = self.env._(
            "%(amount)s went back to the customer (%(reference)s), and %(credit)s was used "
            "otherwise meanwhile. Undo that, or ask the customer for the money again.",
            amount=self.currency_id.format(-self.amount),
            reference=self.reference,
            credit=", ".join(credits.mapped("name")),
        )
        for invoice in self._get_first().invoice_ids.filtered("subscription_order_ids"):
            invoice.message_post(body=text)
            summary = self.env._(
                "Payment of %(invoice)s was given back", invoice=invoice.display_name
            )
            invoice._schedule_matter_activity(GIVEN_BACK, summary, text)

    def _is_disputed(self):
        """Return whether the customer told the bank that this payment is wrong. Hook.

        Extend it for a ``provider_code``. A dispute that the customer lost is none.

        :rtype: bool
        """
        self.ensure_one()
        return False

    # ------------------------------------------------------------------
    # Money that nobody wants
    # ------------------------------------------------------------------

    def _tell_of_unwanted_money(self):
        """Ask about money for an order that was cancelled, or was paid already."""
        self.ensure_one()
        for order in self._get_paid_orders().filtered(lambda order: order._is_about_contracts()):
            reason = self._get_unwanted_reason(order)
            if not reason or self._get_paid_invoices().filtered("subscription_order_ids"):
                continue
            text = self.env._(
                "%(amount)s came in with %(reference)s, but %(reason)s Open the payment "
                "%(payment)s to give it back.",
                amount=self.currency_id.format(self.amount),
                reference=self.reference,
                reason=reason,
                payment=self.payment_id._get_html_link(),
            )
            order.message_post(body=text)
            order._schedule_charge_activity(
                self.env._("%(order)s: money that is not wanted", order=order.name), text
            )

    def _get_unwanted_reason(self, order):
        """Return why an order does not want this payment, in a sentence; or False."""
        self.ensure_one()
        if order.state == "cancel":
            return self.env._("%(order)s is cancelled.", order=order.name)
        paid = order.sudo().transaction_ids.filtered(
            lambda tx: tx.state == "done" and tx.operation not in ("refund", "validation")
        )
        total = sum(paid.mapped("amount"))
        compare = order.currency_id.compare_amounts
        is_twice = len(paid) > 1 and compare(total, order.amount_total) > 0
        return is_twice and self.env._("%(order)s was paid already.", order=order.name)
