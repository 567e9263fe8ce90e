"""Recurring lines as step functions of time: terms, segments, and the operations on them.

The operations take any iterable of segments and return a new tuple sorted by start; nothing is
changed in place. Days outside all segments are gaps (a pause, before the start, after the end).
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .errors import InvalidAmount, InvalidPeriod, OverlappingSegments, UnknownConvention
from .money import Currency, divide_half_up
from .period import FOREVER, Period
from .proration import CONVENTIONS, measure_parts
from .recurrence import Grid

TIMINGS = ("advance", "arrears")
BASES = ("ordered", "delivered")
KINDS = ("permanent", "limited", "trial")
_MRR_UNIT = 10**6
_MONTHS_PER_UNIT = {
    "month": Fraction(1),
    "year": Fraction(1, 12),
    "week": Fraction("365.25") / 7 / 12,
    "day": Fraction("365.25") / 12,
}


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """State at what price and how a quantity is billed; compared by value.

    The grid and the price live here, and are copied to each ledger row, so that old rows are always
    valued as they were billed.

    :param grid: boundaries of the full periods
    :param price: price of one unit for one full period, before discount, as typed
    :param discount: percent
    :param unit: unit of measure (any hashable value)
    :param convention: 'actual', 'fixed_30' or 'none'
    :param timing: 'advance' (due when the period starts) or 'arrears' (when service in it ends)
    :param currency: rounds the amounts
    :param basis: 'ordered' quantity or 'delivered' quantity
    :raise UnknownConvention: when a word is none of these
    """

    grid: Grid
    price: Decimal
    discount: Decimal
    unit: Hashable
    convention: str
    timing: str
    currency: Currency
    basis: str = "ordered"
    _key: tuple[Hashable, ...] = field(init=False, repr=False)
    _hash: int = field(init=False, repr=False)
    _ratio: tuple[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for what, value, known in (
            ("convention", self.convention, CONVENTIONS),
            ("timing", self.timing, TIMINGS),
            ("basis", self.basis, BASES),
        ):
            if value not in known:
                raise UnknownConvention(what, value)
        key = (
            self.price,
            self.grid.key,
            self.discount,
            self.unit,
            self.convention,
            self.timing,
            self.basis,
            self.currency.code,
            self.currency.rounding,
        )
        top, bottom = self.price.as_integer_ratio()
        off, whole = self.discount.as_integer_ratio()
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "_hash", hash(key))
        object.__setattr__(self, "_ratio", (top * (100 * whole - off), bottom * 100 * whole))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Terms):
            return NotImplemented
        return self._hash == other._hash and self._key == other._key

    def __hash__(self) -> int:
        return self._hash

    @property
    def unit_amount(self) -> Fraction:
        """Return the exact price of one unit for one full period, discount taken off.

        >>> from .recurrence import Recurrence
        >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 1))
        >>> euro = Currency('EUR', Decimal('0.01'))
        >>> Terms(grid, Decimal('10'), Decimal('5'), None, 'actual', 'advance', euro).unit_amount
        Fraction(19, 2)
        """
        return Fraction(*self._ratio)

    def measure_parts(self, full: Period, span: Period) -> tuple[int, int]:
        """Return the measure of a span of a full period as an integer pair (part, whole).

        >>> from .recurrence import Recurrence
        >>> full = Period(date(2027, 2, 28), date(2028, 2, 29))
        >>> euro, yearly = Currency('EUR', Decimal('0.01')), Grid(Recurrence('year', 1), full.end)
        >>> terms = Terms(yearly, Decimal(10), Decimal(0), None, 'fixed_30', 'advance', euro)
        >>> terms.measure_parts(full, Period(full.start, date(2027, 4, 1)))
        (32, 360)
        """
        grid = self.grid
        return measure_parts(
            self.convention, full, span.start, span.end, grid.recurrence.unit, grid.anchor.day
        )

    def amount(self, measured: Decimal, whole: int) -> Decimal:
        """Return the rounded price of a quantity x measure out of the measure of a full period.

        :param measured: sum of quantity x measure, in the units of `measure_parts`
        :param whole: measure of the full period in the same units
        """
        top, bottom = self._ratio
        part, scale = measured.as_integer_ratio()
        return self.currency.round_ratio(top * part, bottom * scale * whole)


@dataclass(frozen=True, slots=True)
class Segment:
    """Hold one segment of a line: a quantity under terms from `start` up to, not including, `end`.

    :param start: first day
    :param end: day after the last day, None while it is open
    :param quantity: how many units, not negative
    :param terms: see :class:`Terms`
    :param kind: 'permanent', 'limited' (a limited price) or 'trial'
    :raise InvalidPeriod: when `end` is not after `start`
    :raise InvalidAmount: when the quantity is negative
    :raise UnknownConvention: when the kind is another word
    """

    start: date
    end: date | None
    quantity: Decimal
    terms: Terms
    kind: str = "permanent"

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise InvalidPeriod(self.start, self.end)
        if self.quantity < 0:
            raise InvalidAmount("quantity", self.quantity)
        if self.kind not in KINDS:
            raise UnknownConvention("kind", self.kind)

    @property
    def stop(self) -> date:
        """Return the exclusive end as a date, `FOREVER` while the segment is open."""
        return self.end or FOREVER


def _between(segment: Segment, start: date, stop: date) -> Segment:
    """Return a segment cut to [start, stop), which it must overlap."""
    start, stop = max(segment.start, start), min(segment.stop, stop)
    if start == segment.start and stop == segment.stop:
        return segment
    return replace(segment, start=start, end=None if stop == FOREVER else stop)


def check_tiling(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Return the segments sorted by start; gaps are allowed, shared days are not.

    :raise OverlappingSegments: when two segments share a day
    """
    ordered = tuple(sorted(segments, key=lambda segment: segment.start))
    for first, second in itertools.pairwise(ordered):
        if second.start < first.stop:
            raise OverlappingSegments(first, second)
    return ordered


def segment_at(segments: Iterable[Segment], day: date) -> Segment | None:
    """Return the segment in force on a day, None in a gap."""
    for segment in segments:
        if segment.start <= day < segment.stop:
            return segment
    return None


def live_segment(segments: Iterable[Segment], day: date) -> Segment | None:
    """Return the segment in force on a day, else the next one, None when the line has ended."""
    ordered = check_tiling(segments)
    later = (segment for segment in ordered if segment.start > day)
    return segment_at(ordered, day) or next(later, None)


def split_at(segments: Iterable[Segment], day: date) -> tuple[Segment, ...]:
    """Cut the segment in force on a day in two that meet there; bills nothing, ever."""
    parts = []
    for segment in check_tiling(segments):
        if segment.start < day < segment.stop:
            parts += [_between(segment, segment.start, day), _between(segment, day, FOREVER)]
        else:
            parts.append(segment)
    return tuple(parts)


def end_at(segments: Iterable[Segment], day: date) -> tuple[Segment, ...]:
    """Return the line as it is when service stops on a day (the first day without service)."""
    return cut_gaps(segments, [Period(day, FOREVER)])


def cut_gaps(segments: Iterable[Segment], gaps: Iterable[Period]) -> tuple[Segment, ...]:
    """Take periods out of a line (pauses, suspensions); a gap up to `date.max` is open-ended."""
    parts = list(check_tiling(segments))
    for gap in gaps:
        kept = []
        for part in parts:
            if part.start < gap.start:
                kept.append(_between(part, part.start, gap.start))
            if part.stop > gap.end:
                kept.append(_between(part, gap.end, FOREVER))
        parts = kept
    return tuple(parts)


def coalesce(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Join neighbours that say the same, so that a change and its undoing leave no trace."""
    parts: list[Segment] = []
    for segment in check_tiling(segments):
        last = parts[-1] if parts else None
        if last is not None and last.end == segment.start and _same(last, segment):
            parts[-1] = replace(last, end=segment.end)
        else:
            parts.append(segment)
    return tuple(parts)


def _same(one: Segment, two: Segment) -> bool:
    return (one.quantity, one.kind, one.terms) == (two.quantity, two.kind, two.terms)


def monthly(terms: Terms) -> Fraction:
    """Return how many full periods of the terms one month holds.

    Source: month 1 / count, year 1 / 12 / count, week 365.25 / 7 / 12, day 365.25 / 12 (the mean
    month of the Julian year).

    >>> from .recurrence import Recurrence
    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> grid = Grid(Recurrence('year', 2), date(2027, 1, 1))
    >>> monthly(Terms(grid, Decimal(240), Decimal(0), None, 'actual', 'advance', euro))
    Fraction(1, 24)
    """
    recurrence = terms.grid.recurrence
    return _MONTHS_PER_UNIT[recurrence.unit] / recurrence.count


def mrr(segment: Segment) -> Decimal:
    """Return the monthly recurring revenue of a segment, in its currency, with six decimals.

    >>> from .recurrence import Recurrence
    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> grid = Grid(Recurrence('week', 1), date(2027, 1, 4))
    >>> terms = Terms(grid, Decimal(7), Decimal(0), None, 'actual', 'advance', euro)
    >>> mrr(Segment(date(2027, 1, 4), None, Decimal(2), terms))
    Decimal('60.875000')
    """
    terms = segment.terms
    value = terms.unit_amount * Fraction(segment.quantity) * monthly(terms)
    micro = divide_half_up(value.numerator * _MRR_UNIT, value.denominator)
    return Decimal(micro).scaleb(-6)
