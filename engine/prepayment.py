"""The next period of a line, billed before it begins because somebody wants to pay it now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from .ledger import LedgerRow
from .period import Period
from .segment import Segment, Terms
from .sweep import Track, tracks
from .timeline import charge_times


def is_prepayable(terms: Terms) -> bool:
    """Tell whether periods on some terms have a known price before they begin.

    What is billed in arrears or by delivered quantities is only known when it is over.
    """
    return terms.timing == "advance" and terms.basis == "ordered"


def next_period_date(
    segments: Iterable[Segment], rows: Iterable[LedgerRow], after: date
) -> date | None:
    """Return the day on which the next full period of a line would be billed.

    A change inside a period that is billed already is not a period. Billing a line up to the day
    that is returned bills what falls due on the way as well, and leaves nothing for that day.

    :param segments: the segments of one line
    :param rows: its ledger, oldest first
    :param after: today; the period begins later
    :return: that day, None when no period follows that can be billed before it begins
    :raise OverlappingSegments: when two segments share a day
    """
    rows = tuple(rows)
    billed = {row.full for row in rows if row.layers}
    known = max((row.span.end for row in rows), default=after)
    days = [
        day
        for track in tracks(segments, rows).values()
        if is_prepayable(track.terms)
        for day in _openings(track, billed, max(after, known))
        if day > after
    ]
    return min(days, default=None)


def _openings(track: Track, billed: set[Period], until: date) -> list[date]:
    """Return when periods that are not billed at all fall due.

    The last one that is looked at begins after the period that holds a day, or after all segments.
    """
    days = []
    begins = max((level.start for level in track.levels), default=until)
    last = track.terms.grid.period_at(max(begins, until)).end
    for piece in track.differences(last):
        if piece.planned > piece.covered:
            for full in track.terms.grid.periods(piece.start, piece.end):
                if full not in billed:
                    start, end = max(piece.start, full.start), min(piece.end, full.end)
                    part = piece._replace(start=start, end=end)
                    days.append(charge_times(track, part, full)[0][0])
    return days
