from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...engine.money import is_same_price
from .price_list import PriceList

# The list is read again for what began this many days ago or later: it changes, and what was asked
# of it long ago can no longer be told.
RECENT_DAYS = 7


class SubscriptionFinding(models.Model):
    """The check that contracts began with the prices that a new quotation of their day would ask.

    Lines say themselves when their price was taken from the list, and forget it where somebody
    types or agrees on another one. Where anything that prices are made of was changed since, nobody
    can tell any more, and nothing is said.
    """

    _inherit = "subscription.finding"

    @api.model
    def _find_in_contracts(self, orders):
        found = super()._find_in_contracts(orders)
        return [*found, *self._find_wrong_prices(tuple(orders.ids))] if orders else found

    @api.model
    def _find_wrong_prices(self, ids):
        """Return lines that began with another price than the list had for them."""
        openings = {line_id: values for line_id, *values in self._get_listed_openings(ids)}
        found, price_list = [], PriceList(self.env)
        for line in self.env["sale.order.line"].browse(openings):
            price, quantity = openings[line.id]
            expected = price_list.get_price(line, quantity)
            if expected is not None and not is_same_price(price, expected):
                facts = {"price": price, "expected_price": expected}
                found.append(
                    self._prepare_finding(
                        "list_price", line.order_id.id, line_id=line.id, facts=facts
                    )
                )
        return found

    @api.model
    def _get_listed_openings(self, ids):
        """Return what lines with a price of the list began with, lately or with a finding.

        :param tuple ids: contracts
        :return: tuples of a line's id, its unit price and its quantity
        :rtype: list
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT line.id, opening.price_unit, opening.quantity
                  FROM sale_order_line line
                  JOIN LATERAL (
                        SELECT segment.price_unit, segment.quantity, segment.create_date
                          FROM subscription_segment segment
                         WHERE segment.line_id = line.id
                         ORDER BY segment.discount_kind = 'trial', segment.start_date LIMIT 1
                       ) opening ON true
                 WHERE line.order_id IN %s AND line.recurrence_id IS NOT NULL
                   AND line.subscription_listed IS NOT NULL
                   AND (opening.create_date >= %s
                        OR EXISTS (SELECT FROM subscription_finding finding
                                    WHERE finding.order_id = line.order_id
                                      AND finding.line_id = line.id
                                      AND finding."check" = 'list_price'
                                      AND finding.state != 'resolved'))
                 ORDER BY line.id
                """,
                ids,
                self.env.cr.now() - timedelta(days=RECENT_DAYS),
            )
        )

    def _get_message_list_price(self, words):
        return self.env._(
            "%(product)s on %(contract)s began at %(price)s, but the price list asked "
            "%(expected)s for it, and nobody gave another price.",
            **{**words, "expected": self._format_amount(self.facts.get("expected_price"))},
            price=self._format_amount(self.facts.get("price")),
        )

    def _get_manual_cures(self):
        """Add what to do about a price that the list did not ask."""
        return {
            **super()._get_manual_cures(),
            "list_price": self.env._(
                "Look at the pricelist and at the price of the line. Change the price of the line "
                "from the day on from which it should be another one; if it is right as it is, "
                "ignore this finding."
            ),
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_price_sources(self):
        """Return what the price of this line was made of when it was taken from the list. Hook.

        Its pricelists need not be named. Addons that let prices depend on more records add these.

        :return: recordsets; where one of them was changed since, the price is not checked
        :rtype: list
        """
        product = self.product_id.sudo()
        template = product.product_tmpl_id
        return [
            *(product, template, template.subscription_price_ids, template.taxes_id),
            *(product.product_template_attribute_value_ids, self.recurrence_id),
            *(self.product_no_variant_attribute_value_ids, self.product_uom_id, product.uom_id),
        ]
