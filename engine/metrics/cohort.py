"""Cohorts: of those who began in one period, how many (or how much) are left after each period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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


def grid_of(interval: str, week_start: int = 1) -> Grid:
    """Return the calendar's days, weeks, months, quarters or years.

    >>> grid_of('week', 7).period_at(date(2027, 1, 1)).start.isoformat()
    '2026-12-27'

    :param interval: one of `INTERVALS`
    :param week_start: first day of a week, 1 for Monday to 7 for Sunday
    """
    anchor = _MONDAY + timedelta(week_start - 1) if interval == "week" else _MONDAY
    return Grid(INTERVALS[interval], anchor)


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
    lives: Iterable[tuple[date, date | None, Decimal]],
    interval: str,
    until: date,
    week_start: int = 1,
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
    changes: list[tuple[date, date, Decimal]] = []
    for start, stop, value in lives:
        changes.append((start, start, value))
        if stop is not None:
            changes.append((start, max(stop, start + timedelta(1)), -value))
    return cohorts_of_changes(changes, interval, until, week_start)


def cohorts_of_changes(
    changes: Iterable[tuple[date, date, Decimal]],
    interval: str,
    until: date,
    week_start: int = 1,
) -> list[Cohort]:
    """Return the table of what members began with and what changed later, up or down.

    What changes on the first day is what they began with. Everything later shows at the end of its
    period, and of the first period in the one after it.

    >>> day = date(2027, 1, 5)
    >>> changes = [(day, day, 100), (day, date(2027, 1, 9), 20), (day, date(2027, 3, 1), -90)]
    >>> [[int(value) for value in line.left]
    ...     for line in cohorts_of_changes(changes, 'month', date(2027, 3, 20))]
    [[100, 120, 30]]

    :param changes: (first day of the member, day from which the change counts, change)
    :param until: the last day that is known
    """
    grid = grid_of(interval, week_start)
    sizes: dict[date, Decimal] = {}
    later: dict[date, dict[date, Decimal]] = {}
    for began, day, value in changes:
        if max(began, day) > until:
            continue
        period = grid.period_at(began)
        first = period.start
        sizes.setdefault(first, Decimal(0))
        if day <= began:
            sizes[first] += value
        else:
            moved = max(grid.period_at(day).start, period.end)
            found = later.setdefault(first, {})
            found[moved] = found.get(moved, Decimal(0)) + value
    return [
        Cohort(first, size, _left(grid, first, size, later.get(first, {}), until))
        for first, size in sorted(sizes.items())
    ]


def _left(
    grid: Grid, first: date, size: Decimal, later: dict[date, Decimal], until: date
) -> tuple[Decimal, ...]:
    values, left, period = [], size, grid.period_at(first)
    while period.start <= until:
        left += later.get(period.start, Decimal(0))
        values.append(left)
        period = grid.period_at(period.end)
    return tuple(values)


def arranged(table: Sequence[Cohort], timeline: str, most: int) -> list[tuple[Decimal | None, ...]]:
    """Return what was left of each cohort, in columns; None where nothing can be known.

    >>> table = [Cohort(date(2027, 1, 1), 3, (3, 2, 1)), Cohort(date(2027, 3, 1), 5, (5,))]
    >>> arranged(table, 'forward', 9)
    [(3, 2, 1), (5, None, None)]
    >>> arranged(table, 'backward', 2)
    [(2, 1), (None, 5)]

    :param timeline: 'forward', a column is the age of a cohort; 'backward', a column is a period of
        the calendar, the last one is that of the last known day
    :param most: how many columns there may be
    """
    width = min(most, max((len(line.left) for line in table), default=0))
    lines: list[tuple[Decimal | None, ...]] = []
    for line in table:
        values = line.left[:width] if timeline == "forward" else line.left[-width:]
        gap = (None,) * (width - len(values))
        lines.append((*values, *gap) if timeline == "forward" else (*gap, *values))
    return lines


def averages(
    sizes: Sequence[Decimal], lines: Sequence[Sequence[Decimal | None]]
) -> list[Fraction | None]:
    """Return the retention of all cohorts together in each column.

    Only cohorts that have a value in the column count in both sums, so that young ones do not pull
    it down.
    """
    found = []
    for column in zip(*lines, strict=True):
        known = [(size, left) for size, left in zip(sizes, column, strict=True) if left is not None]
        found.append(ratio(sum(left for _, left in known), sum(size for size, _ in known)))
    return found
