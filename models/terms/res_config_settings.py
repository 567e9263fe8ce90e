from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The clock of a company, and the terms of its new contracts."""

    _inherit = "res.config.settings"

    subscription_tz = fields.Selection(
        related="company_id.subscription_tz", readonly=False, required=True
    )
    subscription_template_id = fields.Many2one(
        related="company_id.subscription_template_id",
        readonly=False,
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
    )
