"""What an amendment does to the segments of a line besides new values: other terms, another line.

An amendment says what shall be from a day on. Segments that were planned for later keep what they
plan: a discount that ends, a ramp.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .change import agreed_values, plan_from
from .recurrence import Recurrence, anchor_on_day
from .segment import Segment, Terms, check_tiling, coalesce, live_segment, split_at


def regrid(segments: Iterable[Segment], day: date, terms: Terms) -> tuple[Segment, ...]:
    """Put a line on other terms from a day on; quantities, prices and discounts stay.

    :param segments: the segments of one line
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
    """Return the segments of the line that follows another one from a day on.

    Planned quantities and discounts go over; planned prices were those of another period and give
    way to the new price.

    :param segments: the segments of the line that ends
    :param day: first day of the line that follows
    :param quantity: its quantity
    :param terms: its terms
    """
    parts = tuple(segments)
    base = agreed_values(parts, day)

    def follow(part: Segment) -> Segment:
        """Put one segment of the old line on the terms of the new one."""
        kept, is_same = part.terms.discount, part.quantity == base["quantity"]
        is_agreed = part.kind != "trial" and kept == base["discount"]
        new = replace(terms, discount=terms.discount if is_agreed else kept)
        return replace(part, quantity=quantity if is_same else part.quantity, terms=new)

    return coalesce(follow(part) for part in plan_from(parts, day))


def period_end(segments: Iterable[Segment], day: date) -> date | None:
    """Return the day after the period of a line that holds a day, None when the line has ended.

    :param segments: the segments of one line
    :param day: a day in that period; one before the line begins counts as its first day
    """
    base = live_segment(segments, day)
    if base is None:
        return None
    return base.terms.grid.period_at(max(day, base.start)).end


def has_same_length(one: Recurrence, two: Recurrence) -> bool:
    """Tell whether two recurrences have the same boundaries; 12 months and 1 year do."""
    return (one.months, one.days) == (two.months, two.days)


def switch_anchor(segments: Iterable[Segment], day: date, recurrence: Recurrence) -> date:
    """Return the day from which a line counts its periods after a switch to another recurrence.

    A full period begins with the switch, or where the trial ends. A switch on a boundary that a
    short month brought forward keeps the day of the month: from 28 February on, a line of the 31st
    that becomes quarterly is billed on 31 May. A recurrence of the same length keeps its periods.

    >>> from decimal import Decimal
    >>> from .money import Currency
    >>> from .recurrence import Grid
    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 31))
    >>> terms = Terms(grid, Decimal(10), Decimal(0), None, 'actual', 'advance', euro)
    >>> segments = [Segment(date(2027, 1, 31), None, Decimal(1), terms)]
    >>> switch_anchor(segments, date(2027, 2, 15), Recurrence('year', 1)).isoformat()
    '2027-02-15'
    >>> switch_anchor(segments, date(2027, 2, 28), Recurrence('month', 3)).isoformat()
    '2026-08-31'

    :param segments: the segments of the line as they were
    :param day: first day of the new recurrence
    :param recurrence: how often the line is billed from that day on
    """
    ordered = check_tiling(segments)
    paid = [part for part in ordered if part.stop > day and part.kind != "trial"]
    if not paid:
        return day
    old, first = paid[0].terms.grid, max(day, paid[0].start)
    if has_same_length(old.recurrence, recurrence):
        return old.anchor
    is_early = old.anchor.day > first.day and old.period_at(first).start == first
    if is_early and old.recurrence.months and recurrence.months:
        return anchor_on_day(first, old.anchor.day, recurrence)
    return first
