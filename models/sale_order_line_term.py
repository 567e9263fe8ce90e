from odoo import models

from ..engine.segment import step_at

PRICE_DAY_KEY = "subscription_price_day"


class SaleOrderLine(models.Model):
    """What a line costs and holds when the next term of its contract begins."""

    _inherit = "sale.order.line"

    def _get_order_date(self):
        """Let the price of a running line be asked for another day than that of the order."""
        return self.env.context.get(PRICE_DAY_KEY) or super()._get_order_date()

    def _get_list_price_on(self, day):
        """Return the price that a quotation of a day would offer for this line.

        :param date day: day of sale
        :return: price of one unit for one period, as typed on an order line
        :rtype: float
        """
        self.ensure_one()
        line = self.with_context(**{PRICE_DAY_KEY: day})
        line._compute_pricelist_item_id()
        price = line._get_display_price()
        # The rule of that day must not be taken for the one of the order.
        self.invalidate_recordset(["pricelist_item_id"], flush=False)
        return self.product_id._get_tax_included_unit_price_from_price(
            price,
            product_taxes=self.product_id.taxes_id._filter_taxes_by_company(self.company_id),
            fiscal_position=self.order_id.fiscal_position_id,
        )

    def _get_step_on(self, day):
        """:return: the step in force on a day as an engine value, None in a gap"""
        return step_at(self._get_engine_steps(), day)

    def _get_renewed_step(self, day):
        """Return what this line would hold on a day if its contract had no end.

        :param date day: first day of the renewal
        :return: an engine `Segment`; None when the line was ended before its contract
        """
        self.ensure_one()
        steps, _tail = self._get_moved_end(self.order_id.subscription_end_date, None)
        return step_at(steps, day)

    def _prepare_renewed_line(self, step):
        """Return the values of the line with which a renewal goes on with this one.

        :param step: what is in force on its first day, an engine `Segment`
        :rtype: dict
        """
        self.ensure_one()
        default = {
            "product_uom_qty": float(step.quantity),
            "discount": float(step.terms.discount),
            "recurrence_id": self.recurrence_id.id,
            "subscription_replaced_line_id": self.id,
        }
        if self.order_id.subscription_renewal_price == "list":
            values = self.copy_data(default)[0]
            for name in ("price_unit", "technical_price_unit"):
                values.pop(name, None)
            return values
        price = float(step.terms.price)
        if self.currency_id.compare_amounts(price, self.price_unit):
            default.update(price_unit=price, technical_price_unit=price)
        return self.copy_data(default)[0]
