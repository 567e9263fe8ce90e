from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_given_back import GivenBackCommon


@tagged("post_install", "-at_install")
class TestGivenBackVouchers(GivenBackCommon):
    """What a voucher took off a line is not given back with it, tax by tax and in total."""

    def test_voucher_is_taken_off_what_is_given_back(self):
        for amount, back in ((30.0, 216.0), (300.0, 0.0), (150.0, 120.0)):
            with self.subTest(amount=amount):
                order = self.create_discounted(amount)
                self.assertEqual(self.invoice.amount_total, (300.0 - amount) * 1.2)
                order._subscription_close(self.travel("2027-06-11"))
                notes = self.bill(order)
                self.assertEqual(sum(notes.mapped("amount_total")), back)
                self.assertBillsNothing(order)
                self.assertLedgerWhole(order)

    def test_voucher_and_line_that_are_given_back_in_parts_leave_nothing(self):
        self.travel("2027-01-01")
        order = self.create_order(self.line_values(self.seat, 7, price_unit=3.33))
        self.add_voucher(order, 10.0).action_confirm()
        self.bill(order)
        self.take_seats_back(order)
        moves = order.order_line.invoice_lines.move_id
        self.assertEqual(self.sum_up(moves), (0.0, 0.0, 0.0))
        self.assertBillsNothing(order)

    def test_gift_card_without_tax_lowers_the_total_only(self):
        order = self.create_discounted(300.0, taxes_id=[Command.clear()])
        self.assertEqual((self.invoice.amount_tax, self.invoice.amount_total), (60.0, 60.0))
        order._subscription_close(self.travel("2027-06-11"))
        note = self.bill(order)
        self.assertEqual((note.amount_tax, note.amount_total), (40.0, 40.0))

    def test_set_up_fee_bears_its_share_of_the_voucher(self):
        self.travel("2027-06-01")
        order = self.create_order(
            self.line_values(self.seat, price_unit=300.0),
            self.line_values(self.setup_service, price_unit=100.0),
        )
        self.add_voucher(order, 40.0).action_confirm()
        self.bill(order)
        order._subscription_close(self.travel("2027-06-11"))
        self.assertEqual(self.bill(order).amount_untaxed, 180.0)

    def test_netted_credit_bears_its_share_of_the_voucher(self):
        order = self.create_discounted(30.0)
        self.book_payment(self.invoice)
        self.travel("2027-06-16")
        order.order_line[0].price_unit = 240.0
        invoice = self.bill(order, "2027-07-01")
        # July and half of June at 240.00, less half of June at 300.00 and of its voucher.
        self.assertEqual(invoice.amount_untaxed, 240.0 + 120.0 - 150.0 + 15.0)

    def test_netted_credit_that_is_owed_again_bears_its_share_of_the_voucher(self):
        """What is left is June: 10 seats of half and 5 of half of it, less 3/4 of the voucher."""
        self.travel("2027-06-01")
        order = self.create_order(self.line_values(self.seat, 10))
        self.add_voucher(order, 30.0).action_confirm()
        june = self.bill(order)
        self.book_payment(june)
        self.travel("2027-06-16")
        order.order_line[0].product_uom_qty = 5
        july = self.bill(order, "2027-07-01")
        self.assertEqual(july.amount_untaxed, 50.0 - 25.0 + 7.5)
        notes = self.reverse(july)
        self.assertEqual(notes.amount_untaxed, july.amount_untaxed)
        notes |= self.bill(order)
        self.assertEqual(self.sum_up(june | july | notes), (52.5, 10.5, 63.0))
        self.assertEqual(
            notes.invoice_line_ids.filtered(lambda line: "Share" in line.name).mapped("name"),
            ["Share of: Voucher"] * 2,
        )
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def reverse(self, invoice):
        """Return the credit note that a clerk makes of an invoice, posted."""
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()
        return wizard.new_move_ids

    def test_voucher_of_a_credit_note_by_hand_is_the_rest(self):
        order = self.create_discounted(30.0)
        order._subscription_close(self.travel("2027-06-11"))
        self.bill(order)
        self.reverse(self.invoice)
        moves = self.invoice | self.invoice.reversal_move_ids
        self.assertEqual(self.sum_up(moves), (0.0, 0.0, 0.0))

    def modify(self, invoice):
        """Reverse an invoice, and post the corrected one that asks for the same."""
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )
        wizard.modify_moves()
        wizard.new_move_ids.action_post()
        return wizard.new_move_ids

    def test_negative_quantity_of_a_credit_note_by_hand_is_the_rest(self):
        """What is taken back for a device, or a voucher that is sold as -1, was shared before."""
        device = self._create_product("Old device", 0.0, is_recurring=False)
        # The second one is worth more than what is left of the seats.
        for price, kept in ((30.0, 5), (60.0, 2)):
            with self.subTest(price=price):
                self.travel("2027-06-01")
                order = self.create_order(
                    self.line_values(self.seat, 10), self.line_values(device, -1, price_unit=price)
                )
                order.action_confirm()
                invoice = self.bill(order)
                self.assertEqual(invoice.amount_untaxed, 100.0 - price)
                order.order_line[0].product_uom_qty = kept
                notes = self.bill(order)
                self.assertEqual(notes.amount_untaxed, (100.0 - price) * (10 - kept) / 10)
                notes |= self.reverse(invoice)
                self.assertEqual(self.sum_up(invoice | notes), (0.0, 0.0, 0.0))
                self.assertEqual(invoice.amount_residual, 0.0)
                self.assertLedgerWhole(order)

    def test_voucher_that_pays_for_lines_of_other_taxes_leaves_nothing_to_give_back(self):
        free = self._create_product("Free of tax", 90.0, taxes_id=[Command.clear()])
        for taxes in ({}, {"taxes_id": [Command.clear()]}):
            for quantities in ((0, 1), (1, 0)):
                with self.subTest(taxes=taxes, quantities=quantities):
                    self.travel("2027-06-01")
                    seats = self.line_values(self.seat, price_unit=60.0)
                    order = self.create_order(seats, self.line_values(free))
                    self.add_voucher(order, 500.0, **taxes).action_confirm()
                    invoice = self.bill(order)
                    self.assertEqual(invoice.amount_total, 0.0)
                    recurring = order.order_line.filtered("recurrence_id")
                    for line, quantity in zip(recurring, quantities, strict=True):
                        line.product_uom_qty = quantity
                    self.assertEqual(self.bill(order).amount_total, 0.0)
                    self.assertLedgerWhole(order)
                    recurring.product_uom_qty = 0
                    self.assertEqual(self.bill(order).amount_total, 0.0)
                    self.assertLedgerWhole(order)

    def test_line_that_its_own_voucher_pays_bears_nothing_of_a_gift_card(self):
        """60.00 were asked for: 120.00 and 107.00, less 107.00 of the one and 60.00 of any."""
        lower = self._create_tax(7)
        for first in (0, 1):
            with self.subTest(first=first):
                self.travel("2027-06-01")
                order = self.create_order(
                    self.line_values(self.seat, price_unit=100.0),
                    self.line_values(
                        self.support, price_unit=100.0, tax_ids=[Command.set(lower.ids)]
                    ),
                )
                # The one that lowers any line comes first on the invoice.
                self.add_voucher(order, 60.0, taxes_id=[Command.clear()])
                self.add_voucher(order, 100.0, taxes_id=[Command.set(lower.ids)])
                order.action_confirm()
                invoice = self.bill(order)
                self.assertEqual(invoice.amount_total, 60.0)
                lines = order.order_line.filtered("recurrence_id")
                lines[first].product_uom_qty = 0
                notes = self.bill(order)
                self.assertEqual(sum(notes.mapped("amount_total")), 0.0 if first else 60.0)
                order._subscription_close(date(2027, 6, 1))
                self.bill(order)
                self.assertAllGivenBack(order)

    def test_discount_button_on_lines_with_a_tax_per_piece_gives_nothing_back_of_nothing(self):
        """Its lines leave taxes per piece out, so that they have the taxes of no line."""
        piece = self._create_tax(1.0, amount_type="fixed")
        lower = self._create_tax(7)
        self.travel("2027-06-01")
        order = self.create_order(
            self.line_values(
                self.seat, price_unit=100.0, tax_ids=[Command.set((self.tax | piece).ids)]
            ),
            self.line_values(self.support, price_unit=200.0, tax_ids=[Command.set(lower.ids)]),
        )
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "amount",
                "discount_amount": order.amount_total,
            }
        ).action_apply_discount()
        order.action_confirm()
        invoice = self.bill(order)
        self.assertEqual(invoice.amount_total, 0.0)
        order.order_line[0].product_uom_qty = 0
        notes = self.bill(order)
        self.assertEqual(sum(notes.mapped("amount_total")), 0.0)
        order._subscription_close(date(2027, 6, 1))
        self.bill(order)
        self.assertAllGivenBack(order)

    def test_line_with_a_tax_per_piece_bears_the_share_of_its_total(self):
        fixed = self._create_tax(2, amount_type="fixed")
        taxes = {"taxes_id": [Command.set(fixed.ids)]}
        cheap = self._create_product("Cheap", 1.0, **taxes)
        dear = self._create_product("Dear", 97.0, **taxes)
        self.travel("2027-06-01")
        order = self.create_order(self.line_values(cheap), self.line_values(dear))
        self.add_voucher(order, 500.0, **taxes).action_confirm()
        # Of 1.00 and 97.00 with 2.00 of tax each the voucher takes 100.00 and its own tax.
        self.assertEqual(self.bill(order).amount_total, 0.0)
        order.order_line[0].product_uom_qty = 0
        self.assertEqual(self.bill(order).amount_total, 0.0)
        self.assertLedgerWhole(order)

    def test_voucher_pays_the_lines_of_its_own_taxes_first(self):
        """60.00 + 12.00 and 90.00 less 120.00 + 24.00: the seats cost nothing, the rest 18.00."""
        free = self._create_product("Free of tax", 90.0, taxes_id=[Command.clear()])
        for amount, left in ((60.0, 90.0), (60.01, 89.99), (120.0, 18.0)):
            for first, second in ((0, 1), (1, 0)):
                with self.subTest(amount=amount, first=first):
                    self.travel("2027-06-01")
                    seats = self.line_values(self.seat, price_unit=60.0)
                    order = self.create_order(seats, self.line_values(free))
                    self.add_voucher(order, amount).action_confirm()
                    self.assertEqual(self.bill(order).amount_total, left)
                    back = (0.0, left)
                    recurring = order.order_line.filtered("recurrence_id")
                    for number in (first, second):
                        recurring[number].product_uom_qty = 0
                        self.assertEqual(self.bill(order).amount_total, back[number])
                        self.assertLedgerWhole(order)
                    self.assertAllGivenBack(order)

    def test_voucher_lowers_its_own_contract_on_an_invoice_that_two_share(self):
        together = self._create_template("Together", group_invoices=True)
        plain, lowered = (
            self.create_contract(
                self.line_values(self.seat, 10), day="2027-03-01", template=together
            )
            for _number in range(2)
        )
        self.bill(plain | lowered)
        self.add_voucher(lowered, 50.0)
        before = plain.invoice_ids | lowered.invoice_ids
        self.travel("2027-04-01")
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=(plain | lowered).ids)
        wizard.create({"consolidated_billing": True}).create_invoices()
        invoice = (plain.invoice_ids | lowered.invoice_ids) - before
        invoice.action_post()
        self.assertEqual((len(invoice), invoice.amount_untaxed), (1, 150.0))
        for order, back in ((plain, 100.0), (lowered, 50.0)):
            order._subscription_close(date(2027, 4, 1))
            note = self.bill(order)
            self.assertEqual((note.move_type, note.amount_untaxed), ("out_refund", back))
        self.assertEqual(self.sum_up(invoice | invoice.reversal_move_ids), (0.0, 0.0, 0.0))
        self.assertLedgerWhole(plain | lowered)

    def test_tax_per_piece_that_a_voucher_takes_off_is_not_given_back(self):
        """1.13 + 2.00 and 49.99 + 12.00 less 43.59 + 2.00: of the first tax nothing was asked."""
        fixed = self._create_tax(2, amount_type="fixed")
        both = self._create_tax(2, amount_type="fixed", sequence=1) | self._create_tax(20)
        taxes = {"taxes_id": [Command.set(fixed.ids)]}
        cheap = self._create_product("Cheap", 1.13, **taxes)
        desk = self._create_product("Desk", 49.99, taxes_id=[Command.set(both.ids)])
        self.travel("2027-06-01")
        order = self.create_order(self.line_values(cheap), self.line_values(desk))
        self.add_voucher(order, 43.59, **taxes).action_confirm()
        invoice = self.bill(order)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (7.53, 12.0))
        recurring = order.order_line.filtered("recurrence_id")
        self.travel("2027-06-07")
        recurring[0].product_uom_qty = 0
        note = self.bill(order)
        self.assertEqual((note.amount_untaxed, note.amount_tax), (0.0, 0.0))
        self.assertLedgerWhole(order)

    def test_vouchers_whose_shares_are_a_cent_of_tax_leave_nothing(self):
        fixed = self._create_tax(2, amount_type="fixed")
        taxes = {"taxes_id": [Command.set(fixed.ids)]}
        cheap = self._create_product("Cheap", 0.5, **taxes)
        dear = self._create_product("Dear", 970.0, **taxes)
        for numbers in ((0, 1), (1, 0)):
            with self.subTest(numbers=numbers):
                self.travel("2027-06-01")
                order = self.create_order(self.line_values(cheap), self.line_values(dear))
                for amount in (3.0, 5.0, 7.0):
                    self.add_voucher(order, amount, **taxes)
                order.action_confirm()
                self.assertEqual(self.bill(order).amount_total, 953.5)
                for number in numbers:
                    order.order_line[number].product_uom_qty = 0
                    self.bill(order)
                self.assertAllGivenBack(order)

    def test_share_of_a_voucher_goes_with_what_it_lowered_to_the_corrected_invoice(self):
        self.travel("2027-06-01")
        order = self.create_order(self.line_values(self.seat, 2, price_unit=150.0))
        self.add_voucher(order, 30.0).action_confirm()
        invoice = self.bill(order)
        seats = order.order_line[0]
        seats.product_uom_qty = 1
        self.assertEqual(self.bill(order).amount_untaxed, 135.0)
        self.modify(invoice)
        self.assertLedgerWhole(order)
        seats.product_uom_qty = 0
        self.assertEqual(self.bill(order).amount_untaxed, 135.0)
        self.assertEqual(self.sum_up(order.invoice_ids), (0.0, 0.0, 0.0))
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_preview_shows_what_the_document_gives_back(self):
        order = self.create_discounted(30.0)
        order._subscription_close(self.travel("2027-06-11"))
        preview = order._get_next_invoice_preview()
        self.assertEqual(preview["total"], -216.0)
