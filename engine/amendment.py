"""What an amendment does to the steps of a line besides new values: other terms, another line.

An amendment says what shall be from a day on. Steps that were planned for later keep what they
plan: a discount that ends, a ramp.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .change import VALUES, value_of
from .segment import Segment, Terms, check_tiling, coalesce, split_at, step_at


def live_step(segments: Iterable[Segment], day: date) -> Segment | None:
    """Return the step in force on a day, else the next one, None when the line has ended."""
    ordered = check_tiling(segments)
    later = (segment for segment in ordered if segment.start > day)
    return step_at(ordered, day) or next(later, None)


def agreed_values(segments: Iterable[Segment], day: date) -> dict[str, Decimal]:
    """Return what an amendment shows of a line, by the names of `change.VALUES`.

    The quantity is that of the day; during a trial price and discount are those after it. Empty
    when the line has ended.

    :param segments: the steps of one line
    :param day: first day of the change
    """
    parts = [part for part in check_tiling(segments) if part.stop > day]
    paid = [part for part in parts if part.kind != "trial"]
    return {
        name: value_of((paid or parts)[0] if name != "quantity" else parts[0], name)
        for name in VALUES
        if parts
    }


def regrid(segments: Iterable[Segment], day: date, terms: Terms) -> tuple[Segment, ...]:
    """Put a line on other terms from a day on; quantities, prices and discounts stay.

    :param segments: the steps of one line
    :param day: first day of the new terms
    :param terms: where grid, convention, timing, unit and basis come from
    """
    return coalesce(
        part if part.start < day else replace(part, terms=_priced_as(part, terms))
        for part in split_at(segments, day)
    )


def _priced_as(part: Segment, terms: Terms) -> Terms:
    return replace(terms, price=part.terms.price, discount=part.terms.discount)


def carry_over(
    segments: Iterable[Segment], day: date, quantity: Decimal, terms: Terms
) -> tuple[Segment, ...]:
    """Return the steps of the line that follows another one from a day on.

    Planned quantities and discounts go over; planned prices were those of another period and give
    way to the new price.

    :param segments: the steps of the line that ends
    :param day: first day of the line that follows
    :param quantity: its quantity
    :param terms: its terms
    """
    parts = tuple(segments)
    base = agreed_values(parts, day)

    def follow(part: Segment) -> Segment:
        """Put one step of the old line on the terms of the new one."""
        kept, is_same = part.terms.discount, part.quantity == base["quantity"]
        is_agreed = part.kind != "trial" and kept == base["discount"]
        new = replace(terms, discount=terms.discount if is_agreed else kept)
        return replace(part, quantity=quantity if is_same else part.quantity, terms=new)

    return coalesce(follow(part) for part in _since(parts, day))


def _since(segments: Iterable[Segment], day: date) -> Iterator[Segment]:
    return (part for part in split_at(segments, day) if part.start >= day)


def period_end(segments: Iterable[Segment], day: date) -> date | None:
    """Return the day after the period of a line that holds a day, None when the line has ended.

    :param segments: the steps of one line
    :param day: a day in that period; one before the line begins counts as its first day
    """
    base = live_step(segments, day)
    if base is None:
        return None
    return base.terms.grid.period_at(max(day, base.start)).end
