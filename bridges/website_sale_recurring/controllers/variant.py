from odoo.http import request, route

from odoo.addons.website_sale.controllers.variant import WebsiteSaleVariantController


class SubscriptionVariant(WebsiteSaleVariantController):
    @route()
    def get_combination_info_website(self, product_template_id, *args, **kwargs):
        """Send the choice of recurrences as it is shown for the chosen variant and quantity."""
        info = super().get_combination_info_website(product_template_id, *args, **kwargs)
        if info.get("shop_offers"):
            info["shop_offers_html"] = request.env["ir.ui.view"]._render_template(
                "website_sale_recurring.offers", {"offers": info["shop_offers"]}
            )
        return info
