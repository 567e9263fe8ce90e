from odoo import api, models


class SubscriptionPrice(models.Model):
    """Finds the price that holds for a product, and turns it into the unit and currency asked."""

    _inherit = "subscription.price"

    @api.model
    def _find(
        self,
        product,
        recurrence,
        *,
        pricelist=None,
        quantity=1.0,
        date=None,
        currency=None,
        company=None,
    ):
        """Return the price that holds, the most particular one when several do.

        A price of the pricelist wins over one for all customers, then the price of a variant
        over one for all variants, then the currency asked, the higher minimum quantity, and
        dates over none.

        :param product: `product.product` or `product.template` record
        :param recurrence: `subscription.recurrence`; another of the same length counts as equal
        :param pricelist: `product.pricelist` of the customer, none when pricelists are off
        :param float quantity: in the unit of the product
        :param date: day of sale, or a moment; today when empty
        :param currency: `res.currency` that is preferred
        :param company: `res.company` that sells, the current one when empty
        :return: one `subscription.price` in sudo, or none
        """
        company = company or self.env.company
        # sudo: customers who order online have no right to read prices, only to be given one
        product, recurrence = product.sudo(), recurrence.sudo()
        # Many prices are asked at once: what most of them do not name is looked at last.
        candidates = self._get_prices(product).filtered(
            lambda price: (
                price.recurrence_id._is_same_length(recurrence)
                and price._is_meant(product, pricelist, quantity, company, date)
            )
        )
        if len(candidates) <= 1:
            return candidates
        return candidates.sorted(lambda price: price._get_rank(currency), reverse=True)[:1]

    @api.model
    def _find_lengths(self, product, *, pricelist=None, quantity=1.0, company=None):
        """Return of which periods a product has a price today, as :meth:`_find` would find one.

        :return: pairs of a unit and how many of them
        :rtype: set[tuple]
        """
        company, product = company or self.env.company, product.sudo()  # sudo: as in _find
        return {
            price.recurrence_id._get_length_key()
            for price in self._get_prices(product)
            if price._is_meant(product, pricelist, quantity, company, None)
        }

    @api.model
    def _get_prices(self, product):
        """Return all recurring prices of a product and its variants."""
        is_variant = product._name == "product.product"
        return (product.product_tmpl_id if is_variant else product).subscription_price_ids

    def _is_meant(self, product, pricelist, quantity, company, date):
        """Return whether this price holds for all that is asked besides the recurrence."""
        least, named, owner = self.min_quantity, self.product_id, self.pricelist_id
        return (
            (not least or least <= quantity)
            and (not named or named == self._get_variant(product))
            and (not owner or (bool(pricelist) and owner.id == pricelist.id))
            and self._is_sold_by(company)
            and self._is_sold_on(company, date)
        )

    def _is_sold_by(self, company):
        """Return whether a company sells at this price: its own, that of a parent, or of all."""
        owner = self.company_id
        # sudo: as in _find
        return not owner or owner == company or owner in company.sudo().parent_ids

    def _is_sold_on(self, company, date):
        """Return whether a company gives this price on a day, today when empty."""
        if not self._is_dated():
            return True
        day = company._subscription_day_of(date)
        is_early = self.date_start and day < self.date_start
        return not is_early and not (self.date_end and self.date_end < day)

    def _get_rank(self, currency):
        """Return how particular this price is; the highest rank wins.

        :rtype: tuple
        """
        return (
            bool(self.pricelist_id),
            bool(self.product_id),
            bool(currency) and self.currency_id == currency,
            self.min_quantity,
            self._is_dated(),
            self.id,
        )

    @api.model
    def _get_variant(self, product):
        """Return the variant meant: the product itself, or the only one of a template.

        Nobody has to ask for the variants of a template whose prices name none.
        """
        if product._name == "product.product":
            return product
        only = product.subscription_price_ids.product_id and product.product_variant_count == 1
        return product.product_variant_id if only else self.env["product.product"]

    def _get_amount(self, product, uom, currency, date, company=None):
        """Return this price for a product in the unit and currency asked, unrounded.

        The extra prices of attributes are added unless the price names the variant, whose price
        already holds them; attributes that make no variant are always added.

        :param product: `product.product` or `product.template` record, with its price context
        :param uom: `uom.uom` of the quantity, that of the product when empty
        :param currency: `res.currency` of the result
        :param date: day or moment of the conversion rate
        :rtype: float
        """
        self.ensure_one()
        company = company or self.env.company
        day = company._subscription_day_of(date)
        if self.product_id:
            extra = product.env.context.get("no_variant_attributes_price_extra", 0.0)
        else:
            extra = product._get_attributes_extra_price()
        price = self.currency_id._convert(self.price, currency, company, day, round=False)
        if extra:
            price += product.currency_id._convert(extra, currency, company, day, round=False)
        if uom and uom != product.uom_id:
            price = product.uom_id._compute_price(price, uom)
        return price

    @api.model
    def _get_base_price(
        self,
        product,
        recurrence,
        *,
        pricelist=None,
        quantity=1.0,
        uom=None,
        date=None,
        currency=None,
        company=None,
    ):
        """Return the price before formulas of pricelists, or None when there is none.

        :param product: `product.product` or `product.template` record
        :param recurrence: `subscription.recurrence`
        :param pricelist: `product.pricelist` of the customer, none when pricelists are off
        :param float quantity: quantity sold, in ``uom``
        :param uom: `uom.uom` of the quantity and of the result, that of the product when empty
        :param date: day or moment of sale, today when empty
        :param currency: `res.currency` of the result, that of the pricelist or company when empty
        :param company: `res.company` that sells, the current one when empty
        :rtype: float | None
        """
        company = company or self.env.company
        currency = currency or (pricelist and pricelist.currency_id) or company.currency_id
        if uom and uom != product.uom_id:
            quantity = uom._compute_quantity(quantity, product.uom_id, raise_if_failure=False)
        found = self._find(
            product,
            recurrence,
            pricelist=pricelist,
            quantity=quantity,
            date=date,
            currency=currency,
            company=company,
        )
        return found._get_amount(product, uom, currency, date, company) if found else None
