from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """What core thinks is invoiced of a recurring line."""

    _inherit = "sale.order.line"

    billed_period_ids = fields.One2many(
        "subscription.billed.period", "line_id", "Billed Periods", copy=False, readonly=True
    )

    @api.depends("recurrence_id", "order_id.require_payment", "order_id.is_subscription")
    def _compute_qty_to_invoice(self):
        """Recurring lines are billed by the billing run, never by core's difference."""
        super()._compute_qty_to_invoice()
        for line in self:
            if line._is_recurring_confirmed():
                line.qty_to_invoice = 0.0
            elif line._is_one_off_billed_as_ordered():
                line.qty_to_invoice = line.product_uom_qty - line.qty_invoiced

    @api.depends("recurrence_id", "billed_until_date")
    def _compute_invoice_status(self):
        super()._compute_invoice_status()
        for line in self:
            if line._is_recurring_confirmed():
                today = line.company_id._subscription_today()
                billed = line.billed_until_date and line.billed_until_date > today
                line.invoice_status = "invoiced" if billed else "no"

    def _prepare_qty_invoiced(self):
        """Count the latest period only: the quantity of a contract is not used up by time."""
        running = self.filtered(lambda line: line.recurrence_id and line._is_begun_line())
        quantities = super(SaleOrderLine, self - running)._prepare_qty_invoiced()
        quantities.update({line: line._get_latest_billed_quantity() for line in running})
        return quantities

    def _get_latest_billed_quantity(self):
        """Return the quantity that is billed for the last day that is billed."""
        self.ensure_one()
        rows = self.billed_period_ids._get_engine_rows()
        layers = [layer for row in rows if not row.amount_free for layer in row.layers]
        last = max((span.end for span, _quantity in layers), default=None)
        return float(sum(quantity for span, quantity in layers if span.end == last))

    @api.depends("recurrence_id")
    def _compute_untaxed_amount_to_invoice(self):
        running = self.filtered(lambda line: line._is_recurring_confirmed())
        running.untaxed_amount_to_invoice = 0.0
        super(SaleOrderLine, self - running)._compute_untaxed_amount_to_invoice()

    @api.depends("recurrence_id", "state")
    def _compute_amount_to_invoice(self):
        super()._compute_amount_to_invoice()
        for line in self:
            if line._is_recurring_confirmed():
                line.amount_to_invoice = 0.0
