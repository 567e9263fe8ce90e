from odoo import models


class SaleOrder(models.Model):
    """What a contract may take from a payment method that is saved for it."""

    _inherit = "sale.order"

    def _prepare_method_values(self, provider):
        """Return values of the transaction that saves another payment method for this contract.

        :param provider: `payment.provider` that the method is saved at
        :rtype: dict
        """
        self.ensure_one()
        values = {"subscription_method_order_id": self.id}
        if provider.code == "stripe":
            # Nothing is taken, and the mandate is for charges in this currency.
            values["currency_id"] = self.currency_id.id
        return values
