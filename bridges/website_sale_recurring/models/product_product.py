from odoo import models
from odoo.http import request

from .shop_cart import ShopCart
from .shop_offer import ShopOffer

# Codes of UN/CEFACT, as schema.org wants them.
UNIT_CODES = {"day": "DAY", "week": "WEE", "month": "MON", "year": "ANN"}


class ProductProduct(models.Model):
    """What search engines read of a product that is billed again and again, and its archiving."""

    _inherit = "product.product"

    def write(self, vals):
        """Take a bundle out of carts with a product that is archived; core takes the product."""
        if "active" in vals and not vals["active"]:
            # sudo: as core does, whoever archives a product may not read orders
            lines_sudo = self.env["sale.order.line"].sudo()
            bundled_sudo = lines_sudo.search(
                [
                    ("state", "=", "draft"),
                    ("product_id", "in", self.ids),
                    ("shop_bundle_id", "!=", False),
                ]
            )
            for cart_sudo in bundled_sudo.order_id:
                ShopCart(cart_sudo).drop_bundle()
        return super().write(vals)

    def _to_markup_data(self, website):
        """Name each period with its price, in place of one price for ever."""
        data = super()._to_markup_data(website)
        if not self.is_recurring:
            return data
        offer = ShopOffer(self, request.pricelist, website=website)
        data["offers"] = [
            self._prepare_offer_markup(choice, values, website)
            for choice, values in zip(offer.get_choices(), offer.get_offers(website), strict=True)
        ]
        return data

    def _prepare_offer_markup(self, choice, values, website):
        """Return one offer in the words of schema.org.

        :param choice: `subscription.recurrence`, empty for *once*
        :param dict values: of :meth:`ShopOffer.get_offers`
        """
        price = {"price": values["price"], "priceCurrency": website.currency_id.name}
        offer = {"@type": "Offer", "name": values["name"], **price}
        if choice:
            unit = UNIT_CODES[choice.unit]
            offer["priceSpecification"] = {
                "@type": "UnitPriceSpecification",
                **price,
                "billingIncrement": choice.count,
                "unitCode": unit,
                "referenceQuantity": {
                    "@type": "QuantitativeValue",
                    "value": choice.count,
                    "unitCode": unit,
                },
            }
        return offer
