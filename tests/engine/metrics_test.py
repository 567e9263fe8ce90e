"""Properties of movements, figures, cohorts and forecasts."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics.cohort import (
    INTERVALS,
    arranged,
    averages,
    cohorts,
    cohorts_of_changes,
    grid_of,
)
from engine.metrics.definitions import DEFINITIONS
from engine.metrics.forecast import Assumptions, error_of, forecast, measured, spread
from engine.metrics.kpi import (
    Totals,
    average_revenue,
    gross_churn,
    growth,
    grr,
    lifetime_value,
    logo_churn,
    net_churn,
    nrr,
    renewal_rate,
)
from engine.metrics.movement import (
    KINDS,
    Break,
    Member,
    Piece,
    Policy,
    customer_kind,
    movements,
    revalue,
    worth_on,
)
from engine.period import FOREVER

DAY0 = date(2027, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: DAY0 + timedelta(days))
AMOUNTS = st.integers(0, 5).map(lambda euros: Decimal(euros) * 10)
POLICIES = st.builds(
    Policy,
    *(st.booleans() for _number in range(5)),
    st.none() | st.integers(0, 30),
)


@st.composite
def spans(draw, most):
    """Draw spans of days that do not overlap, the last one perhaps without an end."""
    days = sorted(draw(st.sets(DAYS, max_size=2 * most)))
    found = list(zip(days[::2], days[1::2], strict=False))
    if len(days) % 2:
        found.append((days[-1], FOREVER))
    return found


@st.composite
def members(draw):
    """Draw one contract: two products, each with steps, and breaks."""
    pieces = [
        Piece(start, stop, product, draw(AMOUNTS), draw(st.none() | AMOUNTS), draw(st.booleans()))
        for product in "ab"
        for start, stop in draw(spans(3))
    ]
    kinds = st.sampled_from(("pause", "suspension", "closure"))
    breaks = [
        Break(start, stop, draw(kinds), draw(st.none() | DAYS)) for start, stop in draw(spans(2))
    ]
    return Member(tuple(pieces), tuple(breaks))


CHAINS = st.lists(members(), max_size=3)


@given(CHAINS, DAYS, POLICIES)
def test_movements_add_up_to_the_worth_of_every_day(chain, until, policy):
    found = movements(chain, until, policy)
    assert all(move.day <= until for move in found)
    for number in range(62):
        day = DAY0 + timedelta(number)
        if day <= until:
            moved = sum(move.amount for move in found if move.day <= day)
            assert moved == worth_on(chain, day, policy)


@given(CHAINS, DAYS, POLICIES)
def test_parts_add_up_to_their_movement_and_to_their_product(chain, until, policy):
    by_product = defaultdict(Decimal)
    for move in movements(chain, until, policy):
        assert move.kind in KINDS
        assert move.amount == sum(amount for _product, amount in move.parts)
        assert move.parts
        for product, amount in move.parts:
            assert amount
            by_product[product] += amount
    for product in "ab":
        alone = [
            Member(tuple(p for p in member.pieces if p.product == product), member.breaks)
            for member in chain
        ]
        assert by_product[product] == worth_on(alone, until, policy)


@given(CHAINS, DAYS)
def test_what_a_later_day_tells_begins_with_what_an_earlier_day_told(chain, until):
    later = movements(chain, DAY0 + timedelta(61))
    assert movements(chain, until) == [move for move in later if move.day <= until]


@given(CHAINS)
def test_one_movement_a_day_but_for_the_end_inside_a_pause(chain):
    by_day = defaultdict(list)
    for move in movements(chain, FOREVER):
        by_day[move.day].append(move)
    for found in by_day.values():
        if len(found) > 1:
            assert [move.kind for move in found] == ["resume", "churn"]
            assert sum(move.amount for move in found) == 0


@given(CHAINS)
def test_a_contract_is_new_once_and_signs_follow_the_kind(chain):
    found = movements(chain, FOREVER)
    kinds = [move.kind for move in found]
    assert kinds.count("new") <= 1
    assert "new" not in kinds or kinds.index("new") == next(
        number for number, move in enumerate(found) if move.amount > 0
    )
    for move in found:
        if move.kind in ("new", "expansion", "reactivation", "resume"):
            assert move.amount > 0
        elif move.kind == "transfer":
            assert move.amount == 0
        else:
            assert move.amount < 0


def test_a_renewal_is_silent_at_the_same_price_and_expansion_above_it():
    old = Member((Piece(DAY0, DAY0 + timedelta(30), "a", Decimal(10)),))
    for price, kinds in ((10, []), (12, ["expansion"]), (7, ["contraction"])):
        new = Member((Piece(DAY0 + timedelta(30), FOREVER, "a", Decimal(price)),))
        assert [move.kind for move in movements([new, old], FOREVER)] == ["new", *kinds]


def test_a_trial_is_new_when_it_is_paid_for():
    pieces = (
        Piece(DAY0, DAY0 + timedelta(14), "a", Decimal(0)),
        Piece(DAY0 + timedelta(14), FOREVER, "a", Decimal(10)),
    )
    [found] = movements([Member(pieces)], FOREVER)
    assert (found.kind, found.day) == ("new", DAY0 + timedelta(14))


def test_who_ends_while_paused_is_lost_on_the_day_of_the_end():
    gap = Break(DAY0 + timedelta(5), FOREVER, "pause")
    member = Member((Piece(DAY0, DAY0 + timedelta(9), "a", Decimal(10)),), (gap,))
    found = [(move.kind, move.amount) for move in movements([member], FOREVER)]
    assert found == [("new", 10), ("pause", -10), ("resume", 10), ("churn", -10)]


def test_who_was_paused_from_the_first_day_was_never_lost():
    gap = Break(DAY0, DAY0 + timedelta(5), "pause")
    member = Member((Piece(DAY0, DAY0 + timedelta(5), "a", Decimal(10)),), (gap,))
    assert movements([member], FOREVER) == []


def test_who_comes_back_late_is_new_when_the_policy_says_so():
    pieces = (
        Piece(DAY0, DAY0 + timedelta(5), "a", Decimal(10)),
        Piece(DAY0 + timedelta(20), FOREVER, "a", Decimal(10)),
    )
    for days, kind in ((None, "reactivation"), (15, "reactivation"), (14, "new")):
        found = movements([Member(pieces)], FOREVER, Policy(reactivation_days=days))
        assert [move.kind for move in found] == ["new", "churn", kind]


@given(st.lists(st.tuples(AMOUNTS, st.integers(1, 300)), max_size=8))
def test_the_drift_of_rates_leaves_nothing_behind(history):
    booked = Decimal(0)
    for balance, rate in history:
        booked += revalue(balance, booked, Decimal(rate) / 100)
    booked += revalue(Decimal(0), booked, Decimal(2))
    assert booked == 0


@given(AMOUNTS, AMOUNTS, st.booleans())
def test_a_customer_moves_as_the_sum_of_the_contracts(before, after, had):
    kind = customer_kind(before, after, had=had)
    assert (kind is None) == (before == after)
    assert (kind == "churn") == bool(before and not after)


MONTHS = st.builds(
    Totals,
    opening=st.integers(0, 1000).map(Decimal),
    new=st.integers(0, 100).map(Decimal),
    expansion=st.integers(0, 100).map(Decimal),
    contraction=st.integers(-100, 0).map(Decimal),
    churn=st.integers(-100, 0).map(Decimal),
    reactivation=st.integers(0, 100).map(Decimal),
    customers=st.integers(0, 50),
    lost=st.integers(0, 50),
    won=st.integers(0, 50),
    contracts_before=st.integers(0, 50),
    contracts_won=st.integers(0, 50),
    contracts_lost=st.integers(0, 50),
)


@given(MONTHS)
def test_what_is_kept_and_what_is_lost_are_the_whole(month):
    if not month.opening:
        assert nrr(month) is grr(month) is gross_churn(month) is net_churn(month) is None
        return
    assert grr(month) + gross_churn(month) == 1
    assert nrr(month) + net_churn(month) == 1 - Fraction(month.reactivation) / Fraction(
        month.opening
    )
    assert grr(month) <= 1


@given(MONTHS)
def test_lifetime_value_knows_no_answer_while_nobody_leaves(month):
    value = lifetime_value(Fraction(10), logo_churn(month), Fraction(1))
    assert (value is None) == (not month.customers or not month.lost)


@given(st.lists(MONTHS, max_size=12), st.integers(0, 12))
def test_a_forecast_goes_on_as_the_past_went(months, count):
    found = forecast(Decimal(500), 20, measured(months), count, spread(months))
    assert len(found) == count
    for month in found:
        assert month.low <= month.mrr <= month.high or month.mrr < 0


def test_a_forecast_without_movement_stays_where_it_is():
    found = forecast(Decimal(500), 20, Assumptions(), 12)
    assert {month.mrr for month in found} == {500}
    assert error_of([month.mrr for month in found], [Decimal(500)] * 12) == 0


LIVES = st.lists(
    st.tuples(DAYS, st.none() | st.integers(1, 90), st.integers(1, 9).map(Decimal)), max_size=12
).map(
    lambda lives: [(start, days and start + timedelta(days), value) for start, days, value in lives]
)


@given(LIVES, st.sampled_from(sorted(INTERVALS)), DAYS)
def test_cohorts_count_who_is_there(lives, interval, until):
    table = cohorts(lives, interval, until)
    grid = grid_of(interval)
    assert sum(line.size for line in table) == sum(
        value for start, _stop, value in lives if start <= until
    )
    for line in table:
        assert line.left[0] == line.size
        assert list(line.left) == sorted(line.left, reverse=True)
        assert all(value >= 0 for value in line.left)
        assert all(kept + lost == 1 for kept, lost in zip(line.retention, line.churn, strict=True))
        last = grid.period_at(until)
        assert grid.boundary(grid.recurrence.index_at(grid.anchor, line.start)) == line.start
        first = grid.recurrence.index_at(grid.anchor, line.start)
        assert len(line.left) == grid.recurrence.index_at(grid.anchor, last.start) - first + 1


@given(LIVES, st.sampled_from(sorted(INTERVALS)), st.integers(1, 7), DAYS)
def test_cohorts_of_changes_end_with_the_sum_of_all_changes(lives, interval, week_start, until):
    """Whoever goes may come back, and what is left at the end is what the changes add up to."""
    changes = [
        (start, max(start, day), value)
        for start, stop, amount in lives
        for day, value in ((start, amount), (stop or start, -amount), (DAY0, amount * 2))
    ]
    table = cohorts_of_changes(changes, interval, until, week_start)
    assert sum(line.left[-1] for line in table) == sum(
        (value for start, day, value in changes if max(start, day) <= until), Decimal(0)
    ) - sum(
        # what changed later inside the period of the last day shows in the next one
        (
            value
            for start, day, value in changes
            if start < day <= until
            and grid_of(interval, week_start).period_at(start).start
            == grid_of(interval, week_start).period_at(until).start
        ),
        Decimal(0),
    )
    for line in table:
        assert grid_of(interval, week_start).period_at(line.start).start == line.start
    if interval == "week":
        assert all(line.start.isoweekday() == week_start for line in table)


@given(LIVES, st.sampled_from(sorted(INTERVALS)), DAYS, st.integers(1, 9))
def test_both_timelines_show_the_same_figures(lives, interval, until, most):
    table = cohorts(lives, interval, until)
    ages, periods = arranged(table, "forward", most), arranged(table, "backward", most)
    for line, by_age, by_period in zip(table, ages, periods, strict=True):
        assert [one for one in by_age if one is not None] == list(line.left[:most])
        assert [one for one in by_period if one is not None] == list(line.left[-most:])
        assert len(by_age) == len(by_period) <= most


def test_all_cohorts_together_count_only_those_old_enough():
    lives = [(DAY0, date(2027, 2, 15), Decimal(1)), (DAY0, None, Decimal(1))]
    lives.append((date(2027, 2, 3), None, Decimal(2)))
    table = cohorts(lives, "month", date(2027, 2, 28))
    lines = arranged(table, "forward", 2)
    assert averages([line.size for line in table], lines) == [1, Fraction(1, 2)]


def test_an_unknown_interval_is_refused():
    with pytest.raises(KeyError):
        grid_of("fortnight")


@given(MONTHS)
def test_growth_and_averages_follow_from_the_totals(month):
    assert month.closing == month.opening + month.net_new + month.other
    assert month.closing_customers == month.customers + month.won - month.lost
    rate = growth(month)
    assert (rate is None) == (not month.opening)
    if rate is not None:
        assert Fraction(month.opening) * (1 + rate) == Fraction(month.closing)
    average = average_revenue(month.closing, month.customers)
    assert average is None or average * month.customers == Fraction(month.closing)


def test_renewals_are_counted_of_those_that_were_due():
    assert renewal_rate(8, 6) == Fraction(3, 4)
    assert renewal_rate(0, 0) is None


TERMS = st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=8)


@given(TERMS)
def test_a_renewal_rate_is_a_share_and_no_growth(terms):
    due = sum(before for before, _after in terms)
    renewed = sum(min(before, after) for before, after in terms)
    rate = renewal_rate(due, renewed)
    assert (rate is None) == (not due)
    assert rate is None or 0 <= rate <= 1
    parts = [renewal_rate(before, min(before, after)) for before, after in terms if before]
    assert not parts or min(parts) <= rate <= max(parts)


def test_every_figure_says_how_it_is_counted():
    for name, definition in DEFINITIONS.items():
        assert definition.label, name
        assert definition.formula, name
        assert definition.source, name
        assert definition.unit in {"money", "count", "percent", "ratio"}


def test_a_policy_counts_trials_and_discounts_apart():
    """Choose what counts while a price is not the regular one."""
    trial = Piece(DAY0, FOREVER, "a", Decimal(0), Decimal(30), is_trial=True)
    intro = Piece(DAY0, FOREVER, "a", Decimal(20), Decimal(30))
    for policy, worths in (
        (Policy(), (0, 20)),
        (Policy(is_net=False), (0, 30)),
        (Policy(trials_count=True), (30, 20)),
        (Policy(trials_count=True, is_net=False), (30, 30)),
    ):
        assert tuple(map(policy.worth, (trial, intro))) == worths


def test_a_cancellation_ends_the_worth_and_what_waits():
    """Lose a contract when it is cancelled, also in a pause, and find it back when it reopens."""
    policy = Policy(at_cancellation=True)
    told, end, back = (DAY0 + timedelta(days) for days in (10, 20, 30))
    piece = Piece(DAY0, FOREVER, "a", Decimal(30))
    closure = Break(end, back, "closure", told)
    member = Member((piece,), (closure,))
    assert [(move.day, move.kind) for move in movements([member], FOREVER, policy)] == [
        (DAY0, "new"),
        (told, "churn"),
        (back, "reactivation"),
    ]
    assert worth_on([member], told, policy) == 0
    assert worth_on([member], told) == 30
    pause = Break(DAY0 + timedelta(5), end, "pause")
    found = movements([Member((piece,), (pause, closure))], told, policy)
    assert [move.kind for move in found] == ["new", "pause", "resume", "churn"]
