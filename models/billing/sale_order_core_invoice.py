from itertools import chain

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ... import const
from ...explain import told_to_user
from .due_item import group_by_line
from .shared_invoice import tell_contracts_apart


class SaleOrder(models.Model):
    """Core's own ways to an invoice lead to the same lines and the same ledger."""

    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        """Bill what is due of contracts whoever asks for an invoice, so nothing bills twice.

        Core builds the documents, as for any order; the recurring lines take part through the
        context. Documents stay drafts, as core's callers expect.
        """
        contracts = self.filtered(lambda order: order._is_billable_contract())
        is_built = const.unseal(self.env.context, const.ITEMS_KEY) is not None
        if is_built or not contracts or not self._can_create_invoices():
            return super()._create_invoices(grouped=grouped, final=final, date=date)
        contracts._subscription_claim()
        with told_to_user(self.env):
            ready = contracts._subscription_update_drafts()
            ready._subscription_refresh_taxes()
        invoices, credit_notes, silent = ready._get_checked_due_split()
        for order in ready:
            order._get_due_one_off_lines()._carry_rebates_on(invoices.get(order, []))
        by_line = group_by_line(chain.from_iterable(invoices.values()))
        orders = (self - contracts | ready).with_context(
            raise_if_nothing_to_invoice=False, **const.sealed(const.ITEMS_KEY, by_line)
        )
        moves = super(SaleOrder, orders)._create_invoices(grouped=grouped, final=final, date=date)
        moves = moves.with_env(self.env) | ready._create_credit_notes(credit_notes)
        if not moves and self.env.context.get("raise_if_nothing_to_invoice", True):
            raise UserError(self._nothing_to_invoice_error_message())
        ready._write_silent_rows(silent)
        ready._update_subscription_dates()
        ready._hook_on_subscription_billed(moves)
        moves._remember_fingerprints()
        return moves

    def _create_account_invoices(self, invoice_vals_list, final):
        """Tell contracts apart that core put on one invoice; the run has done so before."""
        if const.unseal(self.env.context, const.BATCH_KEY) is None:
            for vals in invoice_vals_list:
                tell_contracts_apart(self.env, vals)
        return super()._create_account_invoices(invoice_vals_list, final)

    def _is_billable_contract(self):
        """Return whether this order is a contract that the billing run would look at."""
        return (
            self.is_subscription
            and self.state == "sale"
            and self._is_subscription_started()
            and self.subscription_state in const.BILLABLE_STATES
        )

    def _can_create_invoices(self):
        """Return whether core would let this user make invoices of these orders."""
        if self.env["account.move"].has_access("create"):
            return True
        try:
            self.check_access("write")
        except AccessError:
            return False
        return True

    def _get_checked_due_split(self):
        """Return on which documents go the items that are due today.

        :return: as :meth:`_split_due_items`
        :raise UserError: the dates of a contract do not fit together
        """
        with told_to_user(self.env):
            due = self._get_due_items()
            self._check_due_items(due)
        return self._split_due_items(due)

    def _get_invoiceable_lines(self, final=False):
        """Put the recurring lines that have something due in their place among core's lines.

        What is sold once waits for the first day of service, like the first period.
        """
        lines = super()._get_invoiceable_lines(final)
        if self.subscription_order_type == "amendment":
            return lines.browse()  # an amendment is paper: its contract bills what it changes
        if not self._get_recurring_lines():
            return lines
        due = const.unseal(self.env.context, const.ITEMS_KEY, {})
        once = lines.filtered(lambda line: not line.recurrence_id and not line.is_downpayment)
        once = once.filtered(lambda line: not line.display_type and line.product_type != "combo")
        due_once = self._get_due_one_off_lines()
        # Core leaves what lowers an invoice to its last one, which a contract does not have.
        lines -= once - due_once
        lines |= due_once.filtered(lambda line: line.product_uom_qty < 0)
        return self._with_sections(
            lambda line: line.id in due if line.is_recurring else line in lines
        )

    def _with_sections(self, is_wanted):
        """Return the wanted lines in the order of the contract, with the headings above them.

        Like core: a heading, and the notes right under it, come only with a line below them, and so
        does a combo, which stands above what it consists of; other notes always come; down payments
        stand at the end.

        :param is_wanted: function from a line that is no heading to a boolean
        :rtype: sale.order.line
        """
        self.ensure_one()
        result = down_payments = section = subsection = self.env["sale.order.line"]
        for line in self.order_line:
            if line.display_type == "line_section":
                section, subsection = line, subsection.browse()
            elif line.display_type == "line_subsection":
                subsection = line
            elif line.display_type and subsection:
                subsection |= line
            elif line.display_type and section:
                section |= line
            elif line.display_type:
                result |= line
            elif line.is_downpayment:
                down_payments |= line if is_wanted(line) else line.browse()
            elif is_wanted(line):
                combo = line.linked_line_id if line.combo_item_id else line.browse()
                result |= section | subsection | combo | line
                section = subsection = result.browse()
        return result | down_payments

    def _nothing_to_invoice_error_message(self):
        """Say when the next invoice of contracts comes, instead of core's advice on delivery."""
        contracts = self.filtered(lambda order: order._is_billable_contract())
        if not contracts:
            return super()._nothing_to_invoice_error_message()
        waiting = contracts.filtered("subscription_waiting_move_id")
        if waiting:
            return self.env._(
                "%(order)s changed, but its draft invoice was edited or is being paid. "
                "Post or delete that draft first.",
                order=waiting[0].name,
            )
        dates = [day for day in contracts.mapped("subscription_next_invoice_date") if day]
        if not dates:
            return self.env._("Nothing is due today, and nothing more is planned.")
        return self.env._(
            "Nothing is due today. The next invoice falls on %(day)s.",
            day=format_date(self.env, min(dates)),
        )
