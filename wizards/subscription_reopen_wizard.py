from odoo import api, fields, models

from ..engine.errors import EngineError
from ..exceptions import explain_engine_error


class SubscriptionReopenWizard(models.TransientModel):
    """Ask from when a closed contract goes on, and show what that bills."""

    _name = "subscription.reopen.wizard"
    _description = "Reopen a Contract"

    order_id = fields.Many2one("sale.order", "Contract", required=True, ondelete="cascade")
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
    preview = fields.Json(compute="_compute_preview")

    @api.depends("order_id")
    def _compute_start_date(self):
        for wizard in self:
            order = wizard.order_id
            wizard.start_date = order and max(
                order._subscription_today(),
                order.subscription_end_date or order._subscription_today(),
            )

    @api.depends("order_id", "start_date")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._get_preview()

    def _get_preview(self):
        """Return what reopening on the chosen day would bill on it; writes nothing.

        :return: a preview as `sale.order` makes them, False while something is missing
        :rtype: dict | bool
        """
        order, start = self.order_id, self.start_date
        end = order.subscription_end_date
        if not order or not start or not end or start < end:
            return False
        try:
            items = order._get_dry_reopen_items(start)
        except EngineError as error:
            return order._prepare_preview([], error=explain_engine_error(self.env, error))
        preview = order._get_operation_preview(items)
        if not items:
            preview["reasons"] = [self.env._("Nothing is billed on that day.")]
        return preview

    def action_reopen(self):
        """Reopen the contract on the chosen day."""
        self.ensure_one()
        self.order_id._check_subscription_operator()
        self.order_id._subscription_reopen(self.start_date, self.note)
        return {"type": "ir.actions.act_window_close"}
