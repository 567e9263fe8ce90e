"""The end of a contract: segments that it cuts off and gives back, and the first day it may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .recurrence import Grid, Recurrence, first_boundary
from .segment import Segment, end_at


@dataclass(frozen=True, slots=True)
class Remainder:
    """Hold what an end takes away from a line, so that it can be given back.

    :param until: end that the last segment had before, None when it was open
    :param later: the segments that were planned after it
    """

    until: date | None = None
    later: tuple[Segment, ...] = ()


NO_REMAINDER = Remainder()


def split_end(segments: Sequence[Segment], end: date) -> tuple[tuple[Segment, ...], Remainder]:
    """Return the segments of a line up to its end, and what that takes away.

    :param segments: in order of time
    :param end: first day without service
    """
    kept = end_at(segments, end)
    until = segments[len(kept) - 1].end if kept else None
    return kept, Remainder(until, tuple(segments[len(kept) :]))


def join_remainder(kept: Sequence[Segment], remainder: Remainder) -> tuple[Segment, ...]:
    """Give back what an end took away; a change made since then lasts as long as its segment did.

    :param kept: the segments that were left, in order of time
    """
    if not kept:
        return remainder.later
    *first, last = kept
    return (*first, replace(last, end=remainder.until), *remainder.later)


def move_end(
    segments: Sequence[Segment], remainder: Remainder, old_end: date | None, end: date | None
) -> tuple[tuple[Segment, ...], Remainder]:
    """Let the segments of a line follow the end of its contract.

    A line that ended for itself before the contract keeps its end.

    :param segments: the segments of the line in order of time
    :param remainder: what the old end took away
    :param old_end: first day without service until now, None when there was none
    :param end: the new one, None to go on
    """
    in_gap = bool(remainder.later and segments and segments[-1].end == remainder.until)
    if old_end and (in_gap or not segments or segments[-1].end == old_end):
        segments = join_remainder(segments, remainder)
    return split_end(segments, end) if end else (tuple(segments), NO_REMAINDER)


def earliest_end(
    today: date,
    notice: Recurrence | None = None,
    committed_until: date | None = None,
    grids: Iterable[Grid] = (),
) -> date:
    """Return the first day on which a contract may be without service.

    >>> monthly = Grid(Recurrence('month', 1), date(2027, 1, 1))
    >>> earliest_end(date(2027, 1, 20), Recurrence('day', 30), grids=[monthly]).isoformat()
    '2027-03-01'
    >>> earliest_end(date(2027, 1, 20), committed_until=date(2028, 1, 1)).isoformat()
    '2028-01-01'

    :param today: day on which notice is given
    :param notice: how long before the end it must be given
    :param committed_until: end of the minimum commitment, its first free day
    :param grids: the end must be a boundary; of several grids the latest of their boundaries
    """
    day = max(notice.add_to(today) if notice else today, committed_until or today)
    return max((first_boundary(grid, day) for grid in grids), default=day)
