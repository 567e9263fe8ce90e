"""Values and their refusals: periods, money, proration, terms, segments, limits, states."""

import doctest
import importlib
import pkgutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from support import EUR, Line, day, line, period, segment, terms, with_quantity

import engine
from engine import errors
from engine.billing import LedgerRow, apply, catch_up, check_limits
from engine.change import change_values
from engine.errors import (
    CreditTooLarge,
    ForbiddenMove,
    InvalidAmount,
    InvalidPeriod,
    TooFarAhead,
    TooManyItems,
    UnknownConvention,
)
from engine.lifecycle import MOVES, STATES, check_move, state_on
from engine.money import Currency, to_decimal
from engine.period import FOREVER, Period
from engine.proration import measure
from engine.recurrence import Recurrence
from engine.segment import end_at, monthly, mrr, segment_at

MODULES = [name for _finder, name, _package in pkgutil.iter_modules(engine.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name):
    module = importlib.import_module(f"engine.{name}")
    result = doctest.testmod(module, extraglobs={"date": date})
    assert result.failed == 0


def test_the_modules_that_compute_show_examples():
    computing = {"period", "recurrence", "money", "proration", "segment", "ledger", "lifecycle"}
    for name in computing:
        module = importlib.import_module(f"engine.{name}")
        assert sum(len(test.examples) for test in doctest.DocTestFinder().find(module))


def test_a_period_ends_after_it_starts():
    with pytest.raises(InvalidPeriod) as caught:
        period("2027-01-01", "2027-01-01")
    assert (caught.value.start, caught.value.end) == (day("2027-01-01"), day("2027-01-01"))


def test_periods_that_only_touch_share_nothing():
    one, two = period("2027-01-01", "2027-02-01"), period("2027-02-01", "2027-03-01")
    assert one.intersect(two) is None
    assert one < two


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "ten", None, "-Infinity"])
def test_only_finite_numbers_are_amounts(value):
    with pytest.raises(InvalidAmount) as caught:
        to_decimal(value)
    assert caught.value.what == "amount"


@pytest.mark.parametrize("rounding", ["0", "-0.01", "NaN"])
def test_a_currency_needs_a_positive_step(rounding):
    with pytest.raises(InvalidAmount):
        Currency("EUR", Decimal(rounding))


def test_floats_mean_the_number_that_they_show():
    assert to_decimal(0.1) + to_decimal(0.2) == Decimal("0.3")
    assert to_decimal(1e-07) == Decimal("1E-7")
    assert to_decimal(Decimal("9.950")) == Decimal("9.95")


def test_halves_are_rounded_away_from_zero():
    assert [str(EUR.round(Fraction(n, 200))) for n in (1, -1, 3, -3)] == [
        "0.01",
        "-0.01",
        "0.02",
        "-0.02",
    ]


def test_a_span_outside_its_period_has_no_measure():
    full = period("2027-01-01", "2027-02-01")
    for span in (period("2026-12-31", "2027-01-05"), period("2027-01-05", "2027-02-02")):
        with pytest.raises(InvalidPeriod):
            measure("actual", full, span)
    with pytest.raises(UnknownConvention):
        measure("lunar", full, full)


def test_a_period_without_30_360_length_counts_days():
    full = period("2027-01-30", "2027-01-31")
    assert measure("fixed_30", full, full) == 1


@pytest.mark.parametrize("what", ["convention", "timing", "basis"])
def test_terms_know_their_words(what):
    with pytest.raises(UnknownConvention) as caught:
        terms("10", **{what: "sometimes"})
    assert (caught.value.what, caught.value.value) == (what, "sometimes")


def test_terms_are_compared_by_value():
    one, two = terms("10.00"), terms("10", anchor="2027-03-01")
    assert one == two
    assert hash(one) == hash(two)
    same = one
    assert one == same
    assert one != terms("10", discount=Decimal(5))
    assert one != terms("10", currency=replace(EUR, code="USD"))
    assert one != terms("10", unit="hour")
    assert one != "10 euro a month"
    assert replace(one, price=Decimal(11)).unit_amount == 11


def test_segments_are_checked():
    with pytest.raises(InvalidPeriod):
        segment("2027-01-01", "2027-01-01", 1, terms("10"))
    with pytest.raises(InvalidAmount) as caught:
        segment("2027-01-01", None, -1, terms("10"))
    assert (caught.value.what, caught.value.value) == ("quantity", -1)
    with pytest.raises(UnknownConvention):
        segment("2027-01-01", None, 1, terms("10"), kind="gift")
    assert segment("2027-01-01", None, 1, terms("10")).stop == FOREVER


def test_a_limited_change_comes_back():
    steps = change_values(
        [segment("2027-01-01", None, 5, terms("10"))],
        day("2027-02-01"),
        day("2027-05-01"),
        values={"price": Decimal(8)},
        kind="limited",
    )
    assert [(s.start.isoformat(), s.terms.price, s.kind) for s in steps] == [
        ("2027-01-01", 10, "permanent"),
        ("2027-02-01", 8, "limited"),
        ("2027-05-01", 10, "permanent"),
    ]
    with pytest.raises(InvalidPeriod):
        change_values(steps, day("2027-02-01"), day("2027-02-01"), values={"quantity": Decimal(1)})


def test_a_change_and_its_undoing_leave_no_trace():
    start = (segment("2027-01-01", None, 5, terms("10")),)
    changed = with_quantity(start, day("2027-02-01"), 8)
    assert with_quantity(changed, day("2027-02-01"), 5) == start


def test_nothing_is_in_force_in_a_gap():
    steps = end_at([segment("2027-01-01", None, 5, terms("10"))], day("2027-02-01"))
    assert segment_at(steps, day("2027-01-31")) == steps[0]
    assert segment_at(steps, day("2027-02-01")) is None


@pytest.mark.parametrize(
    ("unit", "count", "expected"),
    [
        ("month", 1, "100.000000"),
        ("month", 3, "33.333333"),
        ("year", 1, "8.333333"),
        ("year", 2, "4.166667"),
        ("week", 1, "434.821429"),
        ("week", 2, "217.410714"),
        ("day", 1, "3043.750000"),
    ],
)
def test_monthly_revenue_follows_the_recurrence(unit, count, expected):
    its_terms = terms("100", Recurrence(unit, count))
    assert str(mrr(segment("2027-01-01", None, 1, its_terms))) == expected
    assert mrr(segment("2027-01-01", None, 0, its_terms)) == 0


def test_a_month_holds_a_third_of_a_quarter():
    assert monthly(terms("1", Recurrence("month", 3))) == Fraction(1, 3)


class TestLimits:
    def test_many_items_are_refused(self):
        late = line()
        items = catch_up(late.segments, (), day("2028-03-01"))
        check_limits(items, (), day("2028-03-01"))
        items = catch_up(late.segments, (), day("2028-04-01"))
        with pytest.raises(TooManyItems) as caught:
            check_limits(items, (), day("2028-04-01"))
        assert (caught.value.limit, caught.value.count) == (15, 16)

    def test_charges_far_ahead_are_refused(self):
        for years, refused in ((3, False), (4, True)):
            its_terms = terms("10", Recurrence("year", years))
            long = Line(segment("2027-01-01", None, 1, its_terms))
            items = catch_up(long.segments, (), day("2027-01-01"))
            if not refused:
                check_limits(items, (), day("2027-01-01"))
                continue
            with pytest.raises(TooFarAhead) as caught:
                check_limits(items, (), day("2027-01-01"))
            assert (caught.value.limit_months, caught.value.day) == (36, day("2031-01-01"))

    def test_credits_are_weighed_in_periods(self):
        paid = line(quantity=8)
        paid.run("2027-05-01")
        one_seat = with_quantity(paid.segments, day("2027-01-01"), 7)
        check_limits(catch_up(one_seat, paid.rows, day("2027-05-10")), paid.rows, day("2027-05-10"))
        gone = end_at(paid.segments, day("2027-02-01"))
        items = catch_up(gone, paid.rows, day("2027-05-10"))
        with pytest.raises(CreditTooLarge) as caught:
            check_limits(items, paid.rows, day("2027-05-10"))
        assert (caught.value.limit_periods, caught.value.periods) == (3, 4)
        assert caught.value.amount == 320
        check_limits(items, paid.rows, day("2027-05-10"), max_credit_periods=4)

    def test_seats_that_were_added_one_by_one_weigh_as_much_as_together(self):
        grown = line(quantity=1)
        for number in range(2, 9):
            grown.run(f"2027-01-0{number - 1}")
            grown.segments = with_quantity(grown.segments, day(f"2027-01-0{number}"), number)
        grown.run("2027-01-08")
        one_left = with_quantity(grown.segments, day("2027-01-08"), 1)
        items = catch_up(one_left, grown.rows, day("2027-01-08"))
        assert len(items) == 7
        check_limits(items, grown.rows, day("2027-01-08"), max_credit_periods=1)

    def test_a_credit_of_an_unknown_row_weighs_in_full(self):
        paid = line()
        paid.run("2027-01-01")
        items = catch_up((), paid.rows, day("2027-01-10"))
        with pytest.raises(CreditTooLarge):
            check_limits(items, (), day("2027-01-10"), max_credit_periods=0)


class TestLifecycle:
    def test_no_state_is_dead_and_every_state_can_be_reached(self):
        assert MOVES.keys() == set(STATES)
        for start in STATES:
            reached, seen = {start}, set()
            while reached - seen:
                state = (reached - seen).pop()
                seen.add(state)
                reached |= MOVES[state]
            assert seen >= set(STATES) - {"draft"}
        assert "draft" in MOVES["upcoming"]

    def test_only_listed_moves_are_allowed(self):
        for state, target in product(STATES, STATES):
            if target == state or target in MOVES[state]:
                check_move(state, target)
                continue
            with pytest.raises(ForbiddenMove) as caught:
                check_move(state, target)
            assert (caught.value.state, caught.value.target) == (state, target)
        with pytest.raises(ForbiddenMove):
            check_move("lost", "active")

    @pytest.mark.parametrize(
        ("today", "flags", "expected"),
        [
            ("2027-01-31", {}, "upcoming"),
            ("2027-02-01", {}, "active"),
            ("2027-02-01", {"paused": True}, "paused"),
            ("2027-02-01", {"paused": True, "suspended": True}, "suspended"),
            ("2027-02-28", {}, "active"),
            ("2027-03-01", {"paused": True}, "closed"),
            ("2027-03-01", {"renewed": True}, "renewed"),
        ],
    )
    def test_dates_give_the_state(self, today, flags, expected):
        assert state_on(day(today), day("2027-02-01"), day("2027-03-01"), **flags) == expected

    def test_a_contract_without_a_start_is_a_draft(self):
        assert state_on(day("2027-01-01"), None) == "draft"

    def test_time_moves_a_contract_along_listed_moves_only(self):
        flags = [{"paused": p, "suspended": s} for p, s in product((False, True), repeat=2)]
        dates = [day(text) for text in ("2027-01-31", "2027-02-10")]
        found = {state_on(d, day("2027-02-01"), None, **f) for d in dates for f in flags}
        for state, target in product(found - {"upcoming"}, found - {"upcoming"}):
            check_move(state, target)
        for target in found:
            check_move("upcoming", target)


def test_every_refusal_is_an_engine_error():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    own = [kind for kind in kinds if kind.__module__ == errors.__name__]
    assert len(own) > 10
    assert all(issubclass(kind, errors.EngineError) for kind in own)


def test_rows_can_be_booked_without_any_item():
    full = Period(day("2027-01-01"), day("2027-02-01"))
    row = LedgerRow(1, terms("10"), full, full, Decimal(1), Decimal(10), Decimal(10))
    assert apply([row], []) == (row,)
