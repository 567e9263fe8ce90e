"""Due = wanted - billed, compared at every instant on terms.

Both sides are valued on their own evidence: a charge on its price (telescoped inside its full
period, so that parts add up), a credit on the row that it undoes (capped by what is left of it).
For days after the day of the run, a charge goes up to the smaller of that day's plan and the
segment in force on the day of the run, a credit down to the larger: a known future segment neither
bills nor credits early.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from .delivered import delivered_items
from .ledger import Charge, Credit, Entry, Item, Layer, LedgerRow, apply, ledger, take
from .limits import check_limits
from .period import Period
from .schedule import billed_until, next_due_date
from .segment import Segment, Terms
from .sweep import Piece, RowState, Track, tracks
from .timeline import charge_times, credit_times, kept_on, wanted_on
from .valuation import value_charge, value_credit

__all__ = (
    "Charge", "Credit", "Entry", "Item", "Layer", "LedgerRow", "apply", "billed_until", "catch_up",
    "check_limits", "due", "ledger", "next_billing_date",
)  # fmt: skip

Missing: TypeAlias = tuple[Period, date, date, Decimal]
"""Full period, first day, end and quantity of a span to charge."""
Unwanted: TypeAlias = tuple[int, Piece, Decimal]
"""Track, span and quantity to credit."""


def due(
    segments: Iterable[Segment],
    rows: Iterable[LedgerRow],
    until: date,
    delivered: Decimal | None = None,
) -> tuple[Item, ...]:
    """Return the difference between wanted and billed as a run of one day sees it.

    Deterministic; booking the result and asking again gives nothing. Credits come first, newest
    row first, then charges by period.

    :param segments: the segments of one line, in any order
    :param rows: its ledger, oldest first
    :param until: day of the run
    :param delivered: total delivered quantity, for terms of basis 'delivered'
    :raise OverlappingSegments: when two segments share a day
    """
    return _Run(tracks(segments, rows), until, replay=False).items(delivered)


def catch_up(
    segments: Iterable[Segment],
    rows: Iterable[LedgerRow],
    until: date,
    delivered: Decimal | None = None,
    splits: Iterable[date] = (),
    since: date | None = None,
) -> tuple[Item, ...]:
    """Return what daily runs up to a day would have billed, each item with its own date.

    As :func:`due`, for a run that may be late: a segment that was known in advance is billed on the
    day it took effect, not merged with what fell due later; see the module `timeline`. Two runs
    find together what the later one finds alone. Days up to `until` end up as with :func:`due`;
    ahead of it, a segment that lies behind a smaller one waits for its own day.

    :param splits: days that no credit reaches across: days before and after are credited apart
    :param since: day before which all is known to be billed as wanted, see the module `matched`
    """
    found = tracks(segments, rows, since)
    return _Run(found, until, replay=True, splits=splits).items(delivered)


def next_billing_date(
    segments: Iterable[Segment],
    rows: Iterable[LedgerRow],
    after: date | None = None,
    since: date | None = None,
) -> date | None:
    """Return the earliest day on which :func:`catch_up` is not empty, None when there is none.

    :param after: assume that everything due up to this day is booked as computed (delivered
        quantities as far as they are billed)
    :param since: as of :func:`catch_up`
    """
    segments, rows = tuple(segments), tuple(rows)
    if after is not None:
        rows = apply(rows, catch_up(segments, rows, after, since=since))
    return next_due_date(segments, rows, since)


class _Run:
    """Turn the differences of one line into dated, valued items."""

    def __init__(
        self,
        found: dict[Terms, Track],
        until: date,
        *,
        replay: bool,
        splits: Iterable[date] = (),
    ) -> None:
        every = tuple(found.values())
        self.ordered = [track for track in every if track.terms.basis == "ordered"]
        self.delivered = [track for track in every if track.terms.basis == "delivered"]
        self.until = until
        self.replay = replay
        self.splits = sorted({*splits})
        self.charges: dict[tuple[date, date, int], list[Missing]] = {}
        self.unwanted: dict[date, list[Unwanted]] = {}
        self.states: dict[tuple[int, int], RowState] = {}

    def items(self, delivered: Decimal | None) -> tuple[Item, ...]:
        """Return everything that is due, in the order of its dates."""
        for index, track in enumerate(self.ordered):
            for piece in track.differences(self.until):
                if piece.planned > piece.covered:
                    self._collect_charges(index, track, piece)
                else:
                    self._collect_credits(index, track, piece)
        found = [*self._booked()]
        if self.delivered:
            found += delivered_items(self.delivered, self.until, delivered)
            found.sort(key=lambda item: item.on)
        return tuple(found)

    def _collect_charges(self, index: int, track: Track, piece: Piece) -> None:
        """Note what a piece adds to each full period that is open."""
        for full in track.terms.grid.periods(piece.start, piece.end):
            if track.opening(full) > self.until:
                continue
            start, end = max(piece.start, full.start), min(piece.end, full.end)
            part = piece._replace(start=start, end=end)
            if self.replay:
                times = charge_times(track, part, full)
            else:
                times = [(self.until, wanted_on(track, part, self.until) - part.covered)]
            for on, quantity in times:
                if on <= self.until and quantity > 0:
                    spans = self.charges.setdefault((on, full.start, index), [])
                    spans.append((full, start, end, quantity))

    def _collect_credits(self, index: int, track: Track, piece: Piece) -> None:
        """Note what is no longer wanted of a piece, by the day on which that takes effect."""
        if self.replay:
            times = credit_times(track, piece)
        else:
            times = [(self.until, piece.covered - kept_on(track, piece, self.until))]
        for on, quantity in times:
            if on <= self.until and quantity > 0:
                self.unwanted.setdefault(on, []).append((index, piece, quantity))

    def _booked(self) -> Iterator[Item]:
        """Value credits and charges in the order of their dates, credits of a day first."""
        cuts: dict[date, dict[RowState, list[Layer]]] = {}
        for on in sorted(self.unwanted):
            for state, cut in self._cut_rows(self.unwanted[on]):
                day = max(on, min(state.row.full.start, self.until))
                cuts.setdefault(day, {}).setdefault(state, []).extend(cut)
        charges = sorted(self.charges)
        for on in sorted({*cuts, *(key[0] for key in charges)}):
            for state, cut in cuts.get(on, {}).items():
                for span, quantity in _summed(cut):
                    for part in _split(span, self.splits):
                        yield value_credit(state, part, quantity, on)
            while charges and charges[0][0] == on:
                key = charges.pop(0)
                yield from self._value_charges(key[2], self.charges[key], on)

    def _state(self, index: int, place: int) -> RowState:
        """Return what is left of a row; made when first asked for, most rows never are."""
        state = self.states.get((index, place))
        if state is None:
            state = self.states[index, place] = RowState(self.ordered[index].rows[place])
        return state

    def _cut_rows(self, pieces: list[Unwanted]) -> Iterator[tuple[RowState, list[Layer]]]:
        """Spread unwanted quantities over the rows, newest first."""
        for index in sorted({index for index, _piece, _quantity in pieces}):
            rest = [
                (Period(piece.start, piece.end), quantity)
                for at, piece, quantity in pieces
                if at == index
            ]
            rows = self.ordered[index].rows
            for place in range(len(rows) - 1, -1, -1):
                if any(rows[place].span.overlaps(span) for span, _quantity in rest):
                    state = self._state(index, place)
                    state.layers, cut, rest = _cut(state.layers, rest)
                    yield state, cut

    def _value_charges(self, index: int, spans: list[Missing], on: date) -> Iterator[Charge]:
        """Value the missing spans of one full period, and remember them as rows."""
        track, full = self.ordered[index], spans[0][0]
        same = [
            self._state(index, place)
            for place, row in enumerate(track.rows)
            if row.full.start == full.start and row.full.end == full.end
        ]
        layers = _joined([(Period(start, end), held) for _full, start, end, held in spans])
        for span, quantity in layers:
            charge = value_charge(track.terms, full, span, quantity, same, on)
            yield charge
            row = LedgerRow(None, track.terms, full, span, quantity, charge.amount, charge.amount)
            track.rows.append(row)
            same.append(self._state(index, len(track.rows) - 1))


def _cut(
    layers: Iterable[Layer], wanted: Iterable[Layer]
) -> tuple[tuple[Layer, ...], list[Layer], list[Layer]]:
    """Take quantities out of the layers of one row.

    :param wanted: what to take, disjoint spans
    :return: what is left of the row, what was taken from it, what is left to take
    """
    kept: list[Layer] = []
    taken: list[Layer] = []
    rest = list(wanted)
    for period, held in layers:
        days = {period.start, period.end}
        for span, _quantity in rest:
            days.update(day for day in (span.start, span.end) if period.start < day < period.end)
        marks = sorted(days)
        for start, end in itertools.pairwise(marks):
            part = Period(start, end)
            asked = sum((q for span, q in rest if span.contains(start)), Decimal(0))
            back = min(asked, held)
            if back > 0:
                taken.append((part, back))
            if held > back:
                kept.append((part, held - back))
            if back > 0:
                rest = [*take(rest, part, back)]
    return tuple(kept), taken, rest


def _split(span: Period, days: Iterable[date]) -> Iterator[Period]:
    """Yield the parts of a span between some days, which are in order."""
    start = span.start
    for day in days:
        if start < day < span.end:
            yield Period(start, day)
            start = day
    yield Period(start, span.end)


def _summed(layers: Iterable[Layer]) -> list[Layer]:
    """Return layers that may overlap as one quantity a day, neighbours of equal quantity joined."""
    changes: dict[date, Decimal] = {}
    for span, quantity in layers:
        changes[span.start] = changes.get(span.start, Decimal(0)) + quantity
        changes[span.end] = changes.get(span.end, Decimal(0)) - quantity
    found: list[Layer] = []
    held = Decimal(0)
    for start, end in itertools.pairwise(sorted(changes)):
        held += changes[start]
        if held:
            found.append((Period(start, end), held))
    return _joined(found)


def _joined(layers: Iterable[Layer]) -> list[Layer]:
    """Return layers in order of time, neighbours of equal quantity joined."""
    joined: list[Layer] = []
    for span, quantity in sorted(layers, key=lambda layer: layer[0].start):
        if joined and joined[-1][0].end == span.start and joined[-1][1] == quantity:
            joined[-1] = (Period(joined[-1][0].start, span.end), quantity)
        else:
            joined.append((span, quantity))
    return joined
