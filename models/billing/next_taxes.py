class NextTaxes:
    """Which taxes the next run gives the lines of a contract, found without writing them.

    The run looks fiscal positions and taxes up again before it bills. Whatever says beforehand
    what it will bill has to look them up the same way, else it announces another amount.

    :param orders: `sale.order` records, none where nothing is billed by the run; several are looked
        up together, which takes no more queries than one
    """

    def __init__(self, orders):
        self.orders = orders
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
        return lines._get_automatic_taxes(positions)
