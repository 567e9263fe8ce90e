from odoo import fields, models


class ResUsers(models.Model):
    """When a salesperson was last told which of their contracts are at risk."""

    _name = "res.users"
    _inherit = ["res.users", "subscription.protected.mixin"]

    subscription_risk_mail_date = fields.Date(
        "Told of Contracts at Risk On", readonly=True, copy=False
    )
