"""What an amendment does to the steps of a line: new targets, other terms, a line that follows.

An amendment says what shall be from a day on. Steps that were planned for later keep what they
plan: a discount that ends, a ramp. Of them only the values follow that were not planned to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .segment import Segment, Terms, check_tiling, coalesce, split_at, step_at

VALUES = ("quantity", "price", "discount")


def values_of(segment: Segment) -> dict[str, Decimal]:
    """Return what an amendment may set of a step, by name."""
    terms = segment.terms
    return {"quantity": segment.quantity, "price": terms.price, "discount": terms.discount}


def live_step(segments: Iterable[Segment], day: date) -> Segment | None:
    """Return the step in force on a day, else the next one, None when the line has ended."""
    ordered = check_tiling(segments)
    later = (segment for segment in ordered if segment.start > day)
    return step_at(ordered, day) or next(later, None)


def retarget(
    segments: Iterable[Segment], day: date, values: Mapping[str, Decimal]
) -> tuple[Segment, ...]:
    """Set values of a line from a day on.

    A later step takes a new value where it plans none of its own: where it has the value that is
    in force on the day.

    :param segments: the steps of one line
    :param day: first day of the new values
    :param values: by names of `VALUES`; those left out stay
    """
    ordered = check_tiling(segments)
    base = live_step(ordered, day)
    if base is None:
        return ordered
    old = values_of(base)

    def amend(part: Segment) -> Segment:
        """Set the values that this step does not plan itself."""
        found = values_of(part)
        new = {**found, **{key: values[key] for key in values if found[key] == old[key]}}
        terms = replace(part.terms, price=new["price"], discount=new["discount"])
        return replace(part, quantity=new["quantity"], terms=terms)

    parts = split_at(ordered, day)
    return coalesce(part if part.start < day else amend(part) for part in parts)


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
    base = live_step(segments, day)
    if base is None:
        return ()

    def follow(part: Segment) -> Segment:
        """Put one step of the old line on the terms of the new one."""
        is_same = part.quantity == base.quantity
        kept = part.terms.discount
        discount = terms.discount if kept == base.terms.discount else kept
        new = replace(terms, discount=discount)
        return replace(part, quantity=quantity if is_same else part.quantity, terms=new)

    return coalesce(follow(part) for part in _since(segments, day))


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
