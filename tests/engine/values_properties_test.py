"""Properties of periods, recurrences, money, proration and segments."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, given, reject
from hypothesis import strategies as st
from support import MONTH, terms

from engine.change import change_values
from engine.errors import InvalidPeriod, LineEnded, OverlappingChange, OverlappingSegments
from engine.money import Currency
from engine.period import ONE_DAY, Period
from engine.proration import measure
from engine.recurrence import Grid, Recurrence, anchor_on_day
from engine.segment import (
    Segment,
    check_tiling,
    coalesce,
    cut_gaps,
    end_at,
    segment_at,
    split_at,
)

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
RECURRENCES = st.builds(
    Recurrence, st.sampled_from(("day", "week", "month", "year")), st.integers(1, 36)
)
GRIDS = st.builds(Grid, RECURRENCES, DAYS)
CONVENTIONS = st.sampled_from(("actual", "fixed_30", "none"))
ROUNDINGS = st.sampled_from(tuple(map(Decimal, ("0.01", "0.05", "1", "0.001", "0.25", "10"))))


@given(GRIDS, DAYS, st.integers(1, 400))
def test_periods_tile_without_gap_or_overlap(grid, start, days):
    found = list(grid.periods(start, start + timedelta(days)))
    assert found[0].contains(start)
    assert found[-1].contains(start + timedelta(days - 1))
    assert all(one.end == two.start and not one.overlaps(two) for one, two in pairwise(found))
    for full in found:
        assert grid.period_at(full.start) == grid.period_at(full.last_day) == full


@given(GRIDS, DAYS)
def test_the_index_and_the_boundaries_agree(grid, moment):
    n = grid.recurrence.index_at(grid.anchor, moment)
    assert grid.boundary(n) <= moment < grid.boundary(n + 1)
    assert grid.next_boundary(moment) == grid.boundary(n + 1)


@given(GRIDS, DAYS, st.integers(-5, 5))
def test_moving_the_anchor_along_the_grid_is_invisible(grid, moment, n):
    moved = Grid(grid.recurrence, grid.boundary(n))
    assume(moved.anchor.day == grid.anchor.day or not grid.recurrence.months)
    assert moved == grid
    assert moved.period_at(moment) == grid.period_at(moment)


@given(DAYS, st.integers(1, 31), st.integers(1, 36))
def test_an_anchor_on_a_day_draws_a_boundary_into_the_month_of_the_start(start, number, months):
    recurrence = Recurrence("month", months)
    grid = Grid(recurrence, anchor_on_day(start, number, recurrence))
    first = start.replace(day=1)
    boundary = grid.next_boundary(first - ONE_DAY)
    assert (boundary.year, boundary.month) == (start.year, start.month)
    assert boundary.day <= number


@given(st.fractions(-(10**12), 10**12), ROUNDINGS)
def test_rounding_gives_the_nearest_multiple(value, rounding):
    rounded = Currency("XXX", rounding).round(value)
    assert rounded % rounding == 0
    assert abs(Fraction(rounded) - value) <= Fraction(rounding) / 2
    assert Currency("XXX", rounding).round(-value) == -rounded


@st.composite
def cut_periods(draw):
    """Draw a full period of a grid and days that cut it in parts."""
    grid = draw(GRIDS)
    full = grid.period_at(draw(DAYS))
    cuts = draw(st.lists(st.integers(1, max(1, full.days - 1)), max_size=5))
    marks = sorted({full.start, full.end, *(full.start + timedelta(cut) for cut in cuts)})
    return grid, full, [Period(*pair) for pair in pairwise(marks)]


@given(CONVENTIONS, cut_periods())
def test_the_measures_of_the_parts_sum_to_the_whole(convention, cut):
    grid, full, parts = cut
    unit = grid.recurrence.unit
    shares = [measure(convention, full, part, unit) for part in parts]
    assert sum(shares) == measure(convention, full, full, unit) == 1
    assert min(shares) >= 0


@given(CONVENTIONS, cut_periods(), st.decimals(0, 10**6, places=2))
def test_rounded_parts_stay_within_one_unit_each_of_the_whole(convention, cut, price):
    grid, full, parts = cut
    euro = Currency("EUR", Decimal("0.01"))
    amounts = [
        euro.round(Fraction(price) * measure(convention, full, part, grid.recurrence.unit))
        for part in parts
    ]
    assert abs(sum(amounts) - price) <= Decimal("0.01") * len(parts)


@given(cut_periods())
def test_a_full_period_of_months_has_thirty_days_a_month(cut):
    grid, full, _parts = cut
    assume(grid.recurrence.months)
    last = Period(full.last_day, full.end)
    whole = 30 * grid.recurrence.months
    assert measure("fixed_30", full, last, grid.recurrence.unit).denominator <= whole
    assert (measure("fixed_30", full, last, grid.recurrence.unit) * whole).denominator == 1


@st.composite
def lines(draw):
    """Draw the steps of a line, with gaps, the last one open or not."""
    cuts = sorted(draw(st.sets(st.integers(0, 100), min_size=2, max_size=6)))
    found = []
    for index, (start, end) in enumerate(pairwise(cuts)):
        stop = None if index == len(cuts) - 2 and draw(st.booleans()) else end
        if draw(st.integers(0, 3)):
            price = draw(st.sampled_from(("10", "20")))
            moment = date(2027, 1, 1) + timedelta(start)
            last = None if stop is None else date(2027, 1, 1) + timedelta(stop)
            quantity = Decimal(draw(st.integers(0, 3)))
            found.append(Segment(moment, last, quantity, terms(price, MONTH)))
    return tuple(found)


MOMENTS = st.integers(-5, 110).map(lambda n: date(2027, 1, 1) + timedelta(n))


def steps(segments):
    """Return what is in force, day by day."""
    found = {}
    for offset in range(-5, 111):
        moment = date(2027, 1, 1) + timedelta(offset)
        step = segment_at(segments, moment)
        found[moment] = step and (step.quantity, step.terms, step.kind)
    return found


@given(lines(), MOMENTS)
def test_splitting_and_joining_keep_the_step_function(line, moment):
    assert steps(split_at(line, moment)) == steps(line) == steps(coalesce(line))
    assert coalesce(split_at(line, moment)) == coalesce(line)


@given(lines(), MOMENTS, MOMENTS, st.integers(1, 9))
def test_a_limited_change_touches_its_days_only(line, start, end, quantity):
    assume(start < end)
    try:
        changed = steps(change_values(line, start, end, values={"quantity": Decimal(quantity)}))
    except (InvalidPeriod, LineEnded, OverlappingChange):
        reject()
    for moment, step in steps(line).items():
        inside = start <= moment < end and step
        assert changed[moment] == ((Decimal(quantity), *step[1:]) if inside else step)


@given(lines(), MOMENTS, MOMENTS, MOMENTS)
def test_gaps_and_ends_take_days_out(line, start, end, last):
    assume(start < end)
    cut = steps(end_at(cut_gaps(line, [Period(start, end)]), last))
    for moment, step in steps(line).items():
        gone = start <= moment < end or moment >= last
        assert cut[moment] == (None if gone else step)


@given(st.lists(st.tuples(MOMENTS, st.integers(1, 20)), min_size=2, max_size=4))
def test_overlaps_are_found_wherever_they_are(spans):
    parts = [
        Segment(start, start + timedelta(days), Decimal(1), terms("10")) for start, days in spans
    ]
    shared = any(
        one.start < two.stop and two.start < one.stop
        for index, one in enumerate(parts)
        for two in parts[:index]
    )
    try:
        assert check_tiling(parts) == tuple(sorted(parts, key=lambda part: part.start))
        assert not shared
    except OverlappingSegments as error:
        assert shared
        assert error.second.start < error.first.stop
