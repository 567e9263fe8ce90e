from odoo import models
from odoo.fields import Command

from ... import const
from .sale_order_invoices import QUIET


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
            vals = order.with_company(order.company_id)._prepare_credit_note(invoice, items)
            vals_by_company.setdefault(order.company_id, []).append(vals)
        for company, vals_list in vals_by_company.items():
            # sudo: as in core, a salesperson bills own orders without rights on the books
            moves |= (
                moves.sudo()
                .with_company(company)
                .with_context(default_move_type="out_refund", **QUIET)
                .create(vals_list)
            )
        moves = moves.with_env(self.env)
        moves._welcome_subscription_documents()
        return moves

    def _prepare_credit_note(self, invoice, items):
        """Return the values of the credit note for credits of one invoice.

        :param invoice: the original invoice, empty when there is none
        :param list items: :class:`DueItem` credits, of several contracts if they share the invoice
        :rtype: dict
        """
        self.ensure_one()
        orders = self.browse().union(*(due.line.order_id for due in items))
        order = self
        if self.partner_invoice_id.lang:
            order = self.with_context(lang=self.partner_invoice_id.lang)
        vals = order._prepare_invoice()
        vals.update(
            {
                "move_type": "out_refund",
                "invoice_date": self._subscription_today(),
                "invoice_origin": ", ".join(orders.mapped("name")),
                "invoice_line_ids": order._prepare_credit_note_lines(items),
                "invoice_payment_term_id": False,
                "payment_reference": False,
                "preferred_payment_method_line_id": False,
                # The customer's payments belong to invoices, never to a credit note.
                "transaction_ids": [],
            }
        )
        if invoice:
            vals.update(order._prepare_reversal_values(invoice))
        return vals

    def _prepare_reversal_values(self, invoice):
        """Return what a credit note takes from the invoice it is about.

        :rtype: dict
        """
        return {
            "reversed_entry_id": invoice.id,
            "ref": self.env._("Credit of %(invoice)s", invoice=invoice.name),
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "journal_id": invoice.journal_id.id,
            "currency_id": invoice.currency_id.id,
            "invoice_currency_rate": invoice.invoice_currency_rate,
        }

    def _prepare_credit_note_lines(self, items):
        """Return the lines of a credit note: what a netted credit says, with the sign turned.

        :param list items: :class:`DueItem` credits
        :rtype: list
        """
        by_line = {}
        for due in items:
            by_line.setdefault(due.line, []).append(due)
        commands = []
        for line, line_items in by_line.items():
            in_order = line.with_env(self.env).with_context(
                **{const.ITEMS_KEY: {line.id: line_items}}
            )
            for vals in in_order._prepare_invoice_lines_vals_list():
                sequence = len(commands) + 1
                commands.append(
                    Command.create({**vals, "quantity": -vals["quantity"], "sequence": sequence})
                )
        return commands
