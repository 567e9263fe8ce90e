"""Amendments of a line: new targets, other terms, a line that follows; published cases."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from support import START, YEAR, Line, day, segment, terms

from engine.amendment import carry_over, has_same_length, period_end, regrid, switch_anchor
from engine.change import VALUES, agreed_values, change_values, value_of
from engine.recurrence import Grid, Recurrence
from engine.segment import end_at, live_segment

TEN = terms("10")


def plan(*steps):
    """Return (first day, end, quantity, price, discount) of steps."""
    return [
        (
            step.start.isoformat(),
            step.end and step.end.isoformat(),
            *(float(value_of(step, name)) for name in VALUES),
        )
        for step in steps
    ]


def test_the_live_step_is_that_of_the_day_else_the_next_one():
    steps = (segment("2027-02-01", "2027-03-01", 1, TEN), segment("2027-04-01", None, 2, TEN))
    assert live_segment(steps, day("2027-02-10")) == steps[0]
    assert live_segment(steps, day("2027-03-10")) == steps[1]
    assert live_segment(steps, day("2027-01-10")) == steps[0]
    assert live_segment(steps[:1], day("2027-03-01")) is None


def test_during_a_trial_an_amendment_shows_what_is_paid_after_it():
    free = replace(TEN, discount=Decimal(100))
    steps = (
        segment("2027-01-01", "2027-02-01", 5, free, kind="trial"),
        segment("2027-02-01", None, 7, TEN),
    )
    its_day = day("2027-01-10")
    assert agreed_values(steps, its_day) == {"quantity": 5, "price": 10, "discount": 0}
    assert agreed_values(steps[:1], its_day) == {"quantity": 5, "price": 10, "discount": 100}
    assert agreed_values(steps[:1], day("2027-02-01")) == {}
    followed = carry_over(steps, its_day, Decimal(6), terms("100", YEAR))
    assert plan(*followed) == [
        ("2027-01-10", "2027-02-01", 6, 100, 100),
        ("2027-02-01", None, 7, 100, 0),
    ]


def test_a_line_that_has_ended_is_left_alone():
    steps = (segment("2027-01-01", "2027-02-01", 5, TEN),)
    assert carry_over(steps, day("2027-02-01"), Decimal(8), TEN) == ()
    assert period_end(steps, day("2027-02-01")) is None


def test_other_terms_keep_quantities_prices_and_discounts():
    half = replace(TEN, discount=Decimal(50))
    steps = (
        segment("2027-01-01", "2027-03-01", 5, half, kind="limited"),
        segment("2027-03-01", None, 5, TEN),
    )
    arrears = terms("99", timing="arrears", convention="fixed_30", discount=Decimal(7))
    amended = regrid(steps, day("2027-02-01"), arrears)
    assert plan(*amended) == [
        ("2027-01-01", "2027-02-01", 5, 10, 50),
        ("2027-02-01", "2027-03-01", 5, 10, 50),
        ("2027-03-01", None, 5, 10, 0),
    ]
    assert [step.terms.timing for step in amended] == ["advance", "arrears", "arrears"]
    assert [step.kind for step in amended] == ["limited", "limited", "permanent"]


def test_the_line_that_follows_takes_planned_quantities_and_discounts_along():
    half = replace(TEN, discount=Decimal(50))
    steps = (
        segment("2027-01-01", "2027-03-01", 5, half, kind="limited"),
        segment("2027-03-01", "2027-06-01", 5, TEN),
        segment("2027-06-01", None, 7, TEN),
    )
    yearly = terms("100", YEAR, discount=Decimal(50))
    assert plan(*carry_over(steps, day("2027-02-01"), Decimal(6), yearly)) == [
        ("2027-02-01", "2027-03-01", 6, 100, 50),
        ("2027-03-01", "2027-06-01", 6, 100, 0),
        ("2027-06-01", None, 7, 100, 0),
    ]


def test_the_period_of_a_line_that_begins_later_is_its_first():
    steps = (segment("2027-02-01", None, 1, terms("10", anchor=START)),)
    assert period_end(steps, day("2027-01-10")) == day("2027-03-01")
    assert period_end(steps, day("2027-03-31")) == day("2027-04-01")


quantities = st.integers(0, 9).map(Decimal)
days = st.integers(0, 120)


@given(quantities, quantities, days)
def test_a_target_and_its_undoing_on_one_day_leave_no_trace(old, new, offset):
    its_day = START.fromordinal(START.toordinal() + offset)
    line = Line(segment("2027-01-01", None, old, TEN))
    line.run(its_day.isoformat())
    before, net = tuple(line.segments), line.net
    for quantity in (new, old):
        line.segments = change_values(line.segments, its_day, values={"quantity": quantity})
        line.run(its_day.isoformat())
    assert line.segments == before
    assert line.net == net


@given(quantities, quantities, days, st.integers(1, 27))
def test_a_target_that_is_undone_later_nets_to_the_days_used(old, new, offset, used):
    start = START.toordinal() + offset
    first, last = START.fromordinal(start), START.fromordinal(start + used)
    line = Line(segment("2027-01-01", None, old, TEN))
    line.run(first.isoformat())
    for on, quantity in ((first, new), (last, old)):
        line.segments = change_values(line.segments, on, values={"quantity": quantity})
        line.run(on.isoformat())
    start = [segment("2027-01-01", None, old, TEN)]
    fresh = Line(*change_values(start, first, last, values={"quantity": new}))
    fresh.run(last.isoformat())
    assert abs(line.net - fresh.net) <= Decimal("0.03"), "rounded at most once per document"


def test_the_periods_of_a_switched_line_begin_with_the_switch():
    monthly = terms("10", anchor="2027-01-31")
    steps = (segment("2027-01-31", None, 1, monthly),)
    for on, recurrence, anchor in (
        ("2027-02-15", YEAR, "2027-02-15"),
        ("2027-02-28", YEAR, "2024-02-29"),
        ("2027-02-28", Recurrence("week", 1), "2027-02-28"),
        ("2027-03-31", YEAR, "2027-03-31"),
        ("2027-01-10", YEAR, "2027-01-31"),
        ("2027-02-15", Recurrence("month", 1), "2027-01-31"),
    ):
        assert switch_anchor(steps, day(on), recurrence) == day(anchor), on
    assert switch_anchor((), day("2027-02-15"), YEAR) == day("2027-02-15")


def test_the_periods_of_a_line_that_is_switched_in_its_trial_begin_when_it_ends():
    free = replace(TEN, discount=Decimal(100))
    steps = (
        segment("2027-01-01", "2027-02-10", 5, free, kind="trial"),
        segment("2027-02-10", None, 5, TEN),
    )
    assert switch_anchor(steps, day("2027-01-20"), YEAR) == day("2027-02-10")


def test_twelve_months_are_as_long_as_a_year():
    assert has_same_length(Recurrence("month", 12), YEAR)
    assert not has_same_length(Recurrence("day", 7), Recurrence("month", 7))


@given(days, st.sampled_from([1, 3, 6, 12]), st.sampled_from([1, 2, 3, 12]))
def test_a_full_period_begins_with_each_switch(offset, old, new):
    on = START.fromordinal(START.toordinal() + offset)
    steps = (segment("2026-12-31", None, 1, terms("10", Recurrence("month", old), "2026-12-31")),)
    if old != new:
        grid = Grid(Recurrence("month", new), switch_anchor(steps, on, Recurrence("month", new)))
        assert grid.period_at(on).start == on


def test_a_switch_of_recurrence_credits_the_rest_and_charges_the_stub():
    old = Line(segment("2027-01-31", None, 2, terms("10", anchor="2027-01-31")))
    old.run("2027-03-15")
    steps = carry_over(
        old.segments, day("2027-03-15"), Decimal(2), terms("100", YEAR, "2027-01-31")
    )
    old.segments = end_at(old.segments, day("2027-03-15"))
    new = Line(*steps)
    assert old.bill("2027-03-15") == [("2027-03-15", "2027-03-31", -2, "-10.32")]
    assert new.bill("2027-03-15") == [("2027-03-15", "2028-01-31", 2, "176.44")]
