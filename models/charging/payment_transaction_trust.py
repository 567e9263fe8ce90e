import logging

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import SQL

from ... import const

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """Whose word about the payments of contracts counts."""

    _inherit = "payment.transaction"

    def _is_about_contracts(self):
        """Return whether this payment, refund or validation has to do with contracts. Hook.

        :rtype: bool
        """
        self.ensure_one()
        tx = self._get_first()
        if tx.subscription_invoice_id:
            return True
        documents = (*tx.invoice_ids, *tx.sale_order_ids)
        return any(document._is_about_contracts() for document in documents)

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

    # ------------------------------------------------------------------
    # Refunds
    # ------------------------------------------------------------------

    def _refund(self, amount_to_refund=None):
        """Save a refund before the provider is asked for it.

        Core asks first: a process that dies then leaves money given back that nobody here knows
        of. When the provider's own word came first, no second refund is asked for.
        """
        if not self._is_about_contracts():
            return super()._refund(amount_to_refund)
        self._claim_refunds()
        self._check_no_refund_is_open()
        known = self._get_unassigned_refund(amount_to_refund or self.amount)
        is_ours = const.unseal(self.env.context, const.REFUND_KEY)
        if known and (is_ours or known._is_told_lately()):
            return known  # the answer to this request got lost
        self._ensure_provider_is_not_disabled()
        refund = self._create_child_transaction(amount_to_refund or self.amount, is_refund=True)
        refund._log_sent_message()
        refund._request_after_commit()
        return refund

    def _is_told_lately(self):
        """Return whether a provider told of this refund within a day, and nobody here made it."""
        self.ensure_one()
        day_before = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        maker = self.create_uid
        is_told = maker.id == SUPERUSER_ID or maker._is_public()
        return is_told and self.create_date > day_before

    def _get_unassigned_refund(self, amount):
        """Return a refund of this payment that the provider told of and nothing is paired with.

        :param float amount: what is given back
        :rtype: payment.transaction
        """
        self.ensure_one()
        # What a provider tells by itself it tells of the payment that was authorized.
        refunds = (self | self.source_transaction_id)._get_refunds()
        return refunds.filtered(
            lambda tx: (
                tx.state in ("pending", "done")
                and not tx.invoice_ids
                and not self.currency_id.compare_amounts(-tx.amount, amount)
                and (not tx.payment_id or tx.payment_id._get_open_credit_lines())
            )
        )[:1]

    def _claim_refunds(self):
        """Take a payment until the end of the transaction, waiting for whoever has it.

        A provider may tell of a refund before the transaction that asked for it has ended, and
        may tell twice at once. Both would then give the refund the same reference, and one would
        be refused. The row is written, not only locked: whoever waited for it looks at an old
        picture of the refunds, is refused by PostgreSQL instead, and begins again.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                "UPDATE payment_transaction SET write_uid = write_uid WHERE id = %s",
                self._get_first().id,
            ),
            log_exceptions=False,  # the request is repeated
        )
