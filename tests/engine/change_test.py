"""A new quantity, price or discount of a running line, and what was planned before it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import day, segment, terms

from engine.change import change_line, step_to_change
from engine.errors import InvalidAmount, InvalidPeriod, NothingToChange
from engine.segment import check_tiling, step_at

OLD, RISE = terms(10), terms(11)
PLAN = (
    segment("2027-01-01", "2027-06-01", 5, OLD),
    segment("2027-06-01", None, 5, RISE),
)


def table(steps):
    return [
        (
            step.start.isoformat(),
            int(step.quantity),
            str(step.terms.price),
            str(step.terms.discount),
        )
        for step in steps
    ]


def test_quantity_does_not_fall_back_on_the_day_of_a_planned_price_rise():
    assert table(change_line(PLAN, day("2027-03-01"), quantity=Decimal(8))) == [
        ("2027-01-01", 5, "10", "0"),
        ("2027-03-01", 8, "10", "0"),
        ("2027-06-01", 8, "11", "0"),
    ]


def test_planned_price_stays_when_another_price_is_typed_before_it():
    assert table(change_line(PLAN, day("2027-03-01"), price=Decimal(9))) == [
        ("2027-01-01", 5, "10", "0"),
        ("2027-03-01", 5, "9", "0"),
        ("2027-06-01", 5, "11", "0"),
    ]


def test_discount_is_carried_over_planned_steps_with_the_same_old_discount():
    found = change_line(PLAN, day("2027-03-01"), discount=Decimal(20))
    assert [step[3] for step in table(found)] == ["0", "20", "20"]


def test_planned_quantity_was_agreed_for_itself_and_stays():
    plan = (
        PLAN[0],
        segment("2027-06-01", "2027-09-01", 9, RISE),
        segment("2027-09-01", None, 5, RISE),
    )
    found = change_line(plan, day("2027-03-01"), quantity=Decimal(8))
    assert [(step[0], step[1]) for step in table(found)] == [
        ("2027-01-01", 5),
        ("2027-03-01", 8),
        ("2027-06-01", 9),
        ("2027-09-01", 8),
    ]


def test_limited_change_comes_back_and_never_reaches_the_next_step():
    found = change_line(PLAN, day("2027-03-01"), day("2027-04-01"), quantity=Decimal(8))
    assert [(step[0], step[1]) for step in table(found)] == [
        ("2027-01-01", 5),
        ("2027-03-01", 8),
        ("2027-04-01", 5),
        ("2027-06-01", 5),
    ]
    found = change_line(PLAN, day("2027-03-01"), day("2027-08-01"), quantity=Decimal(8))
    assert [(step[0], step[1]) for step in table(found)][1:] == [
        ("2027-03-01", 8),
        ("2027-06-01", 5),
    ]


def test_change_in_a_gap_begins_with_the_next_step():
    assert step_to_change(PLAN[1:], day("2027-03-01")) == PLAN[1]
    found = change_line(PLAN[1:], day("2027-03-01"), quantity=Decimal(2))
    assert table(found) == [("2027-06-01", 2, "11", "0")]


def test_ended_line_and_wrong_values_are_refused():
    with pytest.raises(NothingToChange) as caught:
        change_line(PLAN[:1], day("2027-06-01"), quantity=Decimal(2))
    assert caught.value.day == day("2027-06-01")
    with pytest.raises(InvalidPeriod):
        change_line(PLAN, day("2027-03-01"), day("2027-03-01"), quantity=Decimal(2))
    with pytest.raises(InvalidAmount):
        change_line(PLAN, day("2027-03-01"), quantity=Decimal(-1))


@given(st.integers(-40, 400), st.integers(0, 9), st.sampled_from((None, Decimal(5), Decimal(12))))
def test_change_and_undo_leave_the_line_as_it_was(offset, quantity, price):
    first = day("2027-01-01") + timedelta(offset)
    changed = change_line(PLAN, first, quantity=Decimal(20 + quantity))
    if price is not None:
        changed = change_line(changed, first, price=price)
        changed = change_line(
            changed, first, price=step_at(PLAN, max(first, PLAN[0].start)).terms.price
        )
    assert check_tiling(changed) == changed
    assert change_line(changed, first, quantity=Decimal(5)) == PLAN
