from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...exceptions import OutcomeUnknownError
from ..support.common_payment import LOGGERS, SEND, PaymentCommon
from ..support.racing import Racing


@tagged("post_install", "-at_install")
class TestChargeUnknown(PaymentCommon):
    """A charge whose outcome nobody knows is found out, never guessed and never repeated."""

    def setUp(self):
        super().setUp()
        self.order = self.create_charged_contract()
        self.invoice = self.bill(self.order)
        self.asked = []

    def new_user(self, login, groups):
        return new_test_user(self.env, login, groups)

    def charge_without_answer(self, error=None):
        """Charge the invoice; the connection breaks before there is an answer."""
        with (
            patch(SEND, side_effect=error or ConnectionError("reset")),
            mute_logger(*LOGGERS),
        ):
            self.run_charges()
        return self.invoice.transaction_ids

    def let_provider_say(self, *answers):
        """Let the provider give these answers in turn when it is asked."""
        answers = list(answers)
        asked = self.asked

        def answer(tx):
            asked.append(fields.Datetime.now())
            said = answers.pop(0) if answers else False
            if said in ("done", "error", "pending"):
                tx._process("demo", {"reference": tx.reference, "simulated_state": said})
                return "known"
            if said == "silent":
                raise OutcomeUnknownError("no answer")
            return said

        patched = patch.object(
            type(self.env["payment.transaction"]), "_hook_query_provider", answer
        )
        self.startPatcher(patched)

    def at(self, minutes):
        """Move the clock so many minutes past noon and let the job run that asks."""
        self.travel("2027-01-31", hour=12 + minutes // 60, minute=minutes % 60)
        self.run_questions()

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def test_nothing_is_charged_again_before_the_outcome_is_known(self):
        tx = self.charge_without_answer()
        self.assertEqual(tx.state, "draft")
        self.assertTrue(self.invoice.subscription_charge_unknown)
        self.assertIn("did not answer", self.invoice.subscription_charge_error)
        self.assertFalse(self.order.activity_ids, "the provider has not been asked yet")
        self.invoice.subscription_charge_attempted_at = False
        self.run_charges()
        with self.assertRaisesRegex(UserError, "may pay twice"):
            self.invoice.action_subscription_charge()
        self.assertEqual(self.invoice.transaction_ids, tx)

    def test_provider_is_asked_after_five_minutes_and_the_invoice_paid(self):
        tx = self.charge_without_answer()
        self.let_provider_say("done")
        self.at(4)
        self.assertEqual(tx.state, "draft")
        self.at(5)
        self.assertEqual(tx.state, "done")
        self.assertTrue(tx.is_post_processed)
        self.assertFalse(self.invoice.amount_residual)
        self.assertFalse(self.invoice.subscription_charge_error)
        self.assertFalse(tx.subscription_is_unknown or tx.subscription_query_at)

    def test_whoever_touched_a_charge_meanwhile_stops_no_question_and_alarms_nobody(self):
        self.charge_without_answer()
        self.let_provider_say("done")
        transactions = self.env["payment.transaction"]

        def claim(tx, seen):
            """Look for a charge while somebody else changes it."""
            cr = tx.env.cr._cursor if hasattr(tx.env.cr, "_cursor") else tx.env.cr
            if seen:
                return origin(tx, seen)
            with patch.object(cr, "_obj", Racing(cr._obj)):
                return origin(tx, seen)

        origin = type(transactions)._claim_charge_to_query
        with (
            patch.object(type(transactions), "_claim_charge_to_query", claim),
            self.assertNoLogs("odoo.sql_db", "ERROR"),
            self.assertNoLogs("odoo.addons.base.models.ir_cron", "ERROR"),
        ):
            self.at(6)
        self.assertEqual(len(self.asked), 1)
        self.assertFalse(self.invoice.amount_residual)

    def test_provider_that_says_no_fails_the_charge(self):
        tx = self.charge_without_answer()
        self.let_provider_say("error")
        self.at(5)
        self.assertEqual(tx.state, "error")
        self.assertIn("could not be charged", self.order.message_ids[:1].body)

    def test_questions_grow_rare_and_end_with_a_person(self):
        tx = self.charge_without_answer()
        self.let_provider_say(*["silent"] * 20)
        self.at(5)
        self.assertEqual(len(self.asked), 1)
        self.run_questions()
        self.assertEqual(len(self.asked), 1, "it was asked a moment ago")
        self.at(60)
        self.assertEqual(len(self.asked), 2)
        for day in range(1, 8):
            self.travel(f"2027-02-{day:02}", hour=13)
            self.run_questions()
        self.assertEqual(len(self.asked), 7)
        self.assertTrue(tx.subscription_to_check)
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_provider_that_cannot_be_asked_leaves_it_to_a_person(self):
        tx = self.charge_without_answer()
        self.at(5)
        self.assertTrue(tx.subscription_to_check)
        self.assertIn("uncertain", self.order.activity_ids.summary)
        self.run_questions()
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_charge_of_a_process_that_died_is_found(self):
        tx = self.in_a_job(self.invoice, lambda move: move._create_charge_transaction().ids)
        tx = self.env["payment.transaction"].browse(tx)
        self.assertFalse(tx.subscription_is_unknown, "it may still be under way")
        self.let_provider_say("absent")
        self.at(5)
        self.assertTrue(tx.subscription_is_unknown)
        self.assertFalse(tx.subscription_to_check, "it is asked again")

    def test_charge_that_never_reached_the_provider_fails_once_it_cannot_any_more(self):
        tx = self.charge_without_answer()
        self.let_provider_say("absent", "absent")
        self.at(5)
        self.assertEqual(tx.state, "draft")
        self.travel("2027-02-01", hour=13)
        self.run_questions()
        self.assertEqual(tx.state, "error")
        self.assertIn("never reached", self.invoice.subscription_charge_error)
        self.invoice.action_subscription_charge()
        self.run_charges()
        self.assertFalse(self.invoice.amount_residual)

    def test_same_charge_is_sent_again_where_that_cannot_take_the_money_twice(self):
        tx = self.charge_without_answer()
        with patch(
            "odoo.addons.sale_recurring.models.charging.payment_transaction_unknown.REPEATABLE_PROVIDERS",
            ("demo",),
        ):
            self.at(5)
        self.assertEqual((tx.state, self.invoice.transaction_ids), ("done", tx))
        self.assertFalse(self.invoice.amount_residual)

    def test_same_charge_is_not_sent_again_once_the_invoice_is_paid(self):
        tx = self.charge_without_answer()
        self.book_payment(self.invoice)
        self.assertFalse(tx._is_charge_repeatable())
        with patch(
            "odoo.addons.sale_recurring.models.charging.payment_transaction_unknown.REPEATABLE_PROVIDERS",
            ("demo",),
        ):
            self.at(5)
        self.assertEqual(tx.state, "draft")

    def test_charge_is_not_sent_again_after_the_provider_may_have_forgotten_it(self):
        tx = self.charge_without_answer()
        with patch(
            "odoo.addons.sale_recurring.models.charging.payment_transaction_unknown.REPEATABLE_PROVIDERS",
            ("demo",),
        ):
            self.assertTrue(tx._is_charge_repeatable())
            self.travel("2027-02-01", hour=12)
            self.assertFalse(tx._is_charge_repeatable())

    def test_outcome_that_nobody_booked_is_booked(self):
        tx_id = self.in_a_job(self.invoice, lambda move: move._create_charge_transaction().id)
        tx = self.env["payment.transaction"].browse(tx_id)
        tx._process("demo", {"reference": tx.reference, "simulated_state": "done"})
        self.assertFalse(tx.is_post_processed)
        self.travel("2027-01-31", hour=13)
        self.run_questions()
        self.assertTrue(tx.is_post_processed)
        self.assertFalse(self.invoice.amount_residual)

    def test_bank_of_a_provider_that_cannot_be_asked_is_waited_for_two_weeks(self):
        self.order.subscription_payment_token_id.demo_simulated_state = "pending"
        self.run_charges()
        tx = self.invoice.transaction_ids
        for day in range(1, 14):
            self.travel(f"2027-02-{day:02}")
            self.run_questions()
            self.assertFalse(tx.subscription_to_check or tx.subscription_is_unknown)
        self.travel("2027-02-14")
        self.run_questions()
        self.assertEqual((tx.state, tx.subscription_to_check), ("pending", True))
        self.assertIn("uncertain", self.order.activity_ids.summary)
        clerk = self.new_user("clerk", "account.group_account_invoice")
        self.invoice.with_user(clerk).action_subscription_money_did_not_come()
        self.assertEqual(tx.state, "error")
        self.assertIn("could not be charged", self.order.message_ids[:1].body)

    # ------------------------------------------------------------------
    # People
    # ------------------------------------------------------------------

    def test_accountant_says_that_the_money_came(self):
        tx = self.charge_without_answer()
        self.at(5)
        clerk = self.new_user("clerk", "account.group_account_invoice")
        self.invoice.with_user(clerk).action_subscription_money_came()
        self.assertEqual(tx.state, "done")
        self.assertFalse(self.invoice.amount_residual)
        self.assertIn("clerk", tx.state_message)
        with self.assertRaisesRegex(UserError, "not waiting"):
            tx.with_user(clerk).action_subscription_money_did_not_come()

    def test_accountant_says_that_the_money_did_not_come(self):
        tx = self.charge_without_answer()
        self.at(5)
        clerk = self.new_user("clerk", "account.group_account_invoice")
        tx.with_user(clerk).action_subscription_money_did_not_come()
        self.assertEqual(tx.state, "error")
        self.invoice.action_subscription_charge()
        self.run_charges()
        self.assertEqual(len(self.invoice.transaction_ids), 2)
        self.assertFalse(self.invoice.amount_residual)

    def test_salesman_cannot_say_that_money_came(self):
        tx = self.charge_without_answer()
        seller = self.new_user("seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            tx.with_user(seller).action_subscription_money_came()
        with self.assertRaises(AccessError):
            self.invoice.with_user(seller).action_subscription_money_came()

    # ------------------------------------------------------------------
    # Late, repeated, disordered
    # ------------------------------------------------------------------

    def webhook(self, tx, state):
        with mute_logger(*LOGGERS):
            tx._process("demo", {"reference": tx.reference, "simulated_state": state})
            if not tx.is_post_processed:
                tx._post_process()

    def test_success_after_an_error_pays_the_invoice_and_is_told(self):
        self.order.subscription_payment_token_id.demo_simulated_state = "error"
        self.run_charges()
        tx = self.invoice.transaction_ids
        self.order.activity_ids.unlink()
        self.order._subscription_close(self.order._subscription_today())
        self.assertEqual(self.order.subscription_state, "closed")
        self.webhook(tx, "done")
        self.assertEqual(tx.state, "done")
        self.assertIn("Late payment", self.order.activity_ids.mapped("summary")[0])
        self.assertEqual(self.order.subscription_state, "closed")
        self.assertFalse(tx.subscription_decline_class)
        self.webhook(tx, "done")
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_words_of_the_provider_in_any_order_change_nothing_twice(self):
        self.run_charges()
        tx = self.invoice.transaction_ids
        payment, messages = tx.payment_id, len(self.invoice.message_ids)
        for state in ("error", "pending", "done", "cancel", "done"):
            self.webhook(tx, state)
        self.assertEqual((tx.state, tx.payment_id), ("done", payment))
        self.assertEqual(len(self.invoice.message_ids), messages)
        self.assertFalse(self.invoice.amount_residual)
        self.assertEqual(len(self.invoice.matched_payment_ids), 1)

    def test_money_that_comes_twice_is_kept_as_credit_and_told(self):
        tx = self.charge_without_answer()
        self.at(5)
        tx.action_subscription_money_did_not_come()
        self.invoice.action_subscription_charge()
        self.run_charges()
        self.order.activity_ids.unlink()
        self.webhook(tx, "done")
        self.assertEqual(self.invoice.transaction_ids.mapped("state"), ["done", "done"])
        self.assertFalse(tx.payment_id.is_reconciled)
        self.assertIn("paid twice", " ".join(self.order.activity_ids.mapped("note")))

    # ------------------------------------------------------------------
    # Two ways to pay
    # ------------------------------------------------------------------

    def test_customer_cannot_pay_an_invoice_that_is_being_charged(self):
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        self.assertTrue(self.invoice._has_to_be_paid())
        self.charge_without_answer()
        self.assertFalse(self.invoice._has_to_be_paid())
        self.assertIn("being charged", self.invoice._get_online_payment_error())
        with self.assertRaisesRegex(ValidationError, "being charged"):
            self.create_payment(
                self.order,
                sale_order_ids=False,
                reference="portal",
                invoice_ids=[Command.set(self.invoice.ids)],
            )

    def test_invoice_that_a_customer_is_paying_is_not_charged(self):
        self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="portal",
            invoice_ids=[Command.set(self.invoice.ids)],
        )
        self.run_charges()
        self.assertEqual(len(self.invoice.transaction_ids), 1)
