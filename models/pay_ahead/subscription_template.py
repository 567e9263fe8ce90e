from odoo import fields, models


class SubscriptionTemplate(models.Model):
    """Whether customers may pay the next period before it begins."""

    _inherit = "subscription.template"

    allow_pay_ahead = fields.Boolean(
        "Customers May Pay in Advance",
        default=True,
        tracking=True,
        help="The page of a contract offers to pay the next period before it begins, once nothing "
        "is open. Only periods billed in advance have a known price.",
    )
