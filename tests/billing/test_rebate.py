from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestRebate(SubscriptionCommon):
    """A recurring line with a negative price that ends early is money to ask for."""

    def create_rebated(self):
        """Return a contract of 100 a month with 31 off, billed for January, on the 16th."""
        order = self.create_contract(
            self.line_values(self.seat, 10),
            self.line_values(self.support, 1, price_unit=-31.0),
            day="2027-01-01",
        )
        self.assertEqual(self.bill(order).amount_untaxed, 69.0)
        self.travel("2027-01-16")
        return order

    def test_rest_of_an_ended_rebate_is_billed(self):
        for is_paid in (False, True):
            with self.subTest(is_paid=is_paid):
                order = self.create_rebated()
                if is_paid:
                    self.book_payment(order.invoice_ids)
                order.order_line[1].product_uom_qty = 0
                invoice = self.bill(order)
                self.assertEqual((invoice.move_type, invoice.amount_untaxed), ("out_invoice", 16.0))
                self.assertBillsNothing(order)
                self.assertLedgerWhole(order)

    def test_rebate_is_part_of_what_an_early_end_gives_back(self):
        for is_paid in (False, True):
            with self.subTest(is_paid=is_paid):
                order = self.create_rebated()
                if is_paid:
                    self.book_payment(order.invoice_ids)
                order._subscription_close(self.env.company._subscription_today())
                note = self.bill(order)
                self.assertEqual((note.move_type, note.amount_untaxed), ("out_refund", 35.61))
                self.assertBillsNothing(order)
                self.assertLedgerWhole(order)

    def test_ended_rebate_is_billed_with_the_charges_of_the_day(self):
        order = self.create_rebated()
        order.order_line[1].product_uom_qty = 0
        invoice = self.bill(order, "2027-02-01")
        self.assertEqual((invoice.move_type, invoice.amount_untaxed), ("out_invoice", 116.0))
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_rebate_that_nothing_pays_for_is_a_credit_note(self):
        order = self.create_rebated()
        order.order_line[1].product_uom_qty = 3
        note = self.bill(order)
        self.assertEqual((note.move_type, note.amount_untaxed), ("out_refund", 32.0))
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)
        order.order_line[1].product_uom_qty = 1
        invoice = self.bill(order)
        self.assertEqual((invoice.move_type, invoice.amount_untaxed), ("out_invoice", 32.0))
        self.assertEqual(self.bill(order, "2027-02-01").amount_untaxed, 69.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)
