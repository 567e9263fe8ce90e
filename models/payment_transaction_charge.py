import logging

from odoo import fields, models
from odoo.exceptions import UserError
from psycopg2 import OperationalError

from .. import const

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """The outcome of charging an invoice of a contract."""

    _inherit = "payment.transaction"

    subscription_invoice_id = fields.Many2one(
        "account.move",
        "Charged Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The invoice of a contract that this transaction charges automatically.",
    )

    _one_open_charge = models.UniqueIndex(
        "(subscription_invoice_id) WHERE subscription_invoice_id IS NOT NULL "
        "AND state IN ('draft', 'pending', 'authorized')",
        "This invoice is being charged already. Wait for the outcome before charging it again.",
    )

    def _is_open_charge(self):
        """:return: whether this payment may still take the money for its invoice"""
        self.ensure_one()
        if self.operation in ("refund", "validation"):
            return False
        if self.state in ("pending", "authorized"):
            return True
        if self.state != "draft":
            return False
        is_recent = self.last_state_change > fields.Datetime.now() - const.ABANDONED_AFTER
        return bool(self.subscription_invoice_id) or is_recent

    def _is_lost_charge(self):
        """:return: whether this charge was begun by a process that never learnt the outcome"""
        self.ensure_one()
        return (
            bool(self.subscription_invoice_id)
            and self.state == "draft"
            and self.last_state_change < fields.Datetime.now() - const.LOST_AFTER
        )

    def _charge_subscription(self):
        """Ask the provider for the money and book the answer, committing after each.

        The transaction must be committed. Whatever goes wrong is written on invoice and contract.
        """
        self.ensure_one()
        Cron = self.env["ir.cron"]
        try:
            self._charge_with_token()
            Cron._commit_progress()
        except UserError as error:
            # The provider was not asked: it is disabled or misses something.
            self.env.cr.rollback()
            self._set_error(str(error.args[0]))
            Cron._commit_progress()
        except Exception:
            self.env.cr.rollback()
            _logger.exception(
                "the outcome of charge %(tx)s of invoice %(invoice)s is unknown",
                {"tx": self.id, "invoice": self.subscription_invoice_id.id},
            )
            self.subscription_invoice_id._hook_on_charge_unknown(self)
            Cron._commit_progress()
            return
        self._post_process_charge()

    def _post_process_charge(self):
        """Book the payment; core's own job tries again when this fails."""
        try:
            # Contracts send their invoices by the mode of their template.
            self.with_context(skip_sale_auto_invoice_send=True)._post_process()
        except Exception as error:
            self.env.cr.rollback()
            level = logging.INFO if isinstance(error, OperationalError) else logging.ERROR
            _logger.log(
                level, "charge %(tx)s will be post-processed later", {"tx": self.id}, exc_info=True
            )
        self.env["ir.cron"]._commit_progress()

    def _hook_on_charge_state(self):
        """Called when charges change their state, before core books them. Return nothing."""
        self._note_decline()

    def _hook_on_charge_outcome(self):
        """Called once per final state of a charge, after core booked it. Return nothing."""
        self.ensure_one()
        invoice = self.subscription_invoice_id
        if self.state in ("authorized", "done"):
            invoice._hook_on_charge_done(self)
        elif self.state in ("cancel", "error"):
            invoice._hook_on_charge_failed(self)

    def _send_invoice(self):
        """Leave the sending of charged invoices to the mode of the contract's template."""
        others = self.filtered(lambda tx: not tx.subscription_invoice_id)
        return super(PaymentTransaction, others)._send_invoice()
