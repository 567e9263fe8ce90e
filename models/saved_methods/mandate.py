from ..billing.next_taxes import NextTaxes
from ..billing.tax_totals import TaxTotals


class Mandate:
    """What a contract may take from a payment method that is saved for it.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_maximum(self):
        """Return the most that one invoice of this contract will come to.

        :return: an amount with taxes, in the currency of the contract
        :rtype: float
        """
        planned = [
            document["total"]
            for month in self.order._get_simulation()["months"]
            for document in month["documents"]
        ]
        unpaid = self.order._get_open_invoices_to_pay().mapped("amount_residual")
        return max([0.0, self._get_peak(), *planned, *unpaid])

    def _get_peak(self):
        """Return what all recurring lines cost at their dearest, were they billed together.

        :return: an amount with taxes; what a quotation plans for later periods counts
        :rtype: float
        """
        today, is_quote = (
            self.order._subscription_today(),
            not self.order._is_subscription_started(),
        )
        base_lines, taxes = [], NextTaxes(self.order)
        for line in self.order._get_recurring_lines():
            if line._has_ended(today):
                continue
            ramps = line._get_ramps() if is_quote else []
            segments = [
                (line.product_uom_qty, line.price_unit, line.discount),
                *((float(one.quantity), float(one.price), float(one.discount)) for one in ramps),
            ]
            quantity, price, discount = max(
                segments, key=lambda segment: segment[0] * _get_net(*segment[1:])
            )
            base_lines.append(
                line._prepare_base_line_for_taxes_computation(
                    quantity=quantity,
                    price_unit=price,
                    discount=discount,
                    tax_ids=taxes.of(line),
                )
            )
        return TaxTotals(self.order).get(base_lines)["total_amount_currency"] if base_lines else 0.0

    def get_end(self):
        """Return day from which nothing is charged any more, or False when nobody knows.

        :rtype: datetime.date
        """
        is_late = self.order._get_subscription_template().timing == "arrears"
        return False if is_late else self.order.subscription_end_date


def _get_net(price, discount):
    """Return the price of one unit after its discount."""
    return price * (1 - discount / 100)
