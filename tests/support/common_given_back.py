from odoo.fields import Command

from ..common import SubscriptionCommon


class GivenBackCommon(SubscriptionCommon):
    """Contracts whose documents are given back, seat by seat or whole."""

    def take_seats_back(self, order, day="2027-01-01", post=False):
        """Take the seats of a contract back one by one, all on one day.

        :param bool post: whether a clerk posts each document
        """
        self.travel(day)
        line = order.order_line.filtered("recurrence_id")
        notes = self.env["account.move"]
        while line.product_uom_qty:
            line.product_uom_qty -= 1
            found = self.bill(order)
            notes |= found
            if post:
                found.action_post()
        return notes

    def sum_up(self, moves):
        """Return what documents ask for minus what they give back: untaxed, tax, total."""
        return tuple(
            round(sum(moves.mapped(name)), 2)
            for name in ("amount_untaxed_signed", "amount_tax_signed", "amount_total_signed")
        )

    def assertAllGivenBack(self, order):
        """Nothing is open, nothing too much was given, and no line of tax is left."""
        moves = order.order_line.invoice_lines.move_id
        self.assertEqual(self.sum_up(moves), (0.0, 0.0, 0.0))
        self.assertEqual(sum(moves.mapped("amount_residual")), 0.0)
        for lines in moves.line_ids.grouped("tax_line_id").values():
            self.assertAlmostEqual(sum(lines.mapped("balance")), 0.0, 6)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def add_voucher(self, order, amount, **values):
        """Add a discount that is sold once, with the taxes of the common product."""
        voucher = self._create_product("Voucher", 0.0, is_recurring=False, **values)
        order.order_line = [
            Command.create({"product_id": voucher.id, "price_unit": -amount, "name": "Voucher"})
        ]
        return order

    def create_discounted(self, amount, price=300.0, **values):
        """Return a contract with a voucher that was billed for 1 to 30 June."""
        self.travel("2027-06-01")
        order = self.create_order(self.line_values(self.seat, price_unit=price))
        self.add_voucher(order, amount, **values).action_confirm()
        self.invoice = self.bill(order)
        return order
