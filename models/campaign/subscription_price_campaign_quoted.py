from odoo import models

from .priced_segments import get_regular_discount


class SubscriptionPriceCampaign(models.Model):
    """Prices of a pricelist as a new quotation asks them from the same customer."""

    _inherit = "subscription.price.campaign"

    def _get_pricelist_prices(self, spans):
        """Return what a new quotation of the first day would ask for each line, unrounded.

        The pricelist is asked once for all lines that differ in their product only.

        :param dict spans: the days of the new price by line
        :return: price and discount, tuples of two `Decimal` by line
        :rtype: dict
        """
        groups, prices = {}, {}
        for line, span in spans.items():
            if line.combo_item_id:
                price = self._find_combo_price(line, span.start)
                prices[line] = (price, get_regular_discount(line, span.start))
                continue
            quantity = float(self._get_segment(line, span).quantity)
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
        for key, lines in groups.items():
            asked = dict(zip(("recurrence", "currency", "uom"), key[:3], strict=True))
            found = self._find_quoted_prices(lines, key[3], key[5], quantity=key[4], **asked)
            prices.update((line, found[line]) for line in lines)
        return prices

    def _find_combo_price(self, line, day):
        """Ask the pricelist for a combo, and give one of its items the share that core gives it.

        :param line: line of an item of a combo
        :param date day: day of the quotation
        :rtype: Decimal
        """
        combo = line._get_linked_line()
        asked = {
            "recurrence": line.recurrence_id,
            "currency": line.currency_id,
            "uom": combo.product_uom_id,
            "quantity": combo.product_uom_qty or 1.0,
        }
        options = combo.product_no_variant_attribute_value_ids
        price = float(self._find_quoted_prices(combo, options, day, **asked)[combo][0])
        combos = combo.product_template_id.sudo().combo_ids  # sudo: as in core's method
        convert = {"to_currency": line.currency_id, "company": self.company_id, "date": day}
        bases = {one: one.currency_id._convert(one.base_price, **convert) for one in combos}
        whole = sum(bases.values()) or 1
        shares = {one: line.currency_id.round(base * price / whole) for one, base in bases.items()}
        shares[combos[-1:]] += price - sum(shares.values())
        extra = line.product_id._get_no_variant_attributes_price_extra(
            line.product_no_variant_attribute_value_ids
        )
        share = shares.get(line.combo_item_id.combo_id, 0.0)
        product = line.product_id.with_company(self.company_id)
        return line._get_price_without_included_taxes(
            product, share + line.combo_item_id.extra_price + extra
        )

    def _find_quoted_prices(self, lines, options, day, **asked):
        """Ask the pricelist as core's quotation lines do, which read it from their order.

        It is asked in its own currency, in which its rules state their amounts. A discount that
        was agreed stays in the place of the pricelist's, one that a pricelist gave becomes that of
        this one. A line without any has it in its price.

        :param lines: contract lines that differ in their product only
        :param options: `product.template.attribute.value` records that make no variant
        :param date day: day of the quotation
        :param asked: what else the pricelist is asked: quantity, recurrence, currency, uom
        :return: price and discount, tuples of two `Decimal` by line
        :rtype: dict
        """
        company, pricelist = self.company_id, self.pricelist_id
        asked["date"] = company._subscription_noon(day)
        wanted, asked["currency"] = asked["currency"], pricelist.currency_id
        products = lines.product_id.with_company(company)
        products = products.with_context(**products[:1]._get_product_price_context(options))
        found = pricelist.with_company(company)._compute_price_rule(products, **asked)
        by_id = {product.id: product for product in products}
        prices = {}
        for line in lines:
            product = by_id[line.product_id.id]
            price, rule_id = found[product.id]
            rule = self.env["product.pricelist.item"].browse(rule_id)
            discount = get_regular_discount(line, day)
            is_given, share = line._is_list_discount(discount), 0.0
            if rule._show_discount() and discount:
                arguments = {**asked, "recurring_pricelist": pricelist}
                full = rule._compute_price_before_discount(product=product, **arguments)
                full = max(full, price)
                price, share = full, (full - price) / full * 100 if full else 0.0
            price = pricelist.currency_id._convert(price, wanted, company, day, round=False)
            prices[line] = (
                line._get_price_without_included_taxes(product, price),
                line._get_rounded_discount(share) if is_given else discount,
            )
        return prices
