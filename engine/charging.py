"""When a provider is asked again about a charge, and what its word for a decline means."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

# After the charge began: a dropped connection, an outage, then once a day.
LADDER = (
    timedelta(minutes=5),
    timedelta(hours=1),
    *(timedelta(days=days) for days in range(1, 6)),
)
# A bank that was told to debit an account says so within this time; SEPA takes the longest.
SLOWEST_BANK = timedelta(days=14)
BANK_LADDER = tuple(timedelta(days=days) for days in range(1, SLOWEST_BANK.days + 1))
# Stripe may forget an idempotency key after 24 hours; the rest is for clocks and slow requests.
REPEATABLE = timedelta(hours=20)

LATER = "later"
METHOD = "method"
NEVER = "never"
# The more it forbids, the higher: what a provider says in several words is taken at its strictest.
SEVERITY = (LATER, METHOD, NEVER)


def next_question(begun: datetime, now: datetime, is_pending: bool = False) -> datetime | None:
    """Return when to ask the provider again about a charge without an outcome.

    Steps that were missed while nothing ran are not made up for. A charge that the provider has
    passed on to a slow bank is asked about once a day, for as long as the slowest bank takes.

    :param begun: when the charge was begun, or passed on to the bank
    :param is_pending: the provider has passed it on to the bank
    :return: None once it was asked for long enough

    >>> next_question(datetime(2027, 1, 31, 9, 0), datetime(2027, 1, 31, 9, 5))
    datetime.datetime(2027, 1, 31, 10, 0)
    >>> next_question(datetime(2027, 1, 31, 9, 0), datetime(2027, 2, 2, 12, 0))
    datetime.datetime(2027, 2, 3, 9, 0)
    >>> next_question(datetime(2027, 1, 31, 9, 0), datetime(2027, 2, 5, 9, 0)) is None
    True
    >>> next_question(datetime(2027, 1, 31, 9, 0), datetime(2027, 2, 5, 9, 0), is_pending=True)
    datetime.datetime(2027, 2, 6, 9, 0)
    >>> next_question(datetime(2027, 1, 31, 9), datetime(2027, 2, 14, 9), is_pending=True) is None
    True
    """
    ladder = BANK_LADDER if is_pending else LADDER
    return next((begun + wait for wait in ladder if begun + wait > now), None)


def may_repeat(begun: datetime, now: datetime) -> bool:
    """Return whether the same request with the same idempotency key is still the same charge.

    >>> may_repeat(datetime(2027, 1, 31, 9, 0), datetime(2027, 2, 1, 4, 59))
    True
    >>> may_repeat(datetime(2027, 1, 31, 9, 0), datetime(2027, 2, 1, 5, 0))
    False
    """
    return now - begun < REPEATABLE


def decline_class(codes: Iterable[str], classes: Mapping[str, str]) -> str:
    """Return what to do after a decline: try later, ask for a new method, or never charge again.

    A code that nobody knows is no reason to give a customer up: it is tried later.

    :param codes: the provider's words for it
    :param classes: what each of them means

    >>> decline_class(["card_declined", "expired_card"], {"expired_card": "method"})
    'method'
    >>> decline_class(["something_new"], {})
    'later'
    """
    found = [classes[code] for code in codes if code in classes]
    return max(found, key=SEVERITY.index, default=LATER)
