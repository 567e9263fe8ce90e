"""Half-open periods of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .errors import InvalidPeriod

ONE_DAY = timedelta(days=1)
FOREVER = date.max
"""End of a period that has no end; a day that nobody bills."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Hold the days from `start` up to, not including, `end`.

    >>> january = Period(date(2027, 1, 1), date(2027, 2, 1))
    >>> january.days, january.last_day.isoformat()
    (31, '2027-01-31')

    :param start: first day
    :param end: day after the last day
    :raise InvalidPeriod: when `end` is not after `start`
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidPeriod(self.start, self.end)

    @property
    def days(self) -> int:
        """Return the number of days.

        >>> Period(date(2028, 2, 1), date(2028, 3, 1)).days
        29
        """
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """Return the last day that belongs to the period (what users see).

        >>> Period(date(2027, 1, 31), date(2027, 2, 28)).last_day.isoformat()
        '2027-02-27'
        """
        return self.end - ONE_DAY

    def contains(self, day: date) -> bool:
        """Tell whether a day lies in the period; its end does not.

        >>> january = Period(date(2027, 1, 1), date(2027, 2, 1))
        >>> january.contains(date(2027, 1, 31)), january.contains(date(2027, 2, 1))
        (True, False)
        """
        return self.start <= day < self.end

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two periods share at least one day.

        >>> one = Period(date(2027, 1, 1), date(2027, 2, 1))
        >>> one.overlaps(Period(date(2027, 2, 1), date(2027, 3, 1)))
        False
        """
        return self.start < other.end and other.start < self.end

    def intersect(self, other: Period) -> Period | None:
        """Return the days that both periods hold, None when there are none.

        >>> one = Period(date(2027, 1, 1), date(2027, 2, 1))
        >>> two = Period(date(2027, 1, 20), date(2027, 3, 1))
        >>> one.intersect(two).days
        12
        """
        if not self.overlaps(other):
            return None
        return Period(max(self.start, other.start), min(self.end, other.end))
