"""What charges and credits are worth."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .ledger import ZERO, Charge, Credit
from .period import Period
from .segment import Terms
from .sweep import RowState


def value_charge(
    terms: Terms, full: Period, span: Period, quantity: Decimal, same: Iterable[RowState], on: date
) -> Charge:
    """Return the charge of a span, so that the parts of a full period add up to its price.

    amount = round(unit price x measure of everything covered after it) - what the live rows of this
    period and terms carry. Source: telescoping sum; naive daily parts of 9.99 give 9.92. What
    credits left of the rows was rounded, perhaps up: then nothing is charged, never the other way
    round, and the next charge makes up for it.

    :param same: the rows of the same terms and full period
    """
    part, whole = terms.measure_parts(full, span)
    measured, carried = quantity * part, ZERO
    for state in same:
        if state.row.amount_free:
            continue
        if not state.weightless:
            measured += state.measured
        carried += state.row.computed - state.credited_computed
    amount = terms.amount(measured, whole) - carried
    if amount and (amount < 0) != (terms.unit_amount < 0):
        amount = ZERO
    return Charge(on, terms, full, span, quantity, amount, Fraction(part, whole), carried)


def value_credit(state: RowState, span: Period, quantity: Decimal, on: date) -> Credit:
    """Return the credit of a part of a row, and lower the row by it.

    amount = left on the row - round(booked x measure left / whole measure), never more than booked
    - credited - credits given by hand, never less than nothing.
    """
    row = state.row
    state.measured -= quantity * state.weight(span)
    booked = _released(state, row.booked, state.credited, row.manual)
    computed = _released(state, row.computed, state.credited_computed, None)
    state.credited += booked
    state.credited_computed += computed
    part = Fraction(*row.terms.measure_parts(row.full, span))
    return Credit(on, row.key, row.terms, row.full, span, quantity, booked, computed, part)


def _released(
    state: RowState, value: Decimal, credited: Decimal, manual: Decimal | None
) -> Decimal:
    """Return what one side of a row gives back now that its measure was lowered."""
    if state.row.amount_free:
        return ZERO
    top, bottom = value.as_integer_ratio()
    left, left_scale = state.measured.as_integer_ratio()
    whole, whole_scale = state.whole.as_integer_ratio()
    kept = state.row.terms.currency.round_ratio(
        top * left * whole_scale, bottom * left_scale * whole
    )
    released = value - credited - kept
    if manual is None:
        return released
    available = value - credited - manual
    if value < 0:
        return min(ZERO, max(released, available))
    return max(ZERO, min(released, available))
