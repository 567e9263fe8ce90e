from odoo import api, fields, models

from ..models.lifecycle.dry_operation import DryOperation


class SubscriptionReopenWizard(models.TransientModel):
    """Ask from when a closed contract goes on, and show what that bills."""

    _name = "subscription.reopen.wizard"
    _description = "Reopen a Contract"
    _inherit = ["subscription.wizard.mixin"]

    ended_date = fields.Date("Service Ended After", related="order_id.subscription_last_date")
    start_date = fields.Date(
        "Service Goes On",
        compute="_compute_start_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="First day of service. The days since the end are never billed.",
    )
    note = fields.Char(help="Why the contract goes on. Posted on the contract.")

    @api.depends("order_id")
    def _compute_start_date(self):
        for wizard in self:
            order = wizard.order_id
            wizard.start_date = order and max(
                order._subscription_today(),
                order.subscription_end_date or order._subscription_today(),
            )

    @api.model
    def _get_preview_fields(self):
        return ("start_date",)

    def _is_preview_ready(self):
        return bool(self.start_date)

    def _get_dry_items(self):
        self.order_id._check_reopen(self.start_date)
        return DryOperation(self.order_id).get_reopen_items(self.start_date)

    def action_reopen(self):
        """Reopen the contract on the chosen day."""
        self.ensure_one()
        self.order_id._check_subscription_operator()
        self.order_id._subscription_reopen(self.start_date, self.note)
        return {"type": "ir.actions.act_window_close"}
