from contextlib import contextmanager


class FirstInvoice:
    """What a promotion finds to take off on a contract: the first period that costs something.

    The lines of an order show full periods. A first period may be shorter, cheaper or free.

    :param order: one `sale.order` with recurring lines
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_share(self, line, due=None):
        """Return which part of a full period the first one that costs something is billed for.

        :param dict due: amounts without taxes by line, of :meth:`get_due`
        :rtype: float
        """
        full = line.price_unit * line.product_uom_qty * (1 - line.discount / 100)
        first = (self.get_due() if due is None else due).get(line)
        return first / full if line.recurrence_id and first and full else 1.0

    def get_due(self):
        """Return what is due now of each line, as far as its price goes.

        :rtype: dict
        """
        due = {}
        for base in self.order._get_due_now_base_lines():
            amount = base["price_unit"] * base["quantity"] * (1 - base["discount"] / 100)
            due[base["record"]] = due.get(base["record"], 0.0) + amount
        return due

    def scale(self, found, lines, reward):
        """Return what core found to discount of full periods, as the first invoice has it.

        :param tuple found: the sum, and amounts by taxes
        :param lines: `sale.order.line` records that were counted
        :param reward: `loyalty.reward`; one that holds for periods takes nothing off here of lines
            that it lowers period by period
        :rtype: tuple
        """
        amount, per_tax = found
        if not amount:
            return found
        lasting, due = self.order._get_lasting_lines(reward), self.get_due()
        full, first = {}, {}
        for line in lines.filtered(lambda line: not line.display_type):
            share = 0.0 if line in lasting else self.get_share(line, due)
            for key in (None, frozenset(line.tax_ids.flatten_taxes_hierarchy().ids)):
                full[key] = full.get(key, 0.0) + line.price_total
                first[key] = first.get(key, 0.0) + line.price_total * share

        def get_ratio(key):
            """Return the part of the amount of some taxes that the first invoice has."""
            return max(first[key] / full[key], 0.0) if full.get(key) else 1.0

        scaled = {}
        for taxes, base in per_tax.items():
            keys = [key for key in full if key is not None and self._is_same(key, taxes)]
            parts = sum(full[key] for key in keys)
            now = sum(first[key] for key in keys)
            scaled[taxes] = base * max(now / parts, 0.0) if parts else base * get_ratio(None)
        return amount * get_ratio(None), scaled

    def _is_same(self, key, taxes):
        """Return whether the taxes of a line are those by which core groups amounts."""
        found = self.env["account.tax"].browse(key)
        fixed = found.filtered(lambda tax: tax.amount_type == "fixed")
        wanted = taxes.flatten_taxes_hierarchy()
        return set((found - fixed).ids) == set(wanted.ids) - set(fixed.ids)

    @contextmanager
    def counted(self):
        """Let core compare a reward with what the first paid invoice asks for.

        Core takes no more off than the total, which is zero on the day on which a trial begins.
        """
        order, field = self.order, self.order._fields["amount_total"]
        due = self.get_due()
        total = sum(
            line.price_total * self.get_share(line, due)
            for line in order.order_line
            if not line.display_type
        )
        order.flush_recordset(["amount_total"])
        asked = order.amount_total
        field._update_cache(order, max(asked, total))
        try:
            yield
        finally:
            field._update_cache(order, asked)
