from odoo import api, fields, models

from ..engine.errors import EngineError
from ..exceptions import explain_engine_error


class SubscriptionResumeWizard(models.TransientModel):
    """Ask on which day service goes on after a pause or suspension, and show what that bills."""

    _name = "subscription.resume.wizard"
    _description = "Resume a Contract"

    order_id = fields.Many2one("sale.order", "Contract", required=True, ondelete="cascade")
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
    preview = fields.Json(compute="_compute_preview")

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

    @api.depends("order_id", "date")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._get_preview()

    def _get_preview(self):
        """Return what going on on the chosen day would bill on it; writes nothing.

        :return: a preview as `sale.order` makes them, False while something is missing
        :rtype: dict | bool
        """
        order, day = self.order_id, self.date
        if not order or not day or not order._get_gap_to_resume(day):
            return False
        try:
            items = order._get_dry_resume_items(day)
        except EngineError as error:
            return order._prepare_preview([], error=explain_engine_error(self.env, error))
        preview = order._get_operation_preview(items)
        if not items:
            preview["reasons"] = [self.env._("Nothing is billed on that day.")]
        return preview

    def action_resume(self):
        """Let service go on on the chosen day."""
        self.ensure_one()
        self.order_id._check_subscription_operator()
        self.order_id._subscription_resume(self.date)
        return {"type": "ir.actions.act_window_close"}
