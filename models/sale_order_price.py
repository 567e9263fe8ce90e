from odoo import models


class SaleOrder(models.Model):
    """Prices of periods wherever an order shows prices of products."""

    _inherit = "sale.order"

    def _get_update_prices_lines(self):
        """Keep *Update Prices* away from running lines: their price is an agreement."""
        lines = super()._get_update_prices_lines()
        return lines - lines._get_running_lines()

    def _get_product_catalog_order_data(self, products, **kwargs):
        """Show recurring products in the catalog at the price that their line will get."""
        data = super()._get_product_catalog_order_data(products, **kwargs)
        terms = self._get_subscription_terms()
        offered = terms._get_offered_recurrences() if terms else terms.recurrence_ids
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
