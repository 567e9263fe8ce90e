from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """How customers are watched over, company by company."""

    _inherit = "res.config.settings"

    subscription_health_days = fields.Integer(
        related="company_id.subscription_health_days", readonly=False
    )
