"""Exact amounts and how a currency rounds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from .errors import InvalidAmount


def to_decimal(value: float | str | Decimal) -> Decimal:
    """Return the decimal number that a value shows, not the binary one that a float stores.

    >>> to_decimal(0.1), to_decimal('9.95'), to_decimal(3)
    (Decimal('0.1'), Decimal('9.95'), Decimal('3'))

    :raise InvalidAmount: when the value is no finite number
    """
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except (ArithmeticError, TypeError, ValueError):
        raise InvalidAmount("amount", value) from None
    if not number.is_finite():
        raise InvalidAmount("amount", value)
    return number


def is_same_price(first: float | Decimal, second: float | Decimal) -> bool:
    """Tell whether two unit prices are one, also where both are finer than money is.

    What floats add beyond the twelfth digit is no difference.

    >>> is_same_price(0.0123, 0.0141), is_same_price(119.9 * 0.9, Decimal('107.91'))
    (False, True)
    """
    return f"{float(first):.12g}" == f"{float(second):.12g}"


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return the nearest integer to a ratio, halves away from zero.

    >>> divide_half_up(5, 2), divide_half_up(-5, 2), divide_half_up(7, 5)
    (3, -3, 1)

    :param denominator: positive
    """
    if numerator < 0:
        return -((2 * -numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, slots=True)
class Currency:
    """Know the smallest amount of a currency.

    >>> Currency('EUR', Decimal('0.01')).round(Fraction(2999, 400))
    Decimal('7.50')
    >>> Currency('CHF', Decimal('0.05')).round(Decimal('-1.125'))
    Decimal('-1.15')

    :param code: ISO code
    :param rounding: smallest amount, positive
    :raise InvalidAmount: when the rounding is not positive
    """

    code: str
    rounding: Decimal
    _unit: tuple[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.rounding.is_finite() or self.rounding <= 0:
            raise InvalidAmount("rounding", self.rounding)
        object.__setattr__(self, "_unit", self.rounding.as_integer_ratio())

    def round(self, value: Fraction | Decimal) -> Decimal:
        """Return the nearest multiple of the rounding, halves away from zero, computed exactly.

        >>> Currency('EUR', Decimal('0.01')).round(Decimal('0.005'))
        Decimal('0.01')
        """
        return self.round_ratio(*value.as_integer_ratio())

    def round_ratio(self, numerator: int, denominator: int) -> Decimal:
        """Return `numerator / denominator` rounded; for callers that hold plain integers.

        >>> Currency('JPY', Decimal('1')).round_ratio(10, 4)
        Decimal('3')

        :param denominator: positive
        """
        top, bottom = self._unit
        return divide_half_up(numerator * bottom, denominator * top) * self.rounding
