"""What people mean when they type a new quantity, price or discount of a running line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .errors import InvalidPeriod, NothingToChange
from .period import FOREVER
from .segment import Segment, Terms, check_tiling, coalesce, split_at, step_at


def step_to_change(segments: Iterable[Segment], day: date) -> Segment:
    """Return the step in force on a day, the next one in a gap.

    :raise NothingToChange: when no step is in force then or later
    """
    ordered = check_tiling(segments)
    later = (segment for segment in ordered if segment.start > day)
    step = step_at(ordered, day) or next(later, None)
    if step is None:
        raise NothingToChange(day)
    return step


def change_line(
    segments: Iterable[Segment],
    day: date,
    until: date | None = None,
    *,
    quantity: Decimal | None = None,
    price: Decimal | None = None,
    discount: Decimal | None = None,
) -> tuple[Segment, ...]:
    """Return a line on which something new is agreed from a day on.

    What is typed replaces the value of the step in force, and of every later step that carries the
    same old value: a new quantity does not fall back on the day of a price rise that was planned
    before. A later step with another value was agreed for itself and keeps it. With `until`
    nothing after the step in force changes, and what was in force comes back.

    >>> from .money import Currency
    >>> from .recurrence import Grid, Recurrence
    >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 1))
    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> old = Terms(grid, Decimal(10), Decimal(0), None, 'actual', 'advance', euro)
    >>> rise = date(2027, 6, 1)
    >>> plan = (
    ...     Segment(date(2027, 1, 1), rise, Decimal(5), old),
    ...     Segment(rise, None, Decimal(5), replace(old, price=Decimal(11))),
    ... )
    >>> new = change_line(plan, date(2027, 3, 1), quantity=Decimal(8))
    >>> [(int(step.quantity), int(step.terms.price)) for step in new]
    [(5, 10), (8, 10), (8, 11)]

    :param day: first day of the change
    :param until: day on which the old values come back, None for good
    :param quantity, price, discount: new values, None leaves one as it is
    :raise NothingToChange: when no step is in force then or later
    :raise InvalidPeriod: when `until` is not after the first changed day
    :raise InvalidAmount: when the quantity is negative
    """
    old = step_to_change(segments, day)
    first, stop = _span(old, day, until)
    return coalesce(
        replace(
            step,
            quantity=_carried(step.quantity, old.quantity, quantity),
            terms=_changed(step.terms, old.terms, price, discount),
        )
        if first <= step.start < stop
        else step
        for step in split_at(split_at(segments, first), stop)
    )


def _span(old: Segment, day: date, until: date | None) -> tuple[date, date]:
    """Return the first day and the exclusive end of a change."""
    first = max(day, old.start)
    if until is None:
        return first, FOREVER
    if until <= first:
        raise InvalidPeriod(first, until)
    return first, min(until, old.stop)


def _changed(terms: Terms, old: Terms, price: Decimal | None, discount: Decimal | None) -> Terms:
    return replace(
        terms,
        price=_carried(terms.price, old.price, price),
        discount=_carried(terms.discount, old.discount, discount),
    )


def _carried(value: Decimal, old: Decimal, new: Decimal | None) -> Decimal:
    """Return the new value where the old one was agreed, else the value that is there."""
    return new if new is not None and value == old else value
