from contextlib import nullcontext

from odoo import models

from ... import const


class SaleOrder(models.Model):
    """Prices of periods wherever an order shows prices of products."""

    _inherit = "sale.order"

    def _keeping_agreed_prices(self, vals):
        """Keep the prices of confirmed lines while these orders get other terms.

        Prices follow recurrences, which follow the terms. What is sold once was agreed too: the
        list price of today must not reach it by that way, least of all during the confirmation.

        :param dict vals: what is about to be written on the orders
        :return: a context manager for the time of the writing
        """
        if "subscription_template_id" not in vals:
            return nullcontext()
        lines = self.order_line.filtered(lambda line: line.state == "sale")
        names = ("price_unit", "technical_price_unit")
        return self.env.protecting([lines._fields[name] for name in names], lines)

    def _get_update_prices_lines(self):
        """Keep *Update Prices* away from running lines: their price is an agreement."""
        lines = super()._get_update_prices_lines()
        lines -= lines._get_begun_lines()
        return lines.with_context(**const.sealed(const.NEW_PRICES_KEY))

    def _get_product_catalog_order_data(self, products, **kwargs):
        """Show recurring products in the catalog at the price that their line will get."""
        data = super()._get_product_catalog_order_data(products, **kwargs)
        template = self._get_subscription_template()
        offered = template._get_offered_recurrences() if template else template.recurrence_ids
        recurring = products.filtered("is_recurring")
        groups = recurring.grouped(lambda product: product._get_default_recurrence(offered))
        for recurrence, members in groups.items():
            prices = self.pricelist_id._get_products_price(
                members,
                1.0,
                currency=self.currency_id,
                date=self.date_order,
                recurrence=recurrence,
                **kwargs,
            )
            for product in members:
                data[product.id]["price"] = prices[product.id]
        return data
