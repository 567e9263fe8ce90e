from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...engine import charging


class PaymentTransaction(models.Model):
    """Payments with a saved method whose owner is there: recorded first, then asked for.

    Core asks the provider before anything is saved. A process that dies in between would leave
    money taken that nobody here knows of, and a customer who pays once more.
    """

    _inherit = "payment.transaction"

    def _is_attempt(self):
        """Return whether a saved method is charged by this, so that its outcome is found out."""
        self.ensure_one()
        return bool(
            self.subscription_invoice_id
            or self.subscription_query_at
            or self.subscription_is_unknown
        )

    def _is_open_attempt(self):
        """Return whether a saved method is charged by this and may still be."""
        self.ensure_one()
        return self._is_attempt() and self.state in ("draft", "pending", "authorized")

    def _charge_after_commit(self):
        """Charge the saved method of this attempt as soon as it is saved.

        :raise ValidationError: another saved method is charged for the same order
        """
        self.ensure_one()
        self._claim_paid_orders()
        self._request_after_commit()

    def _request_after_commit(self):
        """Ask the provider as soon as this attempt is saved, in a transaction of its own.

        Whatever dies in between leaves an attempt that the job resolves which asks about charges
        without an outcome.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        self._as_system().subscription_query_at = charging.next_question(now, now)
        registry, tx_id = self.env.registry, self.id

        @self.env.cr.postcommit.add
        def request():
            """Ask the provider, in a transaction that begins after the attempt is safe."""
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                tx = env["payment.transaction"].browse(tx_id)
                tx.company_id._in_company_language(tx)._charge_subscription()

    def _claim_paid_orders(self):
        """Refuse to charge a saved method for an order that another one is charged for.

        The orders are written, not only locked: of two payments that begin at the same moment the
        second begins again and sees the first. Invoices are claimed when a payment is created.

        :raise ValidationError: such a payment is under way
        """
        orders = self.sale_order_ids
        if not orders:
            return
        free = orders.try_lock_for_update(allow_referencing=True)
        others = (orders.transaction_ids - self).filtered(lambda tx: tx._is_open_attempt())
        if free != orders or others:
            raise ValidationError(
                self.env._(
                    "%(order)s is being paid with a saved payment method right now. Wait for the "
                    "outcome before paying it in another way.",
                    order=", ".join(orders.mapped("name")),
                )
            )
        self.env.cr.execute(
            SQL("UPDATE sale_order SET write_uid = write_uid WHERE id IN %s", tuple(orders.ids))
        )

    # ------------------------------------------------------------------
    # Whom the outcome concerns
    # ------------------------------------------------------------------

    def _get_charged_invoices(self):
        """Return the invoices of contracts that an attempt charges."""
        self.ensure_one()
        invoices = self.subscription_invoice_id or self.invoice_ids
        return invoices.filtered(lambda move: move._is_about_contracts())

    def _hook_on_attempt_unknown(self):
        """Hook. Called once when nobody knows whether an attempt took the money. Return nothing."""
        self.ensure_one()
        if self.operation == "refund":
            self._hook_on_refund_unknown()
            return
        for invoice in self._get_charged_invoices():
            invoice._hook_on_charge_unknown(self)
        text = self.env._(
            "The payment provider did not answer when a saved payment method was charged "
            "(%(reference)s), so the money may have been taken. The provider is asked again.",
            reference=self.reference,
        )
        self.sale_order_ids._message_log_batch({order.id: text for order in self.sale_order_ids})

    def _hook_on_attempt_to_check(self):
        """Hook. Called once when a person has to say whether the money came. Return nothing."""
        self.ensure_one()
        if self.operation == "refund":
            self._tell_of_unknown_refund()
            return
        for invoice in self._get_charged_invoices():
            invoice._hook_on_charge_to_check(self)
        for order in self.sale_order_ids:
            order._schedule_activity_once(
                self.env._("Payment of %(order)s is uncertain", order=order.name),
                self.env._(
                    "Nobody can say whether %(order)s was paid: the payment provider does not tell "
                    "how the charge %(reference)s ended. Look for it on the provider's own pages, "
                    "then say on the payment whether the money came.",
                    order=order.name,
                    reference=self.reference,
                ),
            )

    def _is_still_wanted(self):
        """Return whether what an attempt pays is still open, so that it may be sent again."""
        self.ensure_one()
        if self.operation == "refund":
            return self._is_refund_wanted()
        if any(order.state not in ("draft", "sent") for order in self.sale_order_ids):
            return False
        invoices = self._get_charged_invoices()
        left = sum(invoice._get_amount_to_charge() for invoice in invoices)
        return not invoices or self.currency_id.compare_amounts(left, self.amount) >= 0
