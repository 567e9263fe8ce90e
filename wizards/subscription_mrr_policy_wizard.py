from odoo import api, fields, models

from ..engine.metrics.movement import Policy
from ..models.analytics.policy_preview import get_policy_preview


class SubscriptionMrrPolicyWizard(models.TransientModel):
    """Look at what another way to count recurring revenue changes before it is chosen.

    To choose it writes the settings; the next run of the job adds corrections to the ledger, and
    what was recorded stays.
    """

    _name = "subscription.mrr.policy.wizard"
    _description = "Preview of another Way to Count MRR"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    paused_counts = fields.Boolean(
        "Paused Contracts Count",
        default=lambda self: self.env.company.subscription_paused_counts,
    )
    suspended_counts = fields.Boolean(
        "Suspended Contracts Count",
        default=lambda self: self.env.company.subscription_suspended_counts,
    )
    before_discounts = fields.Boolean(
        "Count before Limited Discounts",
        default=lambda self: self.env.company.subscription_before_discounts,
    )
    trials_count = fields.Boolean(
        default=lambda self: self.env.company.subscription_trials_count,
    )
    churn_at_cancellation = fields.Boolean(
        "Churn at Cancellation",
        default=lambda self: self.env.company.subscription_churn_at_cancellation,
    )
    reactivation_days = fields.Integer(
        "Days until Customers Are New Again",
        default=lambda self: self.env.company.subscription_reactivation_days,
    )
    contract_count = fields.Integer("Contracts that Change", compute="_compute_line_ids")
    movement_count = fields.Integer("Corrections", compute="_compute_line_ids")
    line_ids = fields.One2many(
        "subscription.mrr.policy.line",
        "wizard_id",
        "MRR by Month",
        compute="_compute_line_ids",
    )

    @api.depends(
        "paused_counts",
        "suspended_counts",
        "before_discounts",
        "trials_count",
        "churn_at_cancellation",
        "reactivation_days",
        "company_id",
    )
    def _compute_line_ids(self):
        for wizard in self:
            preview = get_policy_preview(wizard.company_id, wizard._get_policy())
            wizard.contract_count = preview.contracts
            wizard.movement_count = preview.movements
            lines = wizard.env["subscription.mrr.policy.line"]
            for day, before, after in preview.months:
                lines |= lines.new(
                    {
                        "wizard_id": wizard.id,
                        "currency_id": wizard.currency_id.id,
                        "date": day,
                        "before": float(before),
                        "after": float(after),
                        "difference": float(after - before),
                    }
                )
            wizard.line_ids = lines

    def _get_policy(self):
        """Return the way to count that is looked at.

        :rtype: engine.metrics.movement.Policy
        """
        self.ensure_one()
        return Policy(
            paused_counts=self.paused_counts,
            suspended_counts=self.suspended_counts,
            is_net=not self.before_discounts,
            trials_count=self.trials_count,
            at_cancellation=self.churn_at_cancellation,
            reactivation_days=self.reactivation_days or None,
        )

    def action_apply(self):
        """Choose this way to count, and let the job record the corrections.

        :return: what closes the dialog and shows the settings anew, which would save the old ones
        :raise AccessError: no right to change the settings of the company
        """
        self.ensure_one()
        self.company_id.write(
            {
                "subscription_paused_counts": self.paused_counts,
                "subscription_suspended_counts": self.suspended_counts,
                "subscription_before_discounts": self.before_discounts,
                "subscription_trials_count": self.trials_count,
                "subscription_churn_at_cancellation": self.churn_at_cancellation,
                "subscription_reactivation_days": self.reactivation_days,
            }
        )
        # sudo: only administrators of the database may touch jobs, and this one is ours
        self.env.ref("sale_recurring.ir_cron_record_mrr").sudo()._trigger()
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class SubscriptionMrrPolicyLine(models.TransientModel):
    """MRR at the end of a month, as it is recorded and as it would be."""

    _name = "subscription.mrr.policy.line"
    _description = "MRR of a Month by another Way to Count"

    wizard_id = fields.Many2one("subscription.mrr.policy.wizard", ondelete="cascade")
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date("Last Day", readonly=True)
    before = fields.Monetary("MRR Now", readonly=True)
    after = fields.Monetary("MRR Then", readonly=True)
    difference = fields.Monetary(readonly=True)
