from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...engine.refund import next_part

ZERO = Decimal(0)


@dataclass(slots=True)
class Money:
    """What an invoice line asks for, or what is given back of it, exact in its currency.

    :param Decimal basis: in the terms in which the price is typed, taxes included or not
    :param Decimal untaxed: without taxes
    :param dict taxes: tax amount by tax
    :param dict bases: base amount by tax
    """

    basis: Decimal = ZERO
    untaxed: Decimal = ZERO
    taxes: dict = field(default_factory=dict)
    bases: dict = field(default_factory=dict)

    @property
    def total(self):
        """Return with all taxes."""
        return self.untaxed + sum(self.taxes.values(), ZERO)

    @property
    def sign(self):
        """Return 1 for what asks and -1 for what gives back; it may be a cent of tax only."""
        amount = self.untaxed or self.total
        return (amount > 0) - (amount < 0)

    @classmethod
    def sum_up(cls, found):
        """Return the sum of money."""
        result = cls()
        for money in found:
            result.add(money)
        return result

    def add(self, other, factor=1):
        """Add a multiple of other money to this."""
        self.basis += other.basis * factor
        self.untaxed += other.untaxed * factor
        for mine, theirs in ((self.taxes, other.taxes), (self.bases, other.bases)):
            for tax, amount in theirs.items():
                mine[tax] = mine.get(tax, ZERO) + amount * factor

    def map(self, function, other):
        """Return money of which each amount is a function of the amounts of two."""
        pairs = ((self.taxes, other.taxes), (self.bases, other.bases))
        taxes, bases = (
            {tax: function(mine[tax], theirs.get(tax, ZERO)) for tax in mine}
            for mine, theirs in pairs
        )
        return Money(
            function(self.basis, other.basis), function(self.untaxed, other.untaxed), taxes, bases
        )

    def get_part(self, given, done, whole, currency):
        """Return the next part of this, so that the parts add up to what was charged.

        :param Money given: the parts before
        :param Decimal done: how much of the whole is given back after this part
        :param Decimal whole: what this belongs to
        :param Currency currency: of the amounts
        :rtype: Money
        """
        return self.map(
            lambda total, before: next_part(total, before, done, whole, currency), given
        )

    def get_whole_part(self, given, done, whole, currency):
        """Return the next part of this, in proportion to the cent with all taxes.

        An invoice that asked for nothing, as a voucher paid for it, gives back nothing.

        :rtype: Money
        """
        part = self.get_part(given, done, whole, currency)
        total = next_part(self.total, given.total, done, whole, currency)
        return part._complete(total, self)

    def _complete(self, total, whole):
        """Set what follows from a total and its taxes, and return this part of a whole."""
        self.untaxed = total - sum(self.taxes.values(), ZERO)
        if whole.basis == whole.total:
            self.basis = total
        elif whole.basis == whole.untaxed:
            self.basis = self.untaxed
        return self

    def get_part_beyond(self, given, alike, own, others, currency):
        """Return the next part of a discount that is larger than the lines of its own taxes.

        It pays these whole, each tax for itself, so that nothing of them is given back, and lowers
        the other lines by the rest.

        :param Money given: the parts before
        :param list alike: what is given back of all discounts of these taxes, and was asked
        :param list own: the same of the lines of these taxes, with this part
        :param list others: the same of the other lines, with this part
        :param Currency currency: of the amounts
        :rtype: Money
        """
        beyond = Fraction(others[0].total) / Fraction(others[1].total)

        def get_next(get):
            """Return the next part of one amount."""
            back, asked = Fraction(get(own[0])), Fraction(get(own[1]))
            discounts = -Fraction(get(alike[1]))
            paid = min(asked / discounts, Fraction(1)) if discounts else Fraction(0)
            done = paid * back / asked + (1 - paid) * beyond if paid > 0 else beyond
            return next_part(get(self), get(given), done, Fraction(1), currency)

        part = Money(get_next(lambda money: money.basis))
        for tax in self.taxes:
            part.taxes[tax] = get_next(lambda money, tax=tax: money.taxes.get(tax, ZERO))
            part.bases[tax] = get_next(lambda money, tax=tax: money.bases.get(tax, ZERO))
        return part._complete(get_next(lambda money: money.total), self)

    def take_up_to(self, ratio, taken, currency):
        """Return the next part of this, so that all parts add up to a share of it, to the cent.

        :param Fraction ratio: share that is taken after this part
        :param Money taken: the parts before, to which this one is added
        :param Currency currency: of the amounts
        :rtype: Money
        """
        part = self.map(
            lambda total, before: currency.round(Fraction(total) * ratio) - before, taken
        )
        taken.add(part)
        return part


@dataclass(frozen=True, slots=True)
class Share:
    """A part of an invoice line that goes back with a credit.

    :param line: the invoice line, a discount beside the row that is credited or its own line
    :param Money money: what goes back of it, with the sign of the line
    """

    line: Any
    money: Money

    def prepare_tax_data(self, values):
        """Return the taxes of a line that gives this back, as core's tax engine takes them.

        :param dict values: quantity, price and discount of that line on an invoice
        :return: value of `extra_tax_data`, False where the line has no tax
        :rtype: dict | bool
        """
        if not self.money.taxes:
            return False
        return {
            **{name: values[name] for name in ("quantity", "price_unit", "discount")},
            "currency_id": self.line.currency_id.id,
            "manual_total_excluded_currency": -float(self.money.untaxed),
            "manual_tax_amounts": {
                str(tax.id): {
                    "tax_amount_currency": -float(amount),
                    "base_amount_currency": -float(self.money.bases[tax]),
                }
                for tax, amount in self.money.taxes.items()
            },
        }
