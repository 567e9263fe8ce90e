"""Cohorts: of those who began in one period, how many (or how much) are left after each period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ..recurrence import Grid, Recurrence
from .kpi import ratio

INTERVALS = {
    "day": Recurrence("day", 1),
    "week": Recurrence("week", 1),
    "month": Recurrence("month", 1),
    "quarter": Recurrence("month", 3),
    "year": Recurrence("year", 1),
}
_MONDAY = date(2024, 1, 1)
"""A Monday that begins a year: all intervals have a boundary here."""


def grid_of(interval: str) -> Grid:
    """Return the calendar's days, weeks from Monday, months, quarters or years.

    :param interval: one of `INTERVALS`
    """
    return Grid(INTERVALS[interval], _MONDAY)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Hold one line of the table.

    :param start: first day of the period in which its members began
    :param size: what they were at the start
    :param left: what was left after 0, 1, 2 ... periods; shorter for younger cohorts, for what is
        to come is empty and not 0
    """

    start: date
    size: Decimal
    left: tuple[Decimal, ...]

    @property
    def retention(self) -> tuple[Fraction | None, ...]:
        """Return what is left as a share of the size."""
        return tuple(ratio(value, self.size) for value in self.left)

    @property
    def churn(self) -> tuple[Fraction | None, ...]:
        """Return what is lost as a share of the size."""
        return tuple(None if kept is None else 1 - kept for kept in self.retention)


def cohorts(
    lives: Iterable[tuple[date, date | None, Decimal]], interval: str, until: date
) -> list[Cohort]:
    """Return the table of lives that begin and end, by the period in which they began.

    Somebody is left after n periods when still there at the end of the n-th one after the first:
    who began and ended inside one period was there in it, and is gone in the next.

    >>> lives = [(date(2027, 1, 5), None, Decimal(1)), (date(2027, 1, 9), date(2027, 2, 9), 1)]
    >>> [line.left for line in cohorts(lives, 'month', date(2027, 3, 20))]
    [(Decimal('2'), Decimal('1'), Decimal('1'))]

    :param lives: (first day, first day that is no longer in it or None, value)
    :param until: the last day that is known
    """
    grid = grid_of(interval)
    sizes: dict[date, Decimal] = {}
    gone: dict[date, dict[date, Decimal]] = {}
    for start, stop, value in lives:
        if start > until:
            continue
        first = grid.period_at(start).start
        sizes[first] = sizes.get(first, Decimal(0)) + value
        if stop is not None and stop <= until:
            left = max(grid.period_at(stop).start, grid.period_at(start).end)
            losses = gone.setdefault(first, {})
            losses[left] = losses.get(left, Decimal(0)) + value
    return [
        Cohort(first, size, _left(grid, first, size, gone.get(first, {}), until))
        for first, size in sorted(sizes.items())
    ]


def _left(
    grid: Grid, first: date, size: Decimal, gone: dict[date, Decimal], until: date
) -> tuple[Decimal, ...]:
    values, left, period = [], size, grid.period_at(first)
    while period.start <= until:
        left -= gone.get(period.start, Decimal(0))
        values.append(left)
        period = grid.period_at(period.end)
    return tuple(values)


def average_retention(table: Sequence[Cohort]) -> list[Fraction | None]:
    """Return the retention of all cohorts together after 0, 1, 2 ... periods.

    Only cohorts that are old enough count in both sums, so that young ones do not pull it down.
    """
    longest = max((len(line.left) for line in table), default=0)
    return [
        ratio(
            sum(line.left[age] for line in table if len(line.left) > age),
            sum(line.size for line in table if len(line.left) > age),
        )
        for age in range(longest)
    ]


def decayed(rates: Iterable[Fraction]) -> Fraction:
    """Return what is left after losing a share in each period.

    >>> round(float(decayed([Fraction(2, 100)] * 12)), 3)
    0.785
    """
    left = Fraction(1)
    for rate in rates:
        left *= 1 - rate
    return left
