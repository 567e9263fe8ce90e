from odoo import models
from odoo.exceptions import ValidationError

from .customer_change import CustomerChange


class PaymentTransaction(models.Model):
    """Payments of changes that customers asked for, while these are still theirs to make."""

    _inherit = "payment.transaction"

    def _check_still_offered(self):
        """Refuse a change that waited while the terms left less to the customer."""
        super()._check_still_offered()
        for tx in self._get_quote_transactions():
            for amendment in tx.sale_order_ids.filtered("subscription_customer_choice"):
                change = CustomerChange(amendment._get_amended_contract())
                if error := change.get_refusal(amendment):
                    raise ValidationError(error)
