"""The end of a contract cuts steps off and gives them back."""

from hypothesis import given, settings
from hypothesis import strategies as st
from support import START, day, segment, terms, with_quantity

from engine.ending import NO_REMAINDER, Remainder, earliest_end, join_remainder, move_end, split_end
from engine.lifecycle import check_move, state_on
from engine.recurrence import Grid, Recurrence, first_boundary
from engine.segment import end_at, segment_at

MONTHLY = Grid(Recurrence("month", 1), START)
PLAN = (
    segment("2027-01-01", "2027-03-01", 1, terms(10)),
    segment("2027-03-01", "2027-06-01", 2, terms(10)),
    segment("2027-07-01", None, 3, terms(12)),
)
days = st.dates(day("2026-12-01"), day("2028-01-01"))


@settings(max_examples=400)
@given(days)
def test_what_an_end_takes_away_comes_back_when_it_is_revoked(end):
    kept, remainder = move_end(PLAN, NO_REMAINDER, None, end)
    assert kept == end_at(PLAN, end)
    assert move_end(kept, remainder, end, None) == (PLAN, NO_REMAINDER)


@settings(max_examples=400)
@given(days, days)
def test_moving_an_end_twice_is_moving_it_once(first, second):
    kept, remainder = move_end(PLAN, NO_REMAINDER, None, first)
    assert move_end(kept, remainder, first, second) == split_end(PLAN, second)


def test_an_end_inside_a_gap_leaves_what_comes_later_to_be_given_back():
    kept, remainder = split_end(PLAN, day("2027-06-15"))
    assert kept == PLAN[:2]
    assert remainder == Remainder(day("2027-06-01"), PLAN[2:])
    assert join_remainder(kept, remainder) == PLAN
    assert move_end(kept, remainder, day("2027-06-15"), None) == (PLAN, NO_REMAINDER)


def test_a_change_made_after_the_end_was_planned_goes_on_when_it_is_revoked():
    kept, remainder = split_end(PLAN, day("2027-04-01"))
    changed = with_quantity(kept, day("2027-03-15"), 9)
    steps, _remainder = move_end(changed, remainder, day("2027-04-01"), None)
    assert segment_at(steps, day("2027-05-31")).quantity == 9
    assert segment_at(steps, day("2027-07-01")).quantity == 3


def test_a_line_that_ended_for_itself_stays_ended():
    kept, remainder = split_end(PLAN, day("2027-05-01"))
    ended = end_at(kept, day("2027-04-01"))
    assert move_end(ended, remainder, day("2027-05-01"), None) == (ended, NO_REMAINDER)
    assert move_end(PLAN[:1], NO_REMAINDER, None, None) == (PLAN[:1], NO_REMAINDER)


def test_an_end_on_the_first_day_gives_everything_back():
    kept, remainder = split_end(PLAN, day("2027-01-01"))
    assert kept == ()
    assert move_end(kept, remainder, day("2027-01-01"), None) == (PLAN, NO_REMAINDER)


def test_the_earliest_end_respects_notice_commitment_and_periods():
    today, month = day("2027-01-20"), Recurrence("month", 1)
    yearly = Grid(Recurrence("year", 1), START)
    committed = day("2027-04-15")
    assert earliest_end(today) == today
    assert earliest_end(today, month) == day("2027-02-20")
    assert earliest_end(today, month, committed) == committed
    assert earliest_end(day("2027-05-01"), None, committed) == day("2027-05-01")
    assert earliest_end(today, month, committed, [MONTHLY]) == day("2027-05-01")
    assert earliest_end(today, month, committed, [MONTHLY, yearly]) == day("2028-01-01")


def test_the_first_boundary_may_be_the_day_itself():
    assert first_boundary(MONTHLY, day("2027-02-01")) == day("2027-02-01")
    assert first_boundary(MONTHLY, day("2027-02-02")) == day("2027-03-01")


def test_a_reopened_contract_waits_for_its_day_and_can_be_renewed_late():
    start, today = day("2027-01-01"), day("2027-03-01")
    assert state_on(today, start, None, reopens=True) == "upcoming"
    assert state_on(today, start, today, reopens=True) == "closed"
    check_move("closed", "renewed")
