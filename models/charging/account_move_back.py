from odoo import models


class AccountMove(models.Model):
    """Money of paid invoices that goes back: the bank takes it, or somebody refunds it outside."""

    _inherit = "account.move"

    def _hook_on_charge_disputed(self, tx, status):
        """Called once per step of a dispute of a payment of this invoice. Return nothing.

        A debit that the customer's bank returns is such a dispute too, lost from the start.

        :param tx: the `payment.transaction`
        :param str status: how far the dispute went, in the provider's word
        """
        self.ensure_one()
        facts = {
            "reference": tx.reference,
            "amount": tx.currency_id.format(tx.amount),
            "invoice": self.display_name,
        }
        if status == "lost":
            text = self.env._(
                "The customer disputes the payment %(reference)s of %(amount)s for invoice "
                "%(invoice)s, and the dispute is lost: the bank took the money back. The invoice "
                "still counts as paid. Undo its payment to ask for the money again, or make a "
                "credit note.",
                **facts,
            )
        elif status in ("won", "warning_closed"):
            text = self.env._(
                "The dispute of the payment %(reference)s of %(amount)s for invoice %(invoice)s "
                "is over: the money stays. Nothing has to be done.",
                **facts,
            )
        else:
            text = self.env._(
                "The customer disputes the payment %(reference)s of %(amount)s for invoice "
                "%(invoice)s (%(status)s). Answer on the payment provider's pages before its "
                "deadline; if the dispute is lost, the money is taken back.",
                status=status.replace("_", " "),
                **facts,
            )
        self._tell_of_money_back(
            self.env._("Payment of %(invoice)s is disputed", invoice=self.display_name), text
        )

    def _hook_on_charge_refunded(self, refund):
        """Called once per refund of this paid invoice that was not made in Odoo. Return nothing.

        :param refund: the `payment.transaction` of the refund, whose amount is negative
        """
        self.ensure_one()
        text = self.env._(
            "%(amount)s of the payment %(reference)s for invoice %(invoice)s was given back at "
            "the payment provider, not in Odoo. The invoice still counts as paid: make a credit "
            "note, or ask the customer for the money again.",
            amount=refund.currency_id.format(-refund.amount),
            reference=refund.source_transaction_id.reference,
            invoice=self.display_name,
        )
        self._tell_of_money_back(
            self.env._("Payment of %(invoice)s was given back", invoice=self.display_name), text
        )

    def _tell_of_money_back(self, summary, text):
        """Say on invoice and contracts that money goes back, and ask somebody to look.

        :param str summary: what it is about
        :param str text: what happened and what to do, in whole sentences
        """
        self.message_post(body=text)
        for order in self.subscription_order_ids:
            order.message_post(body=text)
            order._schedule_activity_once(summary, text)
