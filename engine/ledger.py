"""The ledger of a line: what was charged, what is left of it, and the items that a run adds.

A row is one charge. Credits lower the row they undo: what it still covers (`live`) and what it is
still worth (`booked - credited`). `computed` is the engine's figure, `booked` what the invoice line
says after a clerk may have edited it; charges telescope on the former, credits value the latter.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from .errors import DuplicateRow, UnknownConvention, UnknownRow
from .period import Period
from .segment import Terms

ZERO = Decimal(0)
Layer: TypeAlias = tuple[Period, Decimal]
CHARGES = ("charge", "move", "waive")
CREDITS = ("credit", "forfeit")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Hold one charge and what later credits left of it.

    :param key: identity of the row
    :param terms: terms it was billed on
    :param full: full period that it is a part of
    :param span: days that it covers
    :param quantity: units that it covers
    :param computed: the engine's amount
    :param booked: the amount on the invoice
    :param credited: sum of the credits on the booked amount, forfeited amounts included
    :param credited_computed: the same on the computed amount
    :param manual: sum of the credits that were given by hand and leave the cover as it is
    :param live: what is still covered, as (period, quantity); None for the whole span
    :param amount_free: the row covers but is worth nothing (a waive)
    """

    key: Hashable
    terms: Terms
    full: Period
    span: Period
    quantity: Decimal
    computed: Decimal
    booked: Decimal
    credited: Decimal = ZERO
    credited_computed: Decimal = ZERO
    manual: Decimal = ZERO
    live: tuple[Layer, ...] | None = None
    amount_free: bool = False

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Return what the row still covers, as (period, quantity)."""
        return ((self.span, self.quantity),) if self.live is None else self.live


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one line of the stored, append-only ledger.

    :param key: identity
    :param kind: 'charge', 'move', 'waive' (they make a row), 'credit' or 'forfeit' (they lower one)
    :param terms: terms it was billed on
    :param full: full period that it is a part of
    :param span: days
    :param quantity: units
    :param computed: the engine's amount; of a credit the sign does not matter
    :param booked: the booked amount; of a forfeit the value given up; sign as above
    :param reverses: of a credit or forfeit, key of the entry that it undoes
    :param manual: of a row, sum of the credits given by hand
    """

    key: Hashable
    kind: str
    terms: Terms
    full: Period
    span: Period
    quantity: Decimal
    computed: Decimal
    booked: Decimal
    reverses: Hashable = None
    manual: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Charge:
    """Bill a quantity for a span.

    :param on: day on which it fell due
    :param terms: terms it is billed on
    :param full: full period that holds the span
    :param span: days billed
    :param quantity: units billed
    :param amount: rounded so that the parts of a period add up to its price
    :param fraction: measure of the span in the full period
    :param carried: what live rows of this period and terms carried already
    """

    on: date
    terms: Terms
    full: Period
    span: Period
    quantity: Decimal
    amount: Decimal
    fraction: Fraction
    carried: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Credit:
    """Give back a quantity for a span of one row.

    :param on: day on which it fell due
    :param row_key: key of the row that it undoes
    :param terms: terms of the row
    :param full: full period of the row
    :param span: days given back
    :param quantity: units given back
    :param amount: value on the booked row, never more than is left of it; has the row's sign
    :param computed_amount: value on the computed row
    :param fraction: measure of the span in the full period
    """

    on: date
    row_key: Hashable
    terms: Terms
    full: Period
    span: Period
    quantity: Decimal
    amount: Decimal
    computed_amount: Decimal
    fraction: Fraction


Item: TypeAlias = Charge | Credit


def take(layers: Iterable[Layer], span: Period, quantity: Decimal) -> tuple[Layer, ...]:
    """Return layers lowered by a quantity over a span; what drops to nothing disappears.

    >>> one = Period(date(2027, 1, 1), date(2027, 2, 1))
    >>> rest = take([(one, Decimal(5))], Period(date(2027, 1, 16), date(2027, 2, 1)), Decimal(2))
    >>> [(period.days, int(quantity)) for period, quantity in rest]
    [(15, 5), (16, 3)]
    """
    left: list[Layer] = []
    for period, held in layers:
        cut = period.intersect(span)
        if cut is None:
            left.append((period, held))
            continue
        if period.start < cut.start:
            left.append((Period(period.start, cut.start), held))
        if held > quantity:
            left.append((cut, held - quantity))
        if cut.end < period.end:
            left.append((Period(cut.end, period.end), held))
    return tuple(left)


def lower(
    row: LedgerRow, span: Period, quantity: Decimal, booked: Decimal, computed: Decimal
) -> LedgerRow:
    """Return a row after a credit: less cover, and amounts that count against what is left.

    :param booked: value of the credit with the sign of the row
    :param computed: the same on the computed amount
    """
    return replace(
        row,
        live=take(row.layers, span, quantity),
        credited=row.credited + booked,
        credited_computed=row.credited_computed + computed,
    )


def ledger(entries: Iterable[Entry]) -> tuple[LedgerRow, ...]:
    """Fold stored entries, oldest first, into rows.

    :raise UnknownRow: when a credit undoes an entry that did not come before it
    :raise DuplicateRow: when two rows have one key
    :raise UnknownConvention: when a kind is another word
    """
    rows: dict[Hashable, LedgerRow] = {}
    for entry in entries:
        if entry.kind in CHARGES:
            _add(rows, _row(entry))
        elif entry.kind in CREDITS:
            row = rows.get(entry.reverses)
            if row is None:
                raise UnknownRow(entry.reverses)
            rows[entry.reverses] = lower(
                row,
                entry.span,
                entry.quantity,
                abs(entry.booked).copy_sign(row.booked),
                abs(entry.computed).copy_sign(row.computed),
            )
        else:
            raise UnknownConvention("kind", entry.kind)
    return tuple(rows.values())


def _add(rows: dict[Hashable, LedgerRow], row: LedgerRow) -> None:
    """Add a row by its key, which no other row may have."""
    if row.key in rows:
        raise DuplicateRow(row.key)
    rows[row.key] = row


def _row(entry: Entry) -> LedgerRow:
    return LedgerRow(
        key=entry.key,
        terms=entry.terms,
        full=entry.full,
        span=entry.span,
        quantity=entry.quantity,
        computed=entry.computed,
        booked=entry.booked,
        manual=entry.manual,
        amount_free=entry.kind == "waive",
    )


def apply(rows: Iterable[LedgerRow], items: Iterable[Item]) -> tuple[LedgerRow, ...]:
    """Return the rows after booking the items at their computed amounts.

    New rows get the keys `('new', n)`, n being their place in the ledger, or the next that is free
    where rows before them were taken out.

    :raise UnknownRow: when a credit undoes a row that is not there
    :raise DuplicateRow: when two rows have one key
    """
    state: dict[Hashable, LedgerRow] = {}
    for row in rows:
        _add(state, row)
    for item in items:
        if isinstance(item, Charge):
            key = next(key for n in itertools.count(len(state)) if (key := ("new", n)) not in state)
            state[key] = LedgerRow(
                key, item.terms, item.full, item.span, item.quantity, item.amount, item.amount
            )
            continue
        row = state.get(item.row_key)
        if row is None:
            raise UnknownRow(item.row_key)
        state[row.key] = lower(row, item.span, item.quantity, item.amount, item.computed_amount)
    return tuple(state.values())
