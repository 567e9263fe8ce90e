from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    """Payments of contracts that were more than was owed: money back, or off the next invoice."""

    _name = "account.payment"
    _inherit = ["account.payment", "subscription.protected.mixin"]

    subscription_credit_next = fields.Boolean(
        "Taken Off the Next Invoice",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="What is left of this payment is taken off the next invoice of the contract.",
    )
    subscription_amount_overpaid = fields.Monetary(
        "Paid Too Much",
        compute="_compute_subscription_amount_overpaid",
        help="What is left of this payment after the invoices of the contract that it was for.",
    )
    subscription_amount_refundable = fields.Monetary(
        "Refundable",
        compute="_compute_subscription_amount_refundable",
        help="How much of that can go back to the payment method that it came from.",
    )

    @api.depends(
        "state",
        "reconciled_invoice_ids",
        "move_id.line_ids.amount_residual",
        "payment_transaction_id.invoice_ids",
    )
    def _compute_subscription_amount_overpaid(self):
        for payment in self:
            left = 0.0
            if payment.payment_type == "inbound" and payment._get_subscription_orders():
                left = -sum(payment._get_open_credit_lines().mapped("amount_residual_currency"))
            payment.subscription_amount_overpaid = max(left, 0.0)

    @api.depends("subscription_amount_overpaid")
    def _compute_subscription_amount_refundable(self):
        """Computed apart: core remembers what can be refunded from the first question on."""
        for payment in self:
            left = payment.subscription_amount_overpaid
            payment.subscription_amount_refundable = (
                max(min(left, payment.amount_available_for_refund), 0.0) if left else 0.0
            )

    def _get_subscription_orders(self):
        """Return the contracts whose invoices these payments are for."""
        # sudo: invoicing clerks have no right to read transactions and contracts
        payments = self.sudo()
        transactions = payments.payment_transaction_id
        moves = payments.reconciled_invoice_ids | transactions.invoice_ids
        orders = moves._get_subscription_orders() | transactions.sale_order_ids
        return orders.filtered("is_subscription").with_env(self.env)

    def _get_open_credit_lines(self):
        """Return journal items of these payments that invoices may still be paid with."""
        # sudo: whoever sees the payment may not read journal items
        lines = (
            self.sudo().filtered(lambda one: one.state in ("in_process", "paid")).move_id.line_ids
        )
        return lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )

    def _get_refund_lines(self):
        """Return open journal items of a payment and its refund, on one account."""
        lines = self._get_open_credit_lines()
        return lines if len(lines.account_id) == 1 and len(lines.move_id) == 2 else lines.browse()

    def _check_overpaid(self):
        """Refuse to give back what is not there.

        :raise UserError: nothing is left of one of these payments
        """
        self.check_access("write")
        for payment in self:
            if not payment.subscription_amount_overpaid:
                raise UserError(
                    self.env._(
                        "Nothing is left of the payment %(payment)s.",
                        payment=payment.display_name,
                    )
                )

    def action_subscription_credit_next(self):
        """Keep what is left of these payments for the next invoice of their contract."""
        self._check_overpaid()
        self._as_system().subscription_credit_next = True
        self._get_subscription_orders()._post_covered_drafts()
        return True

    def action_subscription_refund(self):
        """Give what is left of this payment back to the method that it came from.

        :raise UserError: nothing is left, nothing can be given back, or a refund is under way
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        self._check_overpaid()
        # sudo: invoicing clerks have no right to read transactions
        source = self.sudo().payment_transaction_id
        running = source.child_transaction_ids.filtered(
            lambda tx: tx.operation == "refund" and tx.state in ("draft", "pending")
        )
        amount = self.subscription_amount_refundable
        if not amount or running:
            raise UserError(
                self.env._(
                    "%(payment)s cannot be refunded: a refund is under way, or the provider does "
                    "not give money back.",
                    payment=self.display_name,
                )
            )
        source._give_back(amount, self)
        return True
