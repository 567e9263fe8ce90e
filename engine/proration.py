"""Conventions of proration.

A convention is a monotone function F over a full period with F(start) = 0 and F(end) = 1; a span is
worth F(span end) - F(span start). Parts of a period therefore always add up to the period. Inside
the engine F is kept as an integer position out of an integer total.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from .errors import InvalidPeriod, UnknownConvention
from .period import Period
from .recurrence import month_length

CONVENTIONS = ("actual", "fixed_30", "none")


def measure(
    convention: str, full: Period, span: Period, unit: str = "month", own_day: int = 0
) -> Fraction:
    """Return the share of a full period that a span is worth.

    >>> june = Period(date(2027, 6, 1), date(2027, 7, 1))
    >>> measure('actual', june, Period(date(2027, 6, 10), date(2027, 7, 1)))
    Fraction(7, 10)
    >>> february = Period(date(2027, 2, 1), date(2027, 3, 1))
    >>> measure('fixed_30', february, Period(date(2027, 2, 16), date(2027, 3, 1)))
    Fraction(1, 2)
    >>> measure('none', june, Period(date(2027, 6, 10), date(2027, 7, 1)))
    Fraction(1, 1)

    :param convention: 'actual' (days), 'fixed_30' (30/360 by position; days and weeks are counted
        as actual) or 'none' (0 until the end of the full period, 1 there)
    :param full: the period of the grid
    :param span: a part of it
    :param unit: unit of the recurrence
    :param own_day: day of the month of the grid; 0 where the two ends of `full` tell it
    :raise UnknownConvention: when the convention is another word
    :raise InvalidPeriod: when the span leaves the full period
    """
    if span.start < full.start or span.end > full.end:
        raise InvalidPeriod(span.start, span.end)
    top, bottom = measure_parts(convention, full, span.start, span.end, unit, own_day)
    return Fraction(top, bottom)


def measure_parts(
    convention: str, full: Period, start: date, end: date, unit: str, own_day: int = 0
) -> tuple[int, int]:
    """Return the measure of [start, end) inside a full period as an integer pair (part, whole).

    >>> full = Period(date(2027, 1, 31), date(2027, 2, 28))
    >>> measure_parts('fixed_30', full, date(2027, 1, 31), date(2027, 2, 15), 'month')
    (15, 30)

    A year from 28 February to 28 February may belong to a grid of the 29th: its own day says so.

    >>> full = Period(date(2029, 2, 28), date(2030, 2, 28))
    >>> measure_parts('fixed_30', full, full.start, date(2029, 3, 1), 'year', 29)
    (2, 360)

    :raise UnknownConvention: when the convention is another word
    """
    if convention == "actual" or (convention == "fixed_30" and unit in {"day", "week"}):
        return (end - start).days, (full.end - full.start).days
    if convention == "fixed_30":
        own_day = max(full.start.day, full.end.day, own_day)
        whole = _position(full.end, full, own_day) - _position(full.start, full, own_day)
        if not whole:  # only outside a grid of months: the 30th to the 31st
            return (end - start).days, (full.end - full.start).days
        return _position(end, full, own_day) - _position(start, full, own_day), whole
    if convention == "none":
        return int(start < full.end <= end), 1
    raise UnknownConvention("convention", convention)


def _position(day: date, full: Period, own_day: int) -> int:
    """Return the place of a day on a calendar of 30-day months.

    Source: 30/360 (bond basis), position of a day = 360 y + 30 m + min(d, 30). A boundary that was
    clipped to a short month (28 February on a grid of the 31st) counts as the grid's own day, so
    that a full period is always a multiple of 30.
    """
    number = day.day
    if day in (full.start, full.end) and number == month_length(day.year, day.month):
        number = own_day
    return day.year * 360 + day.month * 30 + min(number, 30)
