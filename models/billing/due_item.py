from dataclasses import dataclass
from typing import Any

from ...engine import billing


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something to bill: an order line with the engine's charge or credit.

    ``row`` is the ledger row that a credit undoes, an empty recordset for charges.
    ``forfeited`` marks a credit that takes service away without giving money back. ``shares`` are
    what a credit gives back of its invoice line and of the discounts beside it, taxes included.
    """

    line: Any
    item: Any
    row: Any
    forfeited: bool = False
    shares: tuple = ()

    @property
    def is_credit(self):
        """Return whether money goes back."""
        return isinstance(self.item, billing.Credit)

    @property
    def amount(self):
        """Return signed amount in the price basis, Decimal; 0 when forfeited."""
        if self.forfeited:
            return self.item.amount * 0
        return -self.item.amount if self.is_credit else self.item.amount

    def get_tax_key(self):
        """Return the taxes of this item; a credit bears those of what it undoes."""
        taxes = self.row.invoice_line_id.tax_ids if self.is_credit else self.line.tax_ids
        return frozenset(taxes.ids)

    def is_touching(self, rows):
        """Return whether this is about the days that ledger rows bill or credit already.

        :param rows: ledger rows of one draft
        :rtype: bool
        """
        if self.is_credit:
            return self.row in rows
        return any(
            row.line_id == self.line
            and row.start_date < self.item.full.end
            and self.item.full.start < row.end_date
            for row in rows
        )


def group_by_line(items):
    """Return due items as invoices look them up: lists by the id of their line.

    :param items: :class:`DueItem` objects
    :rtype: dict
    """
    by_line = {}
    for due in items:
        by_line.setdefault(due.line.id, []).append(due)
    return by_line


def get_credit_splits(forfeited):
    """Return the days that no credit reaches across: money goes back on one side only.

    :param list forfeited: spans whose unused days are not credited, engine periods
    :rtype: list[date]
    """
    return [day for span in forfeited for day in (span.start, span.end)]


def is_something_due(order, day):
    """Return whether a first invoice of one order on that day would bill anything."""
    return bool(order._get_due_once() or order._get_order_due_items(day))
