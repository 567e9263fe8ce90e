"""Recurrences and anchors against a calendar that is walked day by day."""

import calendar
from datetime import date, timedelta
from itertools import pairwise

import pytest
from support import MONTH, QUARTER, YEAR, day

from engine.errors import InvalidPeriod, InvalidRecurrence, UnknownConvention
from engine.period import Period
from engine.recurrence import Grid, Recurrence, anchor_for, anchor_on_day, month_length

FIRST, LAST = date(2023, 1, 1), date(2031, 12, 31)
ALL_DAYS = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
MONTHLY = [Recurrence("month", n) for n in (1, 2, 3, 6, 12)] + [YEAR, Recurrence("year", 2)]
START_MONTHS = [(2024 + n // 12, n % 12 + 1) for n in range(36)]


def walked(number):
    """Return, for each month, the day on which a billing day falls: walked, not computed."""
    found = []
    for today, tomorrow in pairwise(ALL_DAYS):
        last = today.month != tomorrow.month
        if today.day == number or (last and today.day < number):
            found.append(today)
    return found


WALKED = {number: walked(number) for number in range(1, 32)}


def naive_boundaries(number, year, month, step):
    """Return the boundaries of 36 months that a billing day draws from a month on."""
    first = (year - FIRST.year) * 12 + month - 1
    return WALKED[number][first : first + 37 : step]


def length_in_months(recurrence):
    """Return the months of a recurrence, spelled out."""
    return recurrence.count * (12 if recurrence.unit == "year" else 1)


@pytest.mark.parametrize("recurrence", MONTHLY, ids=str)
def test_every_anchor_keeps_its_day_over_36_months(recurrence):
    for year, month in START_MONTHS:
        for number in range(1, calendar.monthrange(year, month)[1] + 1):
            anchor = date(year, month, number)
            grid = Grid(recurrence, anchor)
            naive = naive_boundaries(number, year, month, length_in_months(recurrence))
            assert [grid.boundary(n) for n in range(len(naive))] == naive
            for n, (start, end) in enumerate(pairwise(naive)):
                full = Period(start, end)
                assert grid.period_at(start) == grid.period_at(full.last_day) == full
                assert recurrence.index_at(anchor, full.last_day) == n
                assert grid.next_boundary(start) == end


@pytest.mark.parametrize("number", range(1, 32))
def test_a_billing_day_is_kept_from_any_start(number):
    for recurrence in (MONTH, QUARTER, YEAR):
        for year, month in START_MONTHS:
            start = date(year, month, 1 + (number * 7) % 28)
            anchor = anchor_on_day(start, number, recurrence)
            step = length_in_months(recurrence)
            naive = naive_boundaries(number, year, month, step)
            if recurrence is YEAR and month == 2 and number > 28:
                naive = naive_boundaries(29, year, month, step)
            elif recurrence is YEAR:
                naive = naive_boundaries(min(number, naive[0].day), year, month, step)
            grid = Grid(recurrence, anchor)
            assert anchor <= naive[0]
            assert list(grid.periods(naive[0], naive[-1])) == [
                Period(*pair) for pair in pairwise(naive)
            ]


@pytest.mark.parametrize("days", [1, 7, 10, 14, 30, 90])
def test_days_and_weeks_are_counted_from_the_anchor(days):
    recurrence = Recurrence("day", days) if days % 7 else Recurrence("week", days // 7)
    anchor = day("2027-01-31")
    expected = anchor
    for n in range(60):
        assert recurrence.boundary(anchor, n) == expected
        assert recurrence.index_at(anchor, expected) == n
        assert recurrence.index_at(anchor, expected - timedelta(1)) == n - 1
        expected += timedelta(days)


def test_periods_before_the_anchor_tile_too():
    grid = Grid(QUARTER, day("2027-01-31"))
    found = list(grid.periods(day("2024-02-29"), day("2027-03-01")))
    assert all(one.end == two.start for one, two in pairwise(found))
    assert found[0] == Period(day("2024-01-31"), day("2024-04-30"))


def test_29_february_comes_back_every_leap_year():
    found = [YEAR.boundary(day("2024-02-29"), n).isoformat() for n in range(5)]
    assert found == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_grids_are_equal_when_they_draw_the_same_boundaries():
    anchor = day("2027-01-31")
    same = [
        (Grid(MONTH, anchor), Grid(MONTH, day("2027-05-31"))),
        (Grid(YEAR, anchor), Grid(Recurrence("year", 1), anchor)),
        (Grid(Recurrence("week", 2), anchor), Grid(Recurrence("day", 14), day("2027-02-14"))),
    ]
    assert all(one == two and hash(one) == hash(two) for one, two in same)
    assert Grid(MONTH, anchor) != Grid(MONTH, day("2027-02-28"))
    assert Grid(MONTH, anchor) != Grid(QUARTER, anchor)
    assert Grid(MONTH, anchor) != "every month"


@pytest.mark.parametrize(
    ("alignment", "recurrence", "expected"),
    [
        ("anniversary", MONTH, "2027-05-20"),
        ("calendar", MONTH, "2027-01-01"),
        ("calendar", QUARTER, "2027-01-01"),
        ("calendar", Recurrence("month", 5), "2027-05-01"),
        ("calendar", YEAR, "2027-01-01"),
        ("calendar", Recurrence("year", 2), "2027-01-01"),
        ("calendar", Recurrence("week", 1), "2027-05-17"),
        ("calendar", Recurrence("day", 10), "2027-05-20"),
        ("day", MONTH, "2027-05-31"),
        ("day", Recurrence("week", 1), "2027-05-20"),
    ],
)
def test_alignments_place_the_anchor(alignment, recurrence, expected):
    found = anchor_for(alignment, day("2027-05-20"), recurrence, 31)
    assert found == day(expected)


def test_an_anchor_steps_back_to_a_month_that_is_long_enough():
    assert anchor_on_day(day("2027-02-10"), 30, QUARTER) == day("2026-11-30")
    assert anchor_on_day(day("2027-06-10"), 31, Recurrence("month", 6)) == day("2026-12-31")
    assert anchor_on_day(day("2027-06-10"), 31, YEAR) == day("2027-06-30")
    assert anchor_on_day(date(1, 2, 10), 31, YEAR) == date(1, 2, 28)


def test_month_lengths_follow_the_calendar():
    for year in (1900, 2000, 2023, 2024, 2100):
        for month in range(1, 13):
            assert month_length(year, month) == calendar.monthrange(year, month)[1]


@pytest.mark.parametrize(
    ("unit", "count"), [("fortnight", 1), ("month", 0), ("month", -1), ("month", 1.5)]
)
def test_a_recurrence_needs_a_known_unit_and_a_positive_count(unit, count):
    with pytest.raises(InvalidRecurrence) as caught:
        Recurrence(unit, count)
    assert (caught.value.unit, caught.value.count) == (unit, count)


def test_wrong_days_and_alignments_are_refused():
    with pytest.raises(InvalidRecurrence) as caught:
        anchor_on_day(day("2027-01-01"), 32, MONTH)
    assert caught.value.day_of_month == 32
    with pytest.raises(InvalidRecurrence):
        anchor_on_day(day("2027-01-01"), 1, Recurrence("week", 1))
    with pytest.raises(InvalidRecurrence):
        anchor_for("day", day("2027-01-01"), MONTH)
    with pytest.raises(UnknownConvention) as unknown:
        anchor_for("lunar", day("2027-01-01"), MONTH)
    assert (unknown.value.what, unknown.value.value) == ("alignment", "lunar")


def test_the_end_of_the_calendar_is_refused():
    for recurrence in (MONTH, Recurrence("day", 1)):
        with pytest.raises(InvalidPeriod):
            recurrence.boundary(date(9999, 12, 31), 1)
    with pytest.raises(InvalidPeriod):
        MONTH.boundary(date(1, 1, 1), -1)
