"""What must hold of the money of a drawn world, told from the documents alone."""

FREEING = ("again", "move")


class Identities:
    """Adds up what documents ask for and give back, without a word of what the addon notes.

    The nightly check reads invoices with the same code that makes credit notes: where that code
    forgets something, both forget it. This reads what stands on the documents.
    """

    def check_identities(self):
        """Look at all documents of all contracts of the world."""
        moves = self.orders.order_line.invoice_lines.move_id
        for move in moves.filtered(lambda move: move.move_type == "out_invoice"):
            if move.state == "posted":
                self.check_given_back(move)
        for line in self.orders.order_line.filtered(lambda line: not line.recurrence_id):
            if not line.display_type and line.product_type != "combo":
                self.check_once(line)
        self.check_vouchers()

    def get_asked(self, moves):
        """Return what documents ask for: in all, and by tax.

        :rtype: tuple[float, dict]
        """
        taxes = {}
        for line in moves.line_ids.filtered("tax_line_id"):
            taxes[line.tax_line_id] = taxes.get(line.tax_line_id, 0.0) - line.amount_currency
        return sum(moves.mapped("amount_total_in_currency_signed")), taxes

    def check_given_back(self, invoice):
        """Credit notes of an invoice give back no more than it asked for, tax by tax and in all.

        What is corrected is given back whole, and what was given back before is about the new one.
        """
        notes = invoice.reversal_move_ids.filtered(lambda move: move.state == "posted")
        if not notes or any(self.get_effect(note) == "move" for note in notes):
            return
        again = notes.reversal_move_ids.filtered(lambda move: move.state == "posted")
        asked, taxes = self.get_asked(invoice)
        given, given_taxes = self.get_asked(notes | again)
        name = f"{invoice.name} of {self.orders.filtered(lambda o: invoice in o.invoice_ids).ids}"
        self.case.assertLessEqual(round(-given - asked, 2), 0.0, name)
        for tax, amount in given_taxes.items():
            sign = -1 if asked < 0 else 1
            most = max(sign * taxes.get(tax, 0.0), 0.0)
            self.case.assertLessEqual(round(-sign * amount - most, 2), 0.0, f"{name}: {tax.name}")
        if again or notes & self.edited:
            return
        if self.is_given_back_whole(invoice, notes):
            self.case.assertAlmostEqual(-given, asked, 2, f"{name} was given back whole")
        if len(invoice.invoice_line_ids.filtered("price_subtotal")) == 1:
            # Of one line each tax goes back in proportion, but for a cent of each document.
            share = -sum(notes.mapped("amount_untaxed")) / invoice.amount_untaxed
            for tax, amount in taxes.items():
                exact = amount * share - given_taxes.get(tax, 0.0)
                self.case.assertLessEqual(abs(exact), 0.01 * len(notes) + 0.006, (name, tax.name))

    def is_given_back_whole(self, invoice, notes):
        """Return whether all periods of an invoice went back, with credit notes of its own."""
        lines = invoice.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        rows = lines.subscription_billed_period_ids
        sold = lines.filtered(lambda line: line.price_subtotal > 0)
        if not rows or any(row.kind != "charge" for row in rows) or sold - rows.invoice_line_id:
            return False
        credits = rows.reversed_by_ids.filtered(lambda row: row.kind == "credit")
        if credits.move_id - notes or any(not row.move_id for row in credits):
            return False
        left = sum(rows.mapped("booked_amount")) + sum(credits.mapped("booked_amount"))
        return abs(left - sum(rows.mapped("manual_credit_amount"))) < 0.005

    def get_effect(self, note):
        """Return what somebody chose that a credit note means, as the world remembers it."""
        return self.effects.get(note.id)

    def check_once(self, line):
        """What is sold once is asked for once, and again only where somebody chose that.

        An invoice that was cancelled since has asked, too. What takes a credit note back is left
        out: people cancel first what came of it.
        """
        asked = 0.0
        for item in line.invoice_lines:
            move = item.move_id
            if move.move_type == "out_refund":
                asked -= item.quantity * (self.get_effect(move) in FREEING)
            elif not move.reversed_entry_id:
                asked += item.quantity
        self.case.assertLessEqual(asked, abs(line.product_uom_qty), f"{line.name}, sold once")

    def check_vouchers(self):
        """What vouchers take off in all is what was agreed, however invoices bear it."""
        for order in self.orders:
            lines = order.order_line.filtered(lambda line: line.product_id == self.voucher)
            amount = sum(line.price_unit * line.product_uom_qty for line in lines)
            self.case.assertAlmostEqual(amount, -self.vouchers.get(order, 0.0), 2, order.name)
