from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

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
