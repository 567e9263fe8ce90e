from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """How recurring revenue is counted, company by company."""

    _inherit = "res.config.settings"

    subscription_paused_counts = fields.Boolean(
        related="company_id.subscription_paused_counts", readonly=False
    )
    subscription_suspended_counts = fields.Boolean(
        related="company_id.subscription_suspended_counts", readonly=False
    )
    subscription_before_discounts = fields.Boolean(
        related="company_id.subscription_before_discounts", readonly=False
    )
    subscription_trials_count = fields.Boolean(
        related="company_id.subscription_trials_count", readonly=False
    )
    subscription_churn_at_cancellation = fields.Boolean(
        related="company_id.subscription_churn_at_cancellation", readonly=False
    )
    subscription_reactivation_days = fields.Integer(
        related="company_id.subscription_reactivation_days", readonly=False
    )
