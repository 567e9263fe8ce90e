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
    subscription_reactivation_days = fields.Integer(
        related="company_id.subscription_reactivation_days", readonly=False
    )
