"""A price rise leaves alone what is billed, what was planned, and can be taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from billing_properties_test import CONVENTIONS, at, plans
from hypothesis import given
from hypothesis import strategies as st
from support import day, line, period, segment, terms

from engine.billing import Charge, apply, catch_up
from engine.change import change_values
from engine.errors import InvalidAmount
from engine.period import FOREVER
from engine.price_rise import covered_until, raised, reprice, rise_span
from engine.segment import Segment, coalesce

TEN, ELEVEN = Decimal(10), Decimal(11)


def monthly(start="2027-01-15", end=None, quantity=5, **values):
    return segment(start, end, quantity, terms(10, anchor="2027-01-15", **values))


def test_price_is_rounded_to_the_step_that_was_asked():
    assert raised(Decimal("19.99"), Decimal(5), Decimal(1)) == 21
    assert raised(Decimal("10.25"), Decimal(10), Decimal("0.1")) == Decimal("11.3")
    with pytest.raises(InvalidAmount):
        raised(TEN, TEN, Decimal(0))


@pytest.mark.parametrize(
    ("price", "percent", "rounding", "expected"),
    [
        ("0.0123", "10", "0.01", "0.01353"),
        ("0.004", "10", "0.01", "0.0044"),
        ("0.1234", "1", "0.01", "0.124634"),
        ("12.345", "10", "1", "13.5795"),
        ("12", "3", "10", "12.36"),
        ("0.04", "-10", "0.05", "0.04"),
        ("0.01", "-60", "0.01", "0.004"),
        ("-30.00", "10", "0.01", "-33"),
        ("-0.0123", "10", "0.01", "-0.01353"),
        ("0.40", "1", "0.01", "0.40"),
        ("0", "10", "0.01", "0"),
        ("0.0123", "-100", "0.01", "0"),
    ],
)
def test_step_is_no_coarser_than_the_price_can_bear(price, percent, rounding, expected):
    found = raised(Decimal(price), Decimal(percent), Decimal(rounding))
    assert found == Decimal(expected)


@given(
    st.decimals("0.0001", 500, places=4),
    st.decimals(-99, 200, places=1),
    st.sampled_from([Decimal(step) for step in ("0.01", "0.05", "1", "10")]),
)
def test_rise_never_lowers_and_nothing_becomes_free(price, percent, rounding):
    found = raised(price, percent, rounding)
    assert found >= price if percent >= 0 else 0 < found <= price


@pytest.mark.parametrize(("start", "expected"), [("date", "2027-03-01"), ("period", "2027-03-15")])
def test_rise_begins_on_the_day_or_with_the_next_period(start, expected):
    assert rise_span((monthly(),), (), day("2027-03-01"), start).start == day(expected)
    assert rise_span((monthly(),), (), day("2027-03-15"), start).start == day("2027-03-15")


def test_billed_days_keep_their_price():
    billed = line("120", start="2027-01-01")
    billed.run("2027-01-01")
    assert covered_until(billed.rows) == day("2027-02-01")
    assert covered_until(()) is None
    span = rise_span(billed.segments, billed.rows, day("2027-01-10"), "date")
    assert span == period("2027-02-01", "9999-12-31")


def test_rise_stops_at_a_price_that_was_planned_and_passes_a_trial_by():
    plan = (
        Segment(day("2027-01-15"), day("2027-02-15"), TEN, terms(0, anchor="2027-01-15"), "trial"),
        monthly("2027-02-15", "2027-04-15"),
        monthly("2027-04-15", "2027-06-15", 7),
        segment("2027-06-15", None, 7, terms(12, anchor="2027-01-15")),
    )
    span = rise_span(plan, (), day("2027-01-20"), "date")
    assert span == period("2027-02-15", "2027-06-15")
    prices = [int(step.terms.price) for step in reprice(plan, span, TEN, ELEVEN)]
    assert prices == [0, 11, 11, 12]


def test_line_that_ends_before_gets_no_new_price():
    assert rise_span((monthly(end="2027-03-01"),), (), day("2027-03-01"), "date") is None
    assert rise_span((monthly(end="2027-03-01"),), (), day("2027-02-20"), "period") is None
    later = (monthly(end="2027-03-01"), monthly("2027-05-15"))
    span = rise_span(later, (), day("2027-02-20"), "period")
    assert span == period("2027-05-15", "9999-12-31")


def test_quantity_typed_after_a_planned_rise_holds_beyond_it_and_survives_its_undoing():
    span = period("2027-06-15", "9999-12-31")
    plan = reprice((monthly(),), span, TEN, ELEVEN)
    plan = change_values(plan, day("2027-03-01"), values={"quantity": Decimal(8)})
    assert [(int(s.quantity), int(s.terms.price)) for s in plan] == [(5, 10), (8, 10), (8, 11)]
    plan = reprice(plan, span, ELEVEN, TEN)
    assert [(int(s.quantity), int(s.terms.price)) for s in plan] == [(5, 10), (8, 10)]


def test_price_typed_after_a_planned_rise_stays_when_the_rise_is_taken_back():
    span = period("2027-06-15", "9999-12-31")
    plan = reprice((monthly(),), span, TEN, ELEVEN)
    plan = change_values(plan, day("2027-08-15"), values={"price": Decimal(9)})
    assert [int(step.terms.price) for step in reprice(plan, span, ELEVEN, TEN)] == [10, 9]


@given(
    plans(CONVENTIONS),
    st.integers(0, 220),
    st.integers(0, 120),
    st.sampled_from(("date", "period")),
)
def test_rise_and_undo_leave_the_line_as_it_was(plan, today, ahead, start):
    rows = apply((), catch_up(plan, (), at(today)))
    span = rise_span(plan, rows, at(today + ahead), start)
    if span is None:
        assert not plan or plan[-1].end  # nothing goes on beyond the day
        return
    old = next(step for step in plan if step.stop > span.start).terms.price
    rise = reprice(plan, span, old, old + 1)
    assert reprice(rise, span, old + 1, old) == coalesce(plan)
    assert all(
        step in coalesce(plan) or step.end == span.start for step in rise if step.stop <= span.start
    )


@given(
    st.integers(0, 200), st.integers(0, 120), st.sampled_from(("date", "period")),
    st.sampled_from(CONVENTIONS),
    st.sampled_from(("advance", "arrears")), st.integers(0, 400),
)  # fmt: skip
def test_rise_never_credits_what_is_billed(today, ahead, start, convention, timing, later):
    plan = (
        Segment(at(0), None, TEN, terms(10, anchor=at(0), convention=convention, timing=timing)),
    )
    rows = apply((), catch_up(plan, (), at(today)))
    span = rise_span(plan, rows, at(today + ahead), start)
    rise = reprice(plan, span, TEN, ELEVEN)
    moment = at(today)
    while moment <= at(today + later):
        items = catch_up(rise, rows, moment)
        assert all(isinstance(item, Charge) for item in items)
        rows = apply(rows, items)
        moment += timedelta(11)
    assert span.end == FOREVER
