from unittest.mock import patch

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..support.common_payment import LOGGERS, SEND
from ..support.common_visitor import VisitorCase


@tagged("post_install", "-at_install")
class TestSavedAttempt(VisitorCase):
    """Payments with saved methods are recorded before the provider is asked, so none is twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls.create_token()

    def setUp(self):
        super().setUp()
        self.log_in(self.partner)
        self.quotation, self.request = self.create_quotation(), self.create_request()
        self.invoice = self.bill(self.create_contract(self.line_values(self.seat, 3)))
        self.documents = (self.quotation, self.request, self.invoice)

    def begin(self, document):
        """Send the payment form; the process dies before the provider is asked."""
        with patch(SEND, side_effect=AssertionError("asked before the attempt was saved")):
            return self.pay(document, self.token, is_charged=False)

    def let_provider_say(self, state):
        def answer(tx):
            tx._process("demo", {"reference": tx.reference, "simulated_state": state})
            return "known"

        Transaction = type(self.env["payment.transaction"])
        self.startPatcher(patch.object(Transaction, "_hook_query_provider", answer))

    def test_nothing_is_asked_before_the_attempt_is_saved(self):
        for document in self.documents:
            with self.subTest(document._name):
                tx = self.begin(document)
                self.assertEqual(tx.state, "draft")
                self.assertTrue(tx.subscription_query_at)

    def test_the_provider_is_asked_right_after(self):
        tx = self.begin(self.invoice)
        with self.enter_registry_test_mode():
            tx._charge_after_commit()
            self.env.flush_all()
            self.env.cr.postcommit.run()
        self.env.invalidate_all()
        self.assertEqual((tx.state, tx.is_post_processed), ("done", True))
        self.assertFalse(tx.subscription_query_at)
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_an_attempt_whose_process_died_is_found_out(self):
        for state, hour in (("error", 13), ("done", 15)):
            attempts = [self.begin(document) for document in self.documents]
            self.let_provider_say(state)
            self.travel("2027-01-31", hour=hour)
            self.run_questions()
            self.env.invalidate_all()
            for tx in attempts:
                with self.subTest(tx.reference, state=state):
                    self.assertEqual(tx.state, state)
                    self.assertFalse(tx.subscription_query_at)

    def test_nobody_pays_again_while_an_outcome_is_open(self):
        for document in self.documents:
            self.begin(document)
            self.travel("2027-01-31", hour=14)
            with self.subTest(document._name):
                with self.assertRaises(JsonRpcException):
                    self.pay(document, self.token)
                self.env.invalidate_all()
                self.assertEqual(len(document.transaction_ids), 1)

    def test_the_run_charges_nothing_that_may_be_paid(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        tx = self.begin(invoice)
        self.travel("2027-02-03")
        self.run_charges()
        self.assertEqual(invoice.transaction_ids, tx)
        self.let_provider_say("error")
        self.run_questions()
        self.run_charges()
        self.env.invalidate_all()
        self.assertEqual(invoice.payment_state, "paid")

    def test_a_provider_that_does_not_answer_is_told_to_people(self):
        attempts = {document: self.begin(document) for document in self.documents}
        with patch(SEND, side_effect=ConnectionError("reset")), mute_logger(*LOGGERS):
            for tx in attempts.values():
                self.charge_attempt(tx)
        self.travel("2027-01-31", hour=14)
        self.run_questions()
        self.env.invalidate_all()
        for document, tx in attempts.items():
            with self.subTest(document._name):
                self.assertTrue(tx.subscription_is_unknown and tx.subscription_to_check)
                self.assertIn("may have been taken", str(document.message_ids.mapped("body")))
                is_order = document == self.quotation
                orders = document if is_order else document.subscription_order_ids
                self.assertIn("uncertain", str(orders.activity_ids.mapped("summary")))
                tx.action_subscription_money_came()
                self.assertEqual(tx.state, "done")

    def test_a_decline_is_shown_to_the_customer_and_bothers_nobody_else(self):
        self.token.demo_simulated_state = "error"
        tx = self.pay(self.invoice, self.token)
        self.assertEqual(tx.state, "error")
        self.assertFalse(self.invoice.subscription_order_ids.activity_ids)

    def test_orders_without_contracts_are_charged_as_in_odoo(self):
        tx = self.pay(self.create_plain_order(), self.token, is_charged=False)
        self.assertEqual(tx.state, "done")
