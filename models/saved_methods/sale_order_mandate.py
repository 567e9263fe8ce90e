from odoo import models


class SaleOrder(models.Model):
    """What a contract may take from a payment method that is saved for it."""

    _inherit = "sale.order"

    def _get_mandate_maximum(self):
        """Return the most that one invoice of this contract will come to.

        :return: an amount with taxes, in the currency of the contract
        :rtype: float
        """
        self.ensure_one()
        planned = [
            document["total"]
            for month in self._get_simulation()["months"]
            for document in month["documents"]
        ]
        unpaid = self._get_open_invoices_to_pay().mapped("amount_residual")
        return max([0.0, self._get_mandate_peak(), *planned, *unpaid])

    def _get_mandate_peak(self):
        """Return what all recurring lines cost at their dearest, were they billed together.

        :return: an amount with taxes; what a quotation plans for later periods counts
        :rtype: float
        """
        today, is_quote = self._subscription_today(), not self._is_subscription_started()
        base_lines = []
        for line in self._get_recurring_lines():
            if line._has_ended(today):
                continue
            ramps = line._get_ramps() if is_quote else []
            steps = [
                (line.product_uom_qty, line.price_unit, line.discount),
                *((float(one.quantity), float(one.price), float(one.discount)) for one in ramps),
            ]
            quantity, price, discount = max(steps, key=lambda step: step[0] * _get_net(*step[1:]))
            base_lines.append(
                line._prepare_base_line_for_taxes_computation(
                    quantity=quantity, price_unit=price, discount=discount
                )
            )
        return self._get_tax_totals_of(base_lines)["total_amount_currency"] if base_lines else 0.0

    def _get_mandate_end(self):
        """:return: day from which nothing is charged any more, or False when nobody knows
        :rtype: datetime.date
        """
        self.ensure_one()
        is_late = self._get_subscription_terms().timing == "arrears"
        return False if is_late else self.subscription_end_date

    def _prepare_method_values(self, provider):
        """Return values of the transaction that saves another payment method for this contract.

        :param provider: `payment.provider` that the method is saved at
        :rtype: dict
        """
        self.ensure_one()
        values = {"subscription_method_order_id": self.id}
        if provider.code == "stripe":
            # Nothing is taken, and the mandate is for charges in this currency.
            values["currency_id"] = self.currency_id.id
        return values


def _get_net(price, discount):
    """:return: the price of one unit after its discount"""
    return price * (1 - discount / 100)
