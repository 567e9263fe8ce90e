from odoo import models
from odoo.tools import formatLang

from ...engine.money import to_decimal


class ResCurrency(models.Model):
    """Unit prices in words: with all the digits they have, which may be more than money has."""

    _inherit = "res.currency"

    def _format_unit_price(self, price):
        """Return a unit price with its currency, in at least the digits that the currency writes.

        :param price: float or Decimal; what floats add beyond the twelfth digit is left out
        :rtype: str
        """
        self.ensure_one()
        shown = to_decimal(f"{float(price):.12g}").normalize()
        digits = max(self.decimal_places, -int(shown.as_tuple().exponent))
        if digits == self.decimal_places:
            return formatLang(self.env, float(shown), currency_obj=self)
        amount = formatLang(self.env, float(shown), digits=digits)
        parts = (amount, self.symbol) if self.position == "after" else (self.symbol, amount)
        return "\N{NO-BREAK SPACE}".join(parts)
