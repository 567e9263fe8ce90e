"""The interval sweep: wanted against covered, per terms, as a list of differences.

Nothing here walks over days. A track holds one value of terms: its segments (what is wanted), its
rows (what is covered). Where both agree there is nothing to decide on any day, so that a settled
history costs one pass over its boundaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .ledger import ZERO, LedgerRow
from .period import FOREVER, ONE_DAY, Period
from .segment import Segment, Terms, check_tiling, segment_at


class Level(NamedTuple):
    """Say how much is wanted (or covered) from a day up to, not including, another."""

    start: date
    end: date
    quantity: Decimal


class Piece(NamedTuple):
    """Say that on [start, end) `planned` units are wanted and other `covered` units are billed."""

    start: date
    end: date
    planned: Decimal
    covered: Decimal


class RowState:
    """Follow what is left of a row while a run books its items."""

    __slots__ = (
        "credited", "credited_computed", "layers", "measured", "row", "weightless", "whole",
    )  # fmt: skip

    def __init__(self, row: LedgerRow) -> None:
        self.row = row
        self.layers = row.layers
        self.credited = row.credited
        self.credited_computed = row.credited_computed
        self.whole = row.quantity * self.weight(row.span, exact=True)
        self.weightless = not self.whole
        if self.weightless:  # the 31st of fixed_30, a part of none: valued by days, worth 0
            self.whole = row.quantity * row.span.days
        self.measured = sum((held * self.weight(span) for span, held in self.layers), ZERO)

    def weight(self, span: Period, *, exact: bool = False) -> int:
        """Return the measure of a part of the row in the integer units of its convention."""
        if not exact and self.weightless:
            return span.days
        return self.row.terms.measure_parts(self.row.full, span)[0]


@dataclass(slots=True)
class Track:
    """Hold what is wanted and what is covered on one value of terms.

    :ivar levels: wanted, sorted, disjoint
    :ivar rows: covered, oldest first
    :ivar since: first day that is compared; before it wanted and covered are known to agree
    """

    terms: Terms
    since: date = date.min
    levels: list[Level] = field(default_factory=list)
    rows: list[LedgerRow] = field(default_factory=list)

    def planned(self, day: date) -> Decimal:
        """Return the quantity wanted on a day."""
        for level in self.levels:
            if level.start <= day < level.end:
                return level.quantity
        return ZERO

    def level_start(self, day: date) -> date:
        """Return the first day of the level, or of the gap, that holds a day."""
        begins = date.min
        for level in self.levels:
            if level.start > day:
                break
            begins = level.start if day < level.end else level.end
        return begins

    def before(self, day: date) -> Iterator[tuple[date, Decimal]]:
        """Yield (first day, quantity) of the levels and gaps before one begins, latest first."""
        for level in reversed(self.levels):
            if level.end <= day:
                if level.end < day:
                    yield level.end, ZERO
                yield level.start, level.quantity
                day = level.start
        if day > date.min:
            yield date.min, ZERO

    def first_wanted(self, full: Period) -> date:
        """Return the first wanted day in a full period that has one."""
        return max(full.start, min(level.start for level in self.levels if level.end > full.start))

    def has_row_in(self, full: Period) -> bool:
        """Tell whether the full period was billed before, whatever became of it."""
        return any(row.full.start == full.start for row in self.rows)

    def opening(self, full: Period) -> date:
        """Return the day on which a full period may be billed.

        In advance the day it starts. In arrears the end of the last wanted day in it: its own end,
        or the day on which service stops for good inside it.
        """
        if self.terms.timing == "advance" and self.terms.basis == "ordered":
            return full.start
        ends = (level.end for level in self.levels if level.start < full.end)
        return min(max(ends, default=full.end), full.end)

    def covers(self) -> list[Level]:
        """Return the live layers of the rows, neighbours of equal quantity joined."""
        layers: list[Level] = []
        for row in self.rows:
            live = ((row.span, row.quantity),) if row.live is None else row.live
            for span, held in live:
                if layers and layers[-1].end == span.start and layers[-1].quantity == held:
                    layers[-1] = Level(layers[-1].start, span.end, held)
                else:
                    layers.append(Level(span.start, span.end, held))
        return layers

    def horizon(self, layers: Sequence[Level], until: date | None) -> date:
        """Return the day up to which differences matter.

        Up to the last cover, for credits; and up to the end of the period that holds `until`, for
        charges. Without `until`: one period past everything known, where the next charge must lie.
        """
        ends = [layer.end for layer in layers]
        if until is None:
            ends += [level.end if level.end < FOREVER else level.start for level in self.levels]
            # What was covered up to that day may not have been read.
            until = max(*ends, self.since)
        ends.append(self.terms.grid.period_at(until).end)
        return max(ends)

    def differences(self, until: date | None) -> list[Piece]:
        """Return where wanted and covered differ, in order."""
        layers = self.covers()
        if not layers and not self.levels:
            return []
        horizon = self.horizon(layers, until)
        wanted: dict[date, Decimal] = {}
        covered: dict[date, Decimal] = {}
        for changes, parts in ((wanted, self.levels), (covered, layers)):
            for start, end, quantity in parts:
                if start >= horizon:
                    break
                changes[start] = changes.get(start, ZERO) + quantity
                stop = min(end, horizon)
                changes[stop] = changes.get(stop, ZERO) - quantity
        pieces: list[Piece] = []
        last, plan, cover = FOREVER, ZERO, ZERO
        for day in sorted(wanted.keys() | covered.keys()):
            if plan != cover and day > self.since:
                pieces.append(Piece(max(last, self.since), day, plan, cover))
            last = day
            plan += wanted.get(day, ZERO)
            cover += covered.get(day, ZERO)
        return pieces


def tracks(
    segments: Iterable[Segment], rows: Iterable[LedgerRow], since: date | None = None
) -> dict[Terms, Track]:
    """Return the tracks of a line, in order of first appearance, segments first.

    :param since: first day that is compared, see the module `matched`; None for all days
    :raise OverlappingSegments: when two segments share a day
    """
    found: dict[Terms, Track] = {}
    for segment in stretch(check_tiling(segments)):
        track = found.get(segment.terms)
        if track is None:
            track = found[segment.terms] = Track(segment.terms, since or date.min)
        _extend(track.levels, segment)
    for row in rows:
        track = found.get(row.terms)
        if track is None:
            track = found[row.terms] = Track(row.terms, since or date.min)
        track.rows.append(row)
    return found


def _extend(levels: list[Level], segment: Segment) -> None:
    """Add a segment to the wanted levels; a split that changes nothing is invisible."""
    quantity = segment.quantity if segment.terms.basis == "ordered" else Decimal(1)
    if not quantity:
        return
    if levels and levels[-1].end == segment.start and levels[-1].quantity == quantity:
        levels[-1] = Level(levels[-1].start, segment.stop, quantity)
    else:
        levels.append(Level(segment.start, segment.stop, quantity))


def stretch(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Return the segments with those of convention 'none' moved to whole periods.

    A full period takes the segment in force when it starts, for all of it; the period in which the
    line begins is taken whole. So changes, ends and pauses wait for the next period, and a segment
    that begins after a gap waits for the first boundary of its own grid; one that ends before it
    is passed over, and hides none of those that follow.

    :param segments: sorted, disjoint
    """
    if all(segment.terms.convention != "none" for segment in segments):
        return segments
    parts: list[Segment] = []
    day = segments[0].start
    while True:
        part = segment_at(segments, day)
        if part is None:
            entry = _next_entry(segments, day)
            if entry is None:
                return parts
            day = entry
        elif part.terms.convention != "none":
            parts.append(replace(part, start=day))
            day = part.stop
        elif part.end is None:
            return [*parts, replace(part, start=day)]
        else:
            end = part.terms.grid.period_at(part.end - ONE_DAY).end
            parts.append(replace(part, start=day, end=end))
            day = end


def _next_entry(segments: Iterable[Segment], day: date) -> date | None:
    """Return the first day after a gap on which a segment takes effect, None when none does."""
    later = ((_entry(segment), segment) for segment in segments if segment.start > day)
    return next((entry for entry, segment in later if entry < segment.stop), None)


def _entry(segment: Segment) -> date:
    """Return the day on which a segment takes effect after a gap, unless it ends before."""
    if segment.terms.convention != "none":
        return segment.start
    full = segment.terms.grid.period_at(segment.start)
    return segment.start if full.start == segment.start else full.end
