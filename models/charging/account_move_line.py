from odoo import api, models
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    """Journal items that are taken off the next invoice of a contract, as somebody decided."""

    _inherit = "account.move.line"

    @api.model
    def _get_credit_balance_lines(self, partners):
        """Return what is left of credit notes and payments that were kept for the next invoice.

        :param partners: commercial partners
        :return: journal items, the oldest first
        :rtype: account.move.line
        """
        kept = Domain("subscription_credit_next", "=", True)
        credits = self.env["account.move"].search(
            kept
            & Domain("state", "=", "posted")
            & Domain("commercial_partner_id", "in", partners.ids)
        )
        payments = self.env["account.payment"].search(
            kept & Domain("partner_id.commercial_partner_id", "in", partners.ids)
        )
        lines = credits.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        lines |= payments._get_open_credit_lines()
        return lines.sorted(lambda line: (line.date, line.id))

    def _get_credit_orders(self):
        """Return the contracts whose next invoices this credit is taken off."""
        self.ensure_one()
        if self.payment_id:
            return self.payment_id._get_subscription_orders()
        return self.move_id.subscription_order_ids

    def _may_be_taken_off(self, invoice):
        """Return whether this credit and an invoice of the same contract can be paired."""
        return (
            not self.reconciled
            # a branch is paid through the providers of its parent, as in core
            and self.company_id in invoice.company_id.sudo().parent_ids
            and self.currency_id == invoice.currency_id
            and invoice.amount_residual > 0
            and bool(self._get_credit_orders() & invoice.subscription_order_ids)
        )

    def _forget_used_credit(self):
        """Keep nothing for later of which nothing is left."""
        used = self.filtered("reconciled")
        used.move_id.filtered(
            "subscription_credit_next"
        )._as_system().subscription_credit_next = False
        used.payment_id.filtered(
            "subscription_credit_next"
        )._as_system().subscription_credit_next = False
        documents = used.move_id | used.payment_id.payment_transaction_id.invoice_ids
        documents._remove_done_activities()
