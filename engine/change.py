"""Changes of single values of a line, and the segments that a new line opens with.

Quantity, price and discount are planned apart: a new quantity holds until the next segment that was
planned for the quantity, whatever prices or discounts change on the way. What is for free during a
trial stays so: prices and discounts pass it by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

from .errors import DuplicateChange, InvalidAmount, InvalidPeriod, LineEnded, OverlappingChange
from .period import FOREVER, ONE_DAY, Period
from .recurrence import Grid
from .segment import Segment, Terms, check_tiling, coalesce, segment_at, split_at

VALUES = ("quantity", "price", "discount")
FREE = Decimal(100)
SHOWN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Ramp:
    """Hold what changes from a period of a new line on; None keeps a value.

    :param period: number of the period, the first one that is paid being 1
    :param quantity: new quantity
    :param price: new unit price
    :param discount: new discount, percent
    """

    period: int
    quantity: Decimal | None = None
    price: Decimal | None = None
    discount: Decimal | None = None

    @property
    def values(self) -> dict[str, Decimal]:
        """Return the values that change, by name."""
        found = {name: getattr(self, name) for name in VALUES}
        return {name: value for name, value in found.items() if value is not None}


def value_of(segment: Segment, name: str) -> Decimal:
    """Return the value of a segment that has one of the names of `VALUES`."""
    return segment.quantity if name == "quantity" else getattr(segment.terms, name)


def agreed_values(segments: Iterable[Segment], day: date) -> dict[str, Decimal]:
    """Return what an amendment shows of a line, by the names of `change.VALUES`.

    The quantity is that of the day; during a trial price and discount are those after it. Empty
    when the line has ended.

    :param segments: the segments of one line
    :param day: first day of the change
    """
    parts = [part for part in check_tiling(segments) if part.stop > day]
    paid = [part for part in parts if part.kind != "trial"]
    return {
        name: value_of((paid or parts)[0] if name != "quantity" else parts[0], name)
        for name in VALUES
        if parts
    }


def period_start(grid: Grid, day: date, number: int) -> date:
    """Return the first day of a period, that which holds a day being number 1.

    >>> from .recurrence import Recurrence
    >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 1))
    >>> [period_start(grid, date(2027, 1, 20), number).isoformat() for number in (1, 2)]
    ['2027-01-20', '2027-02-01']
    """
    if number <= 1:
        return day
    return grid.boundary(grid.recurrence.index_at(grid.anchor, day) + number - 1)


def segment_from(segments: Iterable[Segment], day: date) -> Segment:
    """Return the segment in force on a day, else the next one.

    :raise LineEnded: when nothing is left from that day on
    """
    ordered = check_tiling(segments)
    segment = segment_at(ordered, day) or segment_at(ordered, _next_start(ordered, day))
    if segment is None:
        raise LineEnded(day)
    return segment


def _next_start(ordered: Sequence[Segment], day: date) -> date:
    return min((part.start for part in ordered if part.start > day), default=FOREVER)


def change_values(
    segments: Iterable[Segment],
    day: date,
    until: date | None = None,
    *,
    values: Mapping[str, Decimal],
    kind: str | None = None,
    today: date | None = None,
) -> tuple[Segment, ...]:
    """Change single values from a day on, each until the next segment that was planned for it.

    :param day: first day of the change; a line that begins later changes on its first day
    :param until: day on which what was agreed before comes back, None for good
    :param values: new values by name, see `VALUES`
    :param kind: new kind of the segments whose price or discount changes, None to keep
    :param today: a second change on one day is refused on days after it, None to accept all
    :raise LineEnded: when nothing is left from that day on
    :raise InvalidPeriod: when `until` is not after `day`
    :raise InvalidAmount: when the quantity is negative, or the discount more than 100
    :raise DuplicateChange: when a change, of whatever value, is planned for that very day
    :raise OverlappingChange: when a change of the same value is planned before `until`
    """
    parts = check_tiling(segments)
    first = segment_from(parts, day)
    day, stop = max(day, first.start), min(until or FOREVER, _last_day(parts))
    if stop <= day:
        raise InvalidPeriod(day, until)
    if values.get("quantity", Decimal(0)) < 0:
        raise InvalidAmount("quantity", values["quantity"])
    if values.get("discount", Decimal(0)) > FREE:
        raise InvalidAmount("discount", values["discount"])
    if today is not None and day > today:
        _check_free(parts, day)
    for name, value in values.items():
        end = _own_end(parts, day, stop, name)
        if until is not None and end < stop:
            raise OverlappingChange(day, until, end, name)
        parts = _set_value(parts, day, end, name, value, kind)
    return coalesce(parts)


def _last_day(parts: Sequence[Segment]) -> date:
    return max(part.stop for part in parts)


def _takes(part: Segment, name: str) -> bool:
    return name == "quantity" or part.kind != "trial"


def _check_free(parts: Sequence[Segment], day: date) -> None:
    """Refuse a day for which a change is planned: nobody could tell which of the two holds."""
    for name in VALUES:
        if _changes_on(parts, day, name):
            raise DuplicateChange(day, name)


def _changes_on(parts: Sequence[Segment], day: date, name: str) -> bool:
    """Tell whether a value changes on a day; the end of a trial or limited price does not count."""
    before = [part for part in parts if part.end == day]
    after = [part for part in parts if part.start == day]
    return bool(
        before
        and after
        and before[0].kind == after[0].kind
        and value_of(before[0], name) != value_of(after[0], name)
    )


def _own_end(parts: Sequence[Segment], day: date, stop: date, name: str) -> date:
    """Return the first day of the next segment that was planned for a value, at most `stop`."""
    old = None
    for part in parts:
        if part.stop <= day or part.start >= stop or not _takes(part, name):
            continue
        if old is None:
            old = value_of(part, name)
        elif value_of(part, name) != old:
            return part.start
    return stop


def _set_value(
    parts: Sequence[Segment], day: date, end: date, name: str, value: Decimal, kind: str | None
) -> tuple[Segment, ...]:
    """Set one value on the days [day, end)."""
    changed = []
    for part in split_at(split_at(parts, day), end):
        if not day <= part.start < end or not _takes(part, name):
            changed.append(part)
        elif name == "quantity":
            changed.append(replace(part, quantity=value))
        else:
            terms = replace(part.terms, **{name: value})
            changed.append(replace(part, terms=terms, kind=kind or part.kind))
    return tuple(changed)


def changed_values(segments: Iterable[Segment], start: date) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what a segment changes, as {name: (before, from then on)}; empty for a first one."""
    ordered = check_tiling(segments)
    before = [part for part in ordered if part.end == start]
    after = [part for part in ordered if part.start == start]
    if not before or not after:
        return {}
    pairs = {name: (value_of(before[0], name), value_of(after[0], name)) for name in VALUES}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def revoke_change(segments: Iterable[Segment], start: date) -> tuple[Segment, ...]:
    """Take a planned segment back: what was in force before it goes on.

    Other planned segments stay; the end of a limited price can be taken back, that of a trial not.

    :param start: first day of the segment
    """
    ordered = check_tiling(segments)
    changes = changed_values(ordered, start)
    before = segment_at(ordered, start - ONE_DAY)
    after = segment_at(ordered, start)
    if before is None or after is None or before.kind == "trial":
        return ordered
    return change_values(
        ordered,
        start,
        values={name: old for name, (old, _new) in changes.items()},
        kind=None if before.kind == after.kind else "permanent",
    )


def discounted(segments: Iterable[Segment], span: Period, percent: Decimal) -> tuple[Segment, ...]:
    """Take a percentage off what a line costs on the days of a span, whatever it costs then.

    It comes on top of a discount that holds already, rounded up to what a line can show, and ends
    by itself; trials stay free.

    >>> from .recurrence import Recurrence
    >>> from .money import Currency
    >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 1))
    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> terms = Terms(grid, Decimal(10), Decimal(10), None, 'actual', 'advance', euro)
    >>> line = (Segment(date(2027, 1, 1), None, Decimal(5), terms),)
    >>> days = Period(date(2027, 3, 1), date(2027, 5, 1))
    >>> cheap = discounted(line, days, Decimal(20))
    >>> [(int(segment.terms.discount), segment.kind) for segment in cheap]
    [(10, 'permanent'), (28, 'limited'), (10, 'permanent')]
    """
    parts = []
    for part in split_at(split_at(segments, span.start), span.end):
        if span.contains(part.start) and part.kind != "trial":
            left = (FREE - part.terms.discount) * (FREE - percent) / FREE
            discount = FREE - left.quantize(SHOWN, ROUND_DOWN)
            terms = replace(part.terms, discount=discount)
            part = replace(part, terms=terms, kind="limited")
        parts.append(part)
    return coalesce(parts)


def opening_segments(
    start: date,
    end: date | None,
    quantity: Decimal,
    terms: Terms,
    *,
    trial_end: date | None = None,
    limited: tuple[Decimal, int] | None = None,
    ramps: Iterable[Ramp] = (),
) -> tuple[Segment, ...]:
    """Return the segments that a new line opens with: a trial, a limited discount, a ramp.

    The trial comes first. The periods of the discount and of the ramp are counted from its end; a
    shorter first period is period 1.

    :param start: first day of service
    :param end: day after the last day, None while it is open
    :param quantity: quantity of the first period
    :param terms: terms of the first period, limited discount and trial aside
    :param trial_end: first day that is paid
    :param limited: discount in percent, and for how many periods
    :raise InvalidPeriod: when `end` is not after `start`
    """
    paid_from = max(start, trial_end or start)
    segments: tuple[Segment, ...] = (Segment(start, end, quantity, terms),)
    last = end or FOREVER
    for ramp in sorted(ramps, key=lambda ramp: ramp.period):
        day = period_start(terms.grid, paid_from, ramp.period)
        if day < last:
            segments = change_values(segments, day, values=ramp.values)
    if limited and limited[1] > 0 and paid_from < last:
        until = min(period_start(terms.grid, paid_from, limited[1] + 1), last)
        segments = _set_value(segments, paid_from, until, "discount", limited[0], "limited")
    if paid_from > start:
        segments = _set_value(segments, start, min(paid_from, last), "discount", FREE, "trial")
    return coalesce(segments)


def plan_from(segments: Iterable[Segment], day: date) -> tuple[Segment, ...]:
    """Return the segments of a line from a day on, what was planned for later included."""
    return tuple(part for part in split_at(segments, day) if part.start >= day)


def renewed_segments(
    plan: Sequence[Segment], day: date, start: date, quantity: Decimal, terms: Terms
) -> tuple[Segment, ...]:
    """Return the segments of a line that goes on with the plan of another one.

    What is quoted holds from its first day on, each value until the next segment planned for
    it: a limited discount ends on its day, a ramp goes on.

    :param plan: segments of the line before, from the day on for which the renewal was planned
    :param day: that day
    :param start: first day of the renewal; its first segment begins earlier when the renewal does
    :param quantity: quoted quantity
    :param terms: quoted terms
    """
    parts = plan_from(plan, start)
    if parts and start < parts[0].start == day:
        parts = (replace(parts[0], start=start), *parts[1:])
    parts = tuple(
        replace(
            part,
            terms=replace(terms, price=part.terms.price, discount=part.terms.discount),
        )
        for part in parts
    )
    for name, value in (
        ("quantity", quantity),
        ("price", terms.price),
        ("discount", terms.discount),
    ):
        parts = _set_value(parts, start, _own_end(parts, start, FOREVER, name), name, value, None)
    return coalesce(parts)
