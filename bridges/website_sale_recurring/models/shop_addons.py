from .shop_offer import ShopOffer, is_shown_on, is_sold_by


class ShopAddons:
    """Add-ons of the terms of a contract, as the shop offers them in its cart.

    :param terms: sudoed `subscription.template`, empty for none
    :param order: one `sale.order`, the cart
    """

    def __init__(self, terms, order):
        self.terms = terms
        self.env = terms.env
        self.pricelist = order.pricelist_id
        self.company = order.company_id
        self.website = order.website_id

    def get_products(self):
        """Return the add-ons that a visitor may buy: published, and taken one by one.

        :return: `product.product` records in the order of the terms
        """
        # What is sold in packs is offered on the page of the contract, which counts in packs.
        addons = self.terms.addon_ids.filtered(
            lambda addon: addon.minimum <= 1 and addon.increment == 1
        )
        return addons.product_id.filtered(
            lambda product: (
                product.active
                and product.sale_ok
                and product.is_published
                and is_sold_by(self.company, product)
                and is_shown_on(self.website, product)
            )
        )

    def get_suggested(self):
        """Return those that join the contract as the shop sells them where nobody chooses.

        :return: `product.product` records in the order of the terms
        """
        if not self.terms:
            return self.env["product.product"].sudo()
        # Looked up for every cart: its page shows these recurrences, which are read together here.
        offered = self.terms._get_offered_recurrences()
        return self.get_products().filtered(
            lambda product: self._is_among(self._get_default(product), offered)
        )

    def _get_default(self, product):
        """Return how a product is billed where nobody chooses."""
        asked = {"company": self.company, "website": self.website}
        return ShopOffer(product, self.pricelist, **asked).get_choices()[0]

    def has(self, product, recurrence):
        """Return whether a product may join a contract on these terms for a recurrence."""
        return product in self.get_products() and self._is_among(
            recurrence, self.terms._get_offered_recurrences()
        )

    def _is_among(self, recurrence, offered):
        """Return whether contracts that are billed by some recurrences may be billed so."""
        return bool(recurrence) and any(recurrence._is_same_length(one) for one in offered)
