from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine.errors import EngineError
from ..engine.period import FOREVER, Period
from ..exceptions import explain_engine_error


class SubscriptionPauseWizard(models.TransientModel):
    """Ask from when until when a contract pauses, and show what that credits and bills."""

    _name = "subscription.pause.wizard"
    _description = "Pause a Contract"

    order_id = fields.Many2one("sale.order", "Contract", required=True, ondelete="cascade")
    start_date = fields.Date(
        "Pause From",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="First day without service.",
    )
    resume_date = fields.Date(
        "Service Goes On",
        help="First day of service after the pause. Empty: when somebody resumes the contract.",
    )
    reason = fields.Char(help="Shown on the contract.")
    credit_rule = fields.Selection(
        [("credit", "Credit them"), ("forfeit", "Do not credit them")],
        "Unused Days",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What happens to days of the pause that are billed already.",
    )
    preview = fields.Json(compute="_compute_preview")

    @api.depends("order_id")
    def _compute_terms(self):
        for wizard in self:
            order = wizard.order_id
            wizard.start_date = order and max(
                order._subscription_today(), order._get_subscription_start()
            )
            wizard.credit_rule = (
                order and order._get_subscription_terms().credit_on_pause
            ) or "credit"

    @api.constrains("start_date", "resume_date")
    def _check_dates(self):
        for wizard in self:
            if wizard.resume_date and wizard.resume_date <= wizard.start_date:
                raise ValidationError(
                    self.env._(
                        "The pause would end before it begins. Choose a day after %(start)s for "
                        "the service to go on.",
                        start=format_date(self.env, wizard.start_date),
                    )
                )

    @api.depends("order_id", "start_date", "resume_date", "credit_rule")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._get_preview()

    def _get_preview(self):
        """Return what the pause would credit and bill on its first day; writes nothing.

        :return: a preview as `sale.order` makes them, False while something is missing
        :rtype: dict | bool
        """
        order, start, until = self.order_id, self.start_date, self.resume_date
        if not order or not start or (until and until <= start):
            return False
        gap = Period(start, until or FOREVER)
        try:
            items = order._get_dry_due_items(
                max(start, order._subscription_today()),
                gap=gap,
                is_forfeit=self.credit_rule == "forfeit",
            )
        except EngineError as error:
            return order._prepare_preview([], error=explain_engine_error(self.env, error))
        preview = order._get_operation_preview(items)
        if not items:
            preview["reasons"] = [
                self.env._(
                    "None of these days is billed yet, so nothing is given back. "
                    "They are left out of the invoices to come."
                )
            ]
        return preview

    def action_pause(self):
        """Pause the contract on the chosen days."""
        self.ensure_one()
        self.order_id.check_access("write")
        self.order_id._subscription_pause(
            self.start_date, self.resume_date or None, self.reason, self.credit_rule
        )
        return {"type": "ir.actions.act_window_close"}
