from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .. import const
from ..models.lifecycle.dry_operation import DryOperation


class SubscriptionPauseWizard(models.TransientModel):
    """Ask from when until when a contract pauses, and show what that credits and bills."""

    _name = "subscription.pause.wizard"
    _description = "Pause a Contract"
    _inherit = ["subscription.wizard.mixin"]

    kind = fields.Selection(
        [("pause", "Pause"), ("suspension", "Suspension")],
        default="pause",
        required=True,
        help="A pause is the customer's wish, a suspension yours.",
    )
    start_date = fields.Date(
        "No Service From",
        compute="_compute_rules",
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
        compute="_compute_rules",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What happens to days of the pause that are billed already.",
    )
    anchor_rule = fields.Selection(
        const.PAUSE_ANCHORS,
        "Periods After It",
        compute="_compute_rules",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Stay: the rest of the running period is charged, and billing days never move. "
        "Begin anew: a whole period begins on the day on which service goes on.",
    )
    can_restart = fields.Boolean(compute="_compute_can_restart")

    @api.depends("order_id")
    def _compute_rules(self):
        for wizard in self:
            order = wizard.order_id
            wizard.start_date = order and max(
                order._subscription_today(), order._get_subscription_start()
            )
            wizard.credit_rule = (
                order and order._get_subscription_template().credit_on_pause
            ) or "credit"
            wizard.anchor_rule = order._get_subscription_template()._get_pause_anchor()

    @api.depends("order_id")
    def _compute_can_restart(self):
        for wizard in self:
            template = wizard.order_id._get_subscription_template()
            wizard.can_restart = (template.alignment or "anniversary") == "anniversary"

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

    @api.model
    def _get_preview_fields(self):
        return ("kind", "start_date", "resume_date", "credit_rule", "anchor_rule")

    def _is_preview_ready(self):
        return bool(self.start_date)

    def _get_dry_items(self):
        until = self.resume_date or None
        self.order_id._check_pause(self.start_date, until, self.kind)
        return DryOperation(self.order_id).get_pause_items(
            self.start_date,
            until,
            is_forfeit=self.credit_rule == "forfeit",
            is_restart=self.anchor_rule == "restart",
        )

    def _get_effects(self, items, is_idle):
        effects = []
        if not items:
            effects.append(
                self.env._(
                    "None of these days is billed yet, so nothing is given back. "
                    "They are left out of the invoices to come."
                )
            )
        if self.anchor_rule == "restart":
            effects.append(self.env._("A new period begins on the day on which service goes on."))
        return effects

    def action_pause(self):
        """Pause the contract on the chosen days."""
        self.ensure_one()
        self.order_id._subscription_pause(
            self.start_date,
            self.resume_date or None,
            self.reason,
            self.credit_rule,
            self.kind,
            self.anchor_rule,
        )
        return {"type": "ir.actions.act_window_close"}
