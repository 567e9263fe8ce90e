from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestOtherCurrency(SubscriptionCommon):
    """What is given back is in the currency of its invoice, whatever the contract has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.set_rate("2020-01-01", 2.0)
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "In euros", "currency_id": cls.euro.id}
        )
        cls.drafts = cls._create_template("Drafts", invoice_mode="draft")

    @classmethod
    def set_rate(cls, day, rate):
        cls.env["res.currency.rate"].create(
            {"currency_id": cls.euro.id, "rate": rate, "name": day, "company_id": cls.company.id}
        )

    def create_in_euros(self):
        """Return a contract in dollars whose invoice of January a clerk made one in euros."""
        order = self.create_contract(
            self.line_values(self.seat, 10), day="2027-01-01", template=self.drafts
        )
        invoice = self.bill(order)
        invoice.currency_id = self.euro
        invoice.action_post()
        self.assertEqual((invoice.amount_untaxed, invoice.currency_id), (100.0, self.euro))
        self.assertEqual(order.subscription_billed_period_ids.booked_amount, 50.0)
        return order, invoice

    def give_back(self, order, quantity, day="2027-01-16"):
        """Return the credit note of fewer seats, posted."""
        self.travel(day)
        order.order_line.product_uom_qty = quantity
        note = self.bill(order)
        note.action_post()
        self.assertEqual((note.move_type, note.currency_id), ("out_refund", self.euro))
        return note

    def test_draft_in_another_currency_is_given_back_in_it(self):
        order, invoice = self.create_in_euros()
        note = self.give_back(order, 5)
        self.assertEqual((note.amount_untaxed, note.amount_total), (25.8, 30.96))
        self.assertEqual(invoice.amount_residual, 89.04)
        self.assertLedgerWhole(order)
        self.assertBillsNothing(order)

    def test_parts_add_up_to_the_invoice_whatever_the_rate(self):
        order, invoice = self.create_in_euros()
        self.set_rate("2027-01-02", 1.0)
        total = 0.0
        for quantity in (7, 4, 1, 0):
            total += self.give_back(order, quantity, "2027-01-01").amount_total
            self.assertLedgerWhole(order)
        self.assertAlmostEqual(total, 120.0)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertBillsNothing(order)

    def test_lowered_price_counts_as_its_share_of_the_invoice(self):
        order, invoice = self.create_in_euros()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id}).refund_moves()
        lowered = self.env["account.move"].browse(action["res_id"])
        lowered.invoice_line_ids.price_unit = 4
        lowered.action_post()
        self.assertEqual(order.subscription_billed_period_ids.manual_credit_amount, 20.0)
        note = self.give_back(order, 0, "2027-01-01")
        self.assertEqual(note.amount_untaxed, 60.0)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertLedgerWhole(order)

    def test_credit_is_not_taken_off_an_invoice_in_another_currency(self):
        order, invoice = self.create_in_euros()
        self.book_payment(invoice)
        self.travel("2027-01-16")
        order.order_line.product_uom_qty = 5
        documents = self.bill(order, "2027-02-01")
        self.assertEqual(
            [(move.move_type, move.currency_id, move.amount_untaxed) for move in documents],
            [("out_invoice", self.currency, 50.0), ("out_refund", self.euro, 25.8)],
        )

    def test_cancelled_contract_gives_back_in_the_currency_of_its_invoice(self):
        order = self.create_contract(self.line_values(self.seat, 10), day="2027-01-01")
        invoice = self.bill(order)
        self.book_payment(invoice)
        self.travel("2027-01-16")
        order._action_cancel()
        order._as_system().pricelist_id = self.pricelist
        self.assertEqual(order.currency_id, self.euro)
        note = self.bill(order)
        self.assertEqual(
            (note.move_type, note.currency_id, note.amount_untaxed),
            ("out_refund", self.currency, 51.61),
        )
        self.assertEqual(
            order.subscription_billed_period_ids.currency_id, self.currency, "the ledger, too"
        )
        self.assertLedgerWhole(order)

    def test_contract_keeps_its_currency(self):
        order = self.create_contract(self.seat, day="2027-01-01")
        self.bill(order)
        with self.assertRefused("is agreed in USD"):
            order.currency_id = self.euro
        order._action_cancel()
        with self.assertRefused("is agreed in USD"):
            order.pricelist_id = self.pricelist
        quotation = self.create_order(self.seat)
        quotation.pricelist_id = self.pricelist
        self.assertEqual(quotation.currency_id, self.euro)
