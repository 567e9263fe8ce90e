from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PaymentToken(models.Model):
    """Saved payment methods that contracts are paid with."""

    _name = "payment.token"
    _inherit = ["payment.token", "subscription.protected.mixin"]

    subscription_order_ids = fields.One2many(
        "sale.order", "subscription_payment_token_id", "Contracts", readonly=True
    )

    @api.constrains("partner_id", "provider_id")
    def _check_subscription_partner(self):
        """Keep methods with the customer, and in the company, whose contracts they pay."""
        for token in self:
            # sudo: contracts of every salesperson count
            strange = token.sudo().subscription_order_ids.filtered(token._get_refusal_for)
            if strange:
                raise ValidationError(
                    self.env._(
                        "%(method)s pays %(contracts)s, which belong to another customer or "
                        "company. Choose another method there first.",
                        method=token.display_name,
                        contracts=", ".join(strange.mapped("name")),
                    )
                )
