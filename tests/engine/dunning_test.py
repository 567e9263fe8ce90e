"""Steps against unpaid invoices: once, in order, never early, and never all at once."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import dunning
from engine.dunning import ACTIONS, HARMFUL, Step, future_steps, steps_due

DUE = date(2027, 1, 31)
PLAN = (
    Step("c3", 3, "charge"),
    Step("m3", 3, "remind"),
    Step("c7", 7, "charge"),
    Step("m7", 7, "remind"),
    Step("a14", 14, "activity"),
    Step("s20", 20, "suspend"),
    Step("w23", 23, "warn"),
    Step("x30", 30, "close"),
)
plans = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(ACTIONS)), max_size=8, unique=True
).map(lambda rows: [Step(f"{action}{days}", days, action) for days, action in rows])


def live(plan, gaps, grace=0, stop=None):
    """Look at an invoice after each gap of days.

    :return: what was done: (day, key, is_skipped)
    """
    done, told, today = {}, [], DUE
    for gap in gaps:
        today += timedelta(days=gap)
        if stop and today >= stop:
            break
        for planned in steps_due(plan, done, DUE, today, grace):
            done[planned.step.key] = today
            told.append((today, planned.step.key, planned.is_skipped))
        assert not steps_due(plan, done, DUE, today, grace), "a second run of a day does nothing"
    return told


def days(told):
    return [((day - DUE).days, key) for day, key, is_skipped in told if not is_skipped]


def test_on_time_each_step_comes_on_its_day():
    assert days(live(PLAN, [1] * 40)) == [(step.days, step.key) for step in PLAN]


def test_after_a_standstill_one_mail_is_sent_and_the_distances_stay():
    told = live(PLAN, [40] + [1] * 40)
    assert days(told) == [
        (40, "c7"),
        (40, "m7"),
        (40, "a14"),
        (46, "s20"),
        (49, "w23"),
        (56, "x30"),
    ]
    assert [key for _day, key, is_skipped in told if is_skipped] == ["c3", "m3"]


def test_grace_moves_what_would_be_too_early():
    assert days(live(PLAN, [1] * 40, grace=5))[:3] == [(5, "c3"), (5, "m3"), (7, "c7")]


def test_an_added_step_before_one_that_was_done_is_passed_by():
    done = {"m7": DUE + timedelta(days=7)}
    today = DUE + timedelta(days=8)
    assert not steps_due([Step("m7", 7, "remind"), Step("m2", 2, "remind")], done, DUE, today)


def test_what_comes_next_is_known():
    today = DUE + timedelta(days=4)
    done = {"c3": today, "m3": today}
    found = next(iter(future_steps(PLAN, done, DUE, today)), None)
    assert (found.step.key, found.day) == ("c7", today + timedelta(days=4))
    assert [one.step.key for one in future_steps(PLAN, {"x30": today}, DUE, today)] == []
    assert future_steps((), {}, DUE, today) == ()


@pytest.mark.parametrize(
    ("decline", "is_same", "attempts", "verdict"),
    [
        (None, True, 0, dunning.GO),
        ("later", True, 3, dunning.GO),
        ("later", False, 4, dunning.ENOUGH),
        ("method", True, 1, dunning.WAIT),
        ("method", False, 1, dunning.GO),
        ("never", False, 1, dunning.FORBIDDEN),
    ],
)
def test_declines_decide_whether_to_charge_again(decline, is_same, attempts, verdict):
    assert dunning.charge_verdict(decline, is_same, attempts, 4) == verdict


@given(plans, st.lists(st.integers(0, 45), max_size=30), st.integers(0, 10))
def test_each_step_once_in_order_and_never_early(plan, gaps, grace):
    told = live(plan, gaps, grace)
    keys = [key for _day, key, _skipped in told]
    order = [step.key for step in dunning.in_order(plan, grace)]
    assert len(keys) == len(set(keys))
    assert keys == [key for key in order if key in keys]
    assert keys == order[: len(keys)], "no step is lost"
    offsets = {step.key: max(step.days, grace) for step in plan}
    assert all((day - DUE).days >= offsets[key] for day, key, _skipped in told)


@given(plans, st.lists(st.integers(0, 45), max_size=30))
def test_never_two_mails_a_day_nor_harm_before_its_distance(plan, gaps):
    by_day = {}
    steps = {step.key: step for step in plan}
    for day, key, is_skipped in live(plan, gaps):
        if not is_skipped:
            by_day.setdefault(day, []).append(steps[key])
    for found in by_day.values():
        mails = [step for step in found if step.action in ("remind", "warn")]
        harmful = [step for step in found if step.action in HARMFUL]
        assert len(mails) <= 1
        assert all(step.days == one.days for one in harmful for step in found)


@given(plans, st.lists(st.integers(0, 45), min_size=1, max_size=30), st.data())
def test_a_killed_day_is_finished_as_it_was_begun(plan, gaps, data):
    done, today = {}, DUE
    for gap in gaps:
        today += timedelta(days=gap)
        batch = steps_due(plan, done, DUE, today)
        cut = data.draw(st.integers(0, len(batch)))
        done.update({one.step.key: today for one in batch[:cut]})
        assert steps_due(plan, done, DUE, today) == batch[cut:]
        done.update({one.step.key: today for one in batch[cut:]})


@given(plans, st.lists(st.integers(0, 20), min_size=1, max_size=30))
def test_what_is_announced_is_what_happens(plan, gaps):
    """A step that was announced for a day comes on that day when somebody looks on that day."""
    done, today = {}, DUE
    for gap in gaps:
        today += timedelta(days=gap)
        for planned in steps_due(plan, done, DUE, today):
            done[planned.step.key] = today
    found = next(iter(future_steps(plan, done, DUE, today)), None)
    if found:
        assert found.day > today
        assert steps_due(plan, done, DUE, found.day)[0].step == found.step
        early = found.day - timedelta(days=1)
        assert early <= today or not steps_due(plan, done, DUE, early)


def test_plan_is_counted_from_a_late_refusal_but_not_from_what_was_before_the_due_date():
    day = timedelta(days=1)
    assert dunning.counted_from(DUE, []) == DUE
    assert dunning.counted_from(DUE, [(DUE - 9 * day, DUE - 2 * day)]) == DUE
    assert dunning.counted_from(DUE, [(DUE - 9 * day, DUE + 2 * day)]) == DUE + 2 * day
    waits = [(DUE + 8 * day, DUE + 12 * day), (DUE, DUE + 4 * day), (DUE + day, DUE + 2 * day)]
    assert dunning.counted_from(DUE, waits) == DUE + 8 * day


def test_steps_after_a_wait_keep_their_distances():
    waits = [(DUE, DUE + timedelta(days=10))]
    start = dunning.counted_from(DUE, waits)
    found = [planned.day for planned in future_steps(PLAN, {}, start, DUE + timedelta(days=10))]
    assert found == [DUE + timedelta(days=10 + step.days) for step in PLAN]
