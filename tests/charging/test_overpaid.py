from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestOverpaid(PaymentCommon):
    """What was paid too much goes back, or is taken off the next invoice, as credit notes do."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract()
        self.invoice = self.bill(self.order)
        self.clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")

    def pay_by_link(self, amount, reference):
        """Pay the invoice as its customer does on the portal."""
        tx = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference=reference,
            amount=amount,
            invoice_ids=[Command.set(self.invoice.ids)],
        )
        tx._process("demo", {"reference": tx.reference, "simulated_state": "done"})
        tx._post_process()
        return tx.payment_id

    def test_an_invoice_that_is_paid_twice_offers_the_second_payment(self):
        self.assertFalse(self.pay_by_link(36, "first").subscription_amount_overpaid)
        second = self.pay_by_link(36, "second")
        self.assertEqual(second.subscription_amount_overpaid, 36)
        self.assertEqual(second.subscription_amount_refundable, 36)
        self.assertIn("more than was owed", self.order.message_ids[:1].body)
        self.assertIn("paid too much", self.order.activity_ids[-1:].summary)

    def test_the_rest_of_a_payment_is_taken_off_the_next_invoice(self):
        payment = self.pay_by_link(50, "too much")
        self.assertEqual(payment.subscription_amount_overpaid, 14)
        payment.with_user(self.clerk).action_subscription_credit_next()
        following = self.bill(self.order, "2027-02-28")
        self.assertEqual(following.amount_residual, 22)
        self.run_charges()
        self.assertEqual(following.transaction_ids.filtered("subscription_invoice_id").amount, 22)
        self.assertFalse(following.amount_residual)
        self.assertFalse(payment.subscription_amount_overpaid or payment.subscription_credit_next)

    def test_the_rest_of_a_payment_goes_back_to_its_method(self):
        payment = self.pay_by_link(50, "too much")
        self.give_back(payment.with_user(self.clerk))
        refund = self.env["payment.transaction"].search([("operation", "=", "refund")])
        self.assertEqual((refund.amount, refund.state), (-14, "done"))
        self.assertEqual(refund.source_transaction_id, payment.payment_transaction_id)
        self.assertFalse(payment.subscription_amount_overpaid)
        self.assertFalse(refund.payment_id._get_open_credit_lines())
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            payment.action_subscription_refund()
        following = self.bill(self.order, "2027-02-28")
        self.assertEqual(following.amount_residual, 36)

    def test_what_is_not_kept_is_left_alone(self):
        self.pay_by_link(50, "too much")
        following = self.bill(self.order, "2027-02-28")
        self.assertEqual(following.amount_residual, 36)

    def test_a_bank_payment_that_was_too_much_is_taken_off_as_well(self):
        payment = self.book_payment(self.invoice, amount=40)
        self.assertEqual(payment.subscription_amount_overpaid, 4)
        self.assertFalse(payment.subscription_amount_refundable)
        with self.assertRaisesRegex(UserError, "cannot be refunded"):
            payment.action_subscription_refund()
        payment.action_subscription_credit_next()
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_residual, 32)

    def test_what_came_in_another_currency_is_not_kept_for_an_invoice_that_cannot_take_it(self):
        other = self.env["res.currency"].with_context(active_test=False)
        other = other.search([("name", "=", "EUR" if self.currency.name != "EUR" else "USD")])
        other.active = True
        payment = self.book_payment(self.invoice, currency_id=other.id, amount=100)
        self.assertFalse(self.invoice.amount_residual)
        self.assertEqual(payment.currency_id, other)
        self.assertGreater(payment.subscription_amount_overpaid, 0)
        with self.assertRaisesRegex(UserError, "have another currency"):
            payment.action_subscription_credit_next()

    def test_salesman_decides_nothing_about_money(self):
        payment = self.pay_by_link(50, "too much")
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        for name in ("action_subscription_refund", "action_subscription_credit_next"):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                getattr(payment.with_user(seller), name)()
