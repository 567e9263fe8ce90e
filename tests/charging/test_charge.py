from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure, UniqueViolation

from ..support.common_payment import PaymentCommon
from ..support.racing import Racing


@tagged("post_install", "-at_install")
class TestCharge(PaymentCommon):
    """Posted invoices are charged once, and whatever happens stays visible."""

    def _get_charges(self, order):
        return order.invoice_ids.transaction_ids

    def test_charge_pays_the_invoice(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        self.run_charges()
        tx = self._get_charges(order)
        self.assertRecordValues(
            tx,
            [
                {
                    "state": "done",
                    "operation": "offline",
                    "amount": invoice.amount_total,
                    "token_id": order.subscription_payment_token_id.id,
                    "subscription_invoice_id": invoice.id,
                    "is_post_processed": True,
                }
            ],
        )
        self.assertFalse(tx.sale_order_ids, "an order that was charged would look overpaid")
        self.assertEqual(invoice.payment_state, invoice._get_invoice_in_payment_state())
        self.assertFalse(invoice.amount_residual)
        self.assertFalse(order.activity_ids)

    def test_each_answer_of_another_provider_is_understood(self):
        """Nothing here knows `payment_demo`: any provider that saves methods is charged so."""
        for answer, residual, is_told in (
            ("done", 0.0, False),
            ("pending", 36.0, False),
            ("cancel", 36.0, True),
            ("error", 36.0, True),
        ):
            with self.subTest(answer):
                order = self.create_charged_contract(answer)
                invoice = self.bill(order)
                self.run_charges()
                tx = self._get_charges(order)
                self.assertEqual((tx.state, invoice.amount_residual), (answer, residual))
                self.assertEqual(bool(tx.subscription_decline_class), is_told)
                self.assertEqual(bool(invoice.subscription_charge_error), is_told)
                self.assertEqual(bool(order.activity_ids), is_told)
                self.assertEqual(bool(order.subscription_under_way_text), answer == "pending")

    def test_set_up_fee_alone_is_charged(self):
        arrears = self._create_template("Arrears", timing="arrears", payment_mode="charge")
        order = self.create_contract(
            self.seat,
            self.setup_service,
            template=arrears,
            subscription_payment_token_id=self.create_token().id,
        )
        invoice = self.bill(order)
        self.run_charges()
        self.assertEqual((invoice.amount_total, invoice.payment_state), (300.0, "paid"))

    def test_second_run_charges_nothing(self):
        order = self.create_charged_contract()
        self.bill(order)
        self.run_charges()
        self.run_charges()
        self.assertEqual(len(self._get_charges(order)), 1)

    def test_each_period_is_charged(self):
        order = self.create_charged_contract()
        self.bill(order)
        self.run_charges()
        self.bill(order, "2027-02-28")
        self.run_charges()
        charges = self._get_charges(order)
        self.assertEqual(charges.mapped("state"), ["done", "done"])
        self.assertEqual(len(charges.subscription_invoice_id), 2)

    def test_pending_charge_blocks_a_second_one(self):
        order = self.create_charged_contract("pending")
        invoice = self.bill(order)
        self.run_charges()
        with self.assertRaisesRegex(UserError, "is being paid"):
            invoice.action_subscription_charge()
        invoice.subscription_charge_attempted_at = False
        self.run_charges()
        tx = self._get_charges(order)
        self.assertEqual(tx.mapped("state"), ["pending"])
        self.assertEqual(invoice.payment_state, "not_paid")
        tx.action_demo_set_done()
        tx._post_process()
        self.assertFalse(invoice.amount_residual)

    def test_declined_charge_is_shown_and_not_repeated(self):
        order = self.create_charged_contract("error")
        invoice = self.bill(order)
        self.run_charges()
        self.run_charges()
        self.assertEqual(self._get_charges(order).mapped("state"), ["error"])
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(self._get_charges(order).subscription_decline_class, "later")
        self.assertIn("error", invoice.subscription_charge_error)
        self.assertIn("could not be charged", order.message_ids[:1].body)
        self.assertIn(invoice.name, order.activity_ids.summary)

    def test_outcome_is_told_once_however_often_it_is_booked(self):
        order = self.create_charged_contract("error")
        self.bill(order)
        self.run_charges()
        order.activity_ids.unlink()
        before = order.message_ids
        self._get_charges(order)._post_process()
        self.assertEqual(order.message_ids, before)
        self.assertFalse(order.activity_ids)

    def test_charge_that_has_an_outcome_is_not_sent_again(self):
        order = self.create_charged_contract()
        self.bill(order)
        self.run_charges()
        tx = self._get_charges(order)
        with patch.object(type(tx), "_request_charge") as request:
            self.in_a_job(tx, lambda tx: tx._charge_subscription())
        request.assert_not_called()

    def test_nobody_charges_an_invoice_before_it_is_due(self):
        term = self.env.ref("account.account_payment_term_30days")
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.in_a_job(invoice, lambda move: move._charge_subscription_invoice())
        self.assertFalse(self._get_charges(order))

    def test_charge_again_by_hand_after_a_decline(self):
        order = self.create_charged_contract("error")
        invoice = self.bill(order)
        self.run_charges()
        order.subscription_payment_token_id.demo_simulated_state = "done"
        invoice.action_subscription_charge()
        self.run_charges()
        charges = self._get_charges(order).sorted("id")
        self.assertEqual(charges.mapped("state"), ["error", "done"])
        self.assertEqual(len(set(charges.mapped("reference"))), 2)
        self.assertFalse(invoice.amount_residual)
        self.assertFalse(invoice.subscription_charge_error)
        self.assertFalse(order.activity_ids)

    def test_one_declined_charge_does_not_stop_the_others(self):
        declined = self.create_charged_contract("error")
        paid = self.create_charged_contract("done")
        invoices = self.bill(declined | paid)
        self.run_charges()
        self.assertEqual(
            invoices.sorted("amount_residual").mapped("payment_state"),
            [invoices[:1]._get_invoice_in_payment_state(), "not_paid"],
        )

    def test_only_templates_that_charge_do(self):
        order = self.create_charged_contract()
        order.subscription_template_id = self.template
        self.bill(order)
        self.run_charges()
        self.assertFalse(self._get_charges(order))

    def test_contract_without_saved_method_waits(self):
        order = self.create_contract(template=self.charged_template)
        self.bill(order)
        self.run_charges()
        self.assertFalse(self._get_charges(order))

    def test_draft_invoice_is_charged_once_it_is_posted(self):
        self.charged_template.invoice_mode = "draft"
        order = self.create_charged_contract()
        invoice = self.bill(order)
        self.run_charges()
        self.assertFalse(self._get_charges(order))
        invoice.action_post()
        self.run_charges()
        self.assertFalse(invoice.amount_residual)

    def test_invoice_is_charged_on_its_due_date(self):
        term = self.env.ref("account.account_payment_term_15days")
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.run_charges()
        self.assertFalse(self._get_charges(order))
        self.travel(invoice.invoice_date_due)
        self.run_charges()
        self.assertEqual(self._get_charges(order).mapped("state"), ["done"])

    def test_removed_method_is_shown(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        order.subscription_payment_token_id.active = False
        self.run_charges()
        self.assertFalse(self._get_charges(order))
        self.assertIn("removed", invoice.subscription_charge_error)
        self.assertTrue(order.activity_ids)

    def test_disabled_provider_fails_the_charge(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        with patch.object(
            type(self.env["payment.transaction"]),
            "_ensure_provider_is_not_disabled",
            side_effect=UserError("This provider is disabled."),
        ):
            self.run_charges()
        self.assertEqual(self._get_charges(order).mapped("state"), ["error"])
        self.assertTrue(invoice.subscription_charge_error)

    def test_refusal_of_the_provider_is_an_error(self):
        order = self.create_charged_contract()
        self.bill(order)
        with patch.object(
            type(self.env["payment.transaction"]),
            "_send_payment_request",
            side_effect=ValidationError("Your account is closed."),
        ):
            self.run_charges()
        self.assertEqual(self._get_charges(order).mapped("state"), ["error"])

    def test_database_refuses_two_open_charges_of_an_invoice(self):
        order = self.create_charged_contract("pending")
        invoice = self.bill(order)
        self.run_charges()
        tx = self._get_charges(order)
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            tx.copy({"reference": "second charge", "subscription_invoice_id": invoice.id})

    def test_an_invoice_that_somebody_else_charged_meanwhile_alarms_nobody(self):
        invoice = self.bill(self.create_charged_contract())
        with (
            patch.object(self.env.cr, "_obj", Racing(self.env.cr._obj)),
            self.assertNoLogs("odoo.sql_db", "ERROR"),
            self.assertRaises(SerializationFailure),
        ):
            invoice._claim_charge()

    def test_amount_left_after_a_part_was_paid(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        self.book_payment(invoice, amount=6.0)
        self.run_charges()
        self.assertEqual(self._get_charges(order).amount, invoice.amount_total - 6.0)
        self.assertFalse(invoice.amount_residual)

    def test_new_attempt_of_a_job_follows_a_decline(self):
        order = self.create_charged_contract("error")
        invoice = self.bill(order)
        self.run_charges()
        order.subscription_payment_token_id.demo_simulated_state = "done"
        charged = self.in_a_job(invoice, lambda move: move._charge_subscription_invoice().state)
        again = self.in_a_job(invoice, lambda move: move._charge_subscription_invoice().ids)
        self.assertEqual((charged, again), ("done", []))
        self.assertFalse(self._get_charges(order).sorted("id")[1].subscription_decline_class)
        self.assertEqual(len(self._get_charges(order)), 2)
