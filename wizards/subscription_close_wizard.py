from odoo import api, fields, models
from odoo.tools import format_date

from ..models.preview.dry_run import DryRun
from ..models.preview.tried import Tried
from ..tools import get_last_day


class SubscriptionCloseWizard(models.TransientModel):
    """Ask when and why a contract ends, and show what that credits and bills."""

    _name = "subscription.close.wizard"
    _description = "Close a Contract"
    _inherit = ["subscription.wizard.mixin"]

    company_id = fields.Many2one(related="order_id.company_id")
    when = fields.Selection(
        [
            ("period_end", "When the running period is over"),
            ("billed_end", "When what is billed is over"),
            ("earliest", "On the earliest agreed day"),
            ("now", "Now"),
            ("date", "On a day I choose"),
        ],
        "Service Ends",
        required=True,
        default="period_end",
        help="When the running period is over: what is billed beyond it is treated as unused days. "
        "When what is billed is over: the customer gets everything that is billed, periods paid "
        "in advance too. "
        "Earliest agreed day: notice and minimum commitment are kept. "
        "Now: today is no longer served.",
    )
    last_date = fields.Date(
        "Last Day of Service",
        compute="_compute_last_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    reason_id = fields.Many2one(
        "subscription.close.reason",
        required=True,
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
        help="Reports count churn by this reason.",
    )
    note = fields.Text(help="For your colleagues. Posted on the contract.")
    credit_rule = fields.Selection(
        [("credit", "Credit them"), ("forfeit", "Do not credit them")],
        "Unused Days",
        compute="_compute_credit_rule",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What happens to days that are billed already but lie after the end. The "
        "subscription template of the contract proposes it.",
    )
    warning = fields.Char(compute="_compute_warning")
    days_text = fields.Char(
        "Periods",
        compute="_compute_days_text",
        help="Shown when something is billed beyond the running period.",
    )

    @api.depends("order_id", "when")
    def _compute_last_date(self):
        for wizard in self:
            order = wizard.order_id
            if not order:
                wizard.last_date = False
            elif wizard.when == "now":
                day = max(order._subscription_today(), order._get_subscription_start())
                wizard.last_date = get_last_day(day)
            elif wizard.when == "earliest":
                wizard.last_date = get_last_day(order._get_earliest_close_date())
            elif wizard.when in ("period_end", "billed_end") or not wizard.last_date:
                wizard.last_date = wizard._get_period_last_date(wizard.when == "billed_end")

    @api.depends("order_id")
    def _compute_days_text(self):
        for wizard in self:
            wizard.days_text = False
            if not wizard.order_id:
                continue
            running, billed = wizard._get_period_last_date(), wizard._get_period_last_date(True)
            if billed > running:
                wizard.days_text = self.env._(
                    "The running period ends on %(running)s, and it is billed until %(billed)s.",
                    running=format_date(self.env, running),
                    billed=format_date(self.env, billed),
                )

    def _get_period_last_date(self, with_billed=False):
        """Return last day of the running period, or of everything that is billed."""
        end = self.order_id._get_subscription_period_end(with_billed)
        return fields.Date.subtract(end, days=1)

    @api.depends("order_id")
    def _compute_credit_rule(self):
        for wizard in self:
            template = wizard.order_id._get_subscription_template()
            wizard.credit_rule = template.credit_on_close or "credit"

    @api.depends("order_id", "last_date")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = wizard._get_warning()

    def _get_end_date(self):
        """Return first day without service."""
        return fields.Date.add(self.last_date, days=1)

    @api.model
    def _get_preview_fields(self):
        return ("last_date", "credit_rule")

    def _is_preview_ready(self):
        return bool(self.last_date)

    def _get_dry_items(self):
        order, end = self.order_id, self._get_end_date()
        order._check_running(self.env._("closed"))
        order._check_close_date(end)
        tried = Tried(end=end, is_forfeit=self.credit_rule == "forfeit")
        return DryRun(order, tried).get_items(max(end, order._subscription_today()))

    def _get_effects(self, items, is_idle):
        effects = self._get_renewal_effects()
        if is_idle:
            return [*effects, self.env._("Nothing is given back and nothing more is billed.")]
        if not any(due.forfeited for due in items):
            return effects
        if self.order_id._get_subscription_template().credit_on_close == "forfeit":
            return [
                *effects,
                self.env._(
                    "The subscription template of this contract does not credit unused days "
                    "when it is closed early."
                ),
            ]
        return [*effects, self.env._("You chose not to credit the unused days.")]

    def _get_renewal_effects(self):
        """Return a sentence about the renewal that would be called off."""
        # sudo: a colleague may look after the renewal
        renewal = self.order_id._get_confirmed_renewal().sudo()
        if not renewal or self._get_end_date() >= renewal.subscription_start_date:
            return []
        return [
            self.env._(
                "%(renewal)s, which was to go on from %(day)s, is called off.",
                renewal=renewal.name,
                day=format_date(self.env, renewal.subscription_start_date),
            )
        ]

    def _get_warning(self):
        """Return one sentence when the contract would end too early, or False."""
        order = self.order_id
        if not order or not self.last_date:
            return False
        earliest = order._get_earliest_close_date()
        if self._get_end_date() >= earliest:
            return False
        if earliest <= order._subscription_today():
            return self.env._(
                "This day has passed: the days since then count as not served. The chatter of the "
                "contract will say so."
            )
        return self.env._(
            "This is earlier than agreed: the customer may leave after %(day)s. You can close the "
            "contract all the same; its chatter will say so.",
            day=format_date(self.env, get_last_day(earliest)),
        )

    def action_close(self):
        """Close the contract on the chosen day."""
        self.ensure_one()
        order = self.order_id
        order._subscription_close(self._get_end_date(), self.reason_id, self.note, self.credit_rule)
        return {"type": "ir.actions.act_window_close"}
