from odoo import api, models
from odoo.fields import Domain

from .mail_activity import CREDIT, OVERPAID


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

    def _reconcile_post_hook(self, data):
        """Make invoices of drafts that waited for what they were just matched with.

        Core calls invoices paid that money settled; a credit note leaves nothing to ask for, too.
        """
        super()._reconcile_post_hook(data)
        open_before = data["not_paid_invoices"]
        open_before._make_invoices_of_paid()
        credited = open_before.filtered(lambda move: move.payment_state == "reversed")
        if credited:
            credited._hook_on_paid()

    def _get_credit_orders(self):
        """Return the contracts whose next invoices this credit is taken off: those that go on, too.

        A renewal goes on with the contract before it, and so does what is owed to its customer.

        :rtype: sale.order
        """
        self.ensure_one()
        orders = self.payment_id._get_subscription_orders() or self.move_id.subscription_order_ids
        origins = orders.subscription_origin_id
        return orders | orders.search([("subscription_origin_id", "in", origins.ids)])

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

    def _schedule_credit_decision(self, order):
        """Ask somebody about credit that was kept for the next invoice of a contract that ended.

        :param order: the `sale.order`, of which no invoice may come any more
        """
        payers = order.partner_invoice_id.commercial_partner_id | order.partner_id
        lines = self._get_credit_balance_lines(payers.commercial_partner_id)
        for line in lines.filtered(lambda line: order in line._get_credit_orders()):
            document = line.move_id
            if line.payment_id:
                document = line.payment_id.payment_transaction_id._get_paid_invoices()
                document |= line.payment_id.reconciled_invoice_ids
            for move in document[:1]:
                text = self.env._(
                    "%(order)s ended, and %(amount)s were kept for its next invoice. Give them "
                    "back, or take them off another invoice of the customer.",
                    order=order.name,
                    amount=line.currency_id.format(-line.amount_residual_currency),
                )
                summary = self.env._("Credit is left of %(order)s", order=order.name)
                matter = OVERPAID if line.payment_id else CREDIT
                order._schedule_charge_activity(summary, text, matter, move)

    def _forget_used_credit(self):
        """Keep nothing for later of which nothing is left."""
        used = self.filtered("reconciled")
        used.move_id.filtered(
            "subscription_credit_next"
        )._as_system().subscription_credit_next = False
        used.payment_id.filtered(
            "subscription_credit_next"
        )._as_system().subscription_credit_next = False
        payments = used.payment_id
        documents = used.move_id | payments.payment_transaction_id._get_paid_invoices()
        documents |= payments.reconciled_invoice_ids
        documents._remove_done_activities()
