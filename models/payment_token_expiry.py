from odoo import fields, models


class PaymentToken(models.Model):
    """Until when a saved payment method can be charged."""

    _inherit = "payment.token"

    subscription_expiry_date = fields.Date(
        "Valid Until",
        readonly=True,
        help="Last day on which this payment method can be charged, as far as the payment "
        "provider tells.",
    )
