"""Properties of changes: what was asked for changes, and nothing else."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from support import MONTH, START, terms

from engine.change import VALUES, change_values, opening_segments, revoke_change, value_of
from engine.errors import EngineError
from engine.segment import check_tiling, segment_at

DAYS = 150
NUMBERS = st.sampled_from((0, 5, 10, 20)).map(Decimal)
CHANGES = st.lists(
    st.tuples(st.sampled_from(VALUES), NUMBERS, st.integers(0, DAYS), st.integers(0, 60)),
    max_size=6,
)


def later(days):
    """Return a day counted from the first day of the line."""
    return START + timedelta(days)


def build(trial, changes):
    """Return the steps of a line after some changes, those that are refused left out."""
    steps = opening_segments(
        START, None, Decimal(5), terms("10", MONTH, later(trial)), trial_end=later(trial)
    )
    for name, value, day, days in changes:
        until = later(day + days) if days else None
        try:
            steps = change_values(steps, later(day), until, values={name: value})
        except EngineError:
            continue
    return steps


def days_of(steps, name):
    """Return the value of each day, None where it is a trial that the value passes by."""
    found = [segment_at(steps, later(day)) for day in range(DAYS + 70)]
    return [
        None if name != "quantity" and step.kind == "trial" else value_of(step, name)
        for step in found
    ]


def expected_days(before, day, until, value):
    """Change values day by day: until the first one that differs from that of the first day."""
    after, old = list(before), None
    for index in range(day, until):
        if before[index] is None:
            continue
        old = before[index] if old is None else old
        if before[index] != old:
            break
        after[index] = value
    return after


@given(st.sampled_from((0, 14)), CHANGES, st.sampled_from(VALUES), NUMBERS, st.integers(0, DAYS))
def test_a_change_holds_until_the_next_one_of_its_value(trial, changes, name, value, day):
    steps = build(trial, changes)
    changed = change_values(steps, later(day), values={name: value})
    assert check_tiling(changed) == changed
    for other in VALUES:
        before = days_of(steps, other)
        if other == name:
            before = expected_days(before, day, len(before), value)
        assert days_of(changed, other) == before


@given(
    st.sampled_from((0, 14)),
    CHANGES,
    st.sampled_from(VALUES),
    NUMBERS,
    st.integers(0, DAYS),
    st.integers(1, 60),
)
def test_a_change_for_some_days_touches_no_other_day(trial, changes, name, value, day, days):
    steps = build(trial, changes)
    try:
        changed = change_values(steps, later(day), later(day + days), values={name: value})
    except EngineError:
        before = [held for held in days_of(steps, name)[day : day + days] if held is not None]
        assert len(set(before)) > 1
        return
    for other in VALUES:
        before = days_of(steps, other)
        if other == name:
            before = expected_days(before, day, day + days, value)
        assert days_of(changed, other) == before


@given(CHANGES, st.integers(0, 9))
def test_what_is_revoked_never_begins_and_the_days_before_stay(changes, which):
    steps = build(0, changes)
    starts = [step.start for step in steps[1:]]
    if not starts:
        return
    start = starts[which % len(starts)]
    revoked = revoke_change(steps, start)
    index = (start - START).days
    for name in VALUES:
        before, after = days_of(steps, name), days_of(revoked, name)
        assert after[:index] == before[:index]
        assert after[index] == before[index - 1]
