"""Properties of billing: the reference's own four, and equality with the slow reference core."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise

import reference_core as slow
from hypothesis import given, settings
from hypothesis import strategies as st
from support import cover, net, terms, with_quantity

from engine.billing import Charge, apply, billed_until, catch_up, due, next_billing_date
from engine.period import Period
from engine.recurrence import Grid, Recurrence
from engine.segment import Segment, cut_gaps, split_at

FIRST = date(2027, 1, 31)
ANCHORS = {(1, FIRST), (1, date(2027, 1, 1)), (3, FIRST), (12, date(2027, 1, 15))}
LEAP_DAY = (12, date(2024, 2, 29))
PRICES = ("10", "33.33", "99.99", "7380", "0.07", "9.95")
CONVENTIONS = ("actual", "fixed_30", "none")
CENT = Decimal("0.01")
ORACLE_RUNS, ROUNDING_RUNS = 100, 100
SAME_GRIDS = {}


def at(offset):
    """Return a day counted from the first day of the histories."""
    return FIRST + timedelta(offset)


@st.composite
def plans(draw, values=("actual",)):
    """Draw a plan: short steps and gaps, the last one open.

    Up to three terms take turns, with conventions and grids of their own, so that what was left
    comes back; periods may also begin anew with a step.
    """
    first, *lengths = draw(st.lists(st.integers(0, 50), min_size=1, max_size=6))
    cuts = sorted({*accumulate(lengths, initial=first)})
    known = draw(st.lists(any_terms(values), min_size=1, max_size=3))
    steps = []
    for index, start in enumerate(cuts):
        if draw(st.integers(0, 2)) == 2:
            continue
        step_terms = draw(st.sampled_from(known))
        if draw(st.integers(0, 3)) == 3:
            step_terms = replace(step_terms, grid=Grid(step_terms.grid.recurrence, at(start)))
        end = at(cuts[index + 1]) if index + 1 < len(cuts) else None
        steps.append(Segment(at(start), end, Decimal(draw(st.integers(1, 9))), step_terms))
    return tuple(steps)


@st.composite
def any_terms(draw, values):
    """Draw terms; a grid of 29 February only where its days are not counted one by one."""
    convention = draw(st.sampled_from(values))
    grids = sorted(ANCHORS | {LEAP_DAY} if convention == "fixed_30" else ANCHORS)
    months, anchor = draw(st.sampled_from(grids))
    return terms(
        draw(st.sampled_from(PRICES)),
        Recurrence("month", months),
        anchor,
        convention=convention,
        discount=Decimal(draw(st.sampled_from(("0", "0", "33.3")))),
    )


@st.composite
def waiting_plans(draw):
    """Draw a plan in which other steps and gaps follow while a line without proration waits."""
    whole = draw(any_terms(("none",)))
    known = [whole, draw(any_terms(CONVENTIONS)), draw(any_terms(CONVENTIONS)), None]
    lengths = draw(st.lists(st.integers(3, 40), min_size=4, max_size=6))
    marks = list(accumulate(lengths, initial=0))
    order = [whole, None, whole, *draw(st.lists(st.sampled_from(known), min_size=6, max_size=6))]
    steps = []
    for index, (start, drawn) in enumerate(zip(marks, order, strict=False)):
        if drawn is None:
            continue
        its_terms = drawn
        if index > 2 and draw(st.booleans()):
            its_terms = replace(drawn, grid=Grid(drawn.grid.recurrence, at(start)))
        end = at(marks[index + 1]) if index + 1 < len(marks) else None
        steps.append(Segment(at(start), end, Decimal(draw(st.integers(1, 9))), its_terms))
    return tuple(steps)


def slow_terms(its_terms):
    """Return terms as the reference core holds them; it takes each grid by its anchor."""
    known = SAME_GRIDS.setdefault(its_terms.grid, its_terms.grid)
    grid = slow.Grid(known.recurrence.months, known.anchor)
    return slow.Terms(grid, its_terms.unit_amount, its_terms.convention)


def slow_plan(plan):
    """Return a plan as the reference core holds it."""
    return [slow.Seg(s.start, s.end, int(s.quantity), slow_terms(s.terms)) for s in plan]


def slow_items(items):
    """Return the reference's items in a comparable form, credits summed over their row."""
    found = Counter()
    for kind, amount, spans, row in items:
        origin = (row.terms, row.full, row.span, row.qty)
        found[kind, amount, tuple(tuple(span) for span in spans), origin] += 1
    return found


def fast_items(items, rows):
    """Return the engine's items in the same form."""
    found, credits = Counter(), {}
    by_key = {row.key: row for row in rows}
    for item in items:
        span = (item.span.start, item.span.end, int(item.quantity))
        if isinstance(item, Charge):
            found["charge", item.amount, (span,), origin_of(item)] += 1
            continue
        amount, spans = credits.get(item.row_key, (Decimal(0), []))
        credits[item.row_key] = (amount - item.amount, [*spans, span])
    for key, (amount, spans) in credits.items():
        found["credit", amount, tuple(sorted(spans)), origin_of(by_key[key])] += 1
    return found


def origin_of(item):
    """Return what identifies a charge in both cores."""
    full, span = (item.full.start, item.full.end), (item.span.start, item.span.end)
    return slow_terms(item.terms), full, span, int(item.quantity)


@settings(max_examples=ORACLE_RUNS)
@given(
    st.lists(plans(CONVENTIONS), min_size=1, max_size=5),
    st.lists(st.integers(0, 220), min_size=5),
)
def test_every_run_of_a_random_history_equals_the_reference(history, days):
    rows, slow_rows = (), []
    for plan, offset in zip(history, sorted(days), strict=False):
        items = due(plan, rows, at(offset))
        expected = slow.due(slow_plan(plan), slow_rows, at(offset))
        assert fast_items(items, rows) == slow_items(expected)
        assert all(item.amount >= 0 for item in items)
        rows = apply(rows, items)
        assert due(plan, rows, at(offset)) == ()
        left = Counter(row.booked - row.credited for row in rows)
        assert left == Counter(row.booked - row.credited for row in slow_rows)
        assert all(0 <= row.credited <= row.booked for row in rows)
    assert {key: int(held) for key, held in cover(rows).items()} == {
        (fast, moment): held
        for fast in {row.terms for row in rows}
        for row_terms, moment, held in slow_cover(slow_rows)
        if slow_terms(fast) == row_terms
    }


@settings(max_examples=100)
@given(waiting_plans(), st.integers(30, 250))
def test_what_begins_while_a_whole_period_waits_equals_the_reference(plan, offset):
    items = due(plan, (), at(offset))
    expected = slow.due(slow_plan(plan), [], at(offset))
    assert fast_items(items, ()) == slow_items(expected)


@settings(max_examples=ROUNDING_RUNS)
@given(
    st.sampled_from(("0.07", "0.05", "0.11", "9.99")),
    st.sampled_from(("0", "33.3", "12.5")),
    st.sampled_from(("actual", "fixed_30")),
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 20), st.integers(1, 3)),
        min_size=1,
        max_size=8,
    ),
)
def test_rounding_never_turns_a_document_round(price, discount, convention, pauses):
    its_terms = terms(
        price, Recurrence("month", 12), FIRST, discount=Decimal(discount), convention=convention
    )
    rows, today = apply((), due([Segment(FIRST, None, Decimal(2), its_terms)], (), FIRST)), 0
    for wait, length, quantity in pauses:
        line = [Segment(FIRST, None, Decimal(quantity), its_terms)]
        today += wait
        gap = Period(at(today), at(today + length))
        for plan in (cut_gaps(line, [gap]), line):
            items = catch_up(plan, rows, at(today))
            assert all(item.amount >= 0 for item in items)
            rows = apply(rows, items)
    far = apply(rows, catch_up((), rows, at(today)))
    assert net(far) == 0


def slow_cover(rows):
    """Return (terms, day, quantity) of the reference's live days."""
    days = Counter()
    for row in rows:
        for moment, held in row.live.items():
            days[row.terms, moment] += held
    return [(*key, held) for key, held in days.items() if held]


@given(st.lists(plans(), min_size=1, max_size=4), st.lists(st.integers(0, 220), min_size=4))
def test_a_changed_history_ends_where_the_never_changed_twin_does(history, days):
    rows, days = (), sorted(days)[: len(history)]
    for plan, offset in zip(history, days, strict=False):
        rows = apply(rows, due(plan, rows, at(offset)))
    end = at(days[len(history) - 1])
    twin = apply((), due(history[-1], (), end))
    mine, its = cover(rows), cover(twin)
    assert {k: v for k, v in mine.items() if k[1] <= end} == {
        k: v for k, v in its.items() if k[1] <= end
    }
    if mine == its:
        assert abs(net(rows) - net(twin)) <= 2 * CENT * max(1, periods_of(rows))


def periods_of(rows):
    """Return how many full periods rows belong to (each may hide one rounding)."""
    return len({(row.terms, row.full) for row in rows})


@given(plans(), plans(), st.integers(0, 200))
def test_a_change_and_its_undoing_net_to_zero(plan, other, offset):
    rows = apply((), due(plan, (), at(offset)))
    before, covered = net(rows), cover(rows)
    for one in (other, plan):
        rows = apply(rows, due(one, rows, at(offset)))
    if cover(rows) == covered:
        assert net(rows) == before
        return
    far = at(800)  # wanted days may stay billed ahead: later runs even it out
    rows = apply(rows, due(plan, rows, far))
    twin = apply((), due(plan, (), far))
    if cover(rows) == cover(twin):
        assert abs(net(rows) - net(twin)) <= CENT * periods_of(rows)


@given(plans(), st.integers(0, 200), st.integers(1, 220))
def test_a_split_is_invisible(plan, offset, cut):
    rows = apply((), due(plan, (), at(offset)))
    assert due(split_at(plan, at(cut)), rows, at(offset)) == ()


@given(
    st.sampled_from(PRICES),
    st.integers(1, 9),
    st.lists(st.integers(1, 27), min_size=1, max_size=6, unique=True),
    st.sampled_from(("actual", "fixed_30")),
    st.randoms(),
)
def test_parts_of_a_period_sum_to_its_price(price, quantity, cuts, convention, random):
    its_terms = terms(price, anchor=date(2027, 1, 1), convention=convention)
    marks = [date(2027, 1, 1), *(date(2027, 1, cut + 1) for cut in sorted(cuts)), date(2027, 2, 1)]
    plan = [Segment(*span, Decimal(quantity), its_terms) for span in pairwise(marks)]
    random.shuffle(plan)
    rows = ()
    for count in range(len(plan)):
        rows = apply(rows, due(plan[: count + 1], rows, date(2027, 1, 31)))
    assert net(rows) == Decimal(price) * quantity
    for count in range(len(plan)):  # and taken back in parts they leave nothing
        rows = apply(rows, due(plan[count + 1 :], rows, date(2027, 1, 31)))
    assert net(rows) == 0


@given(plans(CONVENTIONS), plans(CONVENTIONS), st.integers(0, 150), st.integers(1, 60))
def test_a_late_run_finds_what_daily_runs_find(old, new, offset, days):
    rows = apply((), catch_up(old, (), at(offset)))
    until = at(offset + days)
    items, daily = [], rows
    for late in range(days + 1):
        found = catch_up(new, daily, at(offset + late))
        daily = apply(daily, found)
        items += found
    caught = catch_up(new, rows, until)
    assert caught == tuple(sorted(items, key=lambda item: item.on))
    rows = apply(rows, caught)
    assert cover(rows) == cover(daily)
    assert catch_up(new, rows, until) == ()


@given(plans(CONVENTIONS), plans(CONVENTIONS), st.integers(0, 150), st.integers(0, 100))
def test_days_that_are_over_end_up_as_the_reference_says(old, new, offset, days):
    rows = apply((), catch_up(old, (), at(offset)))
    until = at(offset + days)
    caught = apply(rows, catch_up(new, rows, until))
    by_law = apply(rows, due(new, rows, until))
    assert {k: v for k, v in cover(caught).items() if k[1] <= until} == {
        k: v for k, v in cover(by_law).items() if k[1] <= until
    }
    for item in due(new, caught, until):
        assert item.span.start > until
    far = at(900)
    caught, by_law = (apply(some, catch_up(new, some, far)) for some in (caught, by_law))
    assert cover(caught) == cover(by_law)
    assert abs(net(caught) - net(by_law)) <= 2 * CENT * max(1, periods_of(caught))


@given(plans(), st.integers(0, 150))
def test_the_first_run_of_a_period_bills_what_the_reference_bills(plan, offset):
    rows = apply((), catch_up(plan, (), at(offset) - timedelta(1)))
    fresh = {
        (track.terms, full.start)
        for track in plan
        for full in [track.terms.grid.period_at(at(offset))]
        if full.start == at(offset)
    }
    law = [i for i in due(plan, rows, at(offset)) if (i.terms, i.full.start) in fresh]
    mine = [i for i in catch_up(plan, rows, at(offset)) if (i.terms, i.full.start) in fresh]
    assert law == mine


@given(plans(CONVENTIONS), plans(CONVENTIONS), st.integers(0, 150))
def test_the_next_date_is_the_first_day_with_something_due(old, new, offset):
    rows = apply((), catch_up(old, (), at(offset)))
    found = next_billing_date(new, rows)
    if found is None:
        assert catch_up(new, rows, at(1000)) == ()
        return
    for late in (0, 1, 5, 20):
        assert catch_up(new, rows, found + timedelta(late))
    before = max(found - timedelta(1), at(offset))
    assert catch_up(new, rows, before) == () or before >= found


@given(plans(CONVENTIONS), st.integers(0, 150))
def test_what_is_billed_until_a_day_is_covered_up_to_it(plan, offset):
    rows = apply((), catch_up(plan, (), at(offset)))
    until = billed_until(plan, rows)
    if until is None:
        assert not plan or plan[0].start > at(offset)
        return
    assert due(plan, rows, until - timedelta(1)) == ()
    assert catch_up(plan, rows, until - timedelta(1)) == ()


@given(plans(), st.integers(0, 200), st.integers(1, 9), st.integers(0, 200))
def test_credits_never_exceed_charges(plan, offset, quantity, change):
    rows = apply((), catch_up(plan, (), at(offset)))
    is_left = any(part.stop > at(change) for part in plan)
    changed = with_quantity(plan, at(change), quantity) if is_left else plan
    for one in (changed, (), plan, ()):
        rows = apply(rows, catch_up(one, rows, at(offset)))
        assert all(0 <= row.credited <= row.booked for row in rows)
    assert net(rows) == 0


def test_the_grids_of_the_histories_differ():
    assert len({Grid(Recurrence("month", months), anchor) for months, anchor in ANCHORS}) == 4
