from odoo import models

from ...engine import billing
from ...engine.errors import EngineError


class SaleOrder(models.Model):
    """Credits that wait: terms may take what a reduction gives back off the next invoice."""

    _inherit = "sale.order"

    def _is_credit_offset(self):
        """Return whether credits of this contract wait for its next invoice.

        A contract that is paused or ends has none to wait for.

        :rtype: bool
        """
        self.ensure_one()
        return (
            self.state == "sale"
            and self.subscription_state == "active"
            and self._get_subscription_template().credit_on_downgrade == "offset"
            and bool(self._get_date_after_today())
        )

    def _get_date_after_today(self):
        """Return day on which this contract is billed next if all is billed today, or None.

        :rtype: date | None
        """
        self.ensure_one()
        today = self._subscription_today()
        dates = []
        try:
            for line in self._get_recurring_lines():
                segments = self._get_effective_segments(line)
                rows, since = line._get_open_ledger(segments)
                dates.append(billing.next_billing_date(segments, rows, today, since))
        except EngineError:
            return None  # the run says what is wrong with this contract
        return min(filter(None, dates), default=None)

    def _split_credits(self, charges, credits):
        """Take credits that wait off the next invoice, as far as it goes.

        Each credit is taken whole; those that the invoice is too small for become credit notes
        next to it, so that nothing waits longer than until the next invoice.

        :return: netted items, items for credit notes
        :rtype: tuple
        """
        if not any(due.amount < 0 for due in credits) or not self._is_credit_offset():
            return super()._split_credits(charges, credits)
        # A negative price that ends early is money to ask for, like a charge.
        netted = [due for due in credits if due.amount > 0]
        waiting = [due for due in credits if due.amount < 0]
        # What another customer paid goes back to that one, and at once.
        noted = [due for due in waiting if not self._is_same_payer(due.row.move_id)]
        left = {}
        for due in charges + netted:
            taxes = due.get_tax_key()
            left[taxes] = left.get(taxes, 0) + due.amount
        if sum(left.values()) <= 0:
            return netted, noted
        for due in waiting:
            if due not in noted:
                taxes = due.get_tax_key()
                is_taken = left.get(taxes, 0) + due.amount >= 0
                left[taxes] = left.get(taxes, 0) + (due.amount if is_taken else 0)
                (netted if is_taken else noted).append(due)
        return netted, noted

    def _get_items_without_waiting_credits(self, items):
        """Return what a run today would put on documents, out of what is due.

        :param list items: :class:`DueItem` of this contract
        :rtype: list
        """
        self.ensure_one()
        is_waiting = any(due.is_credit and due.amount < 0 for due in items)
        if not is_waiting or not self._is_credit_offset():
            return items
        charges = [due for due in items if not due.is_credit and due.amount]
        credits = [due for due in items if due.is_credit and due.amount]
        netted, noted = self._split_credits(charges, credits)
        return [due for due in items if due not in credits or due in netted + noted]

    def _get_next_invoice_date(self, line_dates):
        """Look at a contract whose credits wait not before its next invoice.

        On the day of that invoice it is still that day, not the one on which they began to wait.
        """
        day = super()._get_next_invoice_date(line_dates)
        today = self._subscription_today()
        if not day or day > today or not self._is_credit_offset():
            return day
        try:
            due = self._get_order_due_items(today)
        except EngineError:
            return day
        if self._is_one_off_due():
            return day
        firm = self._get_items_without_waiting_credits(due)
        for first in sorted({item.item.on for item in firm}):
            until_then = [item for item in firm if item.item.on <= first]
            if self._get_items_without_waiting_credits(until_then):
                return first
        dates = [self._get_date_after_today(), self._get_due_one_off_date()]
        return min(filter(None, dates), default=False)
