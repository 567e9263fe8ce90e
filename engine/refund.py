"""How an amount of an invoice is given back in parts: the parts add up to it, to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from .money import Currency


def next_part(
    total: Decimal, given: Decimal, done: Decimal, whole: Decimal, currency: Currency
) -> Decimal:
    """Return what the next credit gives back of an amount that belongs to something larger.

    amount = round(total x done / whole) - given, never beyond what is left, never in the other
    direction. Source: telescoping sum; naive fifths of a tax of 1.07 give 1.05.

    >>> cent = Currency('EUR', Decimal('0.01'))
    >>> tax, parts = Decimal('1.07'), [Decimal(0)]
    >>> for seats in range(1, 6):
    ...     parts.append(next_part(tax, sum(parts), Decimal(seats), Decimal(5), cent))
    >>> [str(part) for part in parts[1:]]
    ['0.21', '0.22', '0.21', '0.22', '0.21']

    :param total: what the invoice asked for, a tax or the share of a discount
    :param given: what was given back of it before
    :param done: how much of the whole is given back after this credit
    :param whole: what the total belongs to, the price of a line
    """
    left = total - given
    if not left or (left < 0) != (total < 0):
        return Decimal(0)
    if abs(done) >= abs(whole):
        return left
    part = currency.round(Fraction(total) * Fraction(done) / Fraction(whole)) - given
    return max(min(left, Decimal(0)), min(part, max(left, Decimal(0))))
