"""Which step follows for an invoice that is not paid, on which day, and whether to charge again.

A plan is a list of steps, each so many days after the due date. The plan never hurries: when nobody
worked through it for a while, what was missed is done once, and the rest keeps its distances.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from .charging import METHOD, NEVER

CHARGE, REMIND, WARN = "charge", "remind", "warn"
ACTIVITY, SUSPEND, CLOSE = "activity", "suspend", "close"
# The order of steps of one day: the customer hears of something before it is done to him.
ACTIONS = (CHARGE, REMIND, WARN, ACTIVITY, SUSPEND, CLOSE)
# Of what was missed, one of each channel is made up for.
CHANNELS = {CHARGE: CHARGE, REMIND: "mail", WARN: "mail", ACTIVITY: ACTIVITY}
# What takes the service away is never made up for together with what announces it.
HARMFUL = (SUSPEND, CLOSE)

GO, WAIT, FORBIDDEN, ENOUGH = "go", "wait", "forbidden", "enough"


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one step of a plan.

    :ivar key: what tells it from all other steps of the plan
    :ivar days: days after the due date, at the earliest
    :ivar action: one of `ACTIONS`
    """

    key: str
    days: int
    action: str


@dataclass(frozen=True, slots=True)
class Planned:
    """Hold a step with its day.

    :ivar step: the step
    :ivar day: day on which it is due, given what was done before
    :ivar is_skipped: a later step of the same channel makes up for it
    """

    step: Step
    day: date
    is_skipped: bool = False


def counted_from(due: date, waits: Iterable[tuple[date, date]]) -> date:
    """Return the day from which the steps of a plan are counted.

    The plan stands still while a bank takes its time to say no: the customer could not know that
    anything was wrong, and is given the same days afterwards as anybody else.

    >>> counted_from(date(2027, 1, 31), [(date(2027, 2, 1), date(2027, 2, 9))])
    datetime.date(2027, 2, 8)
    >>> counted_from(date(2027, 1, 31), [(date(2027, 1, 20), date(2027, 2, 2))])
    datetime.date(2027, 2, 2)

    :param due: due date of the invoice
    :param waits: first day and day of the refusal of each payment that a bank sat on
    """
    waited, reached = 0, due
    for begin, end in sorted(waits):
        first = max(begin, reached)
        if end > first:
            waited += (end - first).days
            reached = end
    return due + timedelta(days=waited)


def in_order(steps: Iterable[Step], grace: int = 0) -> tuple[Step, ...]:
    """Return the steps in the order in which they are done, none before the grace is over.

    >>> [step.key for step in in_order([Step("b", 7, "remind"), Step("a", 7, "charge")])]
    ['a', 'b']
    >>> in_order([Step("a", 1, "charge")], grace=3)[0].days
    3

    :param grace: days after the due date on which nothing is done
    """
    moved = (Step(step.key, max(step.days, grace), step.action) for step in steps)
    return tuple(sorted(moved, key=lambda step: (step.days, ACTIONS.index(step.action), step.key)))


def _rest(
    steps: tuple[Step, ...], done: Mapping[str, date], due: date, today: date
) -> tuple[Planned, ...]:
    """Return the steps after the last one that was done before today, with their days."""
    before = [index for index, step in enumerate(steps) if done.get(step.key, today) < today]
    if before:
        last = steps[before[-1]]
        # A step that came late moves those after it: the distances between them are a promise.
        due = max(due, done[last.key] - timedelta(days=last.days))
        steps = steps[before[-1] + 1 :]
    return tuple(Planned(step, due + timedelta(days=step.days)) for step in steps)


def steps_due(
    steps: Iterable[Step], done: Mapping[str, date], due: date, today: date, grace: int = 0
) -> tuple[Planned, ...]:
    """Return the steps to do today, in order; those done already are not among them.

    The same question on the same day has the same answer less what was done meanwhile, wherever
    the work was interrupted.

    >>> plan = [Step("m3", 3, REMIND), Step("m7", 7, REMIND), Step("s", 14, SUSPEND)]
    >>> def show(done, today):
    ...     found = steps_due(plan, done, date(2027, 1, 1), today)
    ...     return [(one.step.key, one.is_skipped) for one in found]
    >>> show({}, date(2027, 1, 4))
    [('m3', False)]
    >>> show({}, date(2027, 2, 10))
    [('m3', True), ('m7', False)]
    >>> show({"m7": date(2027, 2, 10)}, date(2027, 2, 16))
    []
    >>> show({"m7": date(2027, 2, 10)}, date(2027, 2, 17))
    [('s', False)]

    :param steps: the plan
    :param done: day on which each step was done or skipped, by key
    :param due: due date of the invoice
    :param grace: days after the due date on which nothing is done
    """
    rest = _rest(in_order(steps, grace), done, due, today)
    ready = [planned for planned in rest if planned.day <= today]
    batch: list[Planned] = []
    for planned in ready:
        is_later = bool(batch) and planned.step.days > batch[-1].step.days
        if is_later and (planned.step.action in HARMFUL or batch[-1].step.action in HARMFUL):
            break
        batch.append(planned)
    lasts = {CHANNELS.get(one.step.action, one.step.key): one.step.key for one in batch}
    return tuple(
        Planned(
            one.step,
            one.day,
            lasts[CHANNELS.get(one.step.action, one.step.key)] != one.step.key,
        )
        for one in batch
        if one.step.key not in done
    )


def future_steps(
    steps: Iterable[Step], done: Mapping[str, date], due: date, today: date, grace: int = 0
) -> tuple[Planned, ...]:
    """Return the steps that are still to come, none before today.

    Steps before the last one that was done are left out: the plan never goes back.

    :param steps: the plan
    :param done: day on which each step was done or skipped, by key
    :param due: due date of the invoice
    :param grace: days after the due date on which nothing is done
    """
    # Asked as of tomorrow, today's steps count as done.
    rest = _rest(in_order(steps, grace), done, due, today + timedelta(days=1))
    return tuple(
        Planned(planned.step, max(planned.day, today))
        for planned in rest
        if planned.step.key not in done
    )


def charge_verdict(
    decline: str | None, is_same_method: bool, attempts: int, most_attempts: int
) -> str:
    """Return whether an invoice may be charged once more.

    >>> charge_verdict("later", True, 1, 4)
    'go'
    >>> charge_verdict("method", True, 1, 4), charge_verdict("method", False, 1, 4)
    ('wait', 'go')
    >>> charge_verdict("never", False, 1, 4), charge_verdict("later", True, 4, 4)
    ('forbidden', 'enough')

    :param decline: class of the last decline, None when the invoice was never declined
    :param is_same_method: whether the method that was declined would be charged again
    :param attempts: how often it was charged by itself
    :param most_attempts: how often it may be charged by itself
    :return: 'go', 'wait' (for a new method), 'forbidden' or 'enough'
    """
    if decline == NEVER:
        return FORBIDDEN
    if decline == METHOD and is_same_method:
        return WAIT
    return ENOUGH if attempts >= most_attempts else GO
