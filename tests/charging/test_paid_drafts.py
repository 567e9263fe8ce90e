from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestPaidDrafts(PaymentCommon):
    """Drafts that wait for their money, and are paid by hand as Odoo lets clerks pay drafts."""

    def setUp(self):
        super().setUp()
        self.terms = self._create_template("Paid first", payment_mode="after_payment")
        self.order = self.create_contract(
            self.line_values(self.seat, 3),
            template=self.terms,
            subscription_payment_token_id=self.create_token().id,
        )
        self.draft = self.bill(self.order)
        self.clerk = new_test_user(
            self.env, "paid.draft.clerk", groups="base.group_user,account.group_account_invoice"
        )

    def pay(self, **values):
        """Press *Pay* in the menu of the draft, as a clerk."""
        wizard = self.env["account.payment.register"].with_user(self.clerk)
        action = self.draft.with_user(self.clerk).action_force_register_payment()
        return wizard.with_context(**action["context"]).create(values)._create_payments()

    def get_credit(self, amount):
        """Return the line of a posted credit note of the customer that nothing is matched with."""
        credit = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create({"name": "Sorry", "price_unit": amount, "tax_ids": False})
                ],
            }
        )
        credit.action_post()
        return credit.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def get_charged(self):
        """Return what was taken from the saved method in all."""
        return sum(self.draft.sudo().transaction_ids.mapped("amount"))

    def test_what_a_clerk_took_in_cash_is_not_charged_again(self):
        payment = self.pay(amount=10)
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("draft", 26.0))
        self.run_charges()
        self.assertEqual(self.get_charged(), 26.0)
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0.0))
        self.assertFalse(payment.sudo()._get_open_credit_lines())
        self.assertFalse(self.order.activity_ids)
        self.assertBillsNothing(self.order)

    def test_a_draft_that_is_paid_in_cash_becomes_the_invoice(self):
        self.travel("2027-02-02")
        self.pay()
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0.0))
        self.assertEqual(str(self.draft.invoice_date), "2027-02-02")
        self.run_charges()
        self.assertEqual(self.get_charged(), 0.0)
        self.assertEqual(self.draft.payment_state, "paid")

    def test_credit_that_a_clerk_sets_against_a_draft_is_not_charged(self):
        line = self.get_credit(16)
        self.draft.with_user(self.clerk).js_assign_outstanding_line(line.id)
        self.run_charges()
        self.assertEqual(self.get_charged(), 20.0)
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0.0))
        self.assertTrue(line.reconciled)

    def test_credit_that_covers_a_draft_makes_the_invoice(self):
        line = self.get_credit(50)
        self.draft.with_user(self.clerk).js_assign_outstanding_line(line.id)
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0.0))
        self.assertEqual(line.amount_residual, -14.0)
        self.run_charges()
        self.assertEqual(self.get_charged(), 0.0)

    def test_a_customer_is_asked_for_the_rest_only(self):
        self.order.subscription_payment_token_id = False
        self.pay(amount=10)
        self.assertEqual(self.draft._get_default_payment_link_values()["amount"], 26.0)
        self.assertEqual(self.draft._get_amount_open_to_pay(), 26.0)

    def test_a_change_of_the_contract_leaves_what_was_paid(self):
        payment = self.pay(amount=10)
        day = self.order._subscription_today()
        self.order._subscription_change_line(self.order.order_line, day, quantity=5)
        self.bill(self.order)
        self.assertTrue(self.draft.exists())
        self.assertFalse(payment.sudo()._get_open_credit_lines())
        self.assertEqual(self.order.subscription_waiting_move_id, self.draft)
        self.assertTrue(self.draft.activity_ids)

    def test_kept_credit_and_cash_are_taken_once_each(self):
        self.run_charges()
        credit = self.draft._reverse_moves()
        credit.invoice_line_ids.tax_ids = False
        credit.invoice_line_ids.write({"quantity": 1, "price_unit": 10})
        credit.action_post()
        credit.action_subscription_credit_next()
        first, self.draft = self.draft, self.bill(self.order, "2027-02-28")
        self.pay(amount=16)
        self.run_charges()
        self.assertEqual(self.get_charged(), 10.0)
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0.0))
        self.assertFalse(credit.amount_residual)
        self.assertFalse(first.amount_residual)

    def charge(self, **values):
        """Choose the saved method in the dialog *Pay* of the draft; the money comes."""
        line = self.provider._get_booking_line()
        payment = self.pay(
            journal_id=self.provider.journal_id.id,
            payment_method_line_id=line.id,
            payment_token_id=self.order.subscription_payment_token_id.id,
            **values,
        )
        self.after_commit()
        return payment.sudo()

    def test_a_saved_method_that_a_clerk_charges_for_a_draft_pays_it(self):
        payment = self.charge()
        self.assertEqual(payment.payment_transaction_id.state, "done")
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0.0))
        self.assertFalse(payment._get_open_credit_lines())
        self.assertFalse(self.order.activity_ids)
        self.run_charges()
        self.assertEqual(self.get_charged(), 36.0)

    def test_a_saved_method_that_a_clerk_charges_in_part_leaves_the_rest(self):
        payment = self.charge(amount=10)
        self.assertEqual(payment.payment_transaction_id.state, "done")
        self.assertEqual((self.draft.state, payment.state), ("draft", "in_process"))
        self.assertEqual(self.draft._get_amount_to_charge(), 26.0)
        self.run_charges()
        self.assertEqual(self.get_charged(), 26.0)
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0.0))
        self.assertFalse(payment._get_open_credit_lines())
