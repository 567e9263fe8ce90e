from odoo import models


class SaleOrderLine(models.Model):
    """What was paid before its period began comes back when that period never begins."""

    _inherit = "sale.order.line"

    def _get_due_item(self, item, forfeited_spans):
        """Give money back for periods that were billed ahead, whatever holds for unused days.

        Days are given up of a period that has begun, not of one that somebody kindly paid early.
        """
        due = super()._get_due_item(item, forfeited_spans)
        if not due.forfeited or not due.row.move_id.subscription_prepayment_date:
            return due
        begun = [span for span in forfeited_spans if span.start > due.item.full.start]
        return super()._get_due_item(item, begun)
