"""Pauses: periods that begin anew when service goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from .period import FOREVER
from .recurrence import Grid
from .segment import Segment, coalesce, segment_at, split_at


def restart_periods(
    segments: Iterable[Segment], day: date, anchor: date, until: date | None = None
) -> tuple[Segment, ...]:
    """Count the periods from another anchor, from a day on; prices and quantities stay.

    :param day: first day that is counted anew
    :param anchor: a day on which a period begins
    :param until: day on which another restart is planned, None when there is none
    """
    stop = until or FOREVER
    return coalesce(
        replace(part, terms=replace(part.terms, grid=Grid(part.terms.grid.recurrence, anchor)))
        if day <= part.start < stop
        else part
        for part in split_at(split_at(segments, day), stop)
    )


def undo_restart(
    segments: Sequence[Segment], day: date, until: date | None = None
) -> tuple[Segment, ...]:
    """Count the periods after a day as they are counted on it.

    :param day: first day of the pause that is taken back
    :param until: day on which another restart is planned, None when there is none
    """
    segment = segment_at(segments, day)
    if segment is None:
        return tuple(segments)
    return restart_periods(segments, day, segment.terms.grid.anchor, until)
