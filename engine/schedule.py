"""Dates that follow from a line and its ledger: when it is billed next, until when it is billed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from .delivered import next_delivered_date, unbilled_from
from .ledger import LedgerRow
from .period import FOREVER
from .segment import Segment
from .sweep import Track, tracks
from .timeline import charge_times, credit_times


def next_due_date(
    segments: Iterable[Segment], rows: Iterable[LedgerRow], since: date | None = None
) -> date | None:
    """Return the earliest day on which something is due, None when nothing ever will be.

    A credit of a row that was billed before its service was due to begin counts from the start of
    the row's period, although a run of an earlier day credits it too.

    :param since: day before which all is known to be billed as wanted, see the module `matched`
    """
    found = tuple(tracks(segments, rows, since).values())
    ordered = [track for track in found if track.terms.basis == "ordered"]
    days = list(_ordered_dates(ordered))
    delivered = next_delivered_date([t for t in found if t.terms.basis == "delivered"])
    if delivered is not None:
        days.append(delivered)
    return min(days, default=None)


def _ordered_dates(ordered: Sequence[Track]) -> Iterator[date]:
    """Yield, for each difference, the first day on which a part of it falls due."""
    for track in ordered:
        for piece in track.differences(None):
            if piece.planned > piece.covered:
                full = track.terms.grid.period_at(piece.start)
                yield charge_times(track, piece, full)[0][0]
                continue
            opened = min(
                row.full.start
                for row in track.rows
                if row.span.start < piece.end and piece.start < row.span.end
            )
            yield max(opened, credit_times(track, piece)[0][0])


def billed_until(
    segments: Iterable[Segment], rows: Iterable[LedgerRow], since: date | None = None
) -> date | None:
    """Return the exclusive end of the contiguous cover, counted from the first wanted day.

    Gaps in the plan do not interrupt it, a day on which less is billed than wanted does. None when
    nothing is wanted or the first wanted day is not covered.

    :param since: as of :func:`next_due_date`
    """
    found = tuple(tracks(segments, rows, since).values())
    ordered = [track for track in found if track.terms.basis == "ordered"]
    if not ordered:
        return unbilled_from(found) if any(track.rows for track in found) else None
    missing = min(
        (
            piece.start
            for track in ordered
            for piece in track.differences(None)
            if piece.planned > piece.covered
        ),
        default=FOREVER,
    )
    ends = (
        min(level.end, missing)
        for track in ordered
        for level in track.levels
        if level.start < missing
    )
    return max(ends, default=None)
