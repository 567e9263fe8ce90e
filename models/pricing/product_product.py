from odoo import models

from .product_template import _get_recurring_price


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_recurring_price(
        self,
        recurrence,
        pricelist=None,
        quantity=1.0,
        uom=None,
        date=None,
        currency=None,
        company=None,
    ):
        """Return the price of one period of this product, before formulas of pricelists.

        The price a customer pays is ``pricelist._get_product_price(product, quantity,
        recurrence=recurrence, ...)``, which starts from this one; it also works on an empty
        pricelist.

        :param recurrence: `subscription.recurrence`
        :param pricelist: `product.pricelist` of the customer, none when pricelists are off
        :param float quantity: quantity sold, in ``uom``
        :param uom: `uom.uom` of quantity and price, that of the product when empty
        :param date: day or moment of sale, today when empty
        :param currency: `res.currency` of the result, else of the pricelist, else of the company
        :param company: `res.company` that sells, the current one when empty
        :return: the recurring price, the sales price when there is none for this recurrence
        :rtype: float
        """
        self.ensure_one()
        return _get_recurring_price(
            self, recurrence, pricelist, quantity, uom, date, currency, company
        )

    def _get_default_recurrence(self, offered):
        """Return how often this product is billed when nobody chose.

        :param offered: `subscription.recurrence` records that the contract's terms offer, the
            preferred one first; empty when any will do
        :return: the first offered one that the product has a price for, else the first offered;
            without an offer the first one it has a price for, else monthly
        """
        self.ensure_one()
        # sudo: customers who order online have no right to read prices
        priced = (
            self.sudo()
            .subscription_price_ids.filtered(
                lambda price: not price.product_id or price.product_id == self
            )
            .recurrence_id
        )
        if offered:
            fitting = offered.filtered(
                lambda recurrence: any(recurrence._is_same_length(other) for other in priced)
            )
            return (fitting or offered)[:1]
        monthly = self.env.ref("sale_recurring.recurrence_month", raise_if_not_found=False)
        first = priced.sorted()[:1].sudo(self.env.su)
        return first or monthly or self.env["subscription.recurrence"].search([], limit=1)
