from odoo.fields import Command
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

    # ------------------------------------------------------------------
    # Larger than the rest
    # ------------------------------------------------------------------

    def create_beyond(self, *others, rebate=-150.0, **values):
        """Return a contract of 100 a month whose rebates are larger."""
        rebate_values = self.line_values(self.support, 1, price_unit=rebate)
        return self.create_contract(
            self.line_values(self.seat, 10, **values), rebate_values, *others, day="2027-01-01"
        )

    def get_documents(self, moves):
        return [(move.move_type, move.amount_total, move.amount_residual) for move in moves]

    def test_what_is_beyond_the_invoice_is_owed_and_the_invoice_is_paid(self):
        order = self.create_beyond()
        for day in ("2027-01-01", "2027-02-01"):
            documents = self.bill(order, day)
            self.assertEqual(
                self.get_documents(documents),
                [("out_invoice", 120.0, 0.0), ("out_refund", 180.0, 60.0)],
            )
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_what_is_sold_once_pays_for_a_rebate_too(self):
        order = self.create_beyond(self.line_values(self.setup_service, price_unit=20))
        self.assertEqual(order.amount_total, -36.0)
        documents = self.bill(order)
        self.assertEqual(
            self.get_documents(documents),
            [("out_invoice", 144.0, 0.0), ("out_refund", 180.0, 36.0)],
        )
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_what_is_sold_once_keeps_a_rebate_on_the_invoice(self):
        order = self.create_beyond(self.setup_service)
        invoice = self.bill(order)
        self.assertEqual(self.get_documents(invoice), [("out_invoice", 240.0, 240.0)])

    def test_rebate_whose_taxes_are_larger(self):
        order = self.create_beyond(rebate=-100.0, tax_ids=[Command.clear()])
        self.assertEqual(order.amount_total, -20.0)
        documents = self.bill(order)
        self.assertEqual(
            self.get_documents(documents),
            [("out_invoice", 100.0, 0.0), ("out_refund", 120.0, 20.0)],
        )
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_rebate_above_the_taxes_that_an_early_payment_saves(self):
        """100.00 + 20 % of 98.00 is 119.60: a rebate of 119.70 is more, though less than 120.00."""
        untaxed = {"price_unit": -119.7, "tax_ids": [Command.clear()]}
        order = self.create_contract(
            self.line_values(self.seat, 10),
            self.line_values(self.support, 1, **untaxed),
            day="2027-01-01",
            payment_term_id=self._create_mixed_term().id,
        )
        documents = self.bill(order)
        self.assertEqual(
            self.get_documents(documents),
            [("out_invoice", 119.6, 0.0), ("out_refund", 119.7, 0.1)],
        )
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_rebates_stay_on_the_invoice_as_far_as_it_goes(self):
        more = self.line_values(self.hosting, 1, price_unit=-80.0)
        order = self.create_beyond(more, rebate=-80.0)
        documents = self.bill(order)
        self.assertEqual(
            self.get_documents(documents),
            [("out_invoice", 24.0, 0.0), ("out_refund", 96.0, 72.0)],
        )
        self.assertLedgerWhole(order)

    def test_person_who_asks_for_an_invoice_gets_the_same_drafts(self):
        order = self.create_beyond(self.line_values(self.setup_service, price_unit=20))
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids)
        wizard.create({}).create_invoices()
        self.assertEqual(
            sorted(self.get_documents(order.invoice_ids)),
            [("out_invoice", 144.0, 144.0), ("out_refund", 180.0, 180.0)],
        )

    def test_contract_that_ends_asks_again_for_a_part_of_what_it_owed(self):
        order = self.create_beyond()
        self.bill(order)
        self.travel("2027-01-16")
        order._subscription_close(self.env.company._subscription_today())
        documents = self.bill(order)
        self.assertEqual(
            sorted((move.move_type, move.amount_untaxed) for move in documents),
            [("out_invoice", 77.42), ("out_refund", 51.61)],
        )
        self.assertLedgerWhole(order)
