"""The next period is found, billed once before it begins, and given back when things change."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from support import Line, day, line, segment, terms, with_quantity

from engine.period import Period
from engine.prepayment import is_prepayable, next_period_date
from engine.segment import cut_gaps, end_at


def ahead(one, after="2027-01-15"):
    """Return the day on which the next period of a line falls due."""
    return next_period_date(one.segments, one.rows, day(after))


def test_the_next_period_follows_what_is_billed():
    monthly = line()
    monthly.bill("2027-01-01")
    assert ahead(monthly) == day("2027-02-01")
    monthly.bill("2027-02-01")
    assert ahead(monthly) == day("2027-03-01")


def test_only_what_is_ordered_in_advance_has_a_price_before_it_begins():
    assert is_prepayable(terms(10))
    for values in ({"timing": "arrears"}, {"basis": "delivered"}):
        assert not is_prepayable(terms(10, **values))
        assert ahead(line(**values)) is None


def test_nothing_follows_a_line_that_ends_with_its_period():
    ending = line(end="2027-02-01")
    ending.bill("2027-01-01")
    assert ahead(ending) is None


def test_a_change_inside_a_billed_period_is_no_period():
    rise = Line(
        segment("2027-01-01", "2027-01-20", 1, terms(10)),
        segment("2027-01-20", None, 1, terms(12)),
    )
    rise.bill("2027-01-15")
    assert ahead(rise) == day("2027-02-01")


def test_a_planned_fall_of_the_quantity_is_no_period():
    fall = Line(
        segment("2027-01-01", "2027-01-20", 3, terms(10)),
        segment("2027-01-20", None, 1, terms(10)),
    )
    fall.bill("2027-01-15")
    assert ahead(fall) == day("2027-02-01")


def test_a_period_that_was_given_back_can_be_paid_again():
    monthly = line()
    monthly.bill("2027-02-01")
    steps = monthly.segments
    monthly.segments = cut_gaps(steps, [Period(day("2027-02-01"), day("2027-03-01"))])
    monthly.bill("2027-02-01")
    monthly.segments = steps
    assert ahead(monthly) == day("2027-02-01")


def test_a_return_from_a_pause_is_the_beginning_of_what_is_billed_next():
    monthly = line()
    monthly.bill("2027-01-01")
    monthly.segments = cut_gaps(monthly.segments, [Period(day("2027-01-20"), day("2027-02-10"))])
    assert ahead(monthly) == day("2027-02-10")


moments = st.dates(day("2027-01-01"), day("2027-02-27"))


@settings(max_examples=300)
@given(moments, moments, st.integers(0, 5), st.booleans())
def test_paying_ahead_never_changes_what_all_runs_bill_together(today, change, quantity, is_end):
    """Whoever pays ahead owes in the end what everybody owes who did not, to the cent."""
    early, usual = line("9.99", quantity=3), line("9.99", quantity=3)
    for one in (early, usual):
        one.run(today.isoformat())
    ahead_on = next_period_date(early.segments, early.rows, today)
    early.run(ahead_on.isoformat())
    day_of_change = max(today, change)
    for one in (early, usual):
        one.segments = (
            end_at(one.segments, day_of_change)
            if is_end
            else with_quantity(one.segments, day_of_change, quantity)
        )
        one.run(day_of_change.isoformat())
    for moment in ("2027-03-01", "2027-03-31"):
        for one in (early, usual):
            one.run(moment)
    assert abs(early.net - usual.net) <= Decimal("0.03")
