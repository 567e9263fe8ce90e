from contextlib import contextmanager
from itertools import chain

from markupsafe import Markup
from odoo.fields import Command

from ... import const
from .due_item import group_by_line
from .shared_invoice import tell_contracts_apart

# Tracking, one creation note and one subscription per record are what costs most in a batch; the
# run writes the note and the follower for all documents at once instead.
QUIET = {
    "tracking_disable": True,
    "skip_is_manually_modified": True,
    **const.sealed(const.BATCH_KEY),
}


class RecurringInvoices:
    """From due items to invoices, in batches: one note and one follower each, posted together.

    :param orders: contracts that have only recurring lines to bill, `sale.order` records
    """

    def __init__(self, orders):
        self.orders = orders
        self.env = orders.env

    def make(self, items_by_order):
        """Create the invoices of these contracts.

        :param dict items_by_order: lists of :class:`DueItem` by order
        :rtype: account.move
        """
        moves = self.env["account.move"]
        groups = {}
        # One context for all: each look for an environment goes through all that there are.
        by_line = group_by_line(chain.from_iterable(items_by_order.values()))
        context = const.sealed(const.ITEMS_KEY, by_line)
        for order in items_by_order:
            groups.setdefault(order._get_invoice_group_key(), []).append(order)
        vals_by_company = {}
        with self._hiding_history():
            for members in groups.values():
                vals = self._prepare([order.with_context(**context) for order in members])
                vals_by_company.setdefault(members[0].company_id, []).append(vals)
        for company, vals_list in vals_by_company.items():
            orders = self.orders.filtered(
                lambda order, company=company: order.company_id == company
            )
            quiet = company._at_company_time(orders).with_company(company).with_context(**QUIET)
            moves.with_company(company)._fill_common_values(vals_list)
            moves |= quiet._create_account_invoices(vals_list, False)
        moves = moves.with_env(self.env)
        moves._set_followers_and_origin()
        return moves

    def _prepare(self, members):
        """Return the values of the invoice of one group.

        :param list members: contracts, with all due items in their context
        :rtype: dict
        """
        vals = None
        for order in members:
            order_vals = order._prepare_recurring_invoice()
            vals = self._merge(vals, order_vals) if vals else order_vals
        if len(members) > 1:
            tell_contracts_apart(self.env, vals)
        return vals

    @contextmanager
    def _hiding_history(self):
        """Let recurring lines name, of all that they were invoiced by, only what can still change.

        Core looks for down payments among the earlier invoice lines of each line, and would read
        more of them each month; a recurring line has no down payment.
        """
        # sudo: a salesperson bills own contracts without rights on the books
        lines = self.orders.sudo().order_line
        old = lines.filtered(
            lambda line: line.recurrence_id and line.matched_until_date and not line.is_downpayment
        )
        field = lines._fields["invoice_lines"]
        for line in old:
            field._update_cache(line, line.open_billed_period_ids.invoice_line_id._ids)
        lines.invoice_lines.fetch(["is_downpayment"])  # core would read whole rows
        try:
            yield
        finally:
            old.invalidate_recordset(["invoice_lines"], flush=False)

    def _merge(self, vals, other):
        """Put the lines of a further contract on the invoice of a group."""
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
