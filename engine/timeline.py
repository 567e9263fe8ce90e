"""When a difference between wanted and covered falls due.

A run of a day charges a later day up to the smaller of that day's plan and the segment in force,
and credits it down to the larger. The plan between the two days counts as well here: what is
wanted all the way from the day of the run is charged, what is wanted nowhere on the way is
credited. So the answer only grows with the day of the run, a late run finds what daily runs would
have found, and the next date can be stored. The first run of a period is the one exception: it
bills what the reference bills on that day, a known gap inside the period left out.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .period import Period
from .sweep import Piece, Track


def charge_times(track: Track, piece: Piece, full: Period) -> list[tuple[date, Decimal]]:
    """Return (day, quantity) on which parts of an uncovered piece fall due, in order.

    :param piece: one whose plan exceeds its cover, inside the full period
    :param full: the full period
    """
    opens = track.opening(full)
    begins = track.level_start(piece.start)
    if begins <= opens:
        return [(opens, piece.planned - piece.covered)]
    times, level, day = [], piece.planned, begins
    floor = piece.covered
    first = max(opens, track.first_wanted(full))
    if not track.has_row_in(full):
        floor = max(floor, min(level, track.planned(first)))
    for start, quantity in track.before(begins):
        if day <= opens:
            break
        if quantity < level:
            lower = max(quantity, floor)
            times.append((day, level - lower))
            level = lower
        day = start
    times.append((max(opens, day), level - floor))
    times.append((first, floor - piece.covered))
    return [(moment, quantity) for moment, quantity in reversed(times) if quantity]


def credit_times(track: Track, piece: Piece) -> list[tuple[date, Decimal]]:
    """Return (day, quantity) on which parts of an unwanted piece fall due for credit, in order.

    `date.min` says that nothing on the way wants the piece.

    :param piece: one whose cover exceeds its plan
    """
    times, level, day = [], piece.planned, track.level_start(piece.start)
    for start, quantity in track.before(day):
        if quantity > level:
            upper = min(quantity, piece.covered)
            times.append((day, upper - level))
            level = upper
        day = start
    times.append((day, piece.covered - level))
    return [(moment, quantity) for moment, quantity in reversed(times) if quantity]


def wanted_on(track: Track, piece: Piece, day: date) -> Decimal:
    """Return the quantity that the reference's run of a day charges up to."""
    return piece.planned if piece.start <= day else min(piece.planned, track.planned(day))


def kept_on(track: Track, piece: Piece, day: date) -> Decimal:
    """Return the quantity that the reference's run of a day credits down to."""
    return piece.planned if piece.start <= day else max(piece.planned, track.planned(day))
