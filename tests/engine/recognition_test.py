"""Revenue as it is earned: months of an amount, and what the books lack."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from conformance import cases
from hypothesis import given
from hypothesis import strategies as st
from support import EUR, day, period

from engine.errors import UnknownConvention
from engine.period import Period
from engine.recognition import (
    METHODS,
    Booking,
    Release,
    Service,
    Standing,
    follow,
    month_end,
    months_of,
    plan,
    schedule,
    weigh_months,
)

YEAR = Service(period("2027-01-01", "2028-01-01"))


def months(amount, *services, method="days", **values):
    """Return the schedule of an amount as texts by month."""
    found = schedule(Decimal(amount), services, method, EUR, **values)
    return {f"{last:%Y-%m}": str(part) for last, part in found.items()}


def booking(amount, on, *services, method="months", **values):
    """Return a booked line in euro."""
    parts = schedule(Decimal(amount), services, method, EUR, **values)
    return Booking(Decimal(amount), day(on), parts)


def told(*changes):
    """Return changes as they come back from the books."""
    return [(one.day, one.change) for one in changes]


def balances(changes):
    """Return deferred and accrued revenue after each one, by day."""
    said, found = Standing(), {}
    for one in changes:
        said += one.change
        found[one.day.isoformat()] = (said.deferred, said.accrued)
    return found


# ----------------------------------------------------------------------
# Months of an amount
# ----------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("revrec").values(), ids=lambda case: case["id"])
def test_published_case(case):
    """Recognise by day as published, and defer the rest."""
    inputs, expected = case["inputs"], case["expected"]
    start = day(inputs["start"])
    end = start.replace(year=start.year + inputs["months"] // 12)
    parts = months(inputs["amount"], Service(Period(start, end)))
    assert sum(map(Decimal, parts.values())) == Decimal(inputs["amount"])
    for month, amount in expected["recognised"]:
        assert Decimal(parts[month]) == Decimal(amount)
    booked = booking(inputs["amount"], inputs["start"], Service(Period(start, end)), method="days")
    changes = [f"{one.change.deferred:+.0f}" for one in plan(booked, [], start)]
    assert changes[: len(expected["deferred_change"])] == expected["deferred_change"]


def test_year_in_advance_is_a_twelfth_each_month():
    """The yearly invoice of 1,200 is 100 a month."""
    assert set(months("1200", YEAR, method="months").values()) == {"100.00"}


def test_last_month_takes_the_remainder():
    """Each month is rounded by itself."""
    quarter = Service(period("2027-01-01", "2027-04-01"))
    assert list(months("100", quarter, method="months").values()) == ["33.33", "33.33", "33.34"]
    assert list(months("-200", quarter, method="months").values()) == ["-66.67", "-66.67", "-66.66"]


def test_small_amount_never_takes_more_than_is_left():
    """Six cents over a year are no twelve cents."""
    parts = list(months("0.06", YEAR, method="months").values())
    assert list(map(Decimal, parts)) == [Decimal("0.01")] * 6 + [Decimal(0)] * 6


def test_full_months_count_where_they_begin():
    """A month from the 15th is revenue of the month of the 15th."""
    service = Service(period("2027-01-15", "2027-04-15"))
    assert months("30", service, method="full_months") == {
        "2027-01": "10.00",
        "2027-02": "10.00",
        "2027-03": "10.00",
    }
    clipped = Service(period("2027-01-31", "2027-02-28"))
    assert months("30", clipped, method="full_months") == {"2027-01": "30"}
    longer = Service(period("2027-01-15", "2027-04-21"))
    assert list(months("40", longer, method="full_months").values()) == ["10.00"] * 3 + ["10.00"]


def test_discount_is_earned_with_the_lines_that_it_lowers():
    """A tenth off a year of 1,200 and a set-up of 300 lowers the month of the set-up most."""
    year = booking("1200", "2027-01-01", YEAR)
    setup = Booking(Decimal(300), day("2027-01-01"), {day("2027-01-31"): Decimal(300)})
    parts = follow(Decimal(-150), [year, setup], EUR)
    assert [str(part) for part in parts.values()] == ["-40.00"] + ["-10.00"] * 11


@given(
    amount=st.decimals(-1000, 1000, places=2),
    lines=st.lists(st.tuples(st.decimals("0.01", 5000, places=2), st.integers(0, 400)), min_size=1),
    method=st.sampled_from(METHODS),
)
def test_discount_is_earned_to_the_cent(amount, lines, method):
    """Whatever it lowers, all of it is earned, never more than all, and in no other month."""
    start = day("2027-01-10")
    bearers = [
        booking(
            str(price),
            "2027-01-10",
            Service(Period(start, start + timedelta(days=1 + days))),
            method=method,
        )
        for price, days in lines
    ]
    parts = follow(amount, bearers, EUR)
    assert sum(parts.values()) == amount
    assert set(parts) <= {month for line in bearers for month in line.months}
    assert all(part * amount >= 0 for part in parts.values())


def test_unknown_method_is_refused():
    """The engine knows three words."""
    with pytest.raises(UnknownConvention):
        weigh_months("weeks", YEAR.span)


def test_days_given_up_are_earned_when_they_are():
    """A contract that ends in June without a credit owes nothing for the second half."""
    gone = Release(period("2027-07-01", "2028-01-01"), day("2027-06-15"))
    parts = months("1200", Service(YEAR.span, released=(gone,)), method="months")
    assert parts["2027-05"] == "100.00"
    assert parts["2027-06"] == "700.00"
    assert "2027-07" not in parts


def test_release_of_some_of_the_quantity_and_its_undoing():
    """Three of eight seats are given up; two of them come back."""
    span, on = period("2027-07-01", "2028-01-01"), day("2027-06-30")
    gone = Release(span, on, Fraction(3, 8))
    back = Release(span, on, Fraction(-2, 8))
    parts = months("960", Service(YEAR.span, released=(gone, back)), method="months")
    assert parts["2027-06"] == "140.00"  # 80 and an eighth of six months
    assert parts["2027-12"] == "70.00"


def test_release_in_its_own_month_changes_nothing():
    """Days that are given up in the month in which they lie are earned in it anyway."""
    gone = Release(period("2027-06-10", "2027-06-20"), day("2027-06-10"))
    assert months("365", Service(YEAR.span, released=(gone,))) == months("365", YEAR)


def test_credit_does_not_reach_back():
    """Nobody knew of it before it was given."""
    parts = months("-120", YEAR, method="months", not_before=day("2027-04-10"))
    assert parts["2027-04"] == "-40.00"
    assert "2027-03" not in parts
    assert parts["2027-05"] == "-10.00"


def test_parts_of_a_line_are_weighed():
    """A line for June and, half as much, for July."""
    june = Service(period("2027-06-01", "2027-07-01"), Decimal(20))
    july = Service(period("2027-07-01", "2027-08-01"), Decimal(10))
    assert months("60", june, july) == {"2027-06": "40.00", "2027-07": "20.00"}


# ----------------------------------------------------------------------
# What the books lack
# ----------------------------------------------------------------------


def test_year_in_advance_is_deferred_and_earned():
    """The balance falls by 100 a month; told once, nothing is missing."""
    booked = booking("1200", "2027-01-10", YEAR)
    changes = plan(booked, [], day("2027-01-01"))
    found = balances(changes)
    assert found["2027-01-31"] == (1100, 0)
    assert found["2027-11-30"] == (100, 0)
    assert found["2027-12-31"] == (0, 0)
    assert plan(booked, told(*changes), day("2027-01-01")) == ()


def test_deferred_on_the_day_of_the_invoice():
    """Told on posting, the books show the whole debt at once."""
    changes = plan(booking("1200", "2027-01-10", YEAR), [], day("2027-01-01"), on_posting=True)
    assert balances(changes[:2]) == {
        "2027-01-10": (1200, 0),
        "2027-01-31": (1100, 0),
    }


def test_service_before_its_invoice_is_accrued():
    """What June served is accrued until July invoices it."""
    june = Service(period("2027-06-01", "2027-07-01"))
    changes = plan(booking("100", "2027-07-01", june), [], day("2027-01-01"))
    assert balances(changes) == {"2027-06-30": (0, 100), "2027-07-31": (0, 0)}


def test_credit_note_lowers_what_is_deferred():
    """A credit is never accrued revenue: the debt to the customer falls."""
    rest = Service(period("2027-07-01", "2028-01-01"))
    changes = plan(booking("-600", "2027-06-15", rest), [], day("2027-01-01"))
    found = balances(changes)
    assert found["2027-06-30"] == (-600, 0)
    assert found["2027-12-31"] == (0, 0)


def test_document_taken_back_is_undone_where_it_was_told():
    """A reset invoice leaves nothing in any month."""
    changes = plan(booking("1200", "2027-01-10", YEAR), [], day("2027-01-01"))[:3]
    undo = plan(None, told(*changes), day("2027-01-01"))
    assert [one.day for one in undo] == [one.day for one in changes]
    assert not sum((one.change for one in (*changes, *undo)), Standing())


def test_closed_months_are_left_alone():
    """What they lack goes into the first open month, and says so."""
    changes = plan(booking("1200", "2027-01-10", YEAR), [], day("2027-01-01"))[:3]
    undo = plan(None, told(*changes), day("2027-03-01"))
    assert [one.day.isoformat() for one in undo] == ["2027-03-31"]
    assert undo[0].is_late
    assert not sum((one.change for one in (*changes, *undo)), Standing())


def test_invoice_of_a_closed_month_was_earned_as_it_was_booked():
    """Taking over old invoices defers what they have not served yet, in the first open month."""
    changes = plan(booking("1200", "2027-01-10", YEAR), [], day("2027-05-01"))
    first, second = changes[:2]
    assert (first.day, first.change.recognised) == (day("2027-01-31"), Decimal(1200))
    assert not first.change.needs_entry
    assert (second.day, second.change.deferred) == (day("2027-05-31"), Decimal(700))
    assert second.is_late
    assert balances(changes)["2027-12-31"] == (0, 0)


def test_monthly_invoice_needs_no_entry():
    """What is earned in the month in which it is invoiced is told without one."""
    june = Service(period("2027-06-01", "2027-07-01"))
    [one] = plan(booking("100", "2027-06-01", june), [], day("2027-01-01"))
    assert not one.change.needs_entry
    assert one.change.invoiced == one.change.recognised == 100


# ----------------------------------------------------------------------
# Properties
# ----------------------------------------------------------------------

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CENTS = st.integers(-200_000, 200_000).filter(bool).map(lambda cents: Decimal(cents) / 100)
SPANS = st.builds(
    lambda start, days: Period(start, start + timedelta(days=days)), DAYS, st.integers(1, 800)
)


@st.composite
def services(draw):
    """Return one to three services, some of whose days are given up."""
    found = []
    for _n in range(draw(st.integers(1, 3))):
        span = draw(SPANS)
        first = draw(st.integers(0, span.days - 1))
        gone = Period(span.start + timedelta(days=first), span.end)
        released = (Release(gone, gone.start),) if draw(st.booleans()) else ()
        found.append(Service(span, Decimal(draw(st.integers(1, 500))), released))
    return found


@st.composite
def bookings(draw):
    """Return a line of a document."""
    amount = draw(CENTS)
    not_before = draw(DAYS) if draw(st.booleans()) else None
    parts = schedule(amount, draw(services()), draw(st.sampled_from(METHODS)), EUR, not_before)
    return Booking(amount, draw(DAYS), parts)


@given(CENTS, services(), st.sampled_from(METHODS), st.none() | DAYS)
def test_months_add_up_and_never_turn(amount, found, method, not_before):
    """Recognised + still deferred = booked at every month end, and the rest only falls."""
    parts = schedule(amount, found, method, EUR, not_before)
    assert sum(parts.values()) == amount
    assert all(part * amount >= 0 for part in parts.values())
    assert all(part == EUR.round(part) for part in parts.values())
    assert list(parts) == sorted(parts)
    assert all(month_end(month) == month for month in parts)


@given(SPANS)
def test_months_tile_the_span(span):
    """Each day lies in one month."""
    found = months_of(span)
    assert sum(days for _last, days in found) == span.days
    by_day = {}
    for n in range(span.days):
        last = month_end(span.start + timedelta(days=n))
        by_day[last] = by_day.get(last, 0) + 1
    assert dict(found) == by_day


@given(bookings(), DAYS)
def test_identity_holds_every_day(line, on):
    """Booked + accrued = recognised + deferred."""
    now = line.get_standing(on)
    assert now.invoiced + now.credited + now.accrued == now.recognised + now.deferred
    assert now.deferred * line.amount >= 0
    assert now.accrued * line.amount >= 0


@given(st.lists(st.tuples(st.none() | bookings(), DAYS, DAYS, st.booleans()), max_size=6))
def test_any_history_ends_right_and_never_touches_closed_months(history):
    """Whatever happens to a line, in whatever order, months closed meanwhile stay as they were."""
    books, first_open = [], date(2026, 1, 1)
    for line, locked, until, on_posting in history:
        first_open = max(first_open, locked)
        changes = plan(line, books, first_open, on_posting=on_posting)
        # What the run books: what is due by a day, some of it; the rest is planned anew.
        booked = [one for one in changes if one.day <= until or not one.change.needs_entry]
        assert all(one.day >= first_open for one in booked if one.change.needs_entry)
        books += told(*booked)
    line = history[-1][0] if history else None
    last = plan(line, books, first_open)
    books += told(*last)
    assert plan(line, books, first_open) == ()
    end = line.get_standing(date.max) if line else Standing()
    assert sum((change for _day, change in books), Standing()) == end
    for n in range(1, 60):
        on = month_end(first_open + timedelta(days=30 * n))
        said = sum((change for day_, change in books if day_ <= on), Standing())
        assert said == (line.get_standing(on) if line else Standing())
