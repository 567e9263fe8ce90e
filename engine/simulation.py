"""Time travel: what a line bills and is worth, month by month, if nobody changes it any more.

Nothing here decides about money: the items are those of :func:`billing.catch_up`, which answers
for a later day what daily runs up to it would have billed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .billing import Charge, Item, LedgerRow, catch_up
from .ledger import ZERO
from .period import Period
from .recurrence import Recurrence
from .segment import Segment, check_tiling, mrr, step_at

_MONTH = Recurrence("month", 1)


@dataclass(frozen=True, slots=True)
class SimulatedMonth:
    """Hold what one line does in one calendar month.

    :param span: days looked at; the first month begins on the day of the simulation
    :param items: charges and credits, dated on the day of the run that bills them
    :param step: step in force on the last day, None in a gap
    """

    span: Period
    items: tuple[Item, ...]
    step: Segment | None

    @property
    def charged(self) -> Decimal:
        """Return the sum of the charges."""
        return sum((item.amount for item in self.items if isinstance(item, Charge)), ZERO)

    @property
    def credited(self) -> Decimal:
        """Return the sum of the credits, positive when money goes back."""
        return sum((item.amount for item in self.items if not isinstance(item, Charge)), ZERO)

    @property
    def mrr(self) -> Decimal:
        """Return the monthly recurring revenue on the last day; delivered quantities have none."""
        if self.step is None or self.step.terms.basis == "delivered":
            return ZERO
        return mrr(self.step)


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


def simulate(
    segments: Iterable[Segment],
    rows: Iterable[LedgerRow],
    today: date,
    months: int,
    splits: Iterable[date] = (),
) -> tuple[SimulatedMonth, ...]:
    """Return what daily runs from a day on would bill on one line; nothing is changed.

    What is due already is billed on the first day. Delivered quantities are not known ahead, so
    that lines billed on them have no items.

    :param segments: the steps of the line without the days of its pauses
    :param rows: its ledger, oldest first
    :param today: day of the first run
    :param months: how many calendar months, that of `today` included
    :param splits: days that no credit reaches across, see :func:`billing.catch_up`
    :raise OverlappingSegments: when two segments share a day
    """
    plan = check_tiling(segments)
    spans = tuple(months_from(today, months))
    dated = [
        replace(item, on=max(item.on, today))
        for item in catch_up(plan, rows, spans[-1].last_day, splits=splits)
    ]
    return tuple(
        SimulatedMonth(
            span,
            tuple(item for item in dated if span.contains(item.on)),
            step_at(plan, span.last_day),
        )
        for span in spans
    )
