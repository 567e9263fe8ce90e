"""A new price for many lines: what it is, from when it holds, and taking it back.

A rise replaces one price by another on a span of a line. It never reaches into days that are billed
already, passes trials by, and stops where another price was planned before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .ledger import LedgerRow
from .money import Currency
from .period import FOREVER, Period
from .segment import Segment, check_tiling, coalesce, split_at

CENT = Decimal("0.01")


def raised(
    price: Decimal, percent: Decimal, rounding: Decimal, smallest: Decimal = CENT
) -> Decimal:
    """Return a price raised by a percentage and rounded, halves away from zero.

    A price that is finer than the currency keeps two digits more than it has, whatever rounding was
    asked. So does any other price that it would change against the percentage, or to 0.

    >>> raised(Decimal('29.90'), Decimal('3.5'), Decimal('0.05'))
    Decimal('30.95')
    >>> raised(Decimal('29.90'), Decimal(-10), Decimal('0.01'))
    Decimal('26.91')
    >>> raised(Decimal('0.0123'), Decimal(10), Decimal('0.01'))
    Decimal('0.013530')

    :param percent: negative to lower it
    :param rounding: smallest unit of the new price, positive
    :param smallest: smallest amount that the currency writes
    :raise InvalidAmount: when the rounding is not positive
    """
    exact = Fraction(price) * (100 + Fraction(percent)) / 100
    roundings = [rounding, min(rounding, smallest), min(rounding, last_digit(price) / 100)]
    if is_finer(price, min(rounding, smallest)):
        del roundings[:2]
    found = [Currency("", rounding).round(exact) for rounding in roundings]
    return next((new for new in found if _follows(new, price, exact)), found[-1])


def last_digit(price: Decimal) -> Decimal:
    """Return the unit of the last digit that a price shows.

    >>> last_digit(Decimal('0.0120')), last_digit(Decimal('1200'))
    (Decimal('0.001'), Decimal('1'))
    """
    return Decimal(1).scaleb(min(int(price.normalize().as_tuple().exponent), 0))


def is_finer(price: Decimal, rounding: Decimal) -> bool:
    """Tell whether the last digit of a price is smaller than a rounding."""
    return last_digit(price) < rounding


def _follows(new: Decimal, price: Decimal, exact: Fraction) -> bool:
    """Tell whether a rounded price moves the way the exact one does, and is not lost."""
    if not new:
        return not exact
    return new >= price if exact >= price else new <= price


def covered_until(rows: Iterable[LedgerRow]) -> date | None:
    """Return the exclusive end of the last day that is billed and not given back."""
    return max((span.end for row in rows for span, _held in row.layers), default=None)


def rise_span(
    segments: Iterable[Segment], rows: Iterable[LedgerRow], day: date, start: str
) -> Period | None:
    """Return the days on which a new price replaces the one in force; None when there are none.

    :param segments: the segments of one line
    :param rows: its ledger; days that it covers keep their price
    :param day: earliest day
    :param start: 'date' (from that day on) or 'period' (from the first period that begins then)
    :return: from the first day of the new price up to the next price that was planned
    """
    paid = [segment for segment in check_tiling(segments) if segment.kind != "trial"]
    day = max(day, covered_until(rows) or day)
    for index, segment in enumerate(paid):
        first = _first_day(segment, max(day, segment.start), start)
        if day < segment.stop and first < segment.stop:
            return Period(first, _price_end(paid[index:]))
    return None


def _first_day(segment: Segment, day: date, start: str) -> date:
    """Return the first day from a day on that a new price may begin on."""
    full = segment.terms.grid.period_at(day)
    return day if start == "date" or full.start == day else full.end


def _price_end(segments: Sequence[Segment]) -> date:
    """Return the first day of another price that was planned; a line may yet be prolonged."""
    price = segments[0].terms.price
    return next((segment.start for segment in segments if segment.terms.price != price), FOREVER)


def reprice(
    segments: Iterable[Segment], span: Period, old: Decimal, new: Decimal
) -> tuple[Segment, ...]:
    """Return a line on which one price replaces another on the days of a span.

    With the prices exchanged it takes a rise back: what else was agreed since then stays.

    >>> from .recurrence import Grid, Recurrence
    >>> from .segment import Terms
    >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 1))
    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> terms = Terms(grid, Decimal(10), Decimal(0), None, 'actual', 'advance', euro)
    >>> line = (Segment(date(2027, 1, 1), None, Decimal(5), terms),)
    >>> span = rise_span(line, (), date(2027, 3, 15), 'period')
    >>> rise = reprice(line, span, Decimal(10), Decimal(11))
    >>> [(one.start.isoformat(), int(one.terms.price)) for one in rise]
    [('2027-01-01', 10), ('2027-04-01', 11)]
    >>> reprice(rise, span, Decimal(11), Decimal(10)) == line
    True
    """
    parts = split_at(split_at(segments, span.start), span.end)
    return coalesce(_repriced(parts, span, old, new))


def _repriced(
    parts: Iterable[Segment], span: Period, old: Decimal, new: Decimal
) -> Iterator[Segment]:
    for part in parts:
        is_paid = span.contains(part.start) and part.kind != "trial"
        if is_paid and part.terms.price == old:
            yield replace(part, terms=replace(part.terms, price=new))
        else:
            yield part


def list_priced(segments: Iterable[Segment], day: date, price: Decimal) -> tuple[Segment, ...]:
    """Return a line whose regular price is another one from a day on.

    A price that is limited in time runs out first, prices that were planned for later stay.

    >>> from .recurrence import Grid, Recurrence
    >>> from .segment import Terms
    >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 1))
    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> regular = Terms(grid, Decimal(10), Decimal(0), None, 'actual', 'advance', euro)
    >>> days = date(2027, 1, 1), date(2027, 2, 1), date(2027, 4, 1)
    >>> line = (
    ...     Segment(days[0], days[1], Decimal(5), regular),
    ...     Segment(days[1], days[2], Decimal(5), replace(regular, price=Decimal(8)), 'limited'),
    ...     Segment(days[2], None, Decimal(5), regular),
    ... )
    >>> [int(segment.terms.price) for segment in list_priced(line, date(2027, 3, 1), Decimal(12))]
    [10, 8, 12]

    :param day: first day of the new price
    """
    ordered = check_tiling(segments)
    regular = _regular_segments(ordered, day)
    if not regular:
        return ordered
    base = regular[0].terms.price
    end = next((segment.start for segment in regular if segment.terms.price != base), FOREVER)
    return reprice(ordered, Period(day, end), base, price)


def list_discounted(
    segments: Iterable[Segment], day: date, discount: Decimal
) -> tuple[Segment, ...]:
    """Return a line whose regular discount is another one from a day on.

    A discount that is limited in time runs out first, one that was planned for later stays.

    >>> from .recurrence import Grid, Recurrence
    >>> from .segment import Terms
    >>> grid = Grid(Recurrence('month', 1), date(2027, 1, 1))
    >>> euro = Currency('EUR', Decimal('0.01'))
    >>> terms = Terms(grid, Decimal(100), Decimal(10), None, 'actual', 'advance', euro)
    >>> line = (Segment(date(2027, 1, 1), None, Decimal(5), terms),)
    >>> cut = list_discounted(line, date(2027, 3, 1), Decimal(0))
    >>> [(one.start.isoformat(), int(one.terms.discount)) for one in cut]
    [('2027-01-01', 10), ('2027-03-01', 0)]

    :param day: first day of the new discount
    """
    ordered = check_tiling(segments)
    lasting = _lasting_segments(ordered, day)
    if not lasting:
        return ordered
    base = lasting[0].terms.discount
    end = next((one.start for one in lasting if one.terms.discount != base), FOREVER)
    return rediscount(ordered, Period(day, end), base, discount)


def rediscount(
    segments: Iterable[Segment], span: Period, old: Decimal, new: Decimal
) -> tuple[Segment, ...]:
    """Return a line on which one regular discount replaces another on the days of a span.

    With the discounts exchanged it takes that back. Limited ones stay.
    """
    return coalesce(
        replace(part, terms=replace(part.terms, discount=new))
        if span.contains(part.start) and _is_lasting(part) and part.terms.discount == old
        else part
        for part in split_at(split_at(segments, span.start), span.end)
    )


def regular_discount(segments: Iterable[Segment], day: date) -> Decimal | None:
    """Return the discount from a day on, limited ones aside; None when nothing is left or paid."""
    lasting = _lasting_segments(check_tiling(segments), day)
    return lasting[0].terms.discount if lasting else None


def _lasting_segments(segments: Iterable[Segment], day: date) -> list[Segment]:
    return [one for one in segments if one.stop > day and _is_lasting(one)]


def _is_lasting(segment: Segment) -> bool:
    return segment.kind not in ("trial", "limited")


def regular_price(segments: Iterable[Segment], day: date) -> Decimal | None:
    """Return the price from a day on, limited ones aside; None when nothing is left or paid."""
    regular = _regular_segments(check_tiling(segments), day)
    return regular[0].terms.price if regular else None


def _regular_segments(segments: Sequence[Segment], day: date) -> list[Segment]:
    return [
        segment
        for segment in segments
        if segment.stop > day
        and segment.kind != "trial"
        and not _is_limited_price(segments, segment)
    ]


def _is_limited_price(segments: Sequence[Segment], segment: Segment) -> bool:
    """Tell whether the price of a segment comes and goes; a limited discount leaves it alone."""
    if segment.kind != "limited":
        return False
    index, price = segments.index(segment), segment.terms.price
    earlier, later = segments[:index], segments[index + 1 :]
    old = [other.terms.price for other in earlier if other.terms.price != price]
    new = [other.terms.price for other in later if other.terms.price != price]
    if old and new and old[-1] == new[0]:
        return True
    lasting = [other for other in later if other.kind != "limited"]
    if not lasting or lasting[0].terms.price == price:
        return False
    numbers = [number for number, other in enumerate(earlier) if other.kind != "limited"]
    if numbers:
        return earlier[numbers[-1]].terms.price != segments[numbers[-1] + 1].terms.price
    return lasting[0].terms.discount == segment.terms.discount
