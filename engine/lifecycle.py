"""States of a contract and the moves between them."""

from __future__ import annotations

from datetime import date

from .errors import ForbiddenMove

DRAFT, UPCOMING, ACTIVE = "draft", "upcoming", "active"
PAUSED, SUSPENDED, CLOSED, RENEWED = "paused", "suspended", "closed", "renewed"
STATES = (DRAFT, UPCOMING, ACTIVE, PAUSED, SUSPENDED, CLOSED, RENEWED)

MOVES: dict[str, frozenset[str]] = {
    DRAFT: frozenset({UPCOMING, ACTIVE}),
    UPCOMING: frozenset({ACTIVE, PAUSED, SUSPENDED, CLOSED, DRAFT}),
    ACTIVE: frozenset({PAUSED, SUSPENDED, CLOSED, RENEWED}),
    PAUSED: frozenset({ACTIVE, SUSPENDED, CLOSED, RENEWED}),
    SUSPENDED: frozenset({ACTIVE, PAUSED, CLOSED, RENEWED}),
    CLOSED: frozenset({ACTIVE, UPCOMING, RENEWED}),
    RENEWED: frozenset({ACTIVE, CLOSED}),
}
"""Allowed moves. Closed contracts can be reactivated, or renewed late; a renewed one comes back to
life when its renewal is revoked, and is closed when that is."""


def check_move(state: str, target: str) -> None:
    """Refuse a move that the table does not list; staying is no move.

    >>> check_move('active', 'paused')
    >>> check_move('draft', 'paused')  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    ForbiddenMove: no move from 'draft' to 'paused'

    :raise ForbiddenMove: when the move is not allowed
    """
    if state != target and target not in MOVES.get(state, frozenset()):
        raise ForbiddenMove(state, target)


def state_on(
    today: date,
    start: date | None,
    end: date | None = None,
    *,
    paused: bool = False,
    suspended: bool = False,
    renewed: bool = False,
    reopens: bool = False,
) -> str:
    """Return the state that the dates of a contract give it on a day.

    A renewed contract stays renewed; service that has ended wins over everything else, then the
    start, then a suspension (the vendor's hold) over a pause (the customer's).

    >>> state_on(date(2027, 1, 10), date(2027, 2, 1))
    'upcoming'
    >>> state_on(date(2027, 3, 1), date(2027, 2, 1), date(2027, 3, 1))
    'closed'

    :param start: first day of service, None while the contract is not confirmed
    :param end: first day without service, None while open
    :param paused: a pause covers the day
    :param suspended: a suspension covers the day
    :param renewed: another contract has taken over
    :param reopens: it was closed on that day and is to be served again later
    """
    if start is None:
        return DRAFT
    if renewed:
        return RENEWED
    if end is not None and end <= today:
        return CLOSED
    if today < start or reopens:
        return UPCOMING
    if suspended:
        return SUSPENDED
    return PAUSED if paused else ACTIVE
