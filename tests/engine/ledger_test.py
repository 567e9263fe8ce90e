"""Booking never loses a row, and one end gives one credit line."""

import pytest
from support import Line, day, line, segment, terms

from engine.billing import apply, catch_up, ledger
from engine.errors import DuplicateRow
from engine.ledger import Entry
from engine.period import Period
from engine.segment import end_at


def test_rows_that_were_taken_out_do_not_let_new_ones_overwrite_others():
    months = line()
    months.run("2027-03-01")
    left = months.rows[1:]
    items = catch_up(months.segments, left, day("2027-03-01"))
    rows = apply(left, items)
    assert len(rows) == 3
    assert rows[:2] == left
    assert catch_up(months.segments, rows, day("2027-03-01")) == ()


def test_two_rows_with_one_key_are_refused():
    months = line()
    months.run("2027-01-01")
    with pytest.raises(DuplicateRow) as caught:
        apply([*months.rows, *months.rows], ())
    assert caught.value.key == ("new", 0)


def test_two_entries_with_one_key_are_refused():
    month = Period(day("2027-01-01"), day("2027-02-01"))
    entry = Entry(1, "charge", terms("10"), month, month, 1, 10, 10)
    with pytest.raises(DuplicateRow):
        ledger([entry, entry])


def test_an_end_on_the_first_day_of_more_gives_one_credit():
    hundred = terms("100")
    seats = Line(
        segment("2027-01-01", "2027-02-01", 2, hundred), segment("2027-02-01", None, 7, hundred)
    )
    seats.run("2027-02-01")
    seats.segments = end_at(seats.segments, day("2027-02-01"))
    assert seats.bill("2027-02-01") == [("2027-02-01", "2027-03-01", -7, "-700.00")]


def test_a_smaller_step_that_is_left_out_leaves_parts_that_differ():
    hundred = terms("100")
    seats = Line(
        segment("2027-01-01", "2027-02-01", 2, hundred), segment("2027-02-01", None, 7, hundred)
    )
    seats.run("2027-02-01")
    seats.segments = (
        segment("2027-01-01", "2027-02-01", 2, hundred),
        segment("2027-02-15", None, 1, hundred),
    )
    credits = seats.bill("2027-02-20")
    assert sum(float(amount) for _start, _end, _quantity, amount in credits) == -650
