"""A contract lives: random operations on random days, and what must hold after each of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from support import MONTH, QUARTER, START, terms

from engine.billing import Charge, apply, catch_up
from engine.change import Ramp, change_values, changed_values, opening_segments, revoke_change
from engine.errors import EngineError
from engine.period import FOREVER, Period
from engine.segment import cut_gaps, end_at

RUNS, STEPS = 300, 30
VALUES = {
    "quantity": st.integers(0, 9).map(Decimal),
    "price": st.sampled_from(("10", "33.33", "99.99", "0.07")).map(Decimal),
    "discount": st.sampled_from(("0", "20", "12.5", "100")).map(Decimal),
}
NAMES = st.sampled_from(sorted(VALUES))
ANY_LINE = st.integers(0, 1)


def later(days):
    """Return a day counted from the first day of the contract."""
    return START + timedelta(days)


class Line:
    """Hold the steps and the ledger of one line."""

    def __init__(self, steps):
        self.steps = steps
        self.rows = ()


class ContractLife(RuleBasedStateMachine):
    """Two lines, pauses and an end; every rule ends with a run, as the addon's operations do."""

    def __init__(self):
        super().__init__()
        self.lines, self.gaps = [], []
        self.today, self.end = START, None

    # ------------------------------------------------------------------
    # What happens to a contract
    # ------------------------------------------------------------------

    @initialize(
        timing=st.sampled_from(("advance", "advance", "arrears")),
        convention=st.sampled_from(("actual", "actual", "fixed_30")),
        trial=st.sampled_from((0, 0, 14, 31)),
        limited=st.sampled_from((None, (Decimal(20), 2))),
        ramps=st.sampled_from(((), (Ramp(2, quantity=Decimal(7)),))),
    )
    def confirm(self, timing, convention, trial, limited, ramps):
        """Open a monthly and a quarterly line."""
        for recurrence, price in ((MONTH, "10"), (QUARTER, "99.99")):
            its_terms = terms(price, recurrence, later(trial), timing=timing, convention=convention)
            steps = opening_segments(
                START, None, Decimal(3), its_terms,
                trial_end=later(trial), limited=limited, ramps=ramps,
            )  # fmt: skip
            self.lines.append(Line(steps))
        self.run_and_check()

    @rule(days=st.integers(0, 35))
    def wait(self, days):
        """Let some days go by."""
        self.today += timedelta(days)
        self.run_and_check()

    @rule(weeks=st.integers(2, 14))
    def wait_long(self, weeks):
        """Let some periods go by."""
        self.wait(weeks * 7)

    def operate(self, line, operation):
        """Do something with the steps of a line; what the engine refuses changes nothing."""
        try:
            line.steps = operation(line.steps)
        except EngineError:
            return
        finally:
            self.run_and_check()

    @rule(at=ANY_LINE, name=NAMES, data=st.data(), offset=st.integers(-40, 0))
    def change(self, at, name, data, offset):
        """Change a value today or in the past."""
        self.change_on(at, name, data, offset, None)

    @rule(
        at=ANY_LINE, name=NAMES, data=st.data(), offset=st.integers(1, 90), days=st.integers(-1, 60)
    )
    def plan(self, at, name, data, offset, days):
        """Plan a change of a value, for good or for some days; none or less are refused."""
        self.change_on(at, name, data, offset, days)

    def change_on(self, at, name, data, offset, days):
        """Change one value on a day counted from today."""
        day = self.today + timedelta(offset)
        until = day + timedelta(days) if days else None
        values = {name: data.draw(VALUES[name])}
        self.operate(
            self.lines[at],
            lambda steps: change_values(
                steps, day, until, values=values, kind=until and "limited", today=self.today
            ),
        )

    @rule(at=ANY_LINE, which=st.integers(0, 3))
    def revoke(self, at, which):
        """Take a planned change back."""
        line = self.lines[at]
        planned = [s.start for s in line.steps if s.start > self.today]
        planned = [start for start in planned if changed_values(line.steps, start)]
        if planned:
            start = planned[which % len(planned)]
            self.operate(line, lambda steps: revoke_change(steps, start))

    @rule(offset=st.integers(0, 40), days=st.integers(0, 60))
    def pause(self, offset, days):
        """Pause for some days, or until somebody resumes it."""
        start = self.today + timedelta(offset)
        gap = Period(start, start + timedelta(days) if days else FOREVER)
        if not any(gap.overlaps(other) for other in self.gaps):
            self.gaps.append(gap)
        self.run_and_check()

    @precondition(lambda self: self.gaps)
    @rule()
    def resume(self):
        """End the pause that runs today, or take the next one back."""
        gap = min(self.gaps, key=lambda gap: (gap.end <= self.today, gap.start))
        if gap.end > self.today:
            self.gaps.remove(gap)
            if gap.start < self.today:
                self.gaps.append(Period(gap.start, self.today))
        self.run_and_check()

    @precondition(lambda self: not self.end)
    @rule(offset=st.integers(0, 60))
    def close(self, offset):
        """End the contract today or later."""
        end = self.today + timedelta(offset)
        if end > START:
            self.end = end
            for line in self.lines:
                line.steps = end_at(line.steps, end)
        self.run_and_check()

    @precondition(lambda self: self.end)
    @rule()
    def reopen(self):
        """Go on; days between the end and today are not served."""
        for line in self.lines:
            *first, last = line.steps
            line.steps = (*first, replace(last, end=None))
        if self.end < self.today:
            gap = Period(self.end, self.today)
            if not any(gap.overlaps(other) for other in self.gaps):
                self.gaps.append(gap)
        self.end = None
        self.run_and_check()

    @rule(at=ANY_LINE, which=st.integers(0, 9), part=st.sampled_from((1, 2, 3)))
    def credit_by_hand(self, at, which, part):
        """Give a part of what is left of a row back; its days stay billed."""
        line = self.lines[at]
        if line.rows:
            which %= len(line.rows)
            rows = list(line.rows)
            left = rows[which].booked - rows[which].credited - rows[which].manual
            given = (left / part).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
            rows[which] = replace(rows[which], manual=rows[which].manual + given)
            line.rows = tuple(rows)
        self.run_and_check()

    # ------------------------------------------------------------------
    # What must hold
    # ------------------------------------------------------------------

    def run_and_check(self):
        """Bill what is due today, and look at everything."""
        for line in self.lines:
            for first, second in pairwise(line.steps):
                assert first.end is not None and first.end <= second.start
            served = cut_gaps(line.steps, self.gaps)
            items = catch_up(served, line.rows, self.today)
            charged = sum(item.amount for item in items if isinstance(item, Charge))
            assert charged >= 0
            line.rows = apply(line.rows, items)
            assert catch_up(served, line.rows, self.today) == ()
            assert all(0 <= row.credited <= row.booked - row.manual for row in line.rows)
            self.check_cover(served, line.rows)

    def check_cover(self, served, rows):
        """Every day up to today is billed as it was wanted, on the terms that held."""
        differences = {}
        for step in served:
            if step.start <= self.today:
                note(differences, step.terms, step.start, step.stop, step.quantity)
        for row in rows:
            for span, quantity in row.layers:
                note(differences, row.terms, span.start, span.end, -quantity)
        for its_terms, changes in differences.items():
            level = Decimal(0)
            for day, end in pairwise([*sorted(changes), FOREVER]):
                level += changes[day]
                if day > self.today or not level or end <= day:
                    continue
                # Only service in arrears may be unbilled, and only in a period that goes on.
                assert level > 0
                assert its_terms.timing == "arrears"
                assert its_terms.grid.period_at(day).end > self.today


def note(differences, its_terms, start, end, quantity):
    """Add a quantity to the days of a span."""
    changes = differences.setdefault(its_terms, {})
    for day, change in ((start, quantity), (end, -quantity)):
        changes[day] = changes.get(day, Decimal(0)) + change


TestContractLife = ContractLife.TestCase
TestContractLife.settings = settings(max_examples=RUNS, stateful_step_count=STEPS)
