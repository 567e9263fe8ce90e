from odoo.tests import tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestActivities(PaymentCommon):
    """A request to look after money ends when its own matter is settled, and by nothing else."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract()
        self.january = self.bill(self.order)

    def get_matters(self):
        """Return what people are asked to do, as (document, matter)."""
        activities = self.order.activity_ids
        return [
            (activity.subscription_move_id, activity.subscription_matter) for activity in activities
        ]

    def test_a_dispute_stays_when_the_next_period_is_paid(self):
        self.run_charges()
        self.january._hook_on_charge_disputed(self.january.transaction_ids, "needs_response")
        self.bill(self.order, "2027-02-28")
        self.run_charges()
        self.assertEqual(self.get_matters(), [(self.january, "disputed")])

    def test_a_dispute_that_is_won_ends_its_request(self):
        self.run_charges()
        self.january._hook_on_charge_disputed(self.january.transaction_ids, "needs_response")
        self.january._hook_on_charge_disputed(self.january.transaction_ids, "won")
        self.assertFalse(self.order.activity_ids)

    def test_another_unpaid_invoice_stays(self):
        token = self.order.subscription_payment_token_id
        token.demo_simulated_state = "error"
        self.run_charges()
        token.demo_simulated_state = "done"
        self.bill(self.order, "2027-02-28")
        self.run_charges()
        self.assertEqual(self.get_matters(), [(self.january, "failed")])

    def fail(self):
        self.order.subscription_payment_token_id.demo_simulated_state = "error"
        self.run_charges()
        self.assertEqual(self.get_matters(), [(self.january, "failed")])

    def test_a_bank_transfer_settles_a_failed_charge(self):
        self.fail()
        self.book_payment(self.january)
        self.assertFalse(self.order.activity_ids)

    def test_a_credit_note_settles_a_failed_charge(self):
        self.fail()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.january.ids
        )
        action = wizard.create({"journal_id": self.january.journal_id.id}).reverse_moves()
        self.env["account.move"].browse(action["res_id"]).action_post()
        self.assertEqual(self.january.payment_state, "reversed")
        self.assertFalse(self.order.activity_ids)

    def test_a_cancelled_invoice_settles_a_failed_charge(self):
        self.fail()
        self.january.button_cancel()
        self.assertFalse(self.order.activity_ids)

    def test_two_matters_of_one_invoice_stay_apart(self):
        self.fail()
        self.january._schedule_matter_activity("late", "Late payment", "Look.")
        self.book_payment(self.january)
        self.assertEqual(self.get_matters(), [(self.january, "late")])

    def test_a_missing_method_is_settled_by_a_new_one(self):
        self.run_charges()
        self.order.subscription_payment_token_id.active = False
        self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["method"])
        self.january._schedule_matter_activity("late", "Late payment", "Look.")
        self.order.subscription_payment_token_id = self.create_token()
        self.assertEqual(self.get_matters(), [(self.january, "late")])

    def test_cash_that_was_kept_for_a_contract_that_ends_is_asked_about_until_it_is_used(self):
        payment = self.book_payment(self.january, amount=50)
        payment.action_subscription_credit_next()
        self.order._subscription_close(self.order._subscription_today())
        self.bill(self.order)
        asked = self.order.activity_ids.filtered(lambda one: one.subscription_matter == "overpaid")
        self.assertEqual(asked.subscription_move_id, self.january)
        self.env["mail.activity"]._remove_done_matters()
        self.assertTrue(asked.exists())
        payment.action_draft()
        self.env["mail.activity"]._remove_done_matters()
        self.assertFalse(asked.exists())

    def test_too_much_is_settled_when_it_is_used(self):
        self.book_payment(self.january, amount=10)
        form = self.create_payment(
            self.order, sale_order_ids=False, reference="form", amount=36, invoice_ids=self.january
        )
        form._set_done()
        form._post_process()
        self.assertEqual(self.get_matters(), [(self.january, "overpaid")])
        form.payment_id.action_subscription_credit_next()
        self.bill(self.order, "2027-02-28")
        self.assertFalse(self.order.activity_ids)
