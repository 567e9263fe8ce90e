"""Time travel finds what the runs of the coming months really make."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from billing_properties_test import CONVENTIONS, at, plans
from hypothesis import given
from hypothesis import strategies as st
from support import START, Line, charges_of, credits_of, day, line, period, segment, short, terms

from engine.billing import apply, catch_up
from engine.period import ONE_DAY
from engine.segment import Segment
from engine.simulation import measure_usage, months_from, simulate


def test_months_are_those_of_the_calendar_and_the_first_is_the_rest_of_its_month():
    assert list(months_from(day("2027-12-31"), 2)) == [
        period("2027-12-31", "2028-01-01"),
        period("2028-01-01", "2028-02-01"),
    ]


def test_simulation_shows_charges_credits_and_mrr_by_month():
    billed = line("10", start="2027-01-01", quantity=8)
    billed.run("2027-01-01")
    plan = (
        segment("2027-01-01", "2027-01-16", 8, terms(10)),
        segment("2027-01-16", "2027-03-01", 4, terms(10)),
    )
    months = simulate(plan, billed.rows, day("2027-01-10"), 3)
    assert [(str(charges_of(m)), str(credits_of(m)), str(m.mrr)) for m in months] == [
        ("0", "20.65", "40.000000"),
        ("40.00", "0", "40.000000"),
        ("0", "0", "0"),
    ]
    assert [short(item)[:2] for item in months[0].items] == [("2027-01-16", "2027-02-01")]


def test_what_is_overdue_is_billed_on_the_first_day():
    plan = line("10", start="2027-01-01").segments
    months = simulate(plan, (), day("2027-03-20"), 2)
    assert [[item.on for item in month.items] for month in months] == [
        [day("2027-03-20")] * 3,
        [day("2027-04-01")],
    ]


def delivered(start="2027-01-01", end=None):
    return segment(start, end, 1, terms(10, basis="delivered", timing="arrears"))


def test_delivered_quantities_are_left_out_where_nothing_is_assumed():
    plan = (segment("2027-01-01", None, 3, terms(10, basis="delivered", timing="arrears")),)
    months = simulate(plan, (), day("2027-01-01"), 3)
    assert {(month.items, month.mrr) for month in months} == {((), Decimal(0))}


def test_delivered_quantities_go_on_as_since_the_last_billed_period_began():
    used = Line(delivered())
    used.run("2027-02-01", delivered=Decimal(10))
    used.run("2027-03-01", delivered=Decimal(38))
    usage = measure_usage(used.segments, used.rows, day("2027-03-11"), Decimal(57))
    assert (usage.since, usage.per_day) == (day("2027-02-01"), Fraction(57 - 10, 38))
    months = simulate(used.segments, used.rows, day("2027-03-11"), 3, usage=usage)
    assert [str(charges_of(month)) for month in months] == ["0", "449.70", "371.10"]
    assert [item.on for month in months for item in month.items] == [
        day("2027-04-01"),
        day("2027-05-01"),
    ]


def test_nothing_is_delivered_in_a_gap_or_behind_the_end():
    plan = (delivered(end="2027-03-11"), delivered("2027-04-01", "2027-05-01"))
    usage = measure_usage(plan, (), day("2027-03-01"), Decimal(59))
    assert (usage.since, usage.per_day) == (day("2027-01-01"), 1)
    assert usage.on(plan, day("2027-04-01")) == 69
    months = simulate(plan, (), day("2027-03-01"), 4, usage=usage)
    assert [str(charges_of(month)) for month in months] == ["690.00", "0", "300.00", "0"]


def test_nothing_is_assumed_before_the_first_day_or_on_other_lines():
    later = measure_usage((delivered("2027-04-01"),), (), day("2027-03-01"), Decimal(0))
    assert later.per_day == 0
    ordered = line("10", start="2027-01-01").segments
    usage = measure_usage(ordered, (), day("2027-03-01"), Decimal(5))
    assert usage.per_day == 0
    assert simulate(ordered, (), START, 3, usage=usage) == simulate(ordered, (), START, 3)


@given(plans(CONVENTIONS), st.integers(0, 120), st.integers(0, 400), st.integers(2, 5))
def test_assumed_deliveries_are_billed_as_the_runs_would(plan, offset, quantity, count):
    plan = [
        replace(step, terms=replace(step.terms, basis="delivered", timing="arrears"))
        for step in plan
    ]
    today = at(offset)
    usage = measure_usage(plan, (), today, Decimal(quantity))
    months, rows = simulate(plan, (), today, count, usage=usage), ()
    for month in months:
        total, moment = Decimal(0), month.span.start
        while month.span.contains(moment):
            items = catch_up(plan, rows, moment, usage.on(plan, moment))
            rows = apply(rows, items)
            total += sum(item.amount for item in items)
            moment += ONE_DAY
        assert charges_of(month) == total


@given(plans(CONVENTIONS), plans(CONVENTIONS), st.integers(0, 220), st.integers(1, 26))
def test_simulation_equals_the_runs_of_the_coming_days(before, plan, offset, count):
    today = at(offset)
    rows = apply((), catch_up(before, (), today))
    months = simulate(plan, rows, today, count)
    assert [month.span for month in months] == list(months_from(today, count))
    for month in months:
        charged = credited = Decimal(0)
        for moment in (month.span.start, month.span.start + timedelta(10), month.span.last_day):
            if not month.span.contains(moment):
                continue
            items = catch_up(plan, rows, moment)
            rows = apply(rows, items)
            charged += sum(short_amount(item) for item in items if short_amount(item) > 0)
            credited -= sum(short_amount(item) for item in items if short_amount(item) < 0)
        assert (charges_of(month), credits_of(month)) == (charged, credited)


def short_amount(item):
    return Decimal(short(item)[3])


@given(plans(CONVENTIONS), st.integers(0, 220))
def test_simulating_changes_nothing(plan, offset):
    once = simulate(plan, (), at(offset), 24)
    assert simulate(iter(plan), iter(()), at(offset), 24) == once
    assert all(isinstance(step, Segment) for step in plan)
    assert once[0].span.start == at(offset) < once[-1].span.end - ONE_DAY
