"""Typed refusals of the engine.

Every error carries the values that caused it as attributes, so that the caller can word a whole,
translated sentence. The texts here are for logs and tracebacks only.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from fractions import Fraction


class EngineError(Exception):
    """Be the base of everything that the engine raises on purpose."""


class InvalidPeriod(EngineError):
    """Refuse a period that does not end after it starts, or leaves the calendar (years 1-9999).

    :ivar start: first day, or None when the day cannot be written
    :ivar end: day after the last day, or None when the day cannot be written
    """

    def __init__(self, start: date | None, end: date | None) -> None:
        super().__init__(f"not a period: {start} to {end} (exclusive)")
        self.start = start
        self.end = end


class InvalidRecurrence(EngineError):
    """Refuse a recurrence (or a billing day) that gives no grid of dates.

    :ivar unit: unit as given
    :ivar count: number of units as given
    :ivar day_of_month: billing day as given, None when it is not what is wrong
    """

    def __init__(self, unit: str, count: int, day_of_month: int | None = None) -> None:
        super().__init__(f"not a recurrence: every {count} {unit}, billing day {day_of_month}")
        self.unit = unit
        self.count = count
        self.day_of_month = day_of_month


class InvalidAmount(EngineError):
    """Refuse a number that is no amount: not finite, negative where it must not be, no rounding.

    :ivar what: which value it is ('amount', 'quantity', 'rounding')
    :ivar value: the value as given
    """

    def __init__(self, what: str, value: object) -> None:
        super().__init__(f"not a valid {what}: {value!r}")
        self.what = what
        self.value = value


class OverlappingSegments(EngineError):
    """Refuse two segments of one line that share a day.

    :ivar first: the segment that starts first
    :ivar second: the segment that starts inside it
    """

    def __init__(self, first: object, second: object) -> None:
        super().__init__(f"segments overlap: {first} and {second}")
        self.first = first
        self.second = second


class LineEnded(EngineError):
    """Refuse to change a line of which nothing is left.

    :ivar day: first day of the change
    """

    def __init__(self, day: date) -> None:
        super().__init__(f"nothing is left to change from {day} on")
        self.day = day


class DuplicateChange(EngineError):
    """Refuse a second planned change of one value of a line on one day.

    :ivar day: first day of both changes
    :ivar what: 'quantity', 'price' or 'discount'
    """

    def __init__(self, day: date, what: str) -> None:
        super().__init__(f"a change of the {what} is planned for {day} already")
        self.day = day
        self.what = what


class OverlappingChange(EngineError):
    """Refuse a change up to a day across another one of the same value.

    :ivar day: first day of the refused change
    :ivar until: day after its last day
    :ivar planned: first day of the change in its way
    :ivar what: 'quantity', 'price' or 'discount'
    """

    def __init__(self, day: date, until: date, planned: date, what: str) -> None:
        super().__init__(f"{what} from {day} to {until}: another change is planned for {planned}")
        self.day = day
        self.until = until
        self.planned = planned
        self.what = what


class UnknownConvention(EngineError):
    """Refuse a word that the engine does not know.

    :ivar what: 'convention', 'timing', 'basis', 'kind' or 'alignment'
    :ivar value: the word as given
    """

    def __init__(self, what: str, value: object) -> None:
        super().__init__(f"unknown {what}: {value!r}")
        self.what = what
        self.value = value


class UnknownRow(EngineError):
    """Refuse a credit that undoes a row which is not in the ledger.

    :ivar key: key of the missing row
    """

    def __init__(self, key: Hashable) -> None:
        super().__init__(f"no ledger row with key {key!r}")
        self.key = key


class DuplicateRow(EngineError):
    """Refuse two ledger rows with one key.

    :ivar key: the key
    """

    def __init__(self, key: Hashable) -> None:
        super().__init__(f"two ledger rows with key {key!r}")
        self.key = key


class TooManyItems(EngineError):
    """Refuse to bill one line in more items at once than a human would expect.

    :ivar limit: largest accepted number
    :ivar count: number of items due
    """

    def __init__(self, limit: int, count: int) -> None:
        super().__init__(f"{count} items due at once, limit {limit}")
        self.limit = limit
        self.count = count


class TooFarAhead(EngineError):
    """Refuse to charge service that lies too far in the future.

    :ivar limit_months: number of months that may be charged ahead
    :ivar day: exclusive end of the offending charge
    """

    def __init__(self, limit_months: int, day: date) -> None:
        super().__init__(f"charge reaches {day}, more than {limit_months} months ahead")
        self.limit_months = limit_months
        self.day = day


class CreditTooLarge(EngineError):
    """Refuse credits that are worth more periods than a change normally gives back.

    :ivar limit_periods: largest accepted worth, in full periods
    :ivar periods: worth of the credits, in full periods
    :ivar amount: sum of the credits
    """

    def __init__(self, limit_periods: int, periods: Fraction, amount: Decimal) -> None:
        super().__init__(f"credits of {amount} are worth {float(periods):.2f} periods")
        self.limit_periods = limit_periods
        self.periods = periods
        self.amount = amount


class ForbiddenMove(EngineError):
    """Refuse a change of state that the table of moves does not list.

    :ivar state: state the contract is in
    :ivar target: state that was asked for
    """

    def __init__(self, state: str, target: str) -> None:
        super().__init__(f"no move from {state!r} to {target!r}")
        self.state = state
        self.target = target
