"""What lies before the matched day need not be read: the same answers with and without it."""

from datetime import date, timedelta
from decimal import Decimal

from billing_properties_test import CONVENTIONS, at, plans, waiting_plans
from hypothesis import event, given, settings
from hypothesis import strategies as st
from support import terms

from engine.billing import apply, billed_until, catch_up, next_billing_date
from engine.ledger import lower
from engine.matched import matched_until, plan_key
from engine.period import Period
from engine.recurrence import Recurrence
from engine.segment import Segment, cut_gaps, end_at

RUNS = 300
LOOKS = (0, 9, 31, 95)


class Memory:
    """Know the matched day of one line as long as it holds, as the addon's runs do."""

    def __init__(self):
        self.day, self.key = None, ""

    def holds(self, plan):
        """Return the matched day, None when the plan before it has become another one."""
        return self.day if self.day and self.key == plan_key(plan, self.day) else None

    def learn(self, plan, rows, today, since):
        """Work it out again from what is left to read."""
        kept = [row for row in rows if since is None or row.full.end > since]
        self.day = matched_until(plan, kept, today, since)
        self.key = plan_key(plan, self.day) if self.day else ""

    def forget(self, rows):
        """Let a row of a full period that begins before the day take it away."""
        if self.day and any(row.full.start < self.day for row in rows):
            self.day = None


def answers(plan, rows, day, since=None):
    """Return all that a run asks of a line."""
    return (
        catch_up(plan, rows, day, since=since),
        catch_up(plan, rows, day, since=since, splits=[day - timedelta(3)]),
        billed_until(plan, rows, since),
        next_billing_date(plan, rows, since=since),
        next_billing_date(plan, rows, day, since),
    )


def check(plan, rows, day, since):
    """Compare the answers from all rows with those from the rows that are left to read."""
    kept = tuple(row for row in rows if row.full.end > since)
    for look in LOOKS:
        then = day + timedelta(look)
        assert answers(plan, kept, then, since) == answers(plan, rows, then), (since, then)


def spliced(plan, other, day):
    """Return a plan that goes on as another one from a day on."""
    later = []
    for segment in other:
        if segment.end is None or segment.end > day:
            start = max(segment.start, day)
            later.append(Segment(start, segment.end, segment.quantity, segment.terms))
    return (*end_at(plan, day), *later) if day > plan[0].start else tuple(later)


@st.composite
def lives(draw):
    """Draw plans that follow each other, gaps, and days of runs, some of which bill ahead."""
    kind = plans(CONVENTIONS) if draw(st.booleans()) else waiting_plans()
    versions = draw(st.lists(kind.filter(bool), min_size=1, max_size=3))
    moments = []
    day = 0
    for _number in range(draw(st.integers(3, 12))):
        day += draw(st.integers(1, 45))
        moments.append(
            (
                at(day),
                draw(st.sampled_from((0, 0, 0, 0, 20, 60))),  # days that are billed ahead
                draw(st.sampled_from((None, None, None, -60, -20, 0, 15, 40))),  # another plan from
                draw(st.sampled_from((None, None, None, None, (-40, 10), (-5, 20), (3, 30)))),
            )
        )
    return versions, moments


@given(lives())
@settings(max_examples=RUNS, deadline=None)
def test_what_is_due_needs_no_row_before_the_matched_day(life):
    versions, moments = life
    plan, *others = versions
    rows, gaps, memory, used = (), [], Memory(), 0
    for today, ahead, change, gap in moments:
        if change is not None and others:
            plan = spliced(plan, others.pop(0), today + timedelta(change)) or plan
        if gap:
            pause = Period(*(today + timedelta(days) for days in gap))
            if not any(pause.overlaps(other) for other in gaps):
                gaps.append(pause)
        served = cut_gaps(plan, gaps)
        since = memory.holds(served)
        if since:
            used += 1
            check(served, rows, today, since)
        items = catch_up(served, rows, today + timedelta(ahead))
        before = rows
        rows = apply(rows, items)
        memory.forget([row for row in rows if row not in before])
        memory.learn(served, rows, today, memory.holds(served))
        assert memory.day is None or memory.day <= today
    event(f"used {min(used, 3)} times")


def monthly(months, **values):
    """Return an open line, and the rows of some months."""
    quantity = Decimal(values.pop("quantity", 2))
    plan = (Segment(date(2027, 1, 1), None, quantity, terms("10", **values)),)
    rows = ()
    for month in range(months):
        rows = apply(rows, catch_up(plan, rows, date(2027, 1 + month, 1)))
    return plan, rows


def test_all_but_the_newest_period_is_matched():
    plan, rows = monthly(6)
    assert matched_until(plan, rows, date(2027, 6, 1)) == date(2027, 6, 1)
    assert matched_until(plan, rows[5:], date(2027, 6, 1), date(2027, 6, 1)) == date(2027, 6, 1)
    assert matched_until(plan, rows, date(2027, 4, 20)) == date(2027, 4, 1)
    assert matched_until(plan, (), date(2027, 4, 20)) is None
    assert matched_until((), (), date(2027, 4, 20)) is None


def test_a_difference_stops_it():
    plan, rows = monthly(6)
    [whole] = plan
    third = date(2027, 3, 10)
    more = (*end_at(plan, third), Segment(third, None, Decimal(3), whole.terms))
    assert matched_until(more, rows, date(2027, 6, 1)) == date(2027, 3, 1)


def test_it_does_not_lie_inside_a_longer_period():
    switch, new_year = date(2027, 6, 10), date(2027, 1, 1)
    yearly = terms("100", Recurrence("year", 1), new_year)
    year = Segment(new_year, None, Decimal(1), yearly)
    rows = apply((), catch_up((year,), (), new_year))
    plan = (
        *end_at((year,), switch),
        Segment(switch, None, Decimal(1), terms("10", anchor=switch)),
    )
    for month in (6, 7, 8, 9):
        rows = apply(rows, catch_up(plan, rows, date(2027, month, 10)))
    assert matched_until(plan, rows, date(2027, 9, 10)) == new_year
    for month in range(10, 14):
        rows = apply(rows, catch_up(plan, rows, date(2027 + month // 13, (month - 1) % 12 + 1, 10)))
    assert matched_until(plan, rows, date(2028, 1, 10)) == date(2028, 1, 10)


def test_the_newest_period_may_be_given_back_whole():
    plan, rows = monthly(2)
    rows = (rows[0], lower(rows[1], rows[1].span, rows[1].quantity, Decimal(20), Decimal(20)))
    assert next_billing_date(plan, rows) == date(2027, 2, 1)
    assert next_billing_date(plan, rows[1:], since=date(2027, 2, 1)) == date(2027, 2, 1)


def test_delivered_quantities_need_every_row():
    plan, _rows = monthly(0, basis="delivered", timing="arrears")
    rows = apply((), catch_up(plan, (), date(2027, 2, 1), delivered=Decimal(3)))
    assert matched_until(plan, rows, date(2027, 6, 1)) is None


def test_the_key_of_a_plan_sees_what_comes_before_the_day_only():
    plan, _rows = monthly(0)
    key = plan_key(plan, date(2027, 6, 1))
    assert key == plan_key(end_at(plan, date(2027, 6, 1)), date(2027, 6, 1))
    assert key == plan_key(plan, date(2027, 7, 1))
    assert key != plan_key(end_at(plan, date(2027, 5, 31)), date(2027, 6, 1))
    assert key != plan_key(monthly(0, quantity=3)[0], date(2027, 6, 1))
    assert key != plan_key(monthly(0, convention="none")[0], date(2027, 6, 1))
