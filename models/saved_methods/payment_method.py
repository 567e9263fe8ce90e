from odoo import models


class PaymentMethod(models.Model):
    _inherit = "payment.method"

    def _get_compatible_payment_methods(
        self,
        provider_ids,
        partner_id,
        currency_id=None,
        force_tokenization=False,
        is_express_checkout=False,
        report=None,
        **kwargs,
    ):
        """Offer only methods that can be saved to whoever buys a contract that is charged.

        :param kwargs: ``sale_order_id`` is the order that is being paid
        """
        force_tokenization = force_tokenization or self.env[
            "sale.order"
        ]._is_payment_token_required_for(kwargs.get("sale_order_id"))
        return super()._get_compatible_payment_methods(
            provider_ids,
            partner_id,
            currency_id=currency_id,
            force_tokenization=force_tokenization,
            is_express_checkout=is_express_checkout,
            report=report,
            **kwargs,
        )
