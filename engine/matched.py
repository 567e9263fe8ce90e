"""How much of a line's past no run needs to read again.

Up to a day K wanted and billed agree for good, so that only rows whose full period ends after K can
still matter. Why nothing is lost: what is due, and the dates that follow, depend on the differences
of wanted and billed and, for each difference, on the rows of the same terms inside its full period
and on the rows that overlap it.

- Before K there is no difference. None can come up there while the plan before K stays what it was
  (`plan_key`) and no row is added whose full period begins before K.
- A difference after K needs only rows that end after K. Their whole full period lies after K,
  because K is the start of a full period and inside that of no row.
- A full period that begins before K and holds a difference after K therefore has no row, with or
  without the rows that are left out.

All segments are kept: there are few of them, and whole periods are sampled along them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import blake2b

from .ledger import LedgerRow
from .period import FOREVER
from .segment import Segment
from .sweep import tracks


def matched_until(
    segments: Iterable[Segment],
    rows: Iterable[LedgerRow],
    today: date,
    since: date | None = None,
) -> date | None:
    """Return the day K before which nothing is left to decide, None when all rows are needed.

    K is the start of the newest full period that still covers something, has begun, and does not
    lie behind a difference or inside the full period of another row. Terms of basis 'delivered'
    weigh all that was ever delivered, so that they need all rows.

    :param segments: the segments of one line
    :param rows: its ledger, or only the rows of full periods that end after `since`
    :param today: day of the run
    :param since: an earlier answer that still holds
    :raise OverlappingSegments: when two segments share a day
    """
    rows = tuple(rows)
    found = tracks(segments, rows, since).values()
    if any(track.terms.basis == "delivered" for track in found):
        return None
    first = min(
        (piece.start for track in found for piece in track.differences(None)), default=today
    )
    last = min(first, today)
    starts = {row.full.start for row in rows if row.layers and row.full.start <= last}
    for day in sorted(starts, reverse=True):
        if not any(row.full.start < day < row.full.end for row in rows):
            return day
    return since


def plan_key(segments: Iterable[Segment], day: date) -> str:
    """Return a short text that is another one as soon as what is wanted before a day is.

    Two plans that only differ from the day on have the same key.

    :param segments: the segments of one line
    :param day: first day that does not count
    """
    parts = [
        (
            segment.start.isoformat(),
            (segment.stop if segment.stop < day else FOREVER).isoformat(),
            str(segment.quantity.normalize()),
            repr(segment.terms),
        )
        for segment in sorted(segments, key=lambda segment: segment.start)
        if segment.start < day
    ]
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()
