from odoo import models


class SaleOrder(models.Model):
    """Credit that was kept for the next invoice of a contract, before that invoice is posted."""

    _inherit = "sale.order"

    def _get_kept_credit_amount(self, before=None):
        """Return how much kept credit the next invoice of these contracts takes off at most.

        Drafts that were made earlier take theirs first.

        :param before: the draft that it is about, when it is made already
        :rtype: float
        """
        # sudo: salespeople and customers may not read the books
        orders = self.sudo()
        payers = (before.sudo() if before else orders.partner_invoice_id).commercial_partner_id
        lines = orders.env["account.move.line"]._get_kept_credit_lines(payers)
        left = -sum(
            line.amount_residual_currency
            for line in lines
            if line._get_kept_credit_orders() & orders
            and line.currency_id in orders.currency_id
            and line.company_id in orders.company_id
        )
        if left:
            left -= sum(orders._get_earlier_drafts(before).mapped("amount_total"))
        return max(left, 0.0)

    def _get_earlier_drafts(self, before=None):
        """:return: draft invoices of these contracts that were made earlier than one of them
        :param before: that draft, None for all of them
        """
        moves = self.order_line.billed_period_ids.move_id
        return moves.filtered(
            lambda move: (
                move.state == "draft"
                and move.move_type == "out_invoice"
                and not move.subscription_pay_first
                and (not before or move.id < before.id)
            )
        )

    def _post_covered_drafts(self):
        """Make invoices of drafts that waited for a payment and are covered by credit instead."""
        # sudo: whoever keeps a credit may not see the contracts
        for draft in self.sudo()._get_earlier_drafts():
            waits = any(
                order._is_invoiced_after_payment() for order in draft.subscription_order_ids
            )
            running = draft._is_draft_in_payment()
            if waits and not running and draft.amount_total and not draft._get_amount_to_charge():
                draft.invoice_date = draft.company_id._subscription_today()
                draft.action_post()
                draft._send_paid_drafts()
