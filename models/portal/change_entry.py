from dataclasses import dataclass
from decimal import Decimal

from ...tools import get_number_text

MAX_QUANTITY = 10**6
MAX_CHOICES = 20  # of a list to pick from; more are typed
PREFIX = "quantity-"


@dataclass(frozen=True)
class Entry:
    """A line of the contract, or an add-on, whose quantity the customer chooses."""

    key: str
    product: object
    line: object
    addon: object
    quantity: Decimal
    minimum: Decimal
    maximum: Decimal
    increment: Decimal
    price_text: str
    committed: Decimal = Decimal(0)

    @property
    def least(self):
        """Smallest quantity that the customer may choose now."""
        return max(self.committed, Decimal(0) if self.is_optional else self.minimum)

    @property
    def name(self):
        """Name of its form field."""
        return f"{PREFIX}{self.key}"

    @property
    def is_optional(self):
        """Whether it is an add-on, which may be taken off unless the customer is committed."""
        return bool(self.addon)

    @property
    def choices(self):
        """Every quantity that may be chosen when these are few, else an empty list."""
        if self.maximum - self.minimum > self.increment * MAX_CHOICES:
            return []
        found = {self.quantity, *([Decimal(0)] if self.is_optional else [])}
        quantity = self.minimum
        while quantity <= self.maximum:
            found.add(quantity)
            quantity += self.increment
        return sorted(one for one in found if one >= self.committed)

    @property
    def html_increment(self):
        """What a number field goes up by, where browsers count as we do."""
        return (
            "any"
            if self.minimum % self.increment or self.quantity % self.increment
            else self.increment
        )

    @property
    def limits_text(self):
        """Limits as people read them, empty where nobody needs to know."""
        least, most = self.limits
        env = self.product.env
        if most:
            return env._("%(least)s to %(most)s", least=least, most=most)
        if self.committed or (self.is_optional and self.minimum != 1):
            return env._("%(least)s or more", least=least)
        return ""

    @property
    def limits(self):
        """Smallest and largest quantity in words, the largest empty when there is none."""
        last = "" if self.maximum == MAX_QUANTITY else get_number_text(float(self.maximum))
        return get_number_text(float(max(self.minimum, self.committed))), last

    def is_allowed(self, quantity):
        """Return whether the customer may have this quantity."""
        if quantity == self.quantity:
            return True
        if quantity < self.committed:
            return False
        if self.is_optional and not quantity:
            return True
        fits = self.minimum <= quantity <= self.maximum
        return fits and not (quantity - self.minimum) % self.increment
