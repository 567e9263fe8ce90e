from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestCaptured(PaymentCommon):
    """Payments that a provider holds until a person captures them, which core books in parts."""

    def prepare_once(self):
        super().prepare_once()
        self.provider.capture_manually = True
        self.clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        self.terms = self._create_template("Paid first", payment_mode="after_payment")

    def settle(self):
        """Let core's job go on with what was captured or voided."""
        with self.enter_registry_test_mode():
            self.env.ref("payment.cron_post_process_payment_tx").method_direct_trigger()
        self.env.invalidate_all()

    def create_held(self, **values):
        """Return a contract and its invoice, of which the provider holds the money."""
        order = self.create_charged_contract(**values)
        invoice = self.bill(order)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.state, "authorized")
        return order, invoice

    def create_paid_first(self):
        """Return a contract and its request for payment, of which the provider holds the money."""
        token = self.create_token()
        order = self.create_contract(
            self.seat, template=self.terms, subscription_payment_token_id=token.id
        )
        draft = self.bill(order)
        self.run_charges()
        self.assertEqual((draft.state, draft.transaction_ids.state), ("draft", "authorized"))
        return order, draft

    def confirm_by_payment(self):
        """Return a contract that a held payment of its quotation confirmed, and that payment."""
        order = self.create_order(self.line_values(self.seat, 3), template=self.charged_template)
        tx = self.create_payment(
            order, token_id=self.create_token().id, operation="online_token", reference="first"
        )
        tx._set_authorized()
        tx._post_process()
        self.assertEqual(order.state, "sale")
        return order, tx

    def give_back_at_once(self, source):
        """Let the provider give money back; that of the demo would hold refunds as well."""
        self.provider.capture_manually = False
        self.give_back(source.with_user(self.clerk))

    def get_charges(self, order):
        """Return how many attempts were made to charge invoices of a contract."""
        return len(order.invoice_ids.transaction_ids.filtered("subscription_invoice_id"))

    # ------------------------------------------------------------------
    # Before the invoice
    # ------------------------------------------------------------------

    def test_what_was_captured_before_the_first_invoice_pays_it(self):
        order, tx = self.confirm_by_payment()
        tx._capture()
        self.settle()
        invoice = self.bill(order)
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (36.0, 0.0))
        self.run_charges()
        self.assertFalse(self.get_charges(order))

    def test_what_was_captured_and_is_not_booked_yet_pays_it_too(self):
        order, tx = self.confirm_by_payment()
        tx._capture()
        invoice = self.bill(order)
        self.run_charges()
        self.assertFalse(self.get_charges(order))
        self.settle()
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (36.0, 0.0))
        self.assertEqual(invoice.reconciled_payment_ids.amount, 36.0)

    def test_a_part_that_was_captured_before_the_first_invoice_is_taken_off(self):
        order, tx = self.confirm_by_payment()
        tx._capture(10)
        self.settle()
        invoice = self.bill(order)
        self.assertEqual(invoice.amount_residual, 26.0)
        self.run_charges()
        self.assertFalse(self.get_charges(order), "the rest is held by the provider")
        tx._capture(26)
        self.settle()
        self.assertEqual(invoice.amount_residual, 0.0)
        later = self.bill(order, "2027-02-28")
        self.assertEqual(later.amount_residual, 36.0)

    # ------------------------------------------------------------------
    # Requests for payment
    # ------------------------------------------------------------------

    def test_a_request_becomes_an_invoice_as_if_it_was_charged(self):
        self.terms.invoice_mode = "send"
        _order, draft = self.create_paid_first()
        self.travel("2027-02-03")
        draft.transaction_ids._capture()
        self.settle()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0.0))
        self.assertEqual(str(draft.invoice_date), "2027-02-03")
        self.assertTrue(draft.sending_data)

    def test_a_request_is_captured_as_a_whole(self):
        _order, draft = self.create_paid_first()
        tx = draft.transaction_ids
        with self.assertRaisesRegex(ValidationError, "as a whole: capture"):
            tx._capture(5)
        self.assertEqual((draft.state, draft.amount_residual), ("draft", 12.0))
        tx._capture()
        self.settle()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0.0))

    # ------------------------------------------------------------------
    # Too much, and back
    # ------------------------------------------------------------------

    def test_what_was_captured_of_a_paid_invoice_is_asked_about(self):
        order, invoice = self.create_held()
        self.book_payment(invoice)
        invoice.transaction_ids._capture()
        self.settle()
        self.assertEqual(order.activity_ids.mapped("subscription_matter"), ["overpaid"])
        payment = invoice.transaction_ids.child_transaction_ids.payment_id
        self.assertEqual(payment.subscription_amount_overpaid, 36.0)
        self.give_back_at_once(payment)
        self.assertFalse(payment.subscription_amount_overpaid)
        self.assertFalse(order.activity_ids)

    def test_a_refund_of_a_captured_payment_that_failed_is_undone(self):
        order, invoice = self.create_held()
        invoice.transaction_ids._capture()
        self.settle()
        credit = invoice._reverse_moves()
        credit.action_post()
        self.give_back_at_once(credit)
        self.assertFalse(credit.amount_residual)
        refund = self.env["payment.transaction"].search([("operation", "=", "refund")])
        refund._set_error("closed account", extra_allowed_states=("done",))
        self.assertEqual(credit.amount_residual, 36.0)
        self.assertIn("closed account", order.activity_ids.note)

    def test_what_was_captured_of_an_invoice_that_is_taken_back_is_asked_about(self):
        order, invoice = self.create_held()
        invoice.transaction_ids._capture()
        self.settle()
        invoice.with_user(self.clerk).button_draft()
        invoice.with_user(self.clerk).button_cancel()
        self.assertIn("overpaid", order.activity_ids.mapped("subscription_matter"))

    def test_money_that_was_captured_for_a_cancelled_order_is_asked_about(self):
        order, tx = self.confirm_by_payment()
        order._action_cancel()
        tx._capture()
        self.settle()
        self.assertIn("money that is not wanted", " ".join(order.activity_ids.mapped("summary")))

    def test_an_early_discount_holds_for_what_was_authorized_in_time(self):
        term = self._create_early_term()
        invoice = self.bill(self.create_charged_contract(payment_term_id=term.id))
        invoice.action_subscription_charge_early()
        self.run_charges()
        tx = invoice.transaction_ids
        self.assertEqual((tx.state, tx.amount), ("authorized", 32.4))
        self.travel("2027-02-20")
        tx._capture()
        self.settle()
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(invoice.transaction_ids, tx)

    def test_a_void_is_told_as_one(self):
        order, invoice = self.create_held()
        invoice.transaction_ids._void()
        self.settle()
        self.assertIn("was voided", invoice.subscription_charge_error)
        self.assertIn("was voided", order.activity_ids.note)

    def test_somebody_is_asked_about_the_rest_of_what_was_captured_in_part(self):
        order, invoice = self.create_held()
        tx = invoice.transaction_ids
        tx._capture(10)
        tx._void(26)
        self.settle()
        self.assertEqual((tx.state, invoice.amount_residual), ("done", 26.0))
        self.assertIn("was voided", invoice.subscription_charge_error)
        self.assertIn("26.00 of", order.activity_ids.note)
        self.assertEqual(order.activity_ids.subscription_matter, "failed")
        self.run_charges()
        self.assertEqual(self.get_charges(order), 1)
        self.book_payment(invoice)
        self.assertFalse(order.activity_ids)

    # ------------------------------------------------------------------
    # Given back at the provider, who tells it of what was authorized
    # ------------------------------------------------------------------

    def give_back_outside(self, tx, amount):
        """Let the provider tell that somebody gave money back on its own pages."""
        refund = tx._create_child_transaction(amount, is_refund=True)
        refund._set_done()
        self.settle()
        return refund

    def test_what_the_provider_gave_back_of_a_capture_is_not_offered_again(self):
        _order, invoice = self.create_held()
        tx = invoice.transaction_ids
        tx._capture()
        self.settle()
        payment = tx.child_transaction_ids.payment_id
        self.give_back_outside(tx, 10)
        self.assertEqual(payment.amount_available_for_refund, 26.0)
        credit = invoice._reverse_moves()
        credit.action_post()
        self.assertEqual(
            (credit.amount_residual, credit.subscription_amount_refundable), (26.0, 26.0)
        )
        self.give_back_at_once(credit)
        self.assertEqual((credit.amount_residual, payment.amount_available_for_refund), (0.0, 0.0))

    def test_too_much_that_was_captured_and_given_back_at_the_provider_is_settled(self):
        order, invoice = self.create_held()
        self.book_payment(invoice)
        tx = invoice.transaction_ids
        tx._capture()
        self.settle()
        payment = tx.child_transaction_ids.payment_id
        self.give_back_outside(tx, 36)
        self.assertFalse(payment.subscription_amount_overpaid)
        self.assertFalse(order.activity_ids)
