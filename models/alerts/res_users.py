from odoo import fields, models


class ResUsers(models.Model):
    """When a salesperson was last told which of their contracts are at risk."""

    _inherit = "res.users"

    subscription_risk_mail_date = fields.Date(
        "Told of Contracts at Risk On", readonly=True, copy=False
    )
