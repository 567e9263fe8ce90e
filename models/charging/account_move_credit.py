from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ... import const


class AccountMove(models.Model):
    """Credit notes of invoices that are paid already: money back, or off the next invoice."""

    _inherit = "account.move"

    subscription_credit_next = fields.Boolean(
        "Taken Off the Next Invoice",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="What is left of this credit note is taken off the next invoice of the contract.",
    )
    subscription_amount_refundable = fields.Monetary(
        "Refundable",
        compute="_compute_subscription_amount_refundable",
        help="How much of this credit note can go back to the payment method that paid the "
        "invoice.",
    )

    subscription_credit_text = fields.Char(
        "Use of the Credit", compute="_compute_subscription_credit_text"
    )

    @api.depends("amount_residual", "state", "reversed_entry_id", "reversed_entry_id.payment_state")
    def _compute_subscription_amount_refundable(self):
        for move in self:
            amount = 0.0
            if move._is_open_credit() and (payment := move._get_payment_to_refund()):
                amount = min(move.amount_residual, payment.amount_available_for_refund)
            move.subscription_amount_refundable = amount

    @api.depends("amount_residual", "subscription_credit_next")
    def _compute_subscription_credit_text(self):
        for move in self:
            amount = move.currency_id.format(move.amount_residual) if move.currency_id else ""
            if move.subscription_credit_next:
                move.subscription_credit_text = self.env._(
                    "What is left of this credit note is taken off the next invoice of the "
                    "contract: %(amount)s.",
                    amount=amount,
                )
            else:
                move.subscription_credit_text = self.env._(
                    "What is left of this credit note is still owed to the customer: %(amount)s.",
                    amount=amount,
                )

    def _is_open_credit(self):
        """Return whether this is a posted credit note of a contract with something left on it."""
        self.ensure_one()
        return (
            self.move_type == "out_refund"
            and self.state == "posted"
            and self.currency_id.compare_amounts(self.amount_residual, 0) > 0
            and bool(self.subscription_order_ids)
        )

    def _get_payment_to_refund(self):
        """Return the online payment of the credited invoice that most can be given back of.

        :rtype: account.payment
        """
        self.ensure_one()
        # sudo: what can be refunded hangs on transactions, which few may read
        payments = self.sudo().reversed_entry_id.reconciled_payment_ids
        payments = payments.filtered(lambda payment: payment.amount_available_for_refund > 0)
        return payments.sorted("amount_available_for_refund")[-1:]

    # ------------------------------------------------------------------
    # Money back
    # ------------------------------------------------------------------

    def action_subscription_refund(self):
        """Give what is left of this credit note back to the method that paid the invoice.

        :raise UserError: nothing is left, nothing can be given back, or a refund is under way
        """
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        amount = self.subscription_amount_refundable
        running = self.sudo().transaction_ids.filtered(lambda tx: tx._is_refund_running())
        if not amount or running:
            raise UserError(
                self.env._(
                    "%(credit)s cannot be refunded: nothing is left of it, a refund is under way, "
                    "or the invoice was not paid online.",
                    credit=self.name,
                )
            )
        source = self._get_payment_to_refund().payment_transaction_id
        refund = source._give_back(amount, self)
        if refund.state == "done":
            # The payment of a refund that the provider told of first was made without this.
            for line in refund.payment_id._get_open_credit_lines():
                self.sudo().js_assign_outstanding_line(line.id)  # sudo: as whoever refunds
        return True

    # ------------------------------------------------------------------
    # Next invoice
    # ------------------------------------------------------------------

    def action_subscription_credit_next(self):
        """Keep what is left of these credit notes for the next invoice of their contract."""
        self.check_access("write")
        for move in self:
            if not move._is_open_credit():
                raise UserError(
                    self.env._(
                        "Nothing is left of %(credit)s that could be taken off an invoice.",
                        credit=move.display_name,
                    )
                )
        self._check_no_refund_under_way()
        self._as_system().subscription_credit_next = True
        self.subscription_order_ids._post_covered_drafts()
        return True

    def _check_no_refund_under_way(self):
        """Refuse to take back, or to keep, credit notes whose money is being given back.

        :raise UserError: the customer would get it twice, or nobody would know what for
        """
        # sudo: invoicing clerks have no right to read transactions
        self.sudo().transaction_ids._check_no_refund_runs()

    def _use_credit_balance(self):
        """Take credit that was kept for it off these invoices, the oldest credit first."""
        invoices = self.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        if not invoices:
            return
        # sudo: a salesperson bills own contracts without rights on the books
        lines = self.env["account.move.line"].sudo()
        lines = lines._get_credit_balance_lines(invoices.commercial_partner_id)
        for line in lines:
            for invoice in invoices.sudo():
                if line._may_be_taken_off(invoice):
                    invoice.js_assign_outstanding_line(line.id)
        lines._forget_used_credit()

    def _make_covered_invoices(self):
        """Make invoices of drafts that wait for a payment and are covered by kept credit."""
        drafts = self.filtered(
            lambda move: move.state == "draft" and move.move_type == "out_invoice"
        )
        # sudo: as above
        Line = self.env["account.move.line"].sudo()
        if drafts and Line._get_credit_balance_lines(drafts.commercial_partner_id):
            drafts.subscription_order_ids._post_covered_drafts()

    def _hook_on_posted(self):
        """Take kept credit off invoices of contracts; the run does it for whole batches."""
        super()._hook_on_posted()
        credits = self.filtered(lambda move: move.move_type == "out_refund")
        for credit in credits.filtered(lambda move: move._may_bill_contracts()):
            credit._take_told_refunds()
        if not const.unseal(self.env.context, const.BATCH_KEY):
            self.filtered(lambda move: move._may_bill_contracts())._use_credit_balance()

    def _take_told_refunds(self):
        """Pay this credit note with what the provider gave back of its invoice by itself.

        Otherwise the customer would get that a second time, or have it taken off an invoice.
        """
        self.ensure_one()
        # sudo: whoever posts a credit note may not read transactions
        credit = self.sudo()
        invoice = credit.reversed_entry_id
        if not invoice.transaction_ids or invoice.amount_residual or not credit._is_open_credit():
            return
        payments = invoice.reconciled_payment_ids.payment_transaction_id
        payments |= payments.source_transaction_id
        for refund in payments._get_refunds().filtered(lambda tx: tx.state == "done"):
            lines = refund.payment_id._get_open_credit_lines()
            is_free = lines if refund.payment_id else not refund.invoice_ids
            if credit.amount_residual and is_free:
                refund.invoice_ids = [Command.link(credit.id)]
                for line in lines:
                    credit.js_assign_outstanding_line(line.id)
        if credit.subscription_credit_next and not credit.amount_residual:
            credit._as_system().subscription_credit_next = False
        (invoice | credit)._remove_done_activities()

    def _get_credit_to_use(self):
        """Return how much kept credit is taken off this draft once it is posted."""
        self.ensure_one()
        if self.move_type != "out_invoice":
            return 0.0
        orders = self._get_subscription_orders()
        return min(orders._get_credit_balance(before=self), self.amount_residual)
