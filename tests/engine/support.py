"""Short names for the values that the engine's tests build over and over."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from engine.amendment import regrid
from engine.billing import Charge, apply, catch_up
from engine.change import change_values
from engine.money import Currency
from engine.period import Period
from engine.recurrence import Grid, Recurrence
from engine.segment import Segment, Terms

EUR = Currency("EUR", Decimal("0.01"))
MONTH, QUARTER, YEAR = (Recurrence("month", n) for n in (1, 3, 12))
START = date(2027, 1, 1)


def day(text):
    """Return a date from its ISO form."""
    return date.fromisoformat(text)


def period(start, end):
    """Return a period from ISO dates, end exclusive."""
    return Period(day(start), day(end))


def terms(price, recurrence=MONTH, anchor=START, **values):
    """Return terms in euro: in advance, by actual days, unless told otherwise."""
    anchor = day(anchor) if isinstance(anchor, str) else anchor
    known = {
        "discount": Decimal(0),
        "unit": "unit",
        "convention": "actual",
        "timing": "advance",
        "currency": EUR,
        **values,
    }
    return Terms(grid=Grid(recurrence, anchor), price=Decimal(price), **known)


def segment(start, end, quantity, its_terms, **values):
    """Return a segment from ISO dates; an empty end is open."""
    return Segment(day(start), day(end) if end else None, Decimal(quantity), its_terms, **values)


def with_quantity(segments, first, quantity):
    """Return the steps of a line whose quantity changes from a day on."""
    return change_values(segments, first, values={"quantity": Decimal(quantity)})


def with_terms(segments, first, its_terms):
    """Return the steps of a line that goes on under other terms, price and discount included."""
    values = {"price": its_terms.price, "discount": its_terms.discount}
    return change_values(regrid(segments, first, its_terms), first, values=values)


def charges_of(month):
    """Return the sum of the charges of a simulated month."""
    return sum((item.amount for item in month.items if isinstance(item, Charge)), Decimal(0))


def credits_of(month):
    """Return the sum of the credits of a simulated month, positive when money goes back."""
    return sum((item.amount for item in month.items if not isinstance(item, Charge)), Decimal(0))


class Line:
    """Follow one line through time: change the plan, run, look at what came out."""

    def __init__(self, *segments, rows=()):
        self.segments = segments
        self.rows = tuple(rows)

    def run(self, until, **values):
        """Catch up to a day, book the items and return them."""
        items = catch_up(self.segments, self.rows, day(until), **values)
        self.rows = apply(self.rows, items)
        assert catch_up(self.segments, self.rows, day(until), **values) == ()
        return items

    def bill(self, until, **values):
        """Catch up to a day and return a short form of the items."""
        return [short(item) for item in self.run(until, **values)]

    @property
    def net(self):
        """Return what all rows together are worth."""
        return sum((row.booked - row.credited for row in self.rows), Decimal(0))


def line(price="10", start="2027-01-01", end=None, quantity=1, anchor=None, **values):
    """Return a line of one segment, its grid anchored on its start unless told otherwise."""
    return Line(segment(start, end, quantity, terms(price, anchor=anchor or start, **values)))


def short(item):
    """Return (first day, end, quantity, signed amount) of an item, readable in an assertion."""
    quantity, amount = int(item.quantity), item.amount
    if not isinstance(item, Charge):
        quantity, amount = 0 - quantity, 0 - amount
    return item.span.start.isoformat(), item.span.end.isoformat(), quantity, str(amount)


def cover(rows):
    """Return {(terms, day): quantity} of the live layers, day by day."""
    days = {}
    for row in rows:
        for span, held in row.layers:
            for number in range(span.start.toordinal(), span.end.toordinal()):
                key = (row.terms, date.fromordinal(number))
                days[key] = days.get(key, 0) + held
    return {key: held for key, held in days.items() if held}


def net(rows):
    """Return what rows are worth after credits."""
    return sum((row.booked - row.credited for row in rows), Decimal(0))


def share(numerator, denominator):
    """Return a fraction."""
    return Fraction(numerator, denominator)
