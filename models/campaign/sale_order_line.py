from odoo import models

from ...engine.money import to_decimal


class SaleOrderLine(models.Model):
    """What of a quotation's price a contract line carries in its unit price."""

    _inherit = "sale.order.line"

    def _get_price_without_included_taxes(self, product, price):
        """Take out of a list price the taxes that the customer of this line does not pay.

        :param product: the product of this line, in its company
        :param float price: what the pricelist asks
        :return: the price as a number without the noise of floats
        :rtype: Decimal
        """
        taxes = product.taxes_id._filter_taxes_by_company(self.company_id)
        price = product._get_tax_included_unit_price_from_price(
            price, product_taxes=taxes, fiscal_position=self.order_id.fiscal_position_id
        )
        return to_decimal(float(f"{price:.12g}"))

    def _get_given_discounts(self):
        """Hook. Add what the pricelist of a campaign gave, from its day on."""
        rises = self.env["subscription.price.campaign.line"].sudo()  # sudo: any contract is billed
        rises = rises.search([("line_id", "in", self.ids), ("state", "=", "done")])
        changed = rises.filtered(lambda rise: rise.old_discount != rise.new_discount)
        return super()._get_given_discounts() + changed.mapped("new_discount")

    def _get_smallest_amount(self):
        """Return the last digit that the currency of this line writes, as `Decimal`."""
        return to_decimal(1).scaleb(-self.currency_id.decimal_places)
