from odoo import models

from .mail_activity import DISPUTED, GIVEN_BACK


class AccountMove(models.Model):
    """Money of paid invoices that goes back: the bank takes it, or somebody refunds it outside."""

    _inherit = "account.move"

    def _is_disputed_with(self, token):
        """Return whether the customer disputes a payment of this document by a method.

        It is never answered by charging that method again.

        :param token: `payment.token`
        """
        self.ensure_one()
        # sudo: invoicing clerks have no right to read transactions
        payments = self.sudo().transaction_ids
        return any(tx.token_id == token and tx._is_disputed() for tx in payments)

    def _get_disputed_text(self):
        return self.env._(
            "The customer disputed a payment by this method. Agree with them on another one."
        )

    def _get_charge_obstacle(self, token):
        """Return why a saved method must not be charged for this document now.

        :param token: `payment.token`
        :return: a sentence, or False
        """
        if self._needs_customer_for(token):
            return self._get_customer_needed_text()
        if self._is_disputed_with(token):
            return self._get_disputed_text()
        # sudo: invoicing clerks have no right to read transactions
        taken = self.sudo().transaction_ids.filtered(lambda tx: tx._is_out_of_the_books())
        return taken and self.env._(
            "%(amount)s came in with %(references)s, and the payment was cancelled here. Book it "
            "again, or give the money back: else the customer pays twice.",
            amount=self.currency_id.format(sum(tx._get_amount_for(self) for tx in taken)),
            references=", ".join(taken.mapped("reference")),
        )

    def _hook_on_charge_disputed(self, tx, status):
        """Hook. Called once per turn of a dispute of a payment of this invoice. Return nothing.

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
        summary = self.env._("Payment of %(invoice)s is disputed", invoice=self.display_name)
        is_over = status in ("won", "warning_closed")
        self._tell_of_money_back(DISPUTED, summary, text, is_over)

    def _hook_on_charge_refunded(self, refund):
        """Hook. Called once per refund of this invoice that was not made in Odoo. Return nothing.

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
        summary = self.env._("Payment of %(invoice)s was given back", invoice=self.display_name)
        self._tell_of_money_back(GIVEN_BACK, summary, text)

    def _tell_of_money_back(self, matter, summary, text, is_over=False):
        """Say on invoice and contracts that money goes back, and ask somebody to look.

        :param str matter: one of `mail_activity.MATTERS`
        :param str summary: what it is about
        :param str text: what happened and what to do, in whole sentences
        :param bool is_over: nothing has to be done any more
        """
        self.message_post(body=text)
        for order in self.subscription_order_ids:
            order.message_post(body=text)
        if not is_over:
            self._schedule_matter_activity(matter, summary, text)
            return
        # sudo: the request may belong to a colleague
        asked = self.env["mail.activity"].sudo()
        asked.search(
            [("subscription_move_id", "=", self.id), ("subscription_matter", "=", matter)]
        ).unlink()
