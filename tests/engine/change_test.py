"""Changes of single values, taking them back, and the steps that a line opens with."""

from datetime import date
from decimal import Decimal

import pytest
from support import Line, day, segment, terms

from engine.change import (
    Ramp,
    change_values,
    changed_values,
    opening_segments,
    revoke_change,
    segment_from,
)
from engine.errors import (
    DuplicateChange,
    InvalidAmount,
    InvalidPeriod,
    LineEnded,
    OverlappingChange,
)

TEN = terms("10")
OPEN = (segment("2027-01-01", None, 5, TEN),)


def change(steps, start, until=None, kind=None, today=None, **values):
    """Change values that are given as plain numbers on ISO dates."""
    return change_values(
        steps,
        day(start),
        day(until) if until else None,
        values={name: Decimal(value) for name, value in values.items()},
        kind=kind,
        today=day(today) if today else None,
    )


def table(steps):
    """Return steps as (first day, quantity, price, discount, kind)."""
    return [
        (
            step.start.isoformat(),
            int(step.quantity),
            int(step.terms.price),
            int(step.terms.discount),
            step.kind,
        )
        for step in steps
    ]


def test_a_quantity_outlasts_a_price_that_was_planned():
    planned = change(OPEN, "2027-06-01", price=12)
    assert table(change(planned, "2027-03-01", quantity=8)) == [
        ("2027-01-01", 5, 10, 0, "permanent"),
        ("2027-03-01", 8, 10, 0, "permanent"),
        ("2027-06-01", 8, 12, 0, "permanent"),
    ]


def test_a_value_holds_until_its_next_own_step():
    planned = change(OPEN, "2027-06-01", quantity=10)
    assert table(change(planned, "2027-03-01", quantity=8)) == [
        ("2027-01-01", 5, 10, 0, "permanent"),
        ("2027-03-01", 8, 10, 0, "permanent"),
        ("2027-06-01", 10, 10, 0, "permanent"),
    ]


def test_a_limited_discount_ends_by_itself():
    steps = change(OPEN, "2027-02-01", "2027-05-01", kind="limited", discount=20)
    assert table(steps) == [
        ("2027-01-01", 5, 10, 0, "permanent"),
        ("2027-02-01", 5, 10, 20, "limited"),
        ("2027-05-01", 5, 10, 0, "permanent"),
    ]


def test_a_line_that_begins_later_changes_on_its_first_day():
    assert table(change(OPEN, "2026-12-01", quantity=2)) == [("2027-01-01", 2, 10, 0, "permanent")]


def test_changes_across_another_of_the_same_value_are_refused():
    planned = change(OPEN, "2027-06-01", quantity=10)
    with pytest.raises(OverlappingChange) as refusal:
        change(planned, "2027-05-01", "2027-07-01", quantity=8)
    error = refusal.value
    assert (error.day, error.until) == (day("2027-05-01"), day("2027-07-01"))
    assert (error.planned, error.what) == (day("2027-06-01"), "quantity")
    assert len(change(planned, "2027-05-01", "2027-06-01", quantity=8)) == 3
    assert len(change(planned, "2027-05-01", "2027-07-01", price=8)) == 4


def test_a_second_change_on_a_later_day_is_refused():
    planned = change(OPEN, "2027-06-01", quantity=10)
    with pytest.raises(DuplicateChange) as refusal:
        change(planned, "2027-06-01", today="2027-02-01", quantity=8)
    assert (refusal.value.day, refusal.value.what) == (day("2027-06-01"), "quantity")
    with pytest.raises(DuplicateChange) as refusal:
        change(planned, "2027-06-01", today="2027-02-01", price=8)
    assert refusal.value.what == "quantity", "what stands in the way"
    both = change(OPEN, "2027-06-01", today="2027-02-01", quantity=10, price=8)
    assert table(both)[-1][1:3] == (10, 8)
    assert table(change(planned, "2027-06-01", today="2027-06-01", quantity=8))[-1][1] == 8
    assert len(change(OPEN, "2027-01-01", today="2026-06-01", quantity=8)) == 1


def test_refused_values_and_days():
    with pytest.raises(InvalidAmount):
        change(OPEN, "2027-02-01", quantity=-1)
    with pytest.raises(InvalidAmount):
        change(OPEN, "2027-02-01", discount=101)
    with pytest.raises(InvalidPeriod):
        change(OPEN, "2027-02-01", "2027-02-01", quantity=1)
    with pytest.raises(LineEnded) as refusal:
        change((segment("2027-01-01", "2027-02-01", 5, TEN),), "2027-02-01", quantity=1)
    assert refusal.value.day == day("2027-02-01")


def test_what_a_step_changes():
    planned = change(OPEN, "2027-06-01", quantity=10, price=12)
    assert changed_values(planned, day("2027-06-01")) == {
        "quantity": (Decimal(5), Decimal(10)),
        "price": (Decimal(10), Decimal(12)),
    }
    assert changed_values(planned, day("2027-01-01")) == {}
    assert changed_values(planned, day("2027-04-01")) == {}


def test_a_revoked_change_leaves_no_trace():
    for values in ({"quantity": 8}, {"price": 12, "discount": 5}):
        planned = change(OPEN, "2027-06-01", **values)
        assert revoke_change(planned, day("2027-06-01")) == OPEN
    planned = change(OPEN, "2027-06-01", "2027-08-01", kind="limited", discount=20)
    assert revoke_change(planned, day("2027-06-01")) == OPEN


def test_a_revoked_change_leaves_later_ones():
    steps = change(change(OPEN, "2027-07-01", discount=20), "2027-06-01", quantity=10)
    assert table(revoke_change(steps, day("2027-06-01"))) == [
        ("2027-01-01", 5, 10, 0, "permanent"),
        ("2027-07-01", 5, 10, 20, "permanent"),
    ]


def test_the_end_of_a_limited_discount_can_be_revoked():
    steps = change(OPEN, "2027-02-01", "2027-05-01", kind="limited", discount=20)
    assert table(revoke_change(steps, day("2027-05-01"))) == [
        ("2027-01-01", 5, 10, 0, "permanent"),
        ("2027-02-01", 5, 10, 20, "limited"),
        ("2027-05-01", 5, 10, 20, "permanent"),
    ]


def test_what_cannot_be_revoked_stays():
    steps = open_steps(trial_end="2027-01-15")
    assert revoke_change(steps, day("2027-01-15")) == steps
    assert revoke_change(OPEN, day("2027-01-01")) == OPEN
    assert revoke_change((), day("2027-01-01")) == ()


def open_steps(start="2027-01-01", end=None, anchor=None, trial_end=None, **values):
    """Open a line of 5 units at 10 per month, from ISO dates."""
    grid_from = anchor or trial_end or start
    return opening_segments(
        day(start),
        day(end) if end else None,
        Decimal(5),
        terms("10", anchor=grid_from),
        trial_end=day(trial_end) if trial_end else None,
        **values,
    )


def test_a_line_without_extras_opens_with_one_step():
    assert table(open_steps()) == [("2027-01-01", 5, 10, 0, "permanent")]


def test_a_trial_is_free_and_the_first_paid_period_is_whole():
    line = Line(*open_steps(trial_end="2027-01-15"))
    assert table(line.segments) == [
        ("2027-01-01", 5, 10, 100, "trial"),
        ("2027-01-15", 5, 10, 0, "permanent"),
    ]
    assert line.bill("2027-01-01") == [("2027-01-01", "2027-01-15", 5, "0.00")]
    assert line.bill("2027-01-14") == []
    assert line.bill("2027-01-15") == [("2027-01-15", "2027-02-15", 5, "50.00")]


def test_prices_and_discounts_pass_a_trial_by_and_quantities_do_not():
    steps = open_steps(trial_end="2027-01-15")
    assert table(change(steps, "2027-01-05", discount=10)) == [
        ("2027-01-01", 5, 10, 100, "trial"),
        ("2027-01-15", 5, 10, 10, "permanent"),
    ]
    assert table(change(steps, "2027-01-05", quantity=7)) == [
        ("2027-01-01", 5, 10, 100, "trial"),
        ("2027-01-05", 7, 10, 100, "trial"),
        ("2027-01-15", 7, 10, 0, "permanent"),
    ]


def test_a_limited_discount_counts_periods_after_the_trial():
    steps = open_steps(trial_end="2027-01-15", limited=(Decimal(20), 3))
    assert table(steps) == [
        ("2027-01-01", 5, 10, 100, "trial"),
        ("2027-01-15", 5, 10, 20, "limited"),
        ("2027-04-15", 5, 10, 0, "permanent"),
    ]


def test_a_shorter_first_period_is_period_one():
    steps = open_steps("2027-01-20", anchor="2027-01-01", limited=(Decimal(20), 1))
    assert [step.start for step in steps] == [date(2027, 1, 20), date(2027, 2, 1)]


def test_a_ramp_changes_what_it_names():
    ramps = (
        Ramp(4, quantity=Decimal(20), price=Decimal(9)),
        Ramp(2, quantity=Decimal(10)),
        Ramp(3, discount=Decimal(5)),
    )
    assert table(open_steps(limited=(Decimal(50), 2), ramps=ramps)) == [
        ("2027-01-01", 5, 10, 50, "limited"),
        ("2027-02-01", 10, 10, 50, "limited"),
        ("2027-03-01", 10, 10, 5, "permanent"),
        ("2027-04-01", 20, 9, 5, "permanent"),
    ]


def test_extras_stay_within_the_line():
    ramps = (Ramp(2, quantity=Decimal(10)),)
    limited = (Decimal(5), 1)
    steps = open_steps(end="2027-01-10", trial_end="2027-01-15", limited=limited, ramps=ramps)
    assert table(steps) == [("2027-01-01", 5, 10, 100, "trial")]
    assert steps[0].end == date(2027, 1, 10)
    steps = open_steps(end="2027-01-20", limited=(Decimal(5), 2), ramps=ramps)
    assert table(steps) == [("2027-01-01", 5, 10, 5, "limited")]


def test_the_step_from_a_day_is_the_next_one_in_a_gap():
    steps = (OPEN[0],)
    assert segment_from(steps, day("2026-01-01")) == OPEN[0]
    assert segment_from(steps, day("2028-01-01")) == OPEN[0]
