from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestCreditUse(PaymentCommon):
    """A credit note of a paid invoice gives the money back, or is taken off the next invoice."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract()
        self.invoice = self.bill(self.order)
        self.run_charges()
        self.clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")

    def credit(self, amount=None):
        """Credit the paid invoice, wholly or in part."""
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": self.invoice.ids, "journal_id": self.invoice.journal_id.id}
        )
        wizard.reverse_moves()
        credit = wizard.new_move_ids
        if amount:
            credit.invoice_line_ids.tax_ids = False
            credit.invoice_line_ids.write({"quantity": 1, "price_unit": amount})
        credit.action_post()
        return credit

    def test_money_goes_back_to_the_method_that_paid(self):
        credit = self.credit(10)
        self.assertEqual(credit.amount_residual, 10)
        self.assertEqual(credit.subscription_amount_refundable, 10)
        self.give_back(credit.with_user(self.clerk))
        refund = credit.transaction_ids
        self.assertEqual((refund.operation, refund.state, refund.amount), ("refund", "done", -10))
        self.assertEqual(refund.source_transaction_id, self.invoice.transaction_ids)
        self.assertFalse(credit.amount_residual)
        with self.assertRaisesRegex(UserError, "nothing is left"):
            credit.action_subscription_refund()

    def test_what_was_paid_with_the_quotation_goes_back_to_its_method(self):
        order = self.create_order(self.line_values(self.seat, 3), template=self.charged_template)
        tx = self.create_payment(order, reference="with the quotation")
        tx._set_done()
        tx._post_process()
        self.invoice = self.bill(order)
        self.assertEqual((order.state, self.invoice.amount_residual), ("sale", 0.0))
        credit = self.credit(10)
        self.assertEqual(credit.subscription_amount_refundable, 10)
        self.give_back(credit.with_user(self.clerk))
        self.assertEqual(credit.transaction_ids.source_transaction_id, tx)
        self.assertFalse(credit.amount_residual)

    def test_refund_that_the_provider_told_of_is_not_made_again(self):
        """The answer to the button was lost, and the provider's own word came in between."""
        paid = self.invoice.transaction_ids
        for is_booked in (True, False):
            with self.subTest(is_booked=is_booked):
                credit = self.credit(5)
                told = paid._create_child_transaction(5, is_refund=True)
                told._set_done()
                if is_booked:
                    told._post_process()
                else:
                    self.give_back(credit.with_user(self.clerk))
                self.assertEqual(credit.transaction_ids, told)
                self.assertFalse(credit.amount_residual)
        self.assertEqual(paid.child_transaction_ids.mapped("amount"), [-5, -5])
        credit = self.credit(5)
        self.give_back(credit)
        self.assertEqual(len(paid.child_transaction_ids), 3, "the others are paired already")

    def test_what_the_provider_gave_back_by_itself_is_taken_off_the_credit_note(self):
        paid = self.invoice.transaction_ids
        told = paid._create_child_transaction(10, is_refund=True)
        told._set_done()
        told._post_process()
        credit = self.credit()
        self.assertEqual((credit.amount_residual, credit.subscription_amount_refundable), (26, 26))
        self.give_back(credit.with_user(self.clerk))
        self.assertFalse(credit.amount_residual)
        self.assertEqual(sorted(paid.child_transaction_ids.mapped("amount")), [-26, -10])
        self.assertFalse(told.payment_id._get_open_credit_lines())

    def test_what_the_provider_gave_back_by_itself_is_taken_off_two_credit_notes(self):
        paid = self.invoice.transaction_ids
        told = paid._create_child_transaction(20, is_refund=True)
        self.invoice._hook_on_charge_refunded(told)
        told._set_done()
        told._post_process()
        self.assertEqual(self.order.activity_ids.subscription_matter, "given_back")
        self.assertFalse(self.credit(12).amount_residual)
        self.assertEqual(self.order.activity_ids.subscription_matter, "given_back")
        self.assertEqual(self.credit(10).amount_residual, 2)
        self.assertFalse(told.payment_id._get_open_credit_lines())
        self.assertFalse(self.order.activity_ids)

    def test_what_is_given_back_at_the_provider_after_the_credit_note_pays_it(self):
        paid = self.invoice.transaction_ids
        for is_kept in (False, True):
            with self.subTest(is_kept=is_kept):
                credit = self.credit(10)
                if is_kept:
                    credit.action_subscription_credit_next()
                told = paid._create_child_transaction(10, is_refund=True)
                self.invoice._hook_on_charge_refunded(told)
                told._set_done()
                told._post_process()
                self.assertFalse(credit.amount_residual or credit.subscription_credit_next)
                self.assertFalse(credit.subscription_amount_refundable)
                self.assertFalse(self.order.activity_ids)
        following = self.bill(self.order, "2027-02-28")
        self.assertEqual(following.amount_residual, following.amount_total)

    def test_no_more_goes_back_than_came(self):
        credit = self.credit()
        self.assertEqual(credit.subscription_amount_refundable, self.invoice.amount_total)

    def test_credit_is_taken_off_the_next_invoice_and_the_rest_charged(self):
        credit = self.credit(10)
        self.assertIn("still owed to the customer: $\xa010.00.", credit.subscription_credit_text)
        credit.with_user(self.clerk).action_subscription_credit_next()
        self.assertIn("is taken off the next invoice", credit.subscription_credit_text)
        following = self.bill(self.order, "2027-02-28")
        self.assertEqual(following.amount_residual, following.amount_total - 10)
        self.run_charges()
        self.assertEqual(following.transaction_ids.amount, following.amount_total - 10)
        self.assertFalse(following.amount_residual)
        self.assertFalse(credit.amount_residual or credit.subscription_credit_next)

    def test_credit_of_another_contract_is_left_alone(self):
        credit = self.credit(10)
        credit.action_subscription_credit_next()
        other = self.create_charged_contract()
        invoice = self.bill(other)
        self.assertEqual(invoice.amount_residual, invoice.amount_total)
        self.assertEqual(credit.amount_residual, 10)

    def test_salesman_gives_no_money_back(self):
        credit = self.credit(10)
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            credit.with_user(seller).action_subscription_refund()

    def test_open_invoice_is_charged_before_it_is_due_when_staff_asks(self):
        term = self.env.ref("account.account_payment_term_15days")
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)
        self.assertTrue(invoice.subscription_can_charge_early)
        invoice.with_user(self.clerk).action_subscription_charge_early()
        self.run_charges()
        self.assertFalse(invoice.amount_residual)
        with self.assertRaisesRegex(UserError, "cannot be charged"):
            invoice.action_subscription_charge_early()
