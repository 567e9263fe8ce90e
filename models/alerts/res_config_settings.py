from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """How often customers are asked, company by company."""

    _inherit = "res.config.settings"

    subscription_satisfaction_days = fields.Integer(
        related="company_id.subscription_satisfaction_days", readonly=False
    )
