from odoo import models


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _get_compatible_providers(self, *args, is_express_checkout=False, **kwargs):
        """Offer no express checkout for contracts: nobody would read what they agree to."""
        if is_express_checkout and kwargs.get("sale_order_id"):
            # sudo: visitors read no orders
            order = self.env["sale.order"].sudo().browse(kwargs["sale_order_id"])
            if order.is_subscription:
                return self.browse()
        return super()._get_compatible_providers(
            *args, is_express_checkout=is_express_checkout, **kwargs
        )
