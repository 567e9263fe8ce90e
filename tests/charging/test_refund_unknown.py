from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ...exceptions import OutcomeUnknownError
from ..support.common_payment import PaymentCommon

SEND = "odoo.addons.payment_demo.models.payment_transaction.PaymentTransaction._send_refund_request"
REPEATABLE = (
    "odoo.addons.sale_recurring.models.charging.payment_transaction_refund.REPEATABLE_PROVIDERS"
)

REPEATABLE_CHARGE = REPEATABLE.replace("_refund.", "_unknown.")


@tagged("post_install", "-at_install")
class TestRefundUnknown(PaymentCommon):
    """A provider that does not answer a refund: nothing is given back twice, whoever pressed."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract()
        self.invoice = self.bill(self.order)
        self.run_charges()
        self.payment = self.invoice.matched_payment_ids
        self.clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        self.credit = self.invoice._reverse_moves()
        self.credit.action_post()

    def silence(self):
        return patch(SEND, side_effect=OutcomeUnknownError("timeout"))

    def press_core(self):
        """Refund the payment by core's dialog."""
        wizard = self.env["payment.refund.wizard"].with_context(
            active_model="account.payment", active_id=self.payment.id
        )
        wizard = wizard.create({"payment_id": self.payment.id, "amount_to_refund": 36})
        result = wizard.action_refund()
        self.after_commit()
        return result

    def get_refunds(self):
        return self.env["payment.transaction"].search([("operation", "=", "refund")])

    def test_the_attempt_of_cores_dialog_is_kept_and_asked_about(self):
        with self.silence():
            result = self.press_core()
        refund = self.get_refunds()
        self.assertEqual((refund.state, refund.amount), ("draft", -36))
        self.assertTrue(refund.subscription_is_unknown and refund.subscription_to_check)
        self.assertEqual(result["params"]["type"], "info")
        self.assertIn("uncertain", str(self.order.activity_ids.mapped("summary")))
        with self.assertRaisesRegex(UserError, "did not answer"):
            self.press_core()
        with self.assertRaisesRegex(UserError, "did not answer"):
            self.credit.with_user(self.clerk).action_subscription_refund()
        self.assertEqual(self.get_refunds(), refund)

    def test_a_person_says_that_the_customer_got_it(self):
        with self.silence():
            self.give_back(self.credit.with_user(self.clerk))
        refund = self.get_refunds()
        self.assertTrue(refund.subscription_is_unknown)
        self.assertEqual(self.credit.amount_residual, 36)
        self.assertIn("credit", self.order.activity_ids.mapped("subscription_matter"))
        refund.action_subscription_money_came()
        self.assertEqual((refund.state, self.credit.amount_residual), ("done", 0))
        self.assertEqual(self.payment.amount_available_for_refund, 0)
        self.env["mail.activity"]._remove_done_matters()
        self.assertFalse(self.order.activity_ids)

    def test_a_person_says_that_nothing_went_and_it_is_given_again(self):
        with self.silence():
            self.give_back(self.credit.with_user(self.clerk))
        self.get_refunds().action_subscription_money_did_not_come()
        self.give_back(self.credit.with_user(self.clerk))
        self.assertEqual(self.get_refunds().mapped("state"), ["done", "error"])
        self.assertFalse(self.credit.amount_residual)

    def test_a_provider_that_knows_its_requests_again_is_asked_again(self):
        with patch(REPEATABLE, ("demo",)), patch(REPEATABLE_CHARGE, ("demo",)):
            with self.silence():
                self.give_back(self.credit.with_user(self.clerk))
            refund = self.get_refunds()
            self.assertTrue(refund.subscription_is_unknown)
            self.assertFalse(refund.subscription_to_check or self.order.activity_ids)
            for press in (self.press_core, self.credit.action_subscription_refund):
                with self.assertRaisesRegex(UserError, "under way|being given back"):
                    press()
            self.travel("2027-01-31", hour=14)
            self.run_questions()
        self.assertEqual(self.get_refunds(), refund)
        self.assertEqual((refund.state, self.credit.amount_residual), ("done", 0))

    def test_nothing_is_asked_before_the_refund_is_saved(self):
        with patch(SEND, side_effect=AssertionError("asked before the refund was saved")):
            self.credit.with_user(self.clerk).action_subscription_refund()
        refund = self.get_refunds()
        self.assertEqual((refund.state, refund.invoice_ids), ("draft", self.credit))
        self.assertTrue(refund.subscription_query_at)

    def test_a_refund_whose_process_died_is_never_given_twice(self):
        self.credit.with_user(self.clerk).action_subscription_refund()
        self.env.cr.postcommit.clear()
        refund = self.get_refunds()
        with self.assertRaisesRegex(UserError, "being given back"):
            self.press_core()
        self.travel("2027-01-31", hour=14)
        self.run_questions()
        self.assertTrue(refund.subscription_to_check)
        self.assertIn("uncertain", str(self.order.activity_ids.mapped("summary")))
        with self.assertRaisesRegex(UserError, "did not answer"):
            self.press_core()
        refund.action_subscription_money_did_not_come()
        self.give_back(self.credit.with_user(self.clerk))
        self.assertEqual(self.get_refunds().mapped("state"), ["done", "error"])

    def test_a_refund_that_is_not_owed_any_more_is_not_sent_again(self):
        with patch(REPEATABLE, ("demo",)), patch(REPEATABLE_CHARGE, ("demo",)):
            with self.silence():
                self.give_back(self.credit.with_user(self.clerk))
            self.book_payment(self.credit)
            self.travel("2027-02-02")
            self.run_questions()
        refund = self.get_refunds()
        self.assertNotEqual(refund.state, "done")

    def test_a_refund_that_is_refused_is_told_of(self):
        with patch(SEND, side_effect=ValidationError("no money")):
            self.give_back(self.credit.with_user(self.clerk))
        self.assertEqual(self.get_refunds().state, "error")
        self.assertEqual(self.credit.amount_residual, 36)
        self.assertIn("no money", self.order.activity_ids.note)

    def test_refunds_of_other_payments_are_as_in_odoo(self):
        order = self.create_order({"product_id": self.setup_service.id})
        tx = self.create_payment(order)
        tx._set_done()
        with self.silence(), self.assertRaises(OutcomeUnknownError):
            tx._refund()
