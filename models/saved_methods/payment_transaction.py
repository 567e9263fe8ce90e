from datetime import datetime, time

from odoo import fields, models
from odoo.fields import Domain

from ... import const
from .mandate import Mandate
from .unwritten import request_own_methods

# Where core puts what a customer agrees to.
OPTIONS = "payment_method_options[card][mandate_options]"


class PaymentTransaction(models.Model):
    """What a customer agrees to when a payment method is saved for contracts."""

    _inherit = "payment.transaction"
    subscription_method_order_id = fields.Many2one(
        "sale.order",
        "Contract to Pay With It",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The contract that is paid with the method which this validation saves.",
    )

    def _get_mandate_values(self):
        """Tell the provider how much will be charged how often, where the law asks for it.

        The amount is the most that one charge may take: this payment, a full period, or the dearest
        invoice of the coming months with everything that is planned. It begins today at the
        earliest, for a provider refuses what began in the past. A recurrence is named when all
        contracts have the same one, an end when all of them have one and are billed in advance:
        what is billed in arrears is charged after the end.
        """
        values = super()._get_mandate_values()
        orders = self._get_mandate_contracts()
        if not orders:
            return values
        today = orders[0]._subscription_today()
        start = max(today, min(order.subscription_start_date or today for order in orders))
        values["amount"] = max(self.amount, self._get_mandate_amount(orders))
        values["start_datetime"] = datetime.combine(start, time.min)
        ends = [Mandate(order).get_end() for order in orders]
        if all(ends) and max(ends) > start:
            values["end_datetime"] = datetime.combine(max(ends), time.min)
        recurrences = {
            (line.recurrence_id.unit, line.recurrence_id.count)
            for line in orders._get_recurring_lines()
        }
        if len(recurrences) == 1:
            values["recurrence_unit"], values["recurrence_duration"] = recurrences.pop()
        return values

    def _get_mandate_contracts(self):
        """Return what will be charged to the method that this transaction saves.

        :return: the order or invoices that are paid, or the contracts that get another method
        :rtype: sale.order
        """
        self.ensure_one()
        replaced = self.subscription_method_order_id
        orders = self.sale_order_ids | self.invoice_ids._get_subscription_orders() | replaced
        if replaced:
            orders |= replaced._get_contracts_paid_with(replaced.subscription_payment_token_id)
        return orders.filtered(
            lambda order: (
                order._get_recurring_lines()
                and order._get_subscription_template().payment_mode in const.CHARGED_MODES
            )
        )

    def _get_mandate_amount(self, orders):
        """Return the most that one invoice of all these contracts will come to, taxes included."""
        return sum(
            order.currency_id._convert(
                Mandate(order).get_maximum(),
                self.currency_id,
                order.company_id,
                order._subscription_today(),
            )
            for order in orders
        )

    def _stripe_prepare_mandate_options(self):
        """Name the currency that will be charged, whatever a method is validated in."""
        options = super()._stripe_prepare_mandate_options()
        if f"{OPTIONS}[currency]" in options and self._get_mandate_contracts():
            options[f"{OPTIONS}[currency]"] = self.currency_id.name.lower()
        return options

    # ------------------------------------------------------------------
    # Validations by which a customer replaces the payment method of a contract
    # ------------------------------------------------------------------

    def _hook_on_method_saved(self):
        """Let the method pay the contracts that it was saved for."""
        super()._hook_on_method_saved()
        self.ensure_one()
        if self.subscription_method_order_id and self.operation == "validation":
            self.subscription_method_order_id._subscription_replace_token(self.token_id)
        elif self.operation in ("online_direct", "online_redirect"):
            # Whoever pays an open invoice and lets the method be saved may have lost the old one.
            orders = self.invoice_ids._get_subscription_orders()
            for order in orders:
                old = order.sudo().subscription_payment_token_id  # sudo: as the system
                if order._is_payment_token_kept() and old._is_dead_for(order, self.token_id):
                    order._subscription_replace_token(self.token_id)
            orders._subscription_store_token(self.token_id)
            request_own_methods(orders | self.sale_order_ids, self.token_id)

    def _get_forms_domain(self, document):
        """Count forms for another payment method as well."""
        domain = super()._get_forms_domain(document)
        if document._name != "sale.order":
            return domain
        return domain | Domain("subscription_method_order_id", "in", document.ids)

    def _is_method_handed_over(self):
        """Return whether one of these payments came with a method that its contract will keep."""
        return any(
            tx.state in ("authorized", "done") and (tx.token_id or tx.tokenize) for tx in self
        )

    def _is_about_contracts(self):
        """Count validations by which a customer replaces the method of a contract."""
        tx = self._get_first()
        return bool(tx.subscription_method_order_id) or super()._is_about_contracts()
