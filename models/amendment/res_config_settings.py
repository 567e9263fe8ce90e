from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_backdate_days_user = fields.Integer(
        related="company_id.subscription_backdate_days_user", readonly=False, required=True
    )
    subscription_backdate_days_manager = fields.Integer(
        related="company_id.subscription_backdate_days_manager", readonly=False, required=True
    )
