from odoo.fields import Command

from ... import const


class CreditNote:
    """The credit note for credits of one invoice.

    :param order: the `sale.order` in whose name it is written
    :param invoice: the original invoice, empty when there is none
    :param list items: :class:`DueItem` credits, of several contracts if they share the invoice
    """

    def __init__(self, order, invoice, items):
        order.ensure_one()
        lang = order.partner_invoice_id.lang
        self.contracts = order.browse().union(*(due.line.order_id for due in items))
        self.order = order.with_context(lang=lang) if lang else order
        self.env = self.order.env
        self.invoice = invoice
        self.items = items

    def prepare(self):
        """Return the values of the document.

        :rtype: dict
        """
        vals = self.order._prepare_invoice()
        vals.update(
            {
                "move_type": "out_refund",
                "invoice_date": self.order._subscription_today(),
                "invoice_origin": ", ".join(self.contracts.mapped("name")),
                "invoice_line_ids": self._prepare_lines(),
                "invoice_payment_term_id": False,
                "payment_reference": False,
                "preferred_payment_method_line_id": False,
                # The customer's payments belong to invoices, never to a credit note.
                "transaction_ids": [],
            }
        )
        if self.invoice:
            vals.update(self._prepare_reversal())
        return vals

    def _prepare_reversal(self):
        """Return what the document takes from the invoice it is about."""
        invoice = self.invoice
        return {
            "reversed_entry_id": invoice.id,
            "ref": self.env._("Credit of %(invoice)s", invoice=invoice.name),
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "journal_id": self._get_journal().id,
            "currency_id": invoice.currency_id.id,
            "invoice_currency_rate": invoice.invoice_currency_rate,
            "invoice_payment_term_id": invoice._get_reducing_term().id,
        }

    def _get_journal(self):
        """Return the journal of the invoice, or that of new ones where that one is archived."""
        journals = self.invoice.journal_id | self.order.journal_id
        currency = self.invoice.currency_id
        move = self.env["account.move"].with_company(self.order.company_id)
        # sudo: a salesperson bills own contracts without rights on the books
        return journals.sudo().filtered("active")[:1] or move._get_default_journal(currency.id)

    def _prepare_lines(self):
        """Return its lines: what a netted credit says, with the sign turned."""
        by_line = {}
        for due in self.items:
            by_line.setdefault(due.line, []).append(due)
        commands = []
        for line, line_items in by_line.items():
            in_order = line.with_env(self.env).with_context(
                **const.sealed(const.ITEMS_KEY, {line.id: line_items})
            )
            reverse = self.env["account.tax"]._reverse_quantity_base_line_extra_tax_data
            for vals in in_order._prepare_invoice_lines_vals_list():
                turned = {
                    "quantity": -vals["quantity"],
                    "extra_tax_data": reverse(vals["extra_tax_data"]),
                    "sequence": len(commands) + 1,
                }
                commands.append(Command.create({**vals, **turned}))
        return commands


def pair_with_invoices(moves):
    """Take rebates that invoices could not bear off those that were made with them.

    They undo no invoice, so core pairs them with none: it would ask for all of the one, and owe all
    of the other.

    :param moves: documents of one run
    """
    # sudo: a salesperson bills own contracts without rights on the books
    posted = moves.sudo().filtered(lambda move: move.state == "posted")
    invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
    for note in posted - invoices:
        if note.reversed_entry_id or note.move_type != "out_refund":
            continue
        for invoice in invoices.filtered(
            lambda move, note=note: (
                move.amount_residual > 0
                and move.currency_id == note.currency_id
                and move.commercial_partner_id == note.commercial_partner_id
                and move._get_subscription_orders() & note._get_subscription_orders()
            )
        ):
            for line in note.line_ids.filtered(
                lambda line: line.display_type == "payment_term" and not line.reconciled
            ):
                invoice.js_assign_outstanding_line(line.id)
