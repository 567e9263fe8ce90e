class NextTaxes:
    """Which taxes the next run gives the lines of a contract, found without writing them.

    The run looks fiscal positions and taxes up again before it bills. Whatever says beforehand
    what it will bill has to look them up the same way, else it announces another amount.

    :param order: one `sale.order`, or none where nothing is billed by the run
    """

    def __init__(self, order):
        self.order = order
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
        """:return: the taxes of the day by line, for lines whose taxes nobody typed"""
        order = self.order
        if not order or not order._is_subscription_started() or order._is_next_invoice_as_quoted():
            return {}
        position = order.fiscal_position_id
        if not order._is_fiscal_position_manual():
            position = order._get_detected_positions()[order]
        lines = order._get_lines_to_tax().filtered(lambda line: not line._is_tax_manual())
        return lines._get_automatic_taxes({order: position})
