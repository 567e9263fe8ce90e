"""Arithmetic of the expected tables: days by `calendar`, money by `Fraction`.

Nothing here is shared with the engine, so that a table and the invoices can only agree when both
are right.
"""

import calendar
from datetime import date, timedelta
from fractions import Fraction


def boundary(anchor, months):
    """Return the day a number of months after an anchor; short months give their last day."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor.day, last))


def rounded(amount, step=Fraction(1, 100)):
    """Return an exact amount rounded half up (away from zero) to a multiple of a step."""
    units = abs(Fraction(amount)) / step
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return whole * step * (-1 if amount < 0 else 1)


def part(price, first, stop, full_first, full_stop):
    """Return the share of a price that some days of a full period are worth, unrounded."""
    return Fraction(str(price)) * (stop - first).days / (full_stop - full_first).days


def row(on, first, stop, quantity, amount):
    """Return a row of a table of expected invoice lines.

    :param date on: invoice date
    :param date first: first day of service
    :param date stop: first day that is no longer billed
    :param quantity: billed quantity, negative when credited
    :param amount: untaxed amount, rounded here to cents
    """
    last = stop - timedelta(days=1)
    return (
        on.isoformat(),
        first.isoformat(),
        last.isoformat(),
        float(quantity),
        float(rounded(Fraction(str(amount)))),
    )


def regular(anchor, periods, price, quantity=1, every=1, late=False):
    """Return the rows of full periods that nothing disturbs.

    :param date anchor: day from which boundaries are counted
    :param periods: numbers of the wanted periods, counted from the anchor
    :param every: months per period
    :param late: billed in arrears, at the end of the period
    """
    rows = []
    for number in periods:
        first, stop = boundary(anchor, number * every), boundary(anchor, (number + 1) * every)
        amount = Fraction(str(price)) * quantity
        rows.append(row(stop if late else first, first, stop, quantity, amount))
    return rows
