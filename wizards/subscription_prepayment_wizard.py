from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.pay_ahead.prepayment_preview import PrepaymentPreview


class SubscriptionPrepaymentWizard(models.TransientModel):
    """Show what the next period of a contract costs, and bill it before it begins."""

    _name = "subscription.prepayment.wizard"
    _description = "Bill the Next Period of a Contract"

    order_id = fields.Many2one("sale.order", "Contract", required=True, ondelete="cascade")
    date = fields.Date(
        "Period Begins On",
        compute="_compute_date",
        store=True,
        precompute=True,
        help="First day of the period that is billed today. On that day nothing is billed for it "
        "any more.",
    )
    preview = fields.Json(compute="_compute_preview")

    @api.depends("order_id")
    def _compute_date(self):
        """Keep the period that is shown: by the time of the answer another may be the next."""
        for wizard in self:
            wizard.date = wizard.order_id and wizard.order_id._get_prepayment_day()

    @api.depends("order_id", "date")
    def _compute_preview(self):
        for wizard in self:
            wizard.order_id._origin.check_access("read")
            day = wizard.date
            wizard.preview = bool(day) and PrepaymentPreview(wizard.order_id).get(day)

    def action_bill(self):
        """Bill the period that is shown, and open its invoice."""
        self.ensure_one()
        order = self.order_id
        order._check_subscription_operator()
        if not self.date:
            raise UserError(order._get_prepayment_obstacle())
        moves = order._subscription_bill_next_period(self.date)
        return order.action_view_invoice(invoices=moves)
