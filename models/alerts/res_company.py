from odoo import fields, models

from ...const import SELDOM


class ResCompany(models.Model):
    """How often a company asks its customers how they like what they get."""

    _inherit = "res.company"

    subscription_satisfaction_days = fields.Integer(
        "Days between Questions",
        default=90,
        help="A customer is asked once in so many days, whatever the number of contracts.",
        prefetch=SELDOM,
    )
