from odoo.http import request, route

from odoo.addons.website_sale_comparison.controllers.main import WebsiteSaleProductComparison


class SubscriptionComparison(WebsiteSaleProductComparison):
    """The bar below the shop, in which products wait for being compared."""

    @route()
    def get_product_data(self, product_ids):
        """Say of which period a price is."""
        rows = super().get_product_data(product_ids)
        products = request.env["product.product"].browse(row["id"] for row in rows)
        for row, product in zip(rows, products, strict=True):
            offers = product.is_recurring and product._get_combination_info_variant()["shop_offers"]
            if offers and offers[0]["per_text"]:
                row["per_text"] = offers[0]["per_text"]
        return rows
