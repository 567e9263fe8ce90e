"""Lines billed on what was delivered."""

from dataclasses import replace
from decimal import Decimal

from support import day, line, period, segment, terms, with_quantity, with_terms

from engine.billing import apply, billed_until, catch_up, due, next_billing_date
from engine.ledger import Credit
from engine.segment import cut_gaps, end_at


def delivered_line(price="10", **values):
    """Return a line billed on delivered quantities."""
    return line(price, basis="delivered", **values)


def test_a_period_is_billed_when_it_ended_for_what_was_delivered():
    hours = delivered_line()
    assert next_billing_date(hours.segments, ()) == day("2027-02-01")
    assert hours.bill("2027-01-31", delivered=Decimal(7)) == []
    assert hours.bill("2027-02-01", delivered=Decimal(7)) == [
        ("2027-01-01", "2027-02-01", 7, "70.00")
    ]
    assert next_billing_date(hours.segments, hours.rows) == day("2027-03-01")
    assert billed_until(hours.segments, hours.rows) == day("2027-02-01")
    assert hours.bill("2027-03-05", delivered=Decimal(9)) == [
        ("2027-02-01", "2027-03-01", 2, "20.00")
    ]


def test_a_late_run_bills_all_ended_periods_at_once():
    hours = delivered_line()
    [item] = hours.run("2027-04-15", delivered=Decimal(7))
    assert (item.span, item.on, item.fraction) == (
        period("2027-01-01", "2027-04-01"),
        day("2027-04-01"),
        1,
    )


def test_nothing_delivered_moves_the_date_on():
    hours = delivered_line()
    assert hours.bill("2027-02-01", delivered=Decimal(0)) == [
        ("2027-01-01", "2027-02-01", 0, "0.00")
    ]
    assert next_billing_date(hours.segments, hours.rows) == day("2027-03-01")


def test_less_delivered_than_billed_credits_the_newest_row_first():
    hours = delivered_line()
    hours.run("2027-02-01", delivered=Decimal(5))
    hours.rows = (replace(hours.rows[0], booked=Decimal("40.00")),)
    hours.run("2027-03-01", delivered=Decimal(7))
    hours.run("2027-04-01", delivered=Decimal(7))
    assert hours.bill("2027-05-01", delivered=Decimal(4)) == [
        ("2027-02-01", "2027-03-01", -2, "-20.00"),
        ("2027-01-01", "2027-02-01", -1, "-8.00"),
        ("2027-04-01", "2027-05-01", 0, "0.00"),
    ]
    assert hours.bill("2027-06-01", delivered=Decimal(6)) == [
        ("2027-05-01", "2027-06-01", 2, "20.00")
    ]


def test_a_return_of_more_than_was_billed_stops_at_nothing():
    hours = delivered_line()
    hours.run("2027-02-01", delivered=Decimal(2))
    hours.run("2027-03-01", delivered=Decimal(-3))
    assert hours.net == 0


def test_an_unknown_delivery_bills_nothing():
    hours = delivered_line()
    assert catch_up(hours.segments, (), day("2027-06-01")) == ()
    assert due(hours.segments, (), day("2027-06-01")) == ()
    assert catch_up((), (), day("2027-06-01"), Decimal(3)) == ()


def test_the_ordered_quantity_does_not_matter():
    hours = delivered_line(quantity=0)
    hours.segments = with_quantity(hours.segments, day("2027-01-10"), 9)
    assert hours.bill("2027-02-01", delivered=Decimal(3)) == [
        ("2027-01-01", "2027-02-01", 3, "30.00")
    ]


def test_service_that_stops_is_billed_on_the_day_it_stops():
    hours = delivered_line()
    hours.segments = end_at(hours.segments, day("2027-02-10"))
    hours.run("2027-02-01", delivered=Decimal(1))
    assert next_billing_date(hours.segments, hours.rows) == day("2027-02-10")
    assert hours.bill("2027-03-01", delivered=Decimal(2)) == [
        ("2027-02-01", "2027-02-10", 1, "10.00")
    ]
    assert next_billing_date(hours.segments, hours.rows) is None
    assert hours.bill("2027-09-01", delivered=Decimal(9)) == []


def test_a_pause_with_a_known_end_does_not_end_the_period():
    hours = delivered_line()
    hours.segments = cut_gaps(hours.segments, [period("2027-01-10", "2027-01-20")])
    assert hours.bill("2027-01-15", delivered=Decimal(3)) == []
    assert next_billing_date(hours.segments, ()) == day("2027-02-01")


def test_a_service_that_has_not_begun_is_not_billed():
    hours = delivered_line(start="2027-03-01")
    hours.segments = (
        *end_at(hours.segments, day("2027-03-20")),
        segment("2027-04-25", None, 1, hours.segments[0].terms),
    )
    assert hours.bill("2027-02-01", delivered=Decimal(3)) == []
    assert hours.bill("2027-04-28", delivered=Decimal(3)) == [
        ("2027-03-01", "2027-03-20", 3, "30.00")
    ]


def test_a_new_price_counts_from_the_period_it_ends_in():
    hours = delivered_line()
    dear = terms("20", basis="delivered")
    hours.segments = with_terms(hours.segments, day("2027-02-01"), dear)
    assert hours.bill("2027-02-01", delivered=Decimal(2)) == [
        ("2027-01-01", "2027-02-01", 2, "20.00")
    ]
    assert hours.bill("2027-03-01", delivered=Decimal(3)) == [
        ("2027-02-01", "2027-03-01", 1, "20.00")
    ]


def test_a_deleted_draft_is_billed_again():
    hours = delivered_line()
    for quantity in (3, 0):
        hours.run("2027-02-01", delivered=Decimal(quantity))
        row = hours.rows[-1]
        undo = Credit(
            row.span.end,
            row.key,
            row.terms,
            row.full,
            row.span,
            row.quantity,
            row.booked,
            row.computed,
            1,
        )
        hours.rows = apply(hours.rows, [undo])
        assert next_billing_date(hours.segments, hours.rows) == day("2027-02-01")
        assert len(catch_up(hours.segments, hours.rows, day("2027-02-01"), Decimal(3))) == 1


def test_one_line_may_change_its_basis():
    mixed = line()
    hours = terms("7", basis="delivered")
    mixed.segments = with_terms(mixed.segments, day("2027-02-01"), hours)
    assert mixed.bill("2027-03-01", delivered=Decimal(2)) == [
        ("2027-01-01", "2027-02-01", 1, "10.00"),
        ("2027-02-01", "2027-03-01", 2, "14.00"),
    ]


def test_conventions_do_not_matter_to_quantities():
    for convention in ("fixed_30", "none"):
        hours = delivered_line(start="2027-01-30", anchor="2027-01-31", convention=convention)
        assert hours.bill("2027-01-31", delivered=Decimal(3)) == [
            ("2027-01-30", "2027-01-31", 3, "30.00")
        ]
        hours.segments = end_at(hours.segments, day("2027-02-15"))
        hours.run("2027-02-28", delivered=Decimal(1))
        assert hours.net == 10
