from odoo.http import request

from .shop_offer import ShopOffer


class ShopTiles:
    """What the tiles of a page say about products that are billed again and again.

    All products of a page are priced together: one question to the pricelist for each recurrence.

    :param products: `product.template` records
    :param website: `website` that shows them
    """

    def __init__(self, products, website):
        self.products = products
        self.env = products.env
        self.website = website

    def get_prices(self):
        """Return prices of tiles by product, as core names them, and the period that they are of.

        :rtype: dict
        """
        found, groups, kept = {}, {}, {}
        for product in self.products:
            offer = ShopOffer(product, request.pricelist, website=self.website, kept=kept)
            choices = offer.get_choices()
            groups.setdefault(choices[0], []).append((offer, len(choices) > 1))
        for choice, members in groups.items():
            prices = self._get_group_prices(choice, [offer for offer, _is_many in members])
            per_text = choice._get_per_text() if choice else ""
            for offer, is_many in members:
                found[offer.product] = {
                    **self._get_values(offer, prices[offer.product], choice),
                    "is_from": is_many or self._has_variants(offer.product),
                    "per_text": per_text,
                }
        return found

    def _has_variants(self, product):
        """Return whether a product has several variants.

        Tiles show attributes in any case; without any nobody has to ask for variants.
        """
        return bool(product.attribute_line_ids) and len(product.product_variant_ids) > 1

    def _get_group_prices(self, choice, offers):
        """Return the lowest price and its rule of products that are billed alike.

        Where a variant has a price of its own, the variants are asked, else the product.

        :param list offers: of the products
        :rtype: dict
        """
        concat = self.env["product.template"].concat
        special = concat(*(offer.product for offer in offers if offer.has_variant_prices()))
        others = concat(*(offer.product for offer in offers if not offer.has_variant_prices()))
        prices = self._get_rule_prices(others, choice)
        variants = self._get_rule_prices(special.product_variant_ids, choice)
        for product in special:
            own = [variants[one] for one in product.product_variant_ids]
            prices[product] = min(own, default=(product.list_price, False))
        return prices

    def _get_rule_prices(self, records, choice):
        if not records:
            return {}
        asked = {"recurrence": choice} if choice else {}
        found = request.pricelist._compute_price_rule(
            records, 1.0, currency=self.website.currency_id, **asked
        )
        return {record: found[record.id] for record in records}

    def _get_values(self, offer, price_and_rule, choice):
        price, rule_id = price_and_rule
        product, currency = offer.product, self.website.currency_id
        values = {"price_reduce": offer.show(price, self.website)}
        rule = self.env["product.pricelist.item"].browse(rule_id)
        if rule._show_discount_on_shop():
            asked = {"recurrence": choice} if choice else {}
            before = rule._compute_price_before_discount(
                product=product,
                quantity=1.0,
                date=None,
                uom=product.uom_id,
                currency=currency,
                **asked,
            )
            if currency.compare_amounts(before, price) == 1:
                values["base_price"] = offer.show(before, self.website)
        return values
