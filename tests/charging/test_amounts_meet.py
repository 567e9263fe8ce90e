from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestAmountsMeet(PaymentCommon):
    """Early discounts, other currencies and locks, next to payments that are under way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls._create_early_term()
        cls.other = cls.env["res.currency"].create(
            {
                "name": "QQQ",
                "symbol": "Q",
                "rate_ids": [
                    Command.create(
                        {"name": "2027-01-01", "rate": 0.5, "company_id": cls.company.id}
                    )
                ],
            }
        )

    def create_early(self, state="done"):
        """Return an invoice of 36.00, 32.40 within a week, and let a clerk charge it now."""
        order = self.create_charged_contract(state, payment_term_id=self.term.id)
        invoice = self.bill(order)
        self.assertEqual(invoice.amount_residual, 36)
        return invoice

    def pay(self, invoice, amount, **values):
        """Begin a payment of an invoice."""
        return self.create_payment(
            self.env["sale.order"],
            sale_order_ids=False,
            reference=f"by form {amount}",
            amount=amount,
            invoice_ids=[Command.set(invoice.ids)],
            **{"currency_id": self.currency.id, "partner_id": self.partner.id, **values},
        )

    def test_discount_of_a_charge_that_the_bank_answers_after_it_is_over(self):
        invoice = self.create_early("pending")
        invoice.action_subscription_charge_early()
        self.run_charges()
        tx = invoice.transaction_ids
        self.assertAlmostEqual(tx.amount, 32.4)
        self.travel("2027-02-12")
        tx.action_demo_set_done()
        tx._post_process()
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(str(tx.payment_id.date), "2027-02-12")

    def test_no_discount_next_to_a_part_that_is_under_way(self):
        invoice = self.create_early()
        part = self.pay(invoice, 20)
        part._set_pending()
        invoice.action_subscription_charge_early()
        self.run_charges()
        self.assertEqual((invoice.transaction_ids - part).mapped("amount"), [16])
        part._set_done()
        part._post_process()
        self.assertFalse(invoice.amount_residual)

    def test_money_in_another_currency_counts_for_what_it_is_worth(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        form = self.pay(invoice, 18, currency_id=self.other.id)
        form._set_pending()
        self.assertEqual(invoice._get_amount_open_to_pay(), 0)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids, form)

    def test_no_more_is_taken_in_another_currency_than_is_open(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        token = order.subscription_payment_token_id
        values = {"currency_id": self.other.id, "token_id": token.id, "operation": "offline"}
        with self.assertRaisesRegex(ValidationError, "left to pay"), self.env.cr.savepoint():
            self.pay(invoice, 36, **values)
        self.assertTrue(self.pay(invoice, 18, **values))

    def test_books_that_are_closed_through_today(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        self.company.fiscalyear_lock_date = "2027-01-31"
        self.run_charges()
        tx = invoice.transaction_ids
        self.assertEqual((tx.state, invoice.amount_residual), ("done", 0))
        self.assertEqual(str(tx.payment_id.move_id.date), "2027-02-01")

    def test_a_payment_that_was_begun_in_time_is_for_all_of_it(self):
        self.term.line_ids.nb_days = 9
        invoice = self.create_early()
        self.travel("2027-02-05")
        form = self.pay(invoice, 32.4)
        form._set_pending()
        self.travel(invoice.invoice_date_due)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids, form)
        form._set_done()
        form._post_process()
        self.assertFalse(invoice.amount_residual)

    def test_cash_rounding_of_a_request(self):
        rounding = self.env["account.cash.rounding"].create(
            {"name": "0.05", "rounding": 0.05, "strategy": "biggest_tax"}
        )
        terms = self._create_template("Paid first", payment_mode="after_payment")
        order = self.create_contract(
            self.line_values(self.seat, 3, price_unit=10.01),
            template=terms,
            subscription_payment_token_id=self.create_token().id,
        )
        draft = self.bill(order)
        draft.invoice_cash_rounding_id = rounding
        self.run_charges()
        self.assertEqual(draft.transaction_ids.amount, 36.05)
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))

    def test_method_that_is_archived_before_the_bank_answers(self):
        order = self.create_charged_contract("pending")
        invoice = self.bill(order)
        self.run_charges()
        tx = invoice.transaction_ids
        tx.token_id.active = False
        self.provider.state = "disabled"
        tx.action_demo_set_done()
        tx._post_process()
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(tx.payment_id.amount, 36)
