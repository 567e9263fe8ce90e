from odoo import api, fields, models

from ..models.lifecycle.dry_operation import DryOperation


class SubscriptionResumeWizard(models.TransientModel):
    """Ask on which day service goes on after a pause or suspension, and show what that bills."""

    _name = "subscription.resume.wizard"
    _description = "Resume a Contract"
    _inherit = ["subscription.wizard.mixin"]

    gap_text = fields.Char("Now", compute="_compute_gap_text")
    date = fields.Date(
        "Service Goes On",
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="First day of service. A day to come is kept: service then goes on by itself.",
    )

    @api.depends("order_id")
    def _compute_gap_text(self):
        for wizard in self:
            order = wizard.order_id
            gap = order and order._get_gap_to_resume(order._subscription_today())
            wizard.gap_text = gap._get_text() if gap else False

    @api.depends("order_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.order_id._subscription_today()

    @api.model
    def _get_preview_fields(self):
        return ("date",)

    def _is_preview_ready(self):
        return bool(self.date)

    def _get_dry_items(self):
        self.order_id._check_resume(self.date)
        return DryOperation(self.order_id).get_resume_items(self.date)

    def action_resume(self):
        """Let service go on on the chosen day."""
        self.ensure_one()
        self.order_id._check_subscription_operator()
        self.order_id._subscription_resume(self.date)
        return {"type": "ir.actions.act_window_close"}
