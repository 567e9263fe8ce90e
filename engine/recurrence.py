"""Recurrences, and the grids of period boundaries that they draw on the calendar.

Boundaries are counted from a stored anchor, never from the previous boundary, so that a contract of
31 January is billed on 28 February and again on 31 March.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from .errors import InvalidPeriod, InvalidRecurrence, UnknownConvention
from .period import Period

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def month_length(year: int, month: int) -> int:
    """Return the number of days of a month (1-12).

    >>> month_length(2028, 2), month_length(2100, 2), month_length(2027, 4)
    (29, 28, 30)
    """
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _LENGTHS[month - 1]


def day_in_month(index: int, day: int) -> date:
    """Return a day of a month that is counted from January of year 0, clipped to its length.

    >>> day_in_month(2027 * 12 + 1, 31).isoformat()
    '2027-02-28'

    :param index: months since January of year 0
    :param day: day of the month, 1-31
    :raise InvalidPeriod: when the month lies outside years 1-9999
    """
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise InvalidPeriod(None, None)
    if day > 28:
        day = min(day, month_length(year, month + 1))
    return date(year, month + 1, day)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Repeat every `count` units.

    :param unit: 'day', 'week', 'month' or 'year'
    :param count: number of units, at least 1
    :raise InvalidRecurrence: when the unit is unknown or the count is no positive integer

    >>> monthly = Recurrence('month', 1)
    >>> [monthly.boundary(date(2027, 1, 31), n).isoformat() for n in (-1, 0, 1, 2)]
    ['2026-12-31', '2027-01-31', '2027-02-28', '2027-03-31']
    """

    unit: str
    count: int
    months: int = field(init=False, repr=False, compare=False)
    days: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = self.unit in MONTHS or self.unit in DAYS
        if not known or not isinstance(self.count, int) or self.count < 1:
            raise InvalidRecurrence(self.unit, self.count)
        object.__setattr__(self, "months", MONTHS.get(self.unit, 0) * self.count)
        object.__setattr__(self, "days", DAYS.get(self.unit, 0) * self.count)

    def boundary(self, anchor: date, n: int) -> date:
        """Return the n-th boundary counted from the anchor; n may be negative.

        >>> Recurrence('year', 1).boundary(date(2028, 2, 29), 4).isoformat()
        '2032-02-29'

        :raise InvalidPeriod: when the boundary lies outside years 1-9999
        """
        if self.months:
            return day_in_month(anchor.year * 12 + anchor.month - 1 + n * self.months, anchor.day)
        try:
            return anchor + timedelta(days=n * self.days)
        except OverflowError:
            raise InvalidPeriod(None, None) from None

    def index_at(self, anchor: date, day: date) -> int:
        """Return the n of the period [boundary(n), boundary(n + 1)) that holds a day.

        >>> Recurrence('month', 3).index_at(date(2027, 1, 31), date(2027, 4, 29))
        0
        >>> Recurrence('month', 3).index_at(date(2027, 1, 31), date(2027, 4, 30))
        1
        """
        if self.days:
            return (day - anchor).days // self.days
        gap = (day.year - anchor.year) * 12 + day.month - anchor.month
        index, rest = divmod(gap, self.months)
        if rest == 0 and day.day < anchor.day and day.day < month_length(day.year, day.month):
            return index - 1
        return index

    def period_at(self, anchor: date, day: date) -> Period:
        """Return the full period that holds a day.

        >>> Recurrence('week', 1).period_at(date(2027, 1, 4), date(2027, 1, 1))
        Period(start=datetime.date(2026, 12, 28), end=datetime.date(2027, 1, 4))
        """
        index = self.index_at(anchor, day)
        return Period(self.boundary(anchor, index), self.boundary(anchor, index + 1))

    def next_boundary(self, anchor: date, day: date) -> date:
        """Return the first boundary after a day (never the day itself).

        >>> Recurrence('month', 1).next_boundary(date(2027, 1, 15), date(2027, 2, 15)).isoformat()
        '2027-03-15'
        """
        return self.boundary(anchor, self.index_at(anchor, day) + 1)

    def add_to(self, day: date, n: int = 1) -> date:
        """Return a day moved by n recurrences (the n-th boundary when the day is the anchor).

        >>> Recurrence('year', 1).add_to(date(2028, 2, 29), 1).isoformat()
        '2029-02-28'
        """
        return self.boundary(day, n)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Place a recurrence on the calendar.

    Two grids are equal when they draw the same boundaries: the anchors 31 January and 31 March of a
    monthly recurrence are one value, 12 months and 1 year too. A renewal that moves the anchor by
    whole periods therefore bills nothing again.

    >>> monthly = Recurrence('month', 1)
    >>> Grid(monthly, date(2027, 1, 31)) == Grid(monthly, date(2027, 3, 31))
    True
    >>> Grid(monthly, date(2027, 1, 31)) == Grid(monthly, date(2027, 2, 28))
    False

    :param recurrence: how long a period is
    :param anchor: a day on which a period starts
    """

    recurrence: Recurrence
    anchor: date
    key: tuple[int, int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        anchor, months = self.anchor, self.recurrence.months
        if months:
            phase = (anchor.year * 12 + anchor.month - 1) % months
            key = (months, phase, anchor.day)
        else:
            days = self.recurrence.days
            key = (-days, anchor.toordinal() % days, 0)
        object.__setattr__(self, "key", key)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Grid) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    def boundary(self, n: int) -> date:
        """Return the n-th boundary counted from this grid's own anchor.

        >>> Grid(Recurrence('month', 1), date(2027, 1, 31)).boundary(1).isoformat()
        '2027-02-28'
        """
        return self.recurrence.boundary(self.anchor, n)

    def period_at(self, day: date) -> Period:
        """Return the full period that holds a day.

        >>> Grid(Recurrence('month', 1), date(2027, 1, 15)).period_at(date(2027, 1, 1)).days
        31
        """
        return self.recurrence.period_at(self.anchor, day)

    def next_boundary(self, day: date) -> date:
        """Return the first boundary after a day.

        >>> Grid(Recurrence('day', 10), date(2027, 1, 1)).next_boundary(date(2027, 1, 1)).day
        11
        """
        return self.recurrence.next_boundary(self.anchor, day)

    def periods(self, start: date, end: date) -> Iterator[Period]:
        """Yield the full periods that share a day with [start, end), in order.

        >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 31))
        >>> [p.start.isoformat() for p in grid.periods(date(2027, 2, 1), date(2027, 4, 1))]
        ['2027-01-31', '2027-02-28', '2027-03-31']
        """
        index = self.recurrence.index_at(self.anchor, start)
        first = self.boundary(index)
        while first < end:
            index += 1
            last = self.boundary(index)
            yield Period(first, last)
            first = last


def first_boundary(grid: Grid, day: date) -> date:
    """Return the first boundary of a grid that does not lie before a day.

    >>> first_boundary(Grid(Recurrence('month', 1), date(2027, 1, 1)), date(2027, 2, 1)).isoformat()
    '2027-02-01'
    """
    return day if grid.period_at(day).start == day else grid.next_boundary(day)


def anchor_on_day(start: date, day_of_month: int, recurrence: Recurrence) -> date:
    """Return an anchor whose grid starts its periods on a day of the month, keeping days 29-31.

    The grid is placed on the month of `start`, as Kill Bill does with its billing cycle day. When
    that month is too short the anchor steps back by whole recurrences to a month that is long
    enough; when no month of that class is, the longest one is taken.

    >>> anchor_on_day(date(2027, 2, 10), 31, Recurrence('month', 1)).isoformat()
    '2027-01-31'
    >>> anchor_on_day(date(2027, 2, 10), 31, Recurrence('year', 1)).isoformat()
    '2024-02-29'

    :param start: first day of service
    :param day_of_month: 1-31
    :raise InvalidRecurrence: when the day is not 1-31 or the recurrence has no months
    """
    if not recurrence.months or not 1 <= day_of_month <= 31:
        raise InvalidRecurrence(recurrence.unit, recurrence.count, day_of_month)
    month = start.year * 12 + start.month - 1
    best = day_in_month(month, day_of_month)
    for step in range(1, 49):  # 48 whole recurrences meet every month length of the class
        if best.day == day_of_month or (month - step * recurrence.months) < 12:
            break
        best = max(
            best,
            day_in_month(month - step * recurrence.months, day_of_month),
            key=lambda day: day.day,
        )
    return best


def anchor_for(
    alignment: str, start: date, recurrence: Recurrence, day_of_month: int | None = None
) -> date:
    """Return the anchor of a contract that starts on a day.

    >>> anchor_for('calendar', date(2027, 5, 20), Recurrence('month', 3)).isoformat()
    '2027-01-01'
    >>> anchor_for('calendar', date(2027, 5, 20), Recurrence('week', 1)).isoformat()
    '2027-05-17'
    >>> anchor_for('day', date(2027, 5, 20), Recurrence('month', 1), 15).isoformat()
    '2027-05-15'

    :param alignment: 'anniversary' (the start), 'day' (a day of the month; months and years only,
        else as anniversary) or 'calendar' (months and quarters of the year, years, Mondays)
    :param day_of_month: 1-31, needed by 'day'
    :raise UnknownConvention: when the alignment is another word
    :raise InvalidRecurrence: when 'day' comes without a day 1-31
    """
    if alignment not in {"anniversary", "day", "calendar"}:
        raise UnknownConvention("alignment", alignment)
    if alignment == "day" and recurrence.months:
        return anchor_on_day(start, day_of_month or 0, recurrence)
    if alignment != "calendar" or recurrence.unit == "day":
        return start
    if recurrence.unit == "week":
        return start - timedelta(days=start.weekday())
    if recurrence.unit == "year" or 12 % recurrence.count == 0:
        return date(start.year, 1, 1)
    return start.replace(day=1)
