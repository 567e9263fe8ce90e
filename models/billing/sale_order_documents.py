from odoo import models
from odoo.fields import Command

from ... import const
from .credit_note import CreditNote
from .due_item import group_by_line
from .recurring_invoices import QUIET


class SaleOrder(models.Model):
    """Credit notes for money that cannot be netted on the next invoice."""

    _inherit = "sale.order"

    def _create_credit_notes(self, items_by_key):
        """Create one credit note per original invoice, with its ledger rows.

        Core reconciles a credit note with the invoice it reverses when it is posted, now by the
        billing run or later by a clerk.

        :param dict items_by_key: lists of credits (:class:`DueItem`) by the invoice they undo, or
            by contract where there is none
        :return: the new credit notes, drafts
        :rtype: account.move
        """
        moves = self.env["account.move"]
        vals_by_company = {}
        for key, items in items_by_key.items():
            invoice = key if key._name == "account.move" else moves
            order = items[0].line.order_id
            vals = CreditNote(order.with_company(order.company_id), invoice, items).prepare()
            vals_by_company.setdefault(order.company_id, []).append(vals)
        for company, vals_list in vals_by_company.items():
            # sudo: as in core, a salesperson bills own orders without rights on the books
            moves |= (
                company._at_company_time(moves.sudo())
                .with_company(company)
                .with_context(default_move_type="out_refund", **QUIET)
                .create(vals_list)
            )
        moves = moves.with_env(self.env)
        moves._set_followers_and_origin()
        return moves

    # ------------------------------------------------------------------
    # Invoices
    # ------------------------------------------------------------------

    def _get_invoice_group_key(self):
        """Return what contracts must share to be billed on one invoice. Hook.

        The invoice of the confirmation is never shared.
        """
        self.ensure_one()
        template = self._get_subscription_template().with_company(self.company_id)
        first = not any(self.order_line.mapped("ledger_revision"))
        if first or not template.group_invoices:
            return self.id
        return (
            self.company_id.id,
            (self.journal_id or template.journal_id).id,
            self.partner_invoice_id.id,
            self.partner_shipping_id.id,
            self.currency_id.id,
            self.fiscal_position_id.id,
            self.payment_term_id.id,
            self.subscription_payment_token_id.id,
            template.invoice_mode,
            template.payment_mode,
        )

    def _prepare_recurring_invoice(self):
        """Return the values of the invoice of one contract, whose due items the context has. Hook.

        :rtype: dict
        """
        self.ensure_one()
        order = self.with_company(self.company_id)
        if self.partner_invoice_id.lang:
            order = order.with_context(lang=self.partner_invoice_id.lang)
        vals = order._prepare_invoice()
        lines = order._get_invoiceable_lines().with_prefetch(order.order_line._prefetch_ids)
        line_vals = [vals for line in lines for vals in line._prepare_invoice_lines_vals_list()]
        template = self._get_subscription_template()
        waits = template.invoice_mode == "draft" or self._is_invoiced_after_payment()
        if not waits:
            # A date that comes with the posting would make core compute every document again.
            vals["invoice_date"] = self._subscription_today()
        vals["invoice_line_ids"] = vals["invoice_line_ids"] + [
            Command.create({**values, "sequence": sequence})
            for sequence, values in enumerate(line_vals, 1)
        ]
        return vals

    def _create_invoices_with_items(self, items):
        """Let core build the invoice of one contract, its due recurring lines included."""
        self.ensure_one()
        by_line = group_by_line(items)
        # Nothing of the engine, but a place on this invoice.
        by_line.update({line.id: [] for line in self._get_due_one_off_lines()})
        # A document of the run is nobody's new work: salespeople follow it without a notice.
        order = self.company_id._at_company_time(self).with_context(
            mail_auto_subscribe_no_notify=True, **const.sealed(const.ITEMS_KEY, by_line)
        )
        return order._create_invoices(grouped=True).with_env(self.env)

    def _post_due_documents(self, moves):
        """Post the new documents whose template asks for it; mails leave after the commit."""
        to_post = moves.filtered(lambda move: move._get_subscription_invoice_mode() != "draft")
        if to_post:
            # sudo: a salesperson bills own contracts without rights on the books
            quiet = to_post.sudo().with_context(**QUIET, **const.sealed(const.SEQUENCES_KEY, {}))
            for company, documents in quiet.grouped("company_id").items():
                # Core would take today in the time zone of whoever runs this.
                undated = documents.filtered(lambda move: not move.invoice_date)
                undated.invoice_date = company._subscription_today()
            quiet._post(soft=False)
        to_send = to_post.filtered(lambda move: move._get_subscription_invoice_mode() == "send")
        if to_send:
            to_send._queue_subscription_sending()

    def _is_invoiced_after_payment(self):
        """Return whether an invoice made now stays a draft until its money is in. Hook.

        :rtype: bool
        """
        self.ensure_one()
        return self._get_subscription_template().payment_mode == "after_payment"
