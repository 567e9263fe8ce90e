"""Revenue as it is earned: what of a booked amount is served at the end of each month.

An invoice line books an amount for days of service. Of these days some lie before a month ends:
that share is *recognised*, the rest is *deferred* (booked, not yet served) or, where service came
before its invoice, *accrued* (served, not yet booked). At every moment

    booked + accrued = recognised + deferred.

Amounts are in the currency of the company's books, positive for revenue and negative for what goes
back; days are half-open spans; months are named by their last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .errors import UnknownConvention
from .money import Currency
from .period import ONE_DAY, Period
from .recurrence import month_length

METHODS = ("days", "months", "full_months")
ZERO = Decimal(0)


def month_end(day: date) -> date:
    """Return the last day of the month of a day.

    >>> month_end(date(2028, 2, 3)).isoformat()
    '2028-02-29'
    """
    return day.replace(day=month_length(day.year, day.month))


def months_of(span: Period) -> list[tuple[date, int]]:
    """Return the months that a span touches, each with its number of days in them.

    >>> [(end.isoformat(), days) for end, days in months_of(
    ...     Period(date(2027, 1, 15), date(2027, 2, 15)))]
    [('2027-01-31', 17), ('2027-02-28', 14)]
    """
    found, day = [], span.start
    while (last := month_end(day)) < span.last_day:
        found.append((last, (last - day).days + 1))
        day = last + ONE_DAY
    return [*found, (last, (span.last_day - day).days + 1)]


def weigh_months(method: str, span: Period) -> dict[date, Fraction]:
    """Return what each month weighs among those in which a span is served.

    - `days`: the days of the span in that month, so that each day is worth the same.
    - `months`: the part of the month that the span covers, so that each whole month is worth the
      same, whether it has 28 or 31 days.
    - `full_months`: each month of service counts whole, in the calendar month in which it begins.

    >>> span = Period(date(2027, 1, 15), date(2027, 3, 15))
    >>> [str(weight) for weight in weigh_months('days', span).values()]
    ['17', '28', '14']
    >>> [str(weight) for weight in weigh_months('months', span).values()]
    ['17/31', '1', '14/31']
    >>> [str(weight) for weight in weigh_months('full_months', span).values()]
    ['1', '1', '0']

    :raise UnknownConvention: when the method is another word
    """
    months = months_of(span)
    if method == "days":
        return {last: Fraction(days) for last, days in months}
    if method == "months":
        return {last: Fraction(days, last.day) for last, days in months}
    if method == "full_months":
        whole = _count_months(span)
        return {last: Fraction(int(n < whole)) for n, (last, _days) in enumerate(months)}
    raise UnknownConvention("method", method)


def _count_months(span: Period) -> int:
    """Return how many months of service a span begins, counted from its first day."""
    start, end = span.start, span.end
    count = (end.year - start.year) * 12 + end.month - start.month
    return count + int(end.day > min(start.day, month_length(end.year, end.month)))


@dataclass(frozen=True, slots=True)
class Release:
    """Hold days for which nothing more is owed: the customer gave them up for no money.

    :param span: the days
    :param day: day on which they count as served
    :param share: part of the service that was given up; negative undoes an earlier release
    """

    span: Period
    day: date
    share: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Service:
    """Hold days of service that a part of an amount pays for.

    :param span: the days
    :param weight: its part of the amount, in any unit that all parts share
    :param released: what of these days the customer gave up
    """

    span: Period
    weight: Decimal | Fraction = Decimal(1)
    released: tuple[Release, ...] = ()

    def get_shares(self, method: str) -> dict[date, Fraction]:
        """Return the share of this service that is earned in each month; they add up to 1.

        >>> june = Period(date(2027, 6, 1), date(2027, 7, 1))
        >>> july = Period(date(2027, 7, 1), date(2027, 8, 1))
        >>> both = Service(Period(june.start, july.end), released=(Release(july, june.start),))
        >>> [str(share) for share in both.get_shares('months').values()]
        ['1', '0']

        :param method: one of :data:`METHODS`
        """
        weights = weigh_months(method, self.span)
        whole = sum(weights.values())
        earned = {last: weight / whole for last, weight in weights.items()}
        for last, days in months_of(self.span):
            own = Period(max(last.replace(day=1), self.span.start), last + ONE_DAY)
            for release in self.released:
                given_up = release.span.intersect(own)
                first = month_end(max(release.day, self.span.start))
                if given_up and first < last:
                    part = weights[last] / whole * Fraction(given_up.days, days) * release.share
                    earned[first] += part
                    earned[last] -= part
        return earned


def schedule(
    amount: Decimal,
    services: Iterable[Service],
    method: str,
    currency: Currency,
    not_before: date | None = None,
) -> dict[date, Decimal]:
    """Return what of an amount is recognised in each month, in the order of the months.

    Each month is rounded by itself and never takes more than is left; the last one takes the rest,
    so that the months add up to the amount.

    Source: the yearly invoice of 365 by days, 31, 28, 31, ... (Stripe, Revenue Recognition).

    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> quarter = Service(Period(date(2027, 1, 1), date(2027, 4, 1)))
    >>> [str(part) for part in schedule(Decimal(100), [quarter], 'months', euro).values()]
    ['33.33', '33.33', '33.34']

    :param amount: booked, negative for what goes back
    :param services: what it pays for, not empty
    :param method: one of :data:`METHODS`
    :param currency: of the books
    :param not_before: earlier months are recognised in the month of this day: nobody knew of a
        credit before it was given
    """
    services = tuple(services)
    total = sum(Fraction(service.weight) for service in services)
    shares: dict[date, Fraction] = {}
    for service in services:
        weight = Fraction(service.weight) / total
        for month, share in service.get_shares(method).items():
            if not_before:
                month = max(month, month_end(not_before))
            shares[month] = shares.get(month, Fraction(0)) + share * weight
    return _round(amount, shares, currency)


def _round(
    amount: Decimal, shares: Mapping[date, Fraction], currency: Currency
) -> dict[date, Decimal]:
    """Return an amount by month in whole cents; the last month takes the rest."""
    months = sorted(shares)
    while len(months) > 1 and not shares[months[-1]]:
        months.pop()
    parts, left = {}, amount
    low, high = min(amount, ZERO), max(amount, ZERO)
    for month in months[:-1]:
        part = currency.round(Fraction(amount) * shares[month])
        rest = min(max(left - part, low), high)
        parts[month], left = left - rest, rest
    parts[months[-1]] = left
    return parts


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold what the books say of one line up to a day, or how that changes on a day.

    :param invoiced: what invoices booked
    :param credited: what credit notes booked, negative
    :param recognised: what is earned
    :param deferred: what is booked and not yet earned
    :param accrued: what is earned and not yet booked
    """

    invoiced: Decimal = ZERO
    credited: Decimal = ZERO
    recognised: Decimal = ZERO
    deferred: Decimal = ZERO
    accrued: Decimal = ZERO

    def __add__(self, other: Standing) -> Standing:
        """Return both together."""
        return Standing(*(a + b for a, b in zip(self.amounts, other.amounts, strict=True)))

    def __sub__(self, other: Standing) -> Standing:
        """Return what leads from the other one to this one."""
        return Standing(*(a - b for a, b in zip(self.amounts, other.amounts, strict=True)))

    def __bool__(self) -> bool:
        """Tell whether any amount is left."""
        return any(self.amounts)

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """Return all amounts in the order of the parameters."""
        return tuple(getattr(self, one.name) for one in fields(self))

    @property
    def needs_entry(self) -> bool:
        """Tell whether the books need an entry for this change."""
        return bool(self.deferred or self.accrued)


@dataclass(frozen=True, slots=True)
class Booking:
    """Hold a line of a posted document and the months in which it is earned.

    :param amount: booked, negative on a credit note
    :param day: accounting day of the document
    :param months: what is earned by month, see :func:`schedule`
    """

    amount: Decimal
    day: date
    months: Mapping[date, Decimal]

    def get_standing(self, day: date) -> Standing:
        """Return what the books should say at the end of a day.

        >>> line = Booking(Decimal(100), date(2027, 2, 10), {
        ...     date(2027, 1, 31): Decimal(40), date(2027, 2, 28): Decimal(40),
        ...     date(2027, 3, 31): Decimal(20)})
        >>> [(str(one.deferred), str(one.accrued)) for one in map(line.get_standing, line.months)]
        [('0', '40'), ('20', '0'), ('0', '0')]

        :param day: months that end after it are not earned yet
        """
        booked = self.amount if self.day <= day else ZERO
        earned = sum((part for last, part in self.months.items() if last <= day), ZERO)
        rest = booked - earned
        is_ahead = rest * self.amount > 0
        return Standing(
            invoiced=booked if self.amount > 0 else ZERO,
            credited=booked if self.amount < 0 else ZERO,
            recognised=earned,
            deferred=rest if is_ahead else ZERO,
            accrued=ZERO if is_ahead else -rest,
        )

    @property
    def as_booked(self) -> Standing:
        """Return what the books say without any recognition: all is earned with the document."""
        return Standing(
            invoiced=max(self.amount, ZERO),
            credited=min(self.amount, ZERO),
            recognised=self.amount,
        )


def follow(
    amount: Decimal,
    bearers: Iterable[Booking],
    currency: Currency,
    others: Iterable[Booking] = (),
    paid: Fraction = Fraction(1),
) -> dict[date, Decimal]:
    """Return what of a discount is recognised in each month: when the lines are that it lowers.

    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> january, february = date(2027, 1, 31), date(2027, 2, 28)
    >>> line = Booking(Decimal(90), january, {january: Decimal(60), february: Decimal(30)})
    >>> [str(part) for part in follow(Decimal(-10), [line], euro).values()]
    ['-6.67', '-3.33']

    :param amount: of the discount, negative on an invoice
    :param bearers: the lines that it lowers, not empty; their amounts do not cancel out
    :param currency: of the books
    :param others: lines that it lowers by what the bearers cannot bear
    :param paid: the share that the bearers bear, the others bear the rest
    """
    shares: dict[date, Fraction] = {}
    for lines, ratio in ((tuple(bearers), paid), (tuple(others), 1 - paid)):
        total = sum(Fraction(line.amount) for line in lines)
        for line in lines:
            for month, part in line.months.items():
                shares[month] = shares.get(month, Fraction(0)) + ratio * Fraction(part) / total
    return _round(amount, shares, currency)


@dataclass(frozen=True, slots=True)
class Missing:
    """Hold what the books lack, and the day on which they are told.

    :param day: accounting day
    :param change: what is added
    :param is_late: whether it holds what belongs to months that are closed
    """

    day: date
    change: Standing
    is_late: bool = False


def plan(
    booking: Booking | None,
    told: Iterable[tuple[date, Standing]],
    first_open: date,
    *,
    on_posting: bool = False,
) -> tuple[Missing, ...]:
    """Return what the books lack: what they should say, less what they were told.

    Nothing is added to a closed month; what it lacks goes into the first open one. A document of a
    closed month that the books were told nothing about was earned as it was booked: what is
    returned there needs no entry. When nothing is missing nothing is returned, however often it is
    asked.

    :param booking: the line, None when its document was taken back
    :param told: what was told before, each on its day
    :param first_open: first day that is not closed
    :param on_posting: defer on the day of the document, not only at the end of its month
    """
    told = list(told)
    days = {month_end(first_open), *(month_end(day) for day, _change in told)}
    if on_posting:
        days |= {day for day, _change in told}
    said, missing = Standing(), []
    if booking:
        days |= {*booking.months, month_end(booking.day)}
        if on_posting:
            days.add(booking.day)
        if booking.day < first_open and not told:
            said = booking.as_booked
            missing.append(Missing(month_end(booking.day), said))
    closed = first_open - ONE_DAY
    is_late = _get_missing(booking, told, closed, said).needs_entry
    for day in sorted(day for day in days if day >= first_open):
        change = _get_missing(booking, told, day, said)
        if change:
            missing.append(Missing(day, change, is_late and change.needs_entry))
            said += change
        is_late = False
    return tuple(missing)


def _get_missing(
    booking: Booking | None, told: list[tuple[date, Standing]], day: date, said: Standing
) -> Standing:
    """Return what the books lack at the end of a day."""
    wanted = booking.get_standing(day) if booking else Standing()
    return wanted - sum((change for on, change in told if on <= day), said)
