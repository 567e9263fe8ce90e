from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const


class AccountPayment(models.Model):
    """Payments of contracts: registered with a saved method, or more than was owed."""

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
        "payment_transaction_id.source_transaction_id.invoice_ids",
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

    def _compute_amount_available_for_refund(self):
        """Count what the provider gave back by itself of a payment that was captured.

        It tells that of the payment that was authorized, in which core does not look. What the
        customer disputes is with the bank.
        """
        super()._compute_amount_available_for_refund()
        for payment in self:
            # sudo: invoicing clerks have no right to read transactions
            tx = payment.sudo().payment_transaction_id
            available = payment.amount_available_for_refund
            if available and tx._is_disputed():
                payment.amount_available_for_refund = 0.0
            elif available and tx._is_capture():
                left = min(available, tx._get_amount_left())
                payment.amount_available_for_refund = max(left, 0.0)

    def _get_subscription_orders(self):
        """Return the contracts whose invoices these payments are for."""
        # sudo: invoicing clerks have no right to read transactions and contracts
        payments = self.sudo()
        transactions = payments.payment_transaction_id
        transactions |= transactions.source_transaction_id
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
        for payment in self:
            payment._check_currency_of_contracts()
        # sudo: invoicing clerks have no right to read transactions
        refunds = self.sudo().payment_transaction_id.child_transaction_ids
        refunds.filtered(lambda tx: not tx.invoice_ids)._check_no_refund_runs()
        self._as_system().subscription_credit_next = True
        self._get_subscription_orders()._post_covered_drafts()
        return True

    def _check_currency_of_contracts(self):
        """Refuse to keep what no invoice of its contracts can take.

        :raise UserError: they have another currency than this payment
        """
        self.ensure_one()
        # sudo: as in _get_subscription_orders
        orders = self.sudo()._get_subscription_orders()
        if self.currency_id not in orders.currency_id:
            raise UserError(
                self.env._(
                    "%(payment)s came in %(currency)s, and invoices of %(contracts)s have "
                    "another currency: it cannot be taken off them. Match it with an invoice "
                    "yourself, or give it back.",
                    payment=self.display_name,
                    currency=self.currency_id.name,
                    contracts=", ".join(orders.mapped("name")),
                )
            )

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

    # ------------------------------------------------------------------
    # Saved methods that a clerk charges with core's *Register Payment*
    # ------------------------------------------------------------------

    def action_post(self):
        """Save the charge of a saved method before the provider is asked for it.

        Core asks first: a process that dies then leaves money taken that nobody here knows of. The
        payment stays a draft until the money is in.

        :raise UserError: nobody knows yet whether the money of one of these is in
        """
        self.check_access("write")
        # sudo: invoicing clerks have no right to read transactions
        for tx in self.sudo().payment_transaction_id.filtered(lambda tx: tx._is_open_attempt()):
            raise UserError(
                self.env._(
                    "%(reference)s is being charged to a saved payment method. This payment is "
                    "posted by itself as soon as the money is in.",
                    reference=tx.reference,
                )
            )
        charged = self.filtered(lambda payment: payment._charges_contracts())
        charged.state = "draft"  # core's dialog has made the journal entry, and said in process
        # sudo: whoever may book payments may charge with core's dialog
        for tx in charged.sudo()._create_payment_transaction():
            tx._request_after_commit()
        return super(AccountPayment, self - charged).action_post()

    def _generate_journal_entry(self, write_off_line_vals=None, force_balance=None, line_ids=None):
        """Link the entries of a batch of payments to them at once.

        Core writes payment by payment, and each write asks which documents hang on it.
        """
        is_plain = not (write_off_line_vals or force_balance or line_ids)
        if not is_plain or not const.unseal(self.env.context, const.BATCH_KEY):
            super()._generate_journal_entry(write_off_line_vals, force_balance, line_ids)
            return
        payments = self.filtered(lambda one: not one.move_id and one.outstanding_account_id)
        values = [payment._generate_move_vals() for payment in payments]
        moves = self.env["account.move"].create(values)
        payments.flush_recordset()
        payments._write_multi([{"move_id": move.id} for move in moves])
        payments.invalidate_recordset(["move_id"], flush=False)
        payments.modified(["move_id"])

    def _charges_contracts(self):
        """Return whether posting this charges a saved method for invoices of contracts."""
        self.ensure_one()
        if not self.payment_token_id or self.payment_transaction_id:
            return False
        # sudo: providers and invoices of contracts are read for whoever may book payments
        values = self.sudo()._prepare_payment_transaction_vals()
        ids = [move_id for _code, _id, ids in values["invoice_ids"] for move_id in ids]
        moves = self.env["account.move"].sudo().browse(ids)
        return any(move._is_about_contracts() for move in moves)

    def _post_charged(self, invoices):
        """Post this payment, whose money is in, and pay the invoices with it.

        :param invoices: `account.move` that the money was taken for
        """
        self.ensure_one()
        if self.state == "canceled":
            self.action_draft()  # the money came after it had failed
        self.action_post()
        lines = self._get_open_credit_lines()
        open_lines = invoices.line_ids.filtered(
            lambda line: line.parent_state == "posted" and not line.reconciled
        )
        for account in lines.account_id:
            (lines | open_lines).filtered(
                lambda line, account=account: line.account_id == account
            ).reconcile()
