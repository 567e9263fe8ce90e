from odoo import fields, models

from .shop_bundle import ShopBundle
from .shop_offer import is_sold_by


class SaleOrderTemplate(models.Model):
    """A quotation template that customers of the shop buy as one."""

    _inherit = "sale.order.template"

    is_sold_in_shop = fields.Boolean(
        "Sold in the Shop",
        help="Customers find this quotation template among the bundles of the shop and buy its "
        "lines as one, with the options that they choose.",
    )
    shop_url = fields.Char(
        "Page in the Shop",
        compute="_compute_shop_url",
        help="Where customers find this bundle.",
    )

    def _compute_shop_url(self):
        for template in self:
            template.shop_url = f"/shop/bundle/{template.id}" if template.id else False

    def _get_shop_bundle(self, company, website=None):
        """Return this template as a bundle of the shop, None where nobody may buy it.

        :param company: the `res.company` that sells
        :param website: `website` that shows it
        :rtype: ShopBundle | None
        """
        # sudo: visitors have no right to read quotation templates
        found = (
            self.sudo()
            .exists()
            .filtered(lambda one: one.active and one.is_sold_in_shop and is_sold_by(company, one))
        )
        bundle = ShopBundle(found, company, website) if found else None
        return bundle if bundle and bundle.is_whole() else None

    def _put_into_cart(self, cart, options):
        """Put all parts and the chosen options of a bundle into a cart.

        :param cart: a sudoed `sale.order` without another contract
        :param dict options: quantity by id of the template's line
        """
        values = ShopBundle(self, cart.company_id).prepare_cart_values(options)
        for name, value in values.items():
            cart[name] = value
