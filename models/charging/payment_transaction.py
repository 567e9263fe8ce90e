from odoo import api, fields, models
from odoo.fields import Command

from ... import const
from .mail_activity import OVERPAID


class PaymentTransaction(models.Model):
    """Payments of quotations and contracts."""

    _name = "payment.transaction"
    _inherit = ["payment.transaction", "subscription.protected.mixin"]

    subscription_quote_date = fields.Date(
        "Amount As Of",
        readonly=True,
        help="Day of the amount that the customer accepted by beginning this payment.",
    )

    # ------------------------------------------------------------------
    # The amount that is being paid stays
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Hold start and amount of a quotation from the moment its payment begins.

        :raise ValidationError: the invoice is being charged automatically, the saved method may
            not pay the document, or more would be taken than is open
        """
        transactions = super().create(vals_list)
        transactions._check_still_offered()
        transactions._check_can_be_booked()
        transactions._check_saved_methods()
        transactions._check_no_charge_is_open()
        for tx in transactions._get_quote_transactions():
            quotes = tx.sale_order_ids._get_open_quotes()
            quotes._subscription_freeze_quote()
            tx._as_system().subscription_quote_date = quotes[:1].subscription_quote_date
        return transactions

    def _update_state(self, allowed_states, target_state, state_message):
        """Hold or release the amount of quotations, and note why charges were declined."""
        updated = super()._update_state(allowed_states, target_state, state_message)
        for tx in updated._get_quote_transactions():
            if tx.state in ("cancel", "error"):
                tx.sale_order_ids._subscription_release_quote()
            else:
                # A payment may come through long after the quotation was given free again: it
                # is taken at the amount that the customer accepted.
                tx.sale_order_ids._subscription_freeze_quote(tx.subscription_quote_date)
        updated.filtered(lambda tx: tx._is_attempt())._hook_on_charge_state()
        updated._note_pending()
        updated._undo_failed_refunds()
        return updated

    def _check_still_offered(self):
        """Refuse payments that begin for what is not offered any more. Hook.

        :raise ValidationError: one sentence for the customer
        """

    def _get_quote_transactions(self):
        """Return payments of orders, refunds and validations apart."""
        return self.filtered(
            lambda tx: tx.sale_order_ids and tx.operation not in ("refund", "validation")
        )

    def _can_reconcile_new_invoice(self):
        """Return whether a new invoice of the order may be settled with this payment.

        :rtype: bool
        """
        self.ensure_one()
        if self.operation in ("refund", "validation"):
            return False
        invoices = self._get_paid_invoices().filtered(lambda move: move.state != "cancel")
        if self._is_capture():
            # Until it is booked, the payment that was authorized stands for it.
            if not self._is_in_the_books():
                return False
        elif self.state in ("pending", "authorized"):
            return not invoices
        elif captures := self._get_captures():
            return not invoices and not all(tx._is_in_the_books() for tx in captures)
        if self.state != "done" or self.payment_id.is_reconciled:
            return False
        return all(
            move.state == "posted" and move.currency_id.is_zero(move.amount_residual)
            for move in invoices
        )

    # ------------------------------------------------------------------
    # After the payment
    # ------------------------------------------------------------------

    def _post_process(self):
        """Keep the payment method of a confirmed payment; tell the outcome of a charge, once."""
        fresh = self.filtered(lambda tx: not tx.is_post_processed)
        short = fresh._set_short_payments_aside()
        drafts = fresh._get_drafts_to_post()
        fresh._book_registered(short)
        fresh._book_together()
        result = super()._post_process()
        for tx, orders in short.items():
            tx._keep_short_payment(orders)
        for tx in self.filtered(lambda tx: tx.state in ("authorized", "done") and tx.token_id):
            tx.sale_order_ids._subscription_store_token(tx.token_id)
            if tx in fresh:
                tx._hook_on_method_saved()
        drafts._send_paid_drafts()
        for tx in fresh.filtered("subscription_invoice_id"):
            tx._hook_on_charge_outcome()
        fresh._hook_on_processed()
        return result

    def _hook_on_method_saved(self):
        """Hook. Called once when a payment or validation with a saved method went through.

        The documents of the payment are booked and its orders know the method. Return nothing.
        """

    def _create_payment(self, **extra_create_values):
        """Book money for contracts on the company's day, with the discount of when it was paid."""
        orders = self._get_paid_orders() | self._get_paid_invoices()._get_subscription_orders()
        if any(orders.mapped("is_subscription")):
            company = self.provider_id.company_id
            tx = company._at_company_time(self).with_context(**self._get_paid_day())
            with tx._holding_captured_invoices():
                payment = super(PaymentTransaction, tx)._create_payment(**extra_create_values)
            return payment.with_env(self.env)
        return super()._create_payment(**extra_create_values)

    def _get_paid_day(self):
        """Return context for the early discount of the day on which this payment was begun.

        Banks answer days later.
        """
        self.ensure_one()
        begun = self.source_transaction_id if self._is_capture() else self
        begun_at = (
            begun.subscription_pending_at
            or begun.subscription_invoice_id.subscription_charge_attempted_at
            or (begun != self and begun.create_date)
        )
        day = self.provider_id.company_id._subscription_day_of(begun_at)
        return const.sealed(const.PAID_DAY_KEY, day)

    def _hook_on_processed(self):
        """Pair refunds with the payment they give back; tell of payments that were too much. Hook.

        Called once per final state of payments, after core booked them. Return nothing.
        """
        paid = self._get_paid_invoices()
        paid._use_held_credits()
        paid._remove_done_activities()
        for tx in self.filtered(lambda tx: tx.state == "done" and tx.payment_id):
            if tx.operation == "refund":
                paid_by = tx.source_transaction_id._get_payments()
                lines = (tx.payment_id | paid_by)._get_refund_lines()
                if len(lines) > 1:
                    lines.reconcile()
                tx._pay_open_credit_notes()
                tx._tell_of_unowed_refund()
                (tx.invoice_ids | tx._get_first().invoice_ids)._remove_done_activities()
            elif tx.operation != "validation":
                tx._tell_of_overpayment()
                tx._tell_of_unwanted_money()

    def _invoice_sale_orders(self):
        """Leave contracts to the billing run.

        Core's automatic invoice would bill every line of a paid order whole, and make a down
        payment of a partial one.
        """
        plain = self.filtered(
            lambda tx: not any(order._is_about_contracts() for order in tx.sale_order_ids)
        )
        return super(PaymentTransaction, plain)._invoice_sale_orders()

    # ------------------------------------------------------------------
    # Money back
    # ------------------------------------------------------------------

    def _give_back(self, amount, source):
        """Refund a part of this payment, once that is saved; its documents say how it went.

        What is given back is no longer kept for the next invoice.

        :param float amount: how much
        :param source: the credit note or the payment that the money is taken from
        :return: the refund, a draft unless the provider told of it before
        :rtype: payment.transaction
        :raise UserError: an earlier refund of the payment has no outcome yet
        """
        self.ensure_one()
        refund = self.with_context(**const.sealed(const.REFUND_KEY))._refund(amount)
        if source._name == "account.move":
            refund.invoice_ids = [Command.set(source.ids)]
        source._as_system().subscription_credit_next = False
        if refund.state == "done":
            refund._post_process()
        return refund

    # ------------------------------------------------------------------
    # Payments of contracts that were more than was owed are told to whoever looks after it
    # ------------------------------------------------------------------

    def _tell_of_overpayment(self):
        """Say on contract and invoice that more came in than was owed, and what can be done."""
        self.ensure_one()
        # Money for an order that has no invoice yet is not too much.
        invoices = self._get_paid_invoices().filtered("subscription_order_ids")
        amount = invoices and self.payment_id.subscription_amount_overpaid
        if not amount:
            return
        text = self.env._(
            "%(amount)s more than was owed came in with %(reference)s. Open the payment "
            "%(payment)s to give it back or to take it off the next invoice.",
            amount=self.currency_id.format(amount),
            reference=self.reference,
            payment=self.payment_id._get_html_link(),
        )
        for record in (*invoices, *invoices.subscription_order_ids):
            record.message_post(body=text)
        for invoice in invoices:
            summary = self.env._(
                "%(invoice)s was paid too much", invoice=invoice._get_payment_name()
            )
            invoice._schedule_matter_activity(OVERPAID, summary, text)
