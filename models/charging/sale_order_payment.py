from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError, ValidationError
from odoo.fields import Command

from ... import const
from .mail_activity import METHOD


class SaleOrder(models.Model):
    """Money that a customer pays on an order: which invoice it settles, which card is kept."""

    _inherit = "sale.order"

    subscription_payment_mode = fields.Selection(
        related="subscription_template_id.payment_mode", tracking=False
    )

    # ------------------------------------------------------------------
    # Terms of the invoice
    # ------------------------------------------------------------------

    @api.depends("subscription_template_id")
    def _compute_payment_term_id(self):
        """Let the payment terms of the subscription template go before those of the customer.

        Contracts keep what was agreed.
        """
        open_orders = self.filtered(lambda order: not order._is_subscription_started())
        super(SaleOrder, open_orders)._compute_payment_term_id()
        for order in open_orders:
            term = order.subscription_template_id.payment_term_id
            if term and order.state in ("draft", "sent"):
                order.payment_term_id = term

    def _prepare_invoice(self):
        """Link an invoice of a contract with the money that is meant for it, and no other."""
        values = super()._prepare_invoice()
        if self.is_subscription:
            values.update(self._prepare_subscription_invoice_values())
        return values

    def _prepare_subscription_invoice_values(self):
        """Return what invoices of a contract have different from those of other orders. Hook.

        :rtype: dict
        """
        self.ensure_one()
        values = {"transaction_ids": [Command.set(self._get_transactions_to_reconcile().ids)]}
        if any(self.order_line.mapped("ledger_revision")):
            # A reference that was agreed with the customer belongs to the first payment; each
            # later invoice gets its own, so that bank transfers can be told apart.
            values["payment_reference"] = False
        journal = self._get_subscription_template().with_company(self.company_id).journal_id
        if journal and not self.journal_id:
            values["journal_id"] = journal.id
        return values

    def _send_payment_succeeded_for_order_mail(self):
        """Thank nobody for the payment of a contract that was cancelled."""
        gone = self.filtered(lambda order: order.state == "cancel" and order._is_about_contracts())
        thanked = self - gone
        return thanked and super(SaleOrder, thanked)._send_payment_succeeded_for_order_mail()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_being_paid(self):
        """Keep orders whose payment may still bring the money: nobody would hear of it."""
        for order in self.filtered(lambda order: order._is_about_contracts()):
            # sudo: salesmen have no right to read transactions
            coming = order.sudo().transaction_ids.filtered(lambda tx: tx._is_money_under_way())
            if coming:
                raise UserError(
                    self.env._(
                        "%(amount)s for %(order)s is under way (%(reference)s). Wait for the "
                        "outcome before you delete it, else nobody hears of the money.",
                        amount=order.currency_id.format(sum(coming.mapped("amount"))),
                        order=order.name,
                        reference=", ".join(coming.mapped("reference")),
                    )
                )

    def _get_transactions_to_reconcile(self):
        """Return the online payments of this order that a new invoice should be settled with. Hook.

        A payment that another invoice of the order waits for is left alone, and so is a
        validation, which moves no money. What a payment was too much for its own invoice goes to
        the next one.

        :rtype: payment.transaction
        """
        self.ensure_one()
        # sudo: salesmen have no right to read transactions
        return self.sudo().transaction_ids._get_reconcilable()

    # ------------------------------------------------------------------
    # Saved payment method
    # ------------------------------------------------------------------

    def _is_about_contracts(self):
        """Return whether this order is a contract, or changes one."""
        self.ensure_one()
        return self.is_subscription or self.subscription_order_type == "amendment"

    def _get_amount_open_to_pay(self):
        """Return what is left to pay of this order; contracts are paid by their invoices."""
        self.ensure_one()
        return max(self.amount_total - self.amount_paid, 0.0)

    def _check_payment_begins(self, amount, is_alone):
        """Refuse to begin a payment by which nothing could come about. Hook.

        Quotations are checked before, with their amount of today.

        :param float amount: what is to be paid
        :param bool is_alone: whether nothing else is paid with it
        :raise ValidationError: it is not open to pay, or not in this way
        """

    def _is_payment_token_required(self):
        """Return whether paying this order online must save the payment method."""
        self.ensure_one()
        return (
            bool(self._get_recurring_lines())
            and self._get_subscription_template().payment_mode == "charge"
        )

    def _is_held_by(self, tx):
        """Hold the amount for as long as nobody knows whether a saved method was charged."""
        return tx._is_open_attempt() or super()._is_held_by(tx)

    def _is_payment_token_kept(self):
        """Return whether a method that the customer saves with a payment pays what follows."""
        self.ensure_one()
        mode = self._get_subscription_template().payment_mode
        return mode in const.CHARGED_MODES and bool(self._get_recurring_lines())

    @api.model
    def _is_payment_token_required_for(self, order_id):
        """Return whether paying an order, given by its id, must save the payment method.

        :param order_id: id of a `sale.order` or nothing
        :rtype: bool
        """
        if not order_id:
            return False
        # sudo: the customer who pays has no right to read subscription templates
        order = self.sudo().browse(int(order_id))
        try:
            # An order that is read already is not looked up again.
            return bool(order.state) and order._is_payment_token_required()
        except MissingError:
            return False

    def _check_online_payment(self, kwargs):
        """Refuse an online payment that would take money without settling anything. Hook.

        The amount comes from a page that may have been open since yesterday.

        :param dict kwargs: what the payment form sent
        :raise ValidationError: the contract runs already, the quotation cannot be confirmed,
            another amount is due now, or the method cannot be saved
        """
        self.ensure_one()
        if self._is_paid_by_invoice():
            raise ValidationError(self._get_pay_invoice_text())
        if not self._get_open_quotes():
            return
        if message := self._confirmation_error_message():
            raise ValidationError(message)
        amount = kwargs.get("amount")
        if amount is not None:
            paid = self.amount_paid + float(amount)
            compare = self.currency_id.compare_amounts
            if (
                compare(paid, self._get_prepayment_required_amount()) < 0
                or compare(paid, self.amount_total) > 0
            ):
                raise ValidationError(self._get_changed_amount_text(float(amount)))
        if self._is_payment_token_required() and kwargs.get("flow") != "token":
            provider = self.env["payment.provider"].browse(kwargs.get("provider_id"))
            method = self.env["payment.method"].browse(kwargs.get("payment_method_id"))
            if not (provider.allow_tokenization and method.support_tokenization):
                raise ValidationError(
                    self.env._(
                        "%(order)s is charged automatically each period, and this payment method "
                        "cannot be saved. Choose another one.",
                        order=self.name,
                    )
                )

    def _subscription_store_token(self, token):
        """Keep the payment method that a customer paid with, for the invoices to come. Hook.

        A method that the contract has already stays: a payment that is processed twice, or late,
        never replaces a later choice.

        :param token: `payment.token` of the payment
        """
        for order in self:
            current = order.subscription_payment_token_id
            if not order._is_payment_token_kept() or (current and current.active):
                continue
            if not token._get_refusal_for(order):
                order.subscription_payment_token_id = token
            else:
                text = self.env._(
                    "The payment method of %(payer)s was not saved: it belongs to another "
                    "customer. The invoices to come wait for payment.",
                    payer=token.partner_id.commercial_partner_id.name,
                )
                order.message_post(body=text)
                order._schedule_charge_activity(
                    self.env._("%(order)s needs a payment method", order=order.name), text, METHOD
                )
