from odoo import models


class SubscriptionPriceCampaign(models.Model):
    """Prices of a pricelist as a new quotation asks them from the same customer."""

    _inherit = "subscription.price.campaign"

    def _get_pricelist_prices(self, spans):
        """Return what a new quotation of the first day would ask for each line, unrounded.

        The pricelist is asked once for all lines that differ in their product only.

        :param dict spans: the days of the new price by line
        :return: `Decimal` prices by line
        :rtype: dict
        """
        groups = {}
        for line, span in spans.items():
            quantity = float(self._get_step(line, span).quantity)
            key = (
                line.recurrence_id,
                line.currency_id,
                line.product_uom_id,
                line.product_no_variant_attribute_value_ids,
                quantity,
                span.start,
            )
            groups.setdefault(key, self.env["sale.order.line"])
            groups[key] |= line
        prices = {}
        for key, lines in groups.items():
            asked = dict(zip(("recurrence", "currency", "uom"), key[:3], strict=True))
            found = self._find_quoted_prices(lines, key[3], key[5], quantity=key[4], **asked)
            prices.update((line, found[line]) for line in lines)
        return prices

    def _find_quoted_prices(self, lines, options, day, **asked):
        """Ask the pricelist as core's quotation lines do, which read it from their order.

        :param lines: contract lines that differ in their product only
        :param options: `product.template.attribute.value` records that make no variant
        :param date day: day of the quotation
        :param asked: what else the pricelist is asked: quantity, recurrence, currency, uom
        :return: `Decimal` prices by line
        :rtype: dict
        """
        company, pricelist = self.company_id, self.pricelist_id
        asked["date"] = company._subscription_noon(day)
        products = lines.product_id.with_company(company)
        products = products.with_context(**products[:1]._get_product_price_context(options))
        found = pricelist.with_company(company)._compute_price_rule(products, **asked)
        by_id = {product.id: product for product in products}
        prices = {}
        for line in lines:
            product = by_id[line.product_id.id]
            price, rule_id = found[product.id]
            rule = self.env["product.pricelist.item"].browse(rule_id)
            if rule._show_discount() and line._has_agreed_discount(day):
                arguments = {**asked, "recurring_pricelist": pricelist}
                full = rule._compute_price_before_discount(product=product, **arguments)
                price = max(full, price)
            prices[line] = line._get_price_without_included_taxes(product, price)
        return prices
