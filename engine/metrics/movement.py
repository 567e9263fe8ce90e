"""Movements of monthly recurring revenue: what a contract was worth yesterday and is worth today.

A contract is worth the sum of its pieces on a day, the days of its breaks left out. It is followed
from its first member to the last renewal, so that a renewal of equal worth moves nothing and one
that costs more is an expansion. The movements of a day add up to the difference of the worth:

    sum of the amounts up to a day = worth on that day

Each is told by the state before and after:

    nothing -> worth     new the first time, reactivation afterwards, resume after a pause
    worth -> nothing     pause while service waits, churn when it ended, else contraction
    worth -> worth       expansion, contraction, or transfer (0.00) from one product to another

A contract that ends while it is paused was not lost by its pause. It is told on that day in two:
resume of what waited, and churn of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..period import FOREVER

ZERO = Decimal(0)
KINDS = (
    "new",
    "expansion",
    "contraction",
    "churn",
    "reactivation",
    "pause",
    "resume",
    "transfer",
    "fx",
)
WAITING = ("pause", "suspension")
"""Breaks after which service goes on; a closure ends it until somebody reopens the contract."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold what one product is worth in a month over days [start, stop).

    :param product: any hashable value
    :param mrr: what counts each month, discounts taken off
    :param gross: the same before discounts that end by themselves, None when there are none; of a
        trial what it costs once it is over
    :param is_trial: whether these days are a trial
    """

    start: date
    stop: date
    product: Hashable
    mrr: Decimal
    gross: Decimal | None = None
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """Hold days [start, stop) without service: 'pause', 'suspension' or 'closure'.

    :param told: of a closure the day on which it was decided, None when nobody knows
    """

    start: date
    stop: date
    kind: str
    told: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Hold one contract of a chain of renewals: its pieces and the breaks that cut them."""

    pieces: tuple[Piece, ...]
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Say how to count where vendors disagree; the defaults are ours.

    :param paused_counts: whether a paused contract keeps its worth (Maxio) or not (ProfitWell)
    :param suspended_counts: the same for contracts that are suspended because money is late
    :param is_net: whether discounts that end by themselves lower the worth while they last
    :param trials_count: whether trials are worth what they cost once they are over
    :param at_cancellation: whether worth is lost on the day somebody decides that a contract ends,
        or on the first day without service
    :param reactivation_days: who was away for more days than these counts as new, None: never
    """

    paused_counts: bool = False
    suspended_counts: bool = False
    is_net: bool = True
    trials_count: bool = False
    at_cancellation: bool = False
    reactivation_days: int | None = None

    def keeps(self, kind: str) -> bool:
        """Return whether days of a kind of break keep their worth."""
        return (kind == "pause" and self.paused_counts) or (
            kind == "suspension" and self.suspended_counts
        )

    def worth(self, piece: Piece) -> Decimal:
        """Return what a piece counts each month."""
        is_gross = self.trials_count if piece.is_trial else not self.is_net
        return piece.gross if is_gross and piece.gross is not None else piece.mrr

    def gaps(self, breaks: Iterable[Break]) -> list[Break]:
        """Return the days without service of one contract, none twice.

        >>> march, may = date(2027, 3, 1), date(2027, 5, 1)
        >>> ends = Break(may, date(2027, 6, 1), 'closure', told=march)
        >>> [gap] = Policy(at_cancellation=True).gaps([ends])
        >>> gap.start == march
        True
        """
        if not self.at_cancellation:
            return list(breaks)
        found, closed = [], None
        for gap in sorted(breaks, key=lambda gap: gap.start, reverse=True):
            if gap.kind == "closure":
                gap = replace(gap, start=min(gap.start, gap.told or gap.start))
                closed = gap.start
            elif closed is not None:
                gap = replace(gap, stop=min(gap.stop, closed))
            found.append(gap)
        return found


@dataclass(frozen=True, slots=True)
class Movement:
    """Hold what a contract's worth did on one day.

    :param kind: one of `KINDS`
    :param amount: worth after - worth before, the sum of the parts
    :param parts: amounts by product, none of them 0, in the order of their products' names
    """

    day: date
    kind: str
    amount: Decimal
    parts: tuple[tuple[Hashable, Decimal], ...]


OUR_POLICY = Policy()


class _Worth:
    """Follow amounts by product and their sum."""

    def __init__(self) -> None:
        self.by_product: dict[Hashable, Decimal] = defaultdict(lambda: ZERO)
        self.total = ZERO

    def add(self, changes: Mapping[Hashable, Decimal]) -> None:
        """Add amounts by product."""
        for product, amount in changes.items():
            self.by_product[product] += amount
            self.total += amount

    def parts(self) -> dict[Hashable, Decimal]:
        """Return the products that are worth something."""
        return {product: amount for product, amount in self.by_product.items() if amount}


class _Timeline:
    """Hold what changes on which day: what counts, what waits, how many pieces are in force."""

    def __init__(self, members: Iterable[Member], policy: Policy) -> None:
        nothing: dict[date, dict[Hashable, Decimal]] = {}
        self.counted = defaultdict(lambda: defaultdict(lambda: ZERO), nothing)
        self.waiting = defaultdict(lambda: defaultdict(lambda: ZERO), nothing)
        self.in_force: dict[date, int] = defaultdict(int)
        for member in members:
            for piece in member.pieces:
                amount = policy.worth(piece)
                for start, stop, kind in _cut(piece, policy.gaps(member.breaks)):
                    if kind is None or policy.keeps(kind):
                        self._span(self.counted, start, stop, piece.product, amount)
                        self.in_force[start] += 1
                        if stop != FOREVER:
                            self.in_force[stop] -= 1
                    elif kind in WAITING:
                        self._span(self.waiting, start, stop, piece.product, amount)

    @staticmethod
    def _span(
        changes: dict[date, dict[Hashable, Decimal]],
        start: date,
        stop: date,
        product: Hashable,
        amount: Decimal,
    ) -> None:
        changes[start][product] += amount
        if stop != FOREVER:
            changes[stop][product] -= amount

    def days(self, until: date) -> list[date]:
        """Return the days on which something changes, up to a day and with it."""
        found = {*self.counted, *self.waiting, *self.in_force}
        return sorted(day for day in found if day <= until)


def _cut(piece: Piece, breaks: Iterable[Break]) -> Iterator[tuple[date, date, str | None]]:
    """Yield the parts of a piece inside and outside of breaks: (start, stop, kind or None)."""
    start = piece.start
    for gap in sorted(breaks, key=lambda gap: gap.start):
        first, last = max(start, gap.start), min(piece.stop, gap.stop)
        if first >= last:
            continue
        if start < first:
            yield start, first, None
        yield first, last, gap.kind
        start = last
    if start < piece.stop:
        yield start, piece.stop, None


def movements(
    members: Iterable[Member], until: date, policy: Policy = OUR_POLICY
) -> list[Movement]:
    """Return what a chain of contracts moved, up to a day and with it, in order.

    >>> first = Member((Piece(date(2027, 1, 1), date(2028, 1, 1), 'seat', Decimal(100)),))
    >>> renewal = Member((Piece(date(2028, 1, 1), date(2029, 1, 1), 'seat', Decimal(120)),))
    >>> for found in movements([first, renewal], date(2030, 1, 1)):
    ...     print(found.day, found.kind, found.amount)
    2027-01-01 new 100
    2028-01-01 expansion 20
    2029-01-01 churn -120

    :param members: in any order
    :param until: nothing later is told
    """
    timeline = _Timeline(members, policy)
    counted, waiting, in_force = _Worth(), _Worth(), 0
    had, paused, since = False, False, None
    found: list[Movement] = []
    for day in timeline.days(until):
        before, waited, served = counted.total, waiting.parts(), in_force
        changes = {what: value for what, value in timeline.counted[day].items() if value}
        counted.add(changes)
        waiting.add(timeline.waiting[day])
        in_force += timeline.in_force[day]
        after = counted.total
        gone = not in_force and not waiting.parts()
        if paused and waited and gone and not before and not after:
            found += _lost_while_paused(day, waited)
            paused = False
        elif changes:
            kind = _kind(before, after)
            if not kind:
                if before:
                    kind = _why_gone(is_waiting=bool(waiting.parts()), is_served=bool(in_force))
                else:
                    away = (day - since).days if since else None
                    kind = _why_back(had, paused, bool(served), away, policy)
            paused = kind == "pause" or (paused and before == after)
            found.append(_movement(day, kind, changes))
        had = had or after > 0
        since = (since or day) if gone else None
    return found


def _kind(before: Decimal, after: Decimal) -> str | None:
    """Return the kind of a movement between two worths, None when one of them is nothing."""
    if before == after:
        return "transfer"
    if before and after:
        return "expansion" if after > before else "contraction"
    return None


def _why_gone(*, is_waiting: bool, is_served: bool) -> str:
    """Return why a contract is worth nothing any more."""
    if is_waiting:
        return "pause"
    return "contraction" if is_served else "churn"


def _why_back(had: bool, paused: bool, served: bool, away: int | None, policy: Policy) -> str:
    """Return why a contract is worth something, that was worth nothing the day before.

    :param had: whether it ever was worth something
    :param paused: whether a pause took its worth
    :param served: whether it was in force the day before, for nothing
    :param away: days since it ended
    """
    if not had:
        return "new"
    if paused:
        return "resume"
    if served:
        return "expansion"
    limit = policy.reactivation_days
    if limit is not None and away is not None and away > limit:
        return "new"
    return "reactivation"


def _lost_while_paused(day: date, waited: Mapping[Hashable, Decimal]) -> list[Movement]:
    """Return the two movements of a contract that ends on a day of its pause."""
    lost = {product: -amount for product, amount in waited.items()}
    return [_movement(day, "resume", waited), _movement(day, "churn", lost)]


def _movement(day: date, kind: str, changes: Mapping[Hashable, Decimal]) -> Movement:
    parts = tuple(sorted(changes.items(), key=lambda part: str(part[0])))
    return Movement(day, kind, sum(changes.values(), ZERO), parts)


def worth_on(members: Iterable[Member], day: date, policy: Policy = OUR_POLICY) -> Decimal:
    """Return what a chain of contracts is worth on a day, read from its pieces one by one.

    The slow way, for proofs: the movements up to the day add up to the same.
    """
    return sum(
        (
            policy.worth(piece)
            for member in members
            for piece in member.pieces
            for start, stop, kind in _cut(piece, policy.gaps(member.breaks))
            if start <= day < stop and (kind is None or policy.keeps(kind))
        ),
        ZERO,
    )


def customer_kind(before: Decimal, after: Decimal, *, had: bool) -> str | None:
    """Return what a day was for a customer with all contracts together, None for nothing.

    Somebody who cancels one of two contracts is no lost customer. Source: Stripe's glossary of
    billing analytics.

    >>> customer_kind(Decimal(150), Decimal(100), had=True)
    'contraction'
    """
    if before == after:
        return None
    if before and after:
        return "expansion" if after > before else "contraction"
    if before:
        return "churn"
    return "reactivation" if had else "new"


def revalue(
    balance: Decimal, booked: Decimal, rate: Decimal, smallest: Decimal = Decimal("0.000001")
) -> Decimal:
    """Return the drift of a worth in another currency: what it is today less what was booked.

    amount = round(balance x rate) - booked, so that a contract that is worth nothing is booked as
    nothing after any number of rates.

    >>> revalue(Decimal(100), Decimal(110), Decimal('1.15'))
    Decimal('5.000000')

    :param balance: worth in the contract's currency
    :param booked: sum of the movements in the company's currency so far
    :param rate: company's currency for one unit of the contract's
    """
    return (balance * rate).quantize(smallest) - booked
