"""Periods that begin anew after a pause."""

from hypothesis import given, settings
from hypothesis import strategies as st
from support import Line, day, segment, short, terms

from engine.billing import catch_up
from engine.pausing import restart_periods, undo_restart
from engine.period import Period
from engine.segment import check_tiling, cut_gaps

PLAN = (
    segment("2027-01-31", "2027-06-10", 2, terms(10, anchor="2027-01-31")),
    segment("2027-06-10", None, 3, terms(12, anchor="2027-01-31")),
)
days = st.dates(day("2027-01-31"), day("2028-01-01"))


@settings(max_examples=200)
@given(days, days)
def test_a_restart_changes_nothing_but_the_grid_and_can_be_undone(first, second):
    since, resumed = sorted((first, second))
    steps = restart_periods(PLAN, resumed, resumed)
    assert check_tiling(steps) == steps
    for step in steps:
        assert step.terms.grid.anchor == (resumed if step.start >= resumed else day("2027-01-31"))
        plain = next(part for part in PLAN if part.start <= step.start < part.stop)
        assert (step.quantity, step.terms.price) == (plain.quantity, plain.terms.price)
    if since < resumed:
        assert undo_restart(steps, since) == PLAN


def test_a_restart_on_a_boundary_of_the_same_grid_leaves_no_trace():
    plan = (segment("2027-01-15", None, 1, terms(10, anchor="2027-01-15")),)
    assert restart_periods(plan, day("2027-04-15"), day("2027-04-15")) == plan


def test_nothing_in_force_is_nothing_to_undo():
    assert undo_restart(PLAN, day("2027-01-01")) == PLAN


def test_after_a_restart_whole_periods_are_billed_from_the_day_of_the_return():
    back = day("2027-03-12")
    line = Line(*PLAN[:1])
    assert line.bill("2027-01-31") == [("2027-01-31", "2027-02-28", 2, "20.00")]
    gap = [Period(day("2027-02-14"), back)]
    line.segments = cut_gaps(restart_periods(PLAN, back, back), gap)
    assert line.bill("2027-02-14") == [("2027-02-14", "2027-02-28", -2, "-10.00")]
    assert line.bill("2027-03-12") == [("2027-03-12", "2027-04-12", 2, "20.00")]
    assert line.bill("2027-04-12") == [("2027-04-12", "2027-05-12", 2, "20.00")]


def test_a_credit_can_be_split_where_money_stops_going_back():
    back = day("2027-02-20")
    line = Line(*PLAN[:1])
    line.bill("2027-01-31")
    gap = Period(day("2027-02-14"), back)
    line.segments = cut_gaps(restart_periods(PLAN, back, back), [gap])
    whole = catch_up(line.segments, line.rows, gap.start)
    assert [short(item) for item in whole] == [("2027-02-14", "2027-02-28", -2, "-10.00")]
    parts = catch_up(line.segments, line.rows, gap.start, splits=[gap.end, gap.start, gap.end])
    assert [short(item) for item in parts] == [
        ("2027-02-14", "2027-02-20", -2, "-4.29"),
        ("2027-02-20", "2027-02-28", -2, "-5.71"),
    ]


def test_a_later_restart_that_is_planned_stays():
    early, late = day("2027-03-05"), day("2027-09-17")
    steps = restart_periods(restart_periods(PLAN, late, late), early, early, until=late)
    anchors = {step.start: step.terms.grid.anchor for step in steps}
    assert anchors[early] == early
    assert anchors[late] == late
    assert undo_restart(steps, day("2027-02-20"), until=late) == restart_periods(PLAN, late, late)
