from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestAfterPayment(PaymentCommon):
    """An invoice that is made after the payment is a draft until the money is in."""

    def prepare_once(self):
        super().prepare_once()
        self.terms = self._create_template("Paid first", payment_mode="after_payment")

    def create_paid_first(self, state="done", **values):
        return self.create_contract(
            self.line_values(self.seat, 3),
            template=self.terms,
            subscription_payment_token_id=self.create_token(state).id,
            **values,
        )

    def test_draft_becomes_a_paid_invoice_when_the_charge_goes_through(self):
        order = self.create_paid_first()
        draft = self.bill(order)
        self.assertEqual(draft.state, "draft")
        self.travel("2027-02-02")
        self.run_charges()
        self.assertEqual(draft.state, "posted")
        self.assertEqual(str(draft.invoice_date), "2027-02-02")
        self.assertFalse(draft.amount_residual)
        self.assertEqual(draft.transaction_ids.amount, draft.amount_total)
        self.bill(order, "2027-02-28")
        self.run_charges()
        self.assertEqual(order.invoice_ids.mapped("state"), ["posted", "posted"])

    def test_decline_consumes_no_number(self):
        order = self.create_paid_first("error")
        draft = self.bill(order)
        self.run_charges()
        self.assertEqual((draft.state, draft.name or "/"), ("draft", "/"))
        self.assertIn("error", draft.subscription_charge_error)
        self.assertTrue(order.activity_ids)
        other = self.create_charged_contract()
        first = self.bill(other)
        order.subscription_payment_token_id.demo_simulated_state = "done"
        draft.action_subscription_charge()
        self.run_charges()
        self.assertFalse(draft.amount_residual)
        self.assertEqual(draft.sequence_number, first.sequence_number + 1)

    def test_draft_that_a_clerk_posts_is_charged_like_an_invoice(self):
        order = self.create_paid_first()
        draft = self.bill(order)
        draft.invoice_payment_term_id = self.env.ref("account.account_payment_term_15days")
        draft.action_post()
        self.run_charges()
        self.assertEqual(draft.payment_state, "not_paid", "it is not due yet")
        self.travel(draft.invoice_date_due)
        self.run_charges()
        self.assertFalse(draft.amount_residual)
        self.assertEqual(len(draft.transaction_ids), 1)
        self.run_charges()
        self.assertEqual(len(draft.transaction_ids), 1)

    def test_invoice_whose_payment_was_undone_is_not_charged_by_itself(self):
        order = self.create_paid_first()
        draft = self.bill(order)
        self.run_charges()
        draft.subscription_charge_attempted_at = False  # as when it was paid by a link
        draft.line_ids.remove_move_reconcile()
        self.assertEqual(draft.payment_state, "not_paid")
        self.travel("2027-06-01")
        self.run_charges()
        self.assertEqual(len(draft.transaction_ids), 1)

    def test_pending_payment_keeps_the_draft_as_it_is(self):
        order = self.create_paid_first("pending")
        draft = self.bill(order)
        self.run_charges()
        self.assertTrue(draft._is_draft_in_payment())
        tx = draft.transaction_ids
        tx.action_demo_set_done()
        tx._post_process()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))

    def test_change_after_a_decline_makes_the_draft_anew(self):
        order = self.create_paid_first("error")
        draft = self.bill(order)
        self.run_charges()
        tx = draft.transaction_ids
        line = order.order_line[:1]
        order._subscription_change_line(line, order._subscription_today(), quantity=5)
        self.bill(order)
        self.assertFalse(draft.exists())
        self.assertTrue(tx.exists())
        order.subscription_payment_token_id.demo_simulated_state = "done"
        self.run_charges()
        self.assertEqual(order.invoice_ids.mapped("state"), ["posted"])

    def test_draft_becomes_an_invoice_when_its_terms_want_no_money_first_any_more(self):
        order = self.create_paid_first("error")
        draft = self.bill(order)
        self.run_charges()
        other = self.create_paid_first("pending")
        held = self.bill(other)
        self.run_charges()
        self.terms.payment_mode = "charge"
        self.travel("2027-02-10")
        self.run_charges()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 36))
        self.assertEqual(str(draft.invoice_date), "2027-02-10")
        self.assertEqual(order._get_open_invoices_to_pay(), draft)
        self.assertEqual(held.state, "draft", "its money is under way")
        draft.action_subscription_charge()
        order.subscription_payment_token_id.demo_simulated_state = "done"
        self.run_charges()
        self.assertFalse(draft.amount_residual)
        self.assertBillsNothing(order)

    def test_another_method_is_charged_for_a_declined_draft_at_once(self):
        order = self.create_paid_first("error")
        draft = self.bill(order)
        self.run_charges()
        self.run_charges()
        self.assertEqual(len(draft.transaction_ids), 1)
        order._subscription_replace_token(self.create_token("done"))
        self.run_charges()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))

    def test_end_of_a_method_is_told_as_well(self):
        order = self.create_paid_first()
        self.bill(order)
        token = order.subscription_payment_token_id
        token.subscription_expiry_date = date(2027, 2, 20)
        self.assertIn(token, token._get_expiring())

    def test_customer_pays_a_draft_by_a_link(self):
        order = self.create_contract(self.line_values(self.seat, 3), template=self.terms)
        draft = self.bill(order)
        self.run_charges()
        self.assertFalse(draft.transaction_ids)
        tx = self.create_payment(
            order,
            sale_order_ids=False,
            reference="by link",
            amount=draft.amount_total,
            invoice_ids=[Command.set(draft.ids)],
        )
        self.run_charges()
        tx._process("demo", {"reference": tx.reference, "simulated_state": "done"})
        tx._post_process()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))

    def test_paid_invoice_is_sent_when_the_terms_say_so(self):
        self.terms.invoice_mode = "send"
        order = self.create_paid_first()
        draft = self.bill(order)
        self.assertFalse(draft.sending_data)
        self.run_charges()
        self.assertTrue(draft.sending_data)

    def test_clerk_may_not_delete_what_is_being_charged(self):
        order = self.create_paid_first("pending")
        draft = self.bill(order)
        self.run_charges()
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        with self.assertRaisesRegex(UserError, "under way"), self.env.cr.savepoint():
            draft.with_user(clerk).unlink()

    def keep_credit(self, order, amount):
        """Credit a paid invoice of a contract in part, and keep that for the next one."""
        invoice = order.invoice_ids.sorted("id")[:1]
        credit = invoice._reverse_moves()
        credit.invoice_line_ids.tax_ids = False
        credit.invoice_line_ids.write({"quantity": 1, "price_unit": amount})
        credit.action_post()
        credit.action_subscription_credit_next()
        return credit

    def create_paid_once(self):
        order = self.create_paid_first()
        self.bill(order)
        self.run_charges()
        return order

    def test_kept_credit_lowers_what_is_charged_for_the_draft(self):
        order = self.create_paid_once()
        credit = self.keep_credit(order, 10)
        draft = self.bill(order, "2027-02-28")
        self.assertEqual((draft.state, draft._get_amount_to_charge()), ("draft", 26))
        self.run_charges()
        self.assertEqual(draft.transaction_ids.amount, 26)
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))
        self.assertFalse(credit.amount_residual or credit.subscription_credit_next)
        self.run_charges()
        self.assertEqual(len(draft.transaction_ids), 1)

    def test_two_drafts_share_a_kept_credit_and_none_takes_it_twice(self):
        order = self.create_paid_once()
        order.subscription_payment_token_id.demo_simulated_state = "error"
        credit = self.keep_credit(order, 10.01)
        first = self.bill(order, "2027-02-28")
        second = self.bill(order, "2027-03-31")
        self.assertEqual(first._get_amount_to_charge(), 25.99)
        self.assertEqual(second._get_amount_to_charge(), 36)
        order.subscription_payment_token_id.demo_simulated_state = "done"
        self.run_charges()
        self.assertEqual((first | second).mapped("amount_residual"), [0, 0])
        self.assertEqual((first | second).transaction_ids.mapped("amount"), [25.99, 36])
        self.assertFalse(credit.amount_residual)

    def test_credit_that_covers_a_draft_makes_the_invoice_without_a_charge(self):
        order = self.create_paid_once()
        credit = self.keep_credit(order, 40)
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual((invoice.state, invoice.amount_residual), ("posted", 0))
        self.assertEqual(credit.amount_residual, 4)
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)

    def test_credit_that_is_kept_later_makes_the_invoice_of_a_draft_that_waits(self):
        order = self.create_paid_once()
        order.subscription_payment_token_id.demo_simulated_state = "error"
        draft = self.bill(order, "2027-02-28")
        self.run_charges()
        self.assertEqual(draft.state, "draft")
        self.keep_credit(order, 36)
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))

    def test_a_payment_link_asks_for_what_the_credit_leaves(self):
        order = self.create_paid_once()
        self.keep_credit(order, 10)
        order.subscription_payment_token_id = False
        draft = self.bill(order, "2027-02-28")
        values = draft._get_default_payment_link_values()
        self.assertEqual((values["amount"], values["amount_max"]), (26, 26))
