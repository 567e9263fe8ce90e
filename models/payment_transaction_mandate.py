from datetime import datetime, time

from odoo import models


class PaymentTransaction(models.Model):
    """What a customer agrees to when a payment method is saved for a contract."""

    _inherit = "payment.transaction"

    def _get_mandate_values(self):
        """Tell the provider how much will be charged how often, where the law asks for it.

        The amount is the most that one charge may take: the first one, or a full period.
        """
        values = super()._get_mandate_values()
        orders = self.sale_order_ids.filtered(lambda order: order._is_payment_token_required())
        if len(orders) != 1:
            return values
        periods = orders.subscription_period_totals or []
        values["amount"] = max([self.amount, *(period["total"] for period in periods)])
        start = orders.subscription_start_date or orders._subscription_today()
        values["start_datetime"] = datetime.combine(start, time.min)
        if orders.subscription_end_date:
            values["end_datetime"] = datetime.combine(orders.subscription_end_date, time.min)
        recurrences = orders._get_recurring_lines().recurrence_id
        if len(recurrences) == 1:
            values["recurrence_unit"] = recurrences.unit
            values["recurrence_duration"] = recurrences.count
        return values
