"""Limits that stop a run from billing what a human should look at first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .errors import CreditTooLarge, TooFarAhead, TooManyItems
from .ledger import ZERO, Charge, Credit, Item, LedgerRow
from .recurrence import Recurrence


def check_limits(
    items: Iterable[Item],
    rows: Iterable[LedgerRow],
    today: date,
    max_items: int = 15,
    max_months_ahead: int = 36,
    max_credit_periods: int = 3,
) -> None:
    """Refuse items of one line that are too many, too far ahead or too large.

    Credits are weighed in full periods: the sum of measure x credited quantity / the most that the
    period holds on one day. Seven of eight seats given back for a month weigh 7/8, whether they
    were billed in one row or in eight.

    :param rows: the ledger before the items
    :param today: day of the run
    :raise TooManyItems: more than `max_items` items
    :raise TooFarAhead: a charge ends more than `max_months_ahead` months after today
    :raise CreditTooLarge: credits weigh more than `max_credit_periods` periods
    """
    items = tuple(items)
    if len(items) > max_items:
        raise TooManyItems(max_items, len(items))
    horizon = Recurrence("month", 1).add_to(today, max_months_ahead)
    peaks = _peaks(rows)
    weight, amount = Fraction(0), ZERO
    for item in items:
        if isinstance(item, Charge):
            if item.span.end > horizon:
                raise TooFarAhead(max_months_ahead, item.span.end)
        else:
            weight += item.fraction * _share(item, peaks)
            amount += item.amount
    if weight > max_credit_periods:
        raise CreditTooLarge(max_credit_periods, weight, amount)


def _peaks(rows: Iterable[LedgerRow]) -> dict[Hashable, Decimal]:
    """Return by row key the largest quantity that is billed on one day of the row's full period."""
    periods: dict[tuple, list[LedgerRow]] = {}
    for row in rows:
        periods.setdefault((row.terms, row.full), []).append(row)
    peaks = {}
    for same in periods.values():
        layers = [layer for row in same for layer in row.layers]
        sums = (
            sum((held for other, held in layers if other.contains(span.start)), ZERO)
            for span, _quantity in layers
        )
        peaks.update(dict.fromkeys((row.key for row in same), max(sums, default=ZERO)))
    return peaks


def _share(item: Credit, peaks: Mapping[Hashable, Decimal]) -> Fraction:
    """Return which part of its period's quantity a credit gives back; all of it when unknown."""
    quantity = peaks.get(item.row_key)
    return Fraction(item.quantity) / Fraction(quantity) if quantity else Fraction(1)
