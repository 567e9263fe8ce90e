from odoo import models


class SaleOrderLine(models.Model):
    """What an order line adds to the amount due now."""

    _inherit = "sale.order.line"

    # What is sold once and waits for its invoice: the run looks for it among all lines each time.
    _one_off_to_bill = models.Index(
        "(order_id) WHERE state = 'sale' AND recurrence_id IS NULL AND display_type IS NULL "
        "AND qty_to_invoice > 0"
    )

    def _get_due_now_quantity(self):
        """Return how much of a line that is sold once the first invoice will bill.

        :rtype: float
        """
        self.ensure_one()
        if self._is_billed_on_delivery() and not self.order_id._is_billed_as_ordered():
            return self.qty_delivered
        return self.product_uom_qty

    def _is_billed_on_delivery(self):
        return self.product_id.invoice_policy == "delivery" and not self.is_downpayment

    def _is_one_off_billed_as_ordered(self):
        """:return: whether a line waits for its delivery on other orders, but not on this one"""
        self.ensure_one()
        order = self.order_id
        return (
            self.state == "sale"
            and not self.recurrence_id
            and not self.display_type
            and order.is_subscription
            and self._is_billed_on_delivery()
            and order._is_billed_as_ordered()
        )

    def _prepare_due_base_line(self, due):
        """Return the tax engine's base line of a due item, with the numbers of its invoice line.

        :param DueItem due: what will be billed
        :rtype: dict
        """
        quantity, price_unit = self._get_item_quantity_price(due)
        values = {
            "quantity": -quantity if due.is_credit else quantity,
            "price_unit": price_unit,
            "discount": float(due.item.terms.discount),
        }
        taxes = due.row.invoice_line_id.tax_ids
        if due.is_credit and taxes:
            values["tax_ids"] = taxes
        if not due.amount:
            # What costs nothing gets no invoice line: no tax per unit, no part of a cent.
            values["tax_ids"] = taxes.browse()
            if due.forfeited or due.item.terms.discount < 100:
                values["price_unit"] = 0.0
        return self._prepare_base_line_for_taxes_computation(**values)

    def _has_ended(self, day):
        """:return: whether no service of this line is left from a day on"""
        self.ensure_one()
        if not self._is_running_line():
            return False
        ends = self._origin.segment_ids.mapped("end_date")
        if not ends:
            # A contract that was closed on its first day has no steps left.
            return self.order_id.subscription_state == "closed" or bool(
                self._origin.order_id.order_line.segment_ids
            )
        return all(ends) and max(ends) <= day
