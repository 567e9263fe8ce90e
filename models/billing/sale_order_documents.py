from markupsafe import Markup
from odoo import models
from odoo.fields import Command

from ... import const
from .credit_note import CreditNote

# Tracking, one creation note and one subscription per record are what costs most in a batch; the
# run writes the note and the follower for all documents at once instead.
QUIET = {
    "tracking_disable": True,
    "skip_is_manually_modified": True,
    **const.sealed(const.BATCH_KEY),
}


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
        moves._welcome_subscription_documents()
        return moves

    # ------------------------------------------------------------------
    # From due items to documents, in batches: one note and one follower each, posted together
    # ------------------------------------------------------------------

    def _create_recurring_invoices(self, items_by_order):
        """Create the invoices of contracts that have only recurring lines to bill.

        :param dict items_by_order: lists of :class:`DueItem` by order
        :rtype: account.move
        """
        moves = self.env["account.move"]
        self._fetch_invoiced_lines()
        groups = {}
        for order, items in items_by_order.items():
            groups.setdefault(order._get_invoice_group_key(), []).append((order, items))
        vals_by_company = {}
        for members in groups.values():
            vals = None
            for order, items in members:
                order_vals = order._prepare_recurring_invoice(items)
                if len(members) > 1:
                    self._name_contract(order, order_vals)
                vals = order._merge_invoice_values(vals, order_vals) if vals else order_vals
            vals_by_company.setdefault(members[0][0].company_id, []).append(vals)
        for company, vals_list in vals_by_company.items():
            orders = self.filtered(lambda order, company=company: order.company_id == company)
            quiet = company._at_company_time(orders).with_company(company).with_context(**QUIET)
            moves.with_company(company)._fill_common_values(vals_list)
            moves |= quiet._create_account_invoices(vals_list, False)
        moves = moves.with_env(self.env)
        moves._welcome_subscription_documents()
        return moves

    def _fetch_invoiced_lines(self):
        """Read what core asks of earlier invoices, and not their sixty other columns.

        Core looks at each of them for each new one, so that old contracts would be billed slowly.
        """
        # sudo: a salesperson bills own contracts without rights on the books
        lines = self.sudo().order_line.invoice_lines
        lines.fetch(["move_id", "is_downpayment", "currency_id", "price_subtotal"])
        lines.move_id.fetch(["state", "move_type", "invoice_date"])

    def _get_invoice_group_key(self):
        """Return what contracts must share to be billed on one invoice. Hook.

        The invoice of the confirmation is never shared.
        """
        self.ensure_one()
        terms = self._get_subscription_terms().with_company(self.company_id)
        first = not self.order_line.billed_period_ids
        if first or not terms.group_invoices:
            return self.id
        return (
            self.company_id.id,
            (self.journal_id or terms.journal_id).id,
            self.partner_invoice_id.id,
            self.partner_shipping_id.id,
            self.currency_id.id,
            self.fiscal_position_id.id,
            self.payment_term_id.id,
            self.subscription_payment_token_id.id,
            terms.invoice_mode,
            terms.payment_mode,
        )

    def _prepare_recurring_invoice(self, items):
        """Return the values of the invoice of one contract.

        :param list items: :class:`DueItem` of this order
        :rtype: dict
        """
        self.ensure_one()
        order = self.with_company(self.company_id)
        if self.partner_invoice_id.lang:
            order = order.with_context(lang=self.partner_invoice_id.lang)
        vals = order._prepare_invoice()
        by_line = {}
        for due in items:
            by_line.setdefault(due.line.id, []).append(due)
        lines = order.with_context(
            **const.sealed(const.ITEMS_KEY, by_line)
        )._get_invoiceable_lines()
        lines = lines.with_prefetch(order.order_line._prefetch_ids)
        line_vals = [vals for line in lines for vals in line._prepare_invoice_lines_vals_list()]
        terms = self._get_subscription_terms()
        waits = terms.invoice_mode == "draft" or self._is_invoiced_after_payment()
        if not waits:
            # A date that comes with the posting would make core compute every document again.
            vals["invoice_date"] = self._subscription_today()
        vals["invoice_line_ids"] = vals["invoice_line_ids"] + [
            Command.create({**values, "sequence": sequence})
            for sequence, values in enumerate(line_vals, 1)
        ]
        return vals

    def _merge_invoice_values(self, vals, other):
        """Put the lines of a further contract on the invoice of a group."""
        offset = len(vals["invoice_line_ids"])
        for position, command in enumerate(other["invoice_line_ids"], 1):
            command[2]["sequence"] = offset + position
        merged = {
            **vals,
            "invoice_line_ids": vals["invoice_line_ids"] + other["invoice_line_ids"],
            "transaction_ids": vals["transaction_ids"]
            + [Command.link(tx_id) for tx_id in other["transaction_ids"][0][2]],
        }
        for name in ("ref", "invoice_origin"):
            parts = [part for part in (vals.get(name), other.get(name)) if part]
            merged[name] = ", ".join(dict.fromkeys(parts))[:2000]
        notes = [note for note in (vals.get("narration"), other.get("narration")) if note]
        if len(notes) > 1 and notes[1] not in notes[0]:
            # Notes are cleaned when they are written; core hands them over as plain text.
            merged["narration"] = Markup("%s<br/>%s") % tuple(map(Markup, notes))
        elif notes:
            merged["narration"] = notes[0]
        return merged

    @staticmethod
    def _name_contract(order, vals):
        """Say on each line of a shared invoice whose it is.

        :param dict vals: values of the invoice of one contract, changed in place
        """
        reference = order.client_order_ref
        name = f"{order.name} ({reference})" if reference else order.name
        for _command, _id, line in vals["invoice_line_ids"]:
            if line.get("display_type", "product") == "product":
                line["name"] = f"{line['name']}\n{name}"

    def _create_invoices_with_items(self, items):
        """Let core build the invoice of one contract, its due recurring lines included."""
        self.ensure_one()
        by_line = {}
        for due in items:
            by_line.setdefault(due.line.id, []).append(due)
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
        return self._get_subscription_terms().payment_mode == "after_payment"
