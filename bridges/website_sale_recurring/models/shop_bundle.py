from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.http import request

from ..addon import get_number_text
from .shop_agreement import get_intro_text
from .shop_offer import ShopOffer, is_shown_on, is_sold_by

MAX_QUANTITY = 1000


class ShopBundle:
    """A quotation template as it is sold in the shop: parts that belong together, and options.

    :param template: one sudoed `sale.order.template`
    :param company: the `res.company` that sells
    :param website: `website` that shows the bundle, empty where it was chosen already
    """

    def __init__(self, template, company, website=None):
        template.ensure_one()
        self.template = template
        self.env = template.env
        self.company = company
        self.website = website

    def get_terms(self):
        """Return the terms of contracts that are begun with this bundle."""
        own = self.template.subscription_template_id.filtered(
            lambda terms: terms.active and is_sold_by(self.company, terms)
        )
        return own or self.company._get_subscription_template().sudo()

    def _get_lines(self, is_option):
        """Return the lines with products, those below a heading for options or the others."""
        lines, below = self.template.sale_order_template_line_ids, False
        found = lines.browse()
        for line in lines.sorted(lambda one: (one.sequence, one.id)):
            if line.display_type == "line_section":
                below = line.is_optional
            elif below == is_option and not line.display_type:
                found |= line
        return found

    def _is_sold(self, line):
        """Return whether the product of a line can be bought from this company now."""
        product = line.product_id
        is_shown = not self.website or is_shown_on(self.website, product)
        return product.active and product.sale_ok and is_sold_by(self.company, product) and is_shown

    def is_whole(self):
        """Return whether every part can be bought: one that is missing is not left out silently."""
        parts = self.get_parts()
        return bool(parts) and all(self._is_sold(line) for line in parts)

    def get_parts(self):
        """Return the lines that every customer gets."""
        return self._get_lines(is_option=False)

    def get_options(self):
        """Return the lines that a customer may add."""
        return self._get_lines(is_option=True).filtered(self._is_sold)

    def prepare_lines(self, options):
        """Return values of order lines.

        :param dict options: quantity by id of an optional line
        :raise UserError: something else was asked for
        """
        chosen = self.get_options().filtered(lambda line: options.get(line.id))
        quantities = [options[line.id] for line in chosen]
        is_known = len(chosen) == len([one for one in options.values() if one])
        if not is_known or not all(1 <= quantity <= MAX_QUANTITY for quantity in quantities):
            raise UserError(
                self.env._("%(bundle)s is not sold in this way.", bundle=self.template.name)
            )
        values = [line._prepare_order_line_values() for line in self.get_parts()]
        for line, quantity in zip(chosen, quantities, strict=True):
            values.append({**line._prepare_order_line_values(), "product_uom_qty": quantity})
        return values

    def prepare_cart_values(self, options):
        """Return what a cart has once this bundle is in it.

        :param dict options: quantity by id of an optional line
        """
        lines = self.prepare_lines(options)
        return {
            "sale_order_template_id": self.template.id,
            "subscription_template_id": self.get_terms().id,
            "order_line": [
                Command.create({**line, "shop_bundle_id": self.template.id}) for line in lines
            ],
        }

    def draft_cart(self, website, options):
        """Return a cart with nothing but this bundle, which is not saved: what it would ask for.

        :param dict options: quantity by id of an optional line
        """
        # sudo: visitors have no right to read orders; this one is nobody's
        orders_sudo = self.env["sale.order"].sudo().with_company(self.company)
        values = website._prepare_sale_order_values(self.env.user.partner_id)
        cart_sudo = orders_sudo.new({**values, **self.prepare_cart_values(options)})
        cart_sudo._update_setup_fee(is_new_template=True)
        return cart_sudo

    def get_rows(self, lines, website):
        """Return what lines cost, as the shop shows prices.

        :return: dicts of line, name, quantity, its text, price_text, per_text and intro
        :rtype: list[dict]
        """
        rows = []
        for line in lines:
            recurrence = line.recurrence_id
            offer = ShopOffer(
                line.product_id,
                request.pricelist,
                company=self.company,
                quantity=line.product_uom_qty or 1.0,
                uom=line.product_uom_id,
            )
            prices = offer.get_prices(recurrence, website)
            rows.append(
                {
                    "line": line,
                    "name": line.product_id.name,
                    "quantity": line.product_uom_qty,
                    "quantity_text": get_number_text(line.product_uom_qty),
                    "price_text": website.currency_id.format(prices["price"]),
                    "per_text": recurrence._get_per_text() if recurrence else "",
                    "intro": get_intro_text(line) if recurrence else "",
                }
            )
        return rows
