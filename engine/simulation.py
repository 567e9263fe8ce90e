"""Time travel: what a line bills and is worth, month by month, if nobody changes it any more.

Nothing here decides about money: the items are those of :func:`billing.catch_up`, which answers
for a later day what daily runs up to it would have billed. Only delivered quantities are assumed:
they go on as at present, see :class:`Usage`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .billing import Item, LedgerRow, apply, catch_up
from .delivered import next_delivered_date
from .ledger import ZERO
from .period import FOREVER, Period
from .recurrence import Recurrence
from .segment import Segment, check_tiling, mrr, segment_at
from .sweep import tracks

_MONTH = Recurrence("month", 1)
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Usage:
    """Assume that as much is delivered per day of service as at present.

    :param known_until: day up to which the delivered quantity is known
    :param delivered: quantity delivered since the line began
    :param since: first day of the days that the rate was measured on
    :param per_day: quantity per day of service, 0 while nothing is known
    """

    known_until: date
    delivered: Decimal
    since: date
    per_day: Fraction

    def on(self, plan: Iterable[Segment], day: date) -> Decimal:
        """Return the quantity delivered by a day, in hundredths; none on days without service.

        >>> usage = Usage(date(2027, 3, 11), Decimal(20), date(2027, 3, 1), Fraction(2))
        >>> usage.on([], date(2027, 4, 1))
        Decimal('20')
        """
        days = _served_days(plan, self.known_until, day)
        more = Decimal(round(self.per_day * days * 100)) * _HUNDREDTH
        return self.delivered + more if more else self.delivered


@dataclass(frozen=True, slots=True)
class SimulatedMonth:
    """Hold what one line does in one calendar month.

    :param span: days looked at; the first month begins on the day of the simulation
    :param items: charges and credits, dated on the day of the run that bills them
    :param segment: segment in force on the last day, None in a gap
    """

    span: Period
    items: tuple[Item, ...]
    segment: Segment | None

    @property
    def mrr(self) -> Decimal:
        """Return the monthly recurring revenue on the last day; delivered quantities have none."""
        if self.segment is None or self.segment.terms.basis == "delivered":
            return ZERO
        return mrr(self.segment)


def months_from(day: date, count: int) -> Iterator[Period]:
    """Yield calendar months: the rest of that of a day, then whole ones.

    >>> [month.start.isoformat() for month in months_from(date(2027, 1, 20), 3)]
    ['2027-01-20', '2027-02-01', '2027-03-01']

    :param day: first day
    :param count: how many months, the first one included
    """
    first = day.replace(day=1)
    for index in range(count):
        yield Period(max(day, _MONTH.boundary(first, index)), _MONTH.boundary(first, index + 1))


def measure_usage(
    segments: Iterable[Segment], rows: Iterable[LedgerRow], today: date, delivered: Decimal
) -> Usage:
    """Return how much is delivered per day at present.

    Measured on the days since the last billed period began, since the line began where none is
    billed: what was delivered in them, by the days that were served.

    :param segments: the segments of a line of basis 'delivered' without the days of its pauses
    :param rows: its ledger, oldest first
    :param today: first day that is not looked at
    :param delivered: quantity delivered since the line began
    """
    plan = [segment for segment in segments if segment.terms.basis == "delivered"]
    billed = [
        (span.start, held)
        for row in rows
        if row.terms.basis == "delivered"
        for span, held in row.layers
    ]
    first = min((segment.start for segment in plan), default=today)
    since = max((start for start, _held in billed), default=first)
    before = sum((held for start, held in billed if start < since), ZERO)
    days = _served_days(plan, since, today)
    rate = Fraction(max(delivered - before, ZERO)) / days if days else Fraction(0)
    return Usage(today, delivered, since, rate)


def simulate(
    segments: Iterable[Segment],
    rows: Iterable[LedgerRow],
    today: date,
    months: int,
    splits: Iterable[date] = (),
    usage: Usage | None = None,
) -> tuple[SimulatedMonth, ...]:
    """Return what daily runs from a day on would bill on one line; nothing is changed.

    What is due already is billed on the first day.

    :param segments: the segments of the line without the days of its pauses
    :param rows: its ledger, oldest first
    :param today: day of the first run
    :param months: how many calendar months, that of `today` included
    :param splits: days that no credit reaches across, see :func:`billing.catch_up`
    :param usage: what is assumed of delivered quantities, None leaves them out
    :raise OverlappingSegments: when two segments share a day
    """
    plan = check_tiling(segments)
    spans = tuple(months_from(today, months))
    found = _run_until(plan, tuple(rows), spans[-1].last_day, tuple(splits), usage)
    dated = [replace(item, on=max(item.on, today)) for item in found]
    return tuple(
        SimulatedMonth(
            span,
            tuple(item for item in dated if span.contains(item.on)),
            segment_at(plan, span.last_day),
        )
        for span in spans
    )


def _run_until(
    plan: tuple[Segment, ...],
    rows: tuple[LedgerRow, ...],
    last: date,
    splits: tuple[date, ...],
    usage: Usage | None,
) -> Iterator[Item]:
    """Yield what daily runs up to a day would bill, stopping on each end of a delivered period."""
    day = usage and _next_delivered(plan, rows)
    while usage and day and day <= last:
        on = max(day, usage.known_until)
        items = catch_up(plan, rows, on, usage.on(plan, on), splits)
        yield from items
        rows = apply(rows, items)
        day = _next_delivered(plan, rows)
    yield from catch_up(plan, rows, last, splits=splits)


def _next_delivered(plan: tuple[Segment, ...], rows: tuple[LedgerRow, ...]) -> date | None:
    """Return the first end of a period whose delivered quantity is not billed yet."""
    every = tracks(plan, rows).values()
    return next_delivered_date([track for track in every if track.terms.basis == "delivered"])


def _served_days(plan: Iterable[Segment], start: date, end: date) -> int:
    """Return how many days from one up to another are served."""
    spans = (
        (max(segment.start, start), min(segment.end or FOREVER, end))
        for segment in plan
        if segment.terms.basis == "delivered"
    )
    return sum((last - first).days for first, last in spans if last > first)
