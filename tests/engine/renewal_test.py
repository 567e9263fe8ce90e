"""What goes on when a term ends: limited prices run out, what was planned stays planned."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import START, YEAR, day, segment, terms

from engine.change import VALUES, change_values, plan_from, renewed_segments, value_of
from engine.price_rise import list_discounted, list_priced, regular_discount, regular_price
from engine.segment import coalesce

TEN = terms("10")
HALF = replace(TEN, discount=Decimal(50))
EIGHT = replace(TEN, price=Decimal(8))
TWELVE = replace(TEN, price=Decimal(12))
DAY = day("2027-04-01")


def table(steps):
    """Return (first day, quantity, price, discount, kind) of steps."""
    return [
        (step.start.isoformat(), *(float(value_of(step, name)) for name in VALUES), step.kind)
        for step in steps
    ]


def test_a_limited_discount_runs_out_in_the_renewal():
    line = (
        segment("2027-01-01", "2027-06-15", 5, HALF, kind="limited"),
        segment("2027-06-15", None, 5, TEN),
    )
    plan = plan_from(line, DAY)
    assert table(renewed_segments(plan, DAY, DAY, Decimal(5), HALF)) == [
        ("2027-04-01", 5, 10, 50, "limited"),
        ("2027-06-15", 5, 10, 0, "permanent"),
    ]


def test_what_is_quoted_holds_until_the_next_step_of_the_same_value():
    line = (
        segment("2027-01-01", "2027-05-01", 5, HALF, kind="limited"),
        segment("2027-05-01", "2027-07-01", 5, TEN),
        segment("2027-07-01", None, 9, TWELVE),
    )
    quoted = terms("11", discount=Decimal(30), timing="arrears")
    steps = renewed_segments(plan_from(line, DAY), DAY, DAY, Decimal(6), quoted)
    assert table(steps) == [
        ("2027-04-01", 6, 11, 30, "limited"),
        ("2027-05-01", 6, 11, 0, "permanent"),
        ("2027-07-01", 9, 12, 0, "permanent"),
    ]
    assert {step.terms.timing for step in steps} == {"arrears"}


def test_a_renewal_that_begins_on_another_day_has_the_steps_of_its_days():
    line = (
        segment("2027-01-01", "2027-05-01", 5, HALF, kind="limited"),
        segment("2027-05-01", None, 5, TEN),
    )
    plan = plan_from(line, DAY)
    early, late = day("2027-03-10"), day("2027-06-01")
    assert table(renewed_segments(plan, DAY, early, Decimal(5), HALF))[0][0] == "2027-03-10"
    assert table(renewed_segments(plan, DAY, late, Decimal(5), TEN)) == [
        ("2027-06-01", 5, 10, 0, "permanent")
    ]


def test_a_line_that_begins_later_begins_on_its_day():
    plan = (segment("2027-05-01", None, 5, TEN),)
    for start in (DAY, day("2027-03-01")):
        steps = renewed_segments(plan, DAY, start, Decimal(7), TEN)
        assert table(steps) == [("2027-05-01", 7, 10, 0, "permanent")]
    assert renewed_segments((), DAY, DAY, Decimal(7), TEN) == ()


def test_a_trial_that_is_not_over_stays_free():
    free = replace(TEN, discount=Decimal(100))
    plan = (
        segment("2027-04-01", "2027-05-01", 5, free, kind="trial"),
        segment("2027-05-01", None, 5, TEN),
    )
    assert table(renewed_segments(plan, DAY, DAY, Decimal(6), TWELVE)) == [
        ("2027-04-01", 6, 10, 100, "trial"),
        ("2027-05-01", 6, 12, 0, "permanent"),
    ]


@given(
    st.lists(st.tuples(st.integers(1, 300), st.sampled_from(VALUES), st.integers(0, 99))),
    st.integers(0, 300),
)
def test_a_renewal_as_it_was_offered_is_what_the_contract_would_have_been(changes, offset):
    steps = (segment("2027-01-01", None, 5, TEN),)
    for number, name, value in changes:
        steps = change_values(steps, day_no(number), values={name: Decimal(value)})
    start = day_no(offset)
    plan = plan_from(steps, start)
    first = plan[0]
    assert renewed_segments(plan, start, start, first.quantity, first.terms) == coalesce(plan)


def day_no(number):
    """Return the day that lies so many days after the start."""
    return START.fromordinal(START.toordinal() + number)


def test_list_prices_replace_the_regular_price_only():
    line = (
        segment("2027-01-01", "2027-03-01", 5, TEN),
        segment("2027-03-01", "2027-05-01", 5, EIGHT, kind="limited"),
        segment("2027-05-01", "2027-07-01", 5, TEN),
        segment("2027-07-01", None, 5, TWELVE),
    )
    assert [row[2] for row in table(list_priced(line, DAY, Decimal(11)))] == [10, 8, 11, 12]
    assert list_priced((), DAY, Decimal(11)) == ()


@pytest.mark.parametrize("first", [(), (segment("2027-01-01", "2027-02-01", 5, TEN),)])
def test_a_limited_discount_does_not_keep_the_old_price(first):
    line = (
        *first,
        segment("2027-02-01", "2027-06-01", 5, HALF, kind="limited"),
        segment("2027-06-01", "2027-08-01", 5, TEN),
        segment("2027-08-01", None, 5, TWELVE),
    )
    assert table(list_priced(line, DAY, Decimal(11)))[-4:] == [
        ("2027-02-01", 5, 10, 50, "limited"),
        ("2027-04-01", 5, 11, 50, "limited"),
        ("2027-06-01", 5, 11, 0, "permanent"),
        ("2027-08-01", 5, 12, 0, "permanent"),
    ]


def test_a_price_that_was_planned_for_the_end_of_a_discount_stays_planned():
    line = (
        segment("2027-01-01", "2027-06-01", 5, HALF, kind="limited"),
        segment("2027-06-01", None, 5, TWELVE),
    )
    assert [row[2] for row in table(list_priced(line, DAY, Decimal(11)))] == [10, 11, 12]
    typed = (segment("2027-01-01", "2027-02-01", 5, TEN), replace(line[0], start=day("2027-02-01")))
    assert [row[2] for row in table(list_priced((*typed, line[1]), DAY, Decimal(11)))] == [
        10,
        10,
        11,
        12,
    ]


def test_a_limited_price_without_a_first_step_is_known_by_its_discount():
    line = (
        segment("2027-04-01", "2027-06-01", 5, EIGHT, kind="limited"),
        segment("2027-06-01", None, 5, TEN),
    )
    assert [row[2] for row in table(list_priced(line, DAY, Decimal(11)))] == [8, 11]
    assert [row[2] for row in table(list_priced(line[:1], DAY, Decimal(11)))] == [11]


def test_a_limited_price_within_a_limited_discount_is_known_too():
    cheap = replace(HALF, price=Decimal(8))
    line = (
        segment("2027-01-01", "2027-03-01", 5, HALF, kind="limited"),
        segment("2027-03-01", "2027-05-01", 5, cheap, kind="limited"),
        segment("2027-05-01", "2027-07-01", 5, HALF, kind="limited"),
        segment("2027-07-01", None, 5, TEN),
    )
    assert [row[2] for row in table(list_priced(line, DAY, Decimal(11)))] == [10, 8, 11, 11]


def test_a_ramp_within_a_limited_discount_is_no_limited_price():
    half_twelve = replace(HALF, price=Decimal(12))
    line = (
        segment("2027-01-01", "2027-02-01", 5, TEN),
        segment("2027-02-01", "2027-05-01", 5, HALF, kind="limited"),
        segment("2027-05-01", "2027-06-01", 5, half_twelve, kind="limited"),
        segment("2027-06-01", None, 5, terms("14")),
    )
    assert [row[2] for row in table(list_priced(line, DAY, Decimal(11)))] == [10, 10, 11, 12, 14]


def test_the_regular_price_is_that_behind_a_limited_one():
    line = (
        segment("2027-01-01", "2027-03-01", 5, TEN),
        segment("2027-03-01", "2027-05-01", 5, EIGHT, kind="limited"),
        segment("2027-05-01", None, 5, TEN),
    )
    assert regular_price(line, DAY) == 10
    assert regular_price(line[:1], DAY) is None


def test_list_prices_pass_a_trial_by():
    free = replace(TEN, discount=Decimal(100))
    line = (
        segment("2027-03-01", "2027-05-01", 5, free, kind="trial"),
        segment("2027-05-01", None, 5, TEN),
    )
    assert [row[2] for row in table(list_priced(line, DAY, Decimal(11)))] == [10, 11]
    assert list_priced(line[:1], DAY, Decimal(11)) == line[:1]
    yearly = (segment("2027-01-01", None, 1, terms("99", YEAR)),)
    assert [row[2] for row in table(list_priced(yearly, DAY, Decimal(11)))] == [99, 11]


TENTH = replace(TEN, discount=Decimal(10))


def test_a_discount_of_the_pricelist_ends_from_a_day_on():
    line = (segment("2027-01-01", None, 5, TENTH),)
    assert regular_discount(line, DAY) == 10
    assert table(list_discounted(line, DAY, Decimal(0))) == [
        ("2027-01-01", 5, 10, 10, "permanent"),
        ("2027-04-01", 5, 10, 0, "permanent"),
    ]


def test_a_limited_discount_and_a_planned_one_outlast_that_of_the_pricelist():
    line = (
        segment("2027-01-01", "2027-05-01", 5, HALF, kind="limited"),
        segment("2027-05-01", "2027-07-01", 5, TENTH),
        segment("2027-07-01", None, 5, HALF),
    )
    assert regular_discount(line, DAY) == 10
    assert table(list_discounted(line, DAY, Decimal(20))) == [
        ("2027-01-01", 5, 10, 50, "limited"),
        ("2027-05-01", 5, 10, 20, "permanent"),
        ("2027-07-01", 5, 10, 50, "permanent"),
    ]


def test_what_has_ended_or_is_a_trial_has_no_discount_of_the_pricelist():
    ended = (segment("2027-01-01", "2027-04-01", 5, TENTH),)
    trial = (segment("2027-01-01", None, 5, TENTH, kind="trial"),)
    for line in (ended, trial):
        assert regular_discount(line, DAY) is None
        assert list_discounted(line, DAY, Decimal(0)) == line
