from odoo import models
from odoo.tools import format_date


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_portal_texts(self):
        """Return what a customer should know of a recurring line, below its name.

        :return: translated texts, the recurrence first; nothing for a line that is sold once
        :rtype: list[str]
        """
        self.ensure_one()
        if not self.is_recurring:
            return []
        texts = [self.recurrence_id.name]
        if self.billed_last_date:
            texts.append(
                self.env._("billed until %(day)s", day=format_date(self.env, self.billed_last_date))
            )
        return texts

    def _get_lasting_quote(self):
        """Return what a line of a quotation is once all has changed that changes by itself.

        :return: quantity, price and discount, nothing where it stays as it is or where nothing
            lasts within the term
        :rtype: dict
        """
        self.ensure_one()
        order = self.order_id
        if order._is_open_amendment():
            return {}
        steps = order._get_quoted_segments(self, order._get_subscription_start())
        if len(steps) < 2 or steps[-1].kind != "permanent":
            return {}
        last = steps[-1]
        return {
            "quantity": float(last.quantity),
            "price_unit": float(last.terms.price),
            "discount": float(last.terms.discount),
        }

    def _get_section_recurrences(self):
        """Return how often what stands below a heading is billed.

        A subtotal makes sense only where that is the same for all of it.

        :return: `subscription.recurrence` records, an empty one for lines that are sold once; one
            empty record for an order without recurring lines
        :rtype: list
        """
        self.ensure_one()
        none = self.env["subscription.recurrence"]
        if not self.order_id.is_subscription:
            return [none]
        lines = self._get_section_lines().filtered(lambda line: not line.display_type)
        lengths = {
            (line.recurrence_id.unit, line.recurrence_id.count): line.recurrence_id
            for line in lines
        }
        return list(lengths.values()) or [none]
