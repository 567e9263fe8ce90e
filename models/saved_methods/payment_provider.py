from odoo import models

from ... import const


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _is_tokenization_required(self, **kwargs):
        """Save the payment method of whoever buys a contract that is charged automatically.

        :param kwargs: ``sale_order_id`` is the order that is being paid
        """
        required = self.env["sale.order"]._is_payment_token_required_for(
            kwargs.get("sale_order_id")
        )
        return required or super()._is_tokenization_required(**kwargs)

    def _archive_linked_tokens(self):
        """Ask no customer for another method because the company gives a provider up."""
        providers = self.with_context(**const.sealed(const.PROVIDER_OFF_KEY))
        return super(PaymentProvider, providers)._archive_linked_tokens()
