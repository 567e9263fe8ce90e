"""Lines billed on what was delivered: in arrears, by quantity, without proration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .ledger import ZERO, Charge, Credit, Item, LedgerRow
from .period import ONE_DAY, Period
from .sweep import RowState, Track
from .valuation import value_credit


def delivered_items(
    tracks: Sequence[Track], until: date, delivered: Decimal | None
) -> tuple[Item, ...]:
    """Return what is due for delivered quantities at the last ended period.

    The charge spans from the first unbilled day to the last end, on the terms in force there, for
    everything delivered and not yet billed. Nothing delivered gives a charge of 0, so that the date
    moves on. Less delivered than billed gives credits, newest row first, and the charge of 0.

    :param tracks: the tracks of basis 'delivered'
    :param delivered: quantity delivered since the line began; None: unknown, nothing is due
    """
    start = unbilled_from(tracks)
    if delivered is None or start is None:
        return ()
    ended = [(end, index) for index, track in enumerate(tracks) for end in _ends(track, until)]
    end, index = max(ended, default=(start, 0))
    if end <= start:
        return ()
    rows = [row for track in tracks for row in track.rows]
    billed = sum((held for row in rows for _span, held in row.layers), ZERO)
    change = delivered - billed
    terms, span = tracks[index].terms, Period(start, end)
    quantity = max(change, ZERO)
    amount = terms.amount(quantity, 1)
    charge = Charge(end, terms, span, span, quantity, amount, Fraction(1))
    return (*_credits(rows, -change, end), charge)


def next_delivered_date(tracks: Sequence[Track]) -> date | None:
    """Return the first end of a period that is not billed yet."""
    start = unbilled_from(tracks)
    if start is None:
        return None
    return min((end for track in tracks for end in _next_ends(track, start)), default=None)


def unbilled_from(tracks: Sequence[Track]) -> date | None:
    """Return the end of the cover, the first wanted day without one, None without both."""
    ends = [span.end for track in tracks for row in track.rows for span, _held in row.layers]
    starts = [track.levels[0].start for track in tracks if track.levels]
    return max(ends) if ends else min(starts, default=None)


def _ends(track: Track, until: date) -> Iterable[date]:
    """Yield the last day up to `until` on which service in a period of the track ended."""
    for level in reversed(track.levels):
        if level.start >= until:
            continue
        full = track.terms.grid.period_at(min(level.end, until) - ONE_DAY)
        end = track.opening(full)
        if end <= until:
            yield end
            return
        if full.start > level.start:
            yield full.start
            return


def _next_ends(track: Track, start: date) -> Iterable[date]:
    """Yield the first day after `start` on which service in a period of the track ends."""
    for level in track.levels:
        if level.end > start:
            yield track.opening(track.terms.grid.period_at(max(level.start, start)))
            return


def _credits(rows: Sequence[LedgerRow], quantity: Decimal, on: date) -> Iterable[Credit]:
    """Yield credits for a quantity, newest row first, each valued on its booked row."""
    for row in reversed(rows):
        held = sum((held for _span, held in row.layers), ZERO)
        back = min(quantity, held)
        if back <= 0:
            continue
        quantity -= back
        yield value_credit(RowState(row), row.span, back, on)
