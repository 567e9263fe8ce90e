import logging

from odoo import models

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """Whose word about the payments of contracts counts."""

    _inherit = "payment.transaction"

    def _is_about_contracts(self):
        """:return: whether this payment, refund or validation has to do with contracts"""
        self.ensure_one()
        tx = self.source_transaction_id or self
        if (
            tx.subscription_invoice_id
            or tx.subscription_method_order_id
            or tx.subscription_ahead_order_id
        ):
            return True
        return bool(tx.invoice_ids.subscription_order_ids) or any(
            order.is_subscription or order.subscription_order_type == "amendment"
            for order in tx.sale_order_ids
        )

    def _process(self, provider_code, payment_data):
        """Take no payment for another one that the same customer made.

        What comes back with a browser names the transaction and the payment apart from each other:
        one payment could be shown for many invoices, or end a charge that is still under way.
        """
        tx = self or self._search_by_reference(provider_code, payment_data)
        if tx and tx._is_about_contracts() and tx._is_of_another(payment_data):
            _logger.warning("data of another payment was refused for transaction %s", tx.id)
            return tx
        return super(PaymentTransaction, tx)._process(provider_code, payment_data)

    def _is_of_another(self, payment_data):
        """Return whether data of a provider is about another transaction. Hook of feature files.

        Called before anything of it is believed. Extend it for a ``provider_code``.

        :param dict payment_data: what the provider said, and what came with the request
        :rtype: bool
        """
        self.ensure_one()
        del payment_data
        return False
