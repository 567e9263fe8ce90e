from .sale_order_line_tax import get_taxes_of_rebates


def get_untyped(lines):
    """Return the lines whose taxes nobody typed, also where a form sent them with a new line.

    :param lines: `sale.order.line` records of quotations
    :rtype: sale.order.line
    """
    priced = lines.filtered(lambda line: line.product_id and not line.display_type)
    found = priced._get_automatic_taxes()
    return priced.filtered(
        lambda line: (
            not line._is_tax_manual()
            or (not line.automatic_tax_key and line.tax_ids._origin == found[line]._origin)
        )
    )


class NextTaxes:
    """Which taxes the next run gives the lines of a contract, found without writing them.

    The run looks fiscal positions and taxes up again before it bills. Whatever says beforehand
    what it will bill has to look them up the same way, else it announces another amount.

    :param orders: `sale.order` records, none where nothing is billed by the run; several are looked
        up together, which takes no more queries than one
    :param joining: lines of a quotation that `orders`, one contract then, bills when confirmed
    """

    def __init__(self, orders, joining=None):
        self.orders = orders
        self.joining = joining
        self._found = None

    def of(self, line):
        """Return the taxes with which a line is billed next; those of a quotation are its own.

        :param line: `sale.order.line`, also of another order
        :rtype: account.tax
        """
        if self._found is None:
            self._found = self._find()
        return self._found.get(line, line.tax_ids)

    def _find(self):
        """Return the taxes of the day by line, for lines whose taxes nobody typed."""
        contracts = self.orders.filtered(
            lambda order: (
                order._is_subscription_started() and not order._is_next_invoice_as_quoted()
            )
        )
        by_hand = contracts.filtered(lambda order: order._is_fiscal_position_manual())
        positions = (contracts - by_hand)._get_detected_positions()
        positions.update({order: order.fiscal_position_id for order in by_hand})
        lines = contracts.order_line.browse()
        for order in contracts:
            lines |= order._get_lines_to_tax().filtered(lambda line: not line._is_tax_manual())
        if contracts and self.joining:
            position = positions.get(contracts, contracts.fiscal_position_id)
            positions.update(dict.fromkeys(self.joining.order_id, position))
            lines |= get_untyped(self.joining)
        found = lines._get_automatic_taxes(positions)
        for order in contracts:
            found.update(get_taxes_of_rebates(order._get_lines_to_tax(), found))
        return found
