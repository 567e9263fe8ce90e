from odoo import models


class PaymentTransaction(models.Model):
    """Payments of contracts that were more than was owed are told to whoever looks after it."""

    _inherit = "payment.transaction"

    def _hook_on_processed(self):
        """Pair refunds with the payment they give back; tell of payments that were too much."""
        super()._hook_on_processed()
        for tx in self.filtered(lambda tx: tx.state == "done" and tx.payment_id):
            if tx.operation == "refund":
                lines = (tx.payment_id | tx.source_transaction_id.payment_id)._get_refund_lines()
                if len(lines) > 1:
                    lines.reconcile()
            elif tx.operation != "validation":
                tx._tell_of_overpayment()

    def _tell_of_overpayment(self):
        """Say on contract and invoice that more came in than was owed, and what can be done."""
        self.ensure_one()
        # Money for an order that has no invoice yet is not too much.
        invoices = self.invoice_ids.filtered("subscription_order_ids")
        amount = invoices and self.payment_id.subscription_amount_overpaid
        if not amount:
            return
        text = self.env._(
            "%(amount)s more than was owed came in with %(reference)s. Open the payment "
            "%(payment)s to give it back or to take it off the next invoice.",
            amount=self.currency_id.format(amount),
            reference=self.reference,
            payment=self.payment_id._get_html_link(),
        )
        for record in (*invoices, *invoices.subscription_order_ids):
            record.message_post(body=text)
        if self.subscription_invoice_id:
            return  # a charge that came in late: an activity says so already
        for order in invoices.subscription_order_ids:
            order._schedule_charge_activity(
                self.env._("%(order)s was paid too much", order=order.name), text
            )
