from odoo import api, models

from .changed import mark_changed


class ProductPricelistItem(models.Model):
    """Rules of pricelists start from the recurring price where they start from the sales price.

    Rules that do not start from it (a fixed price, a markup on the cost) state the price of
    something sold once: a product that has a price for the recurrence keeps that price.
    """

    _inherit = "product.pricelist.item"

    @api.ondelete(at_uninstall=False)
    def _mark_pricelist_changed(self):
        """Let pricelists that lose a rule count as changed: their prices were others before."""
        mark_changed(self.pricelist_id)

    def _compute_price(self, product, quantity, uom, date, currency=None, **kwargs):
        if kwargs.get("recurrence") and self and not self._is_relative_to_price():
            target = currency or self.currency_id or self.env.company.currency_id
            price = self._get_recurring_base_price(product, quantity, uom, date, target, **kwargs)
            if price is not None:
                return price
        return super()._compute_price(product, quantity, uom, date, currency=currency, **kwargs)

    def _compute_base_price(self, product, quantity, uom, date, currency, **kwargs):
        if kwargs.get("recurrence") and self.base != "pricelist":
            price = self._get_recurring_base_price(product, quantity, uom, date, currency, **kwargs)
            if price is not None:
                return price
        return super()._compute_base_price(product, quantity, uom, date, currency, **kwargs)

    def _is_relative_to_price(self):
        """Return whether this rule changes a price, instead of stating one."""
        return self.compute_price != "fixed" and self.base != "standard_price"

    def _get_recurring_base_price(self, product, quantity, uom, date, currency, **kwargs):
        """Return the recurring price that this rule starts from.

        :return: the price in ``currency`` and ``uom``, None when the product has none
        :rtype: float | None
        """
        return self.env["subscription.price"]._get_base_price(
            product,
            kwargs["recurrence"],
            pricelist=self.pricelist_id or kwargs.get("recurring_pricelist"),
            quantity=quantity,
            uom=uom,
            date=date,
            currency=currency,
        )
