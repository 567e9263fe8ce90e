from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_operator import EndingCase


@tagged("post_install", "-at_install")
class TestUnpaid(EndingCase):
    """A contract whose invoice stays unpaid is closed, never without a warning before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_template("Strict", unpaid_close_days=30, unpaid_warn_days=7)

    def create_unpaid(self, **values):
        values.setdefault("template", self.terms)
        order = self.create_own_contract(self.seat, day="2027-02-01", **values).sudo()
        self.assertEqual(order.invoice_ids.invoice_date_due, date(2027, 2, 1))
        return order

    def run_rule(self, day, leave=True):
        """Let the nightly job look at unpaid invoices on a day, and its mails leave."""
        self.travel(day)
        log = self.assertNoLogs("odoo.addons.base.models.ir_cron", "ERROR")
        with self.enter_registry_test_mode(), log:
            self.env.ref("sale_recurring.ir_cron_close_unpaid").method_direct_trigger()
        if leave:
            self.let_mails_leave()

    def get_mails(self, order):
        return self.env["mail.mail"].search(
            [("model", "=", "sale.order"), ("res_id", "=", order.id)]
        )

    def test_the_customer_is_warned_once_and_the_contract_closed_on_the_day_told(self):
        order = self.create_unpaid()
        self.assertIn("unpaid 30 days after its due date", order.subscription_agreement_text)
        self.run_rule("2027-02-23")
        self.assertFalse(self.get_mails(order))
        self.run_rule("2027-02-24")
        self.run_rule("2027-02-25")
        mail = self.get_mails(order)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.partner)
        for text in ("03/03/2027", order.name, order.invoice_ids.name, "12.00"):
            self.assertIn(text, f"{mail.subject} {mail.body_html}")
        self.assertEqual(order.subscription_unpaid_close_date, date(2027, 3, 3))
        self.assertIn("closed on 03/03/2027", order.subscription_agreement_text)
        self.run_rule("2027-03-02")
        self.assertEqual(order.subscription_state, "active")
        self.run_rule("2027-03-03")
        self.assertEqual(order.subscription_state, "closed")
        reason = self.env.ref("sale_recurring.close_reason_unpaid")
        self.assertEqual(order.subscription_close_reason_id, reason)
        self.assertIn(order.invoice_ids[0].name, order.subscription_close_note)
        self.assertIn("no service from 03/03/2027", self.get_last_note(order))
        self.assertFalse(order.subscription_unpaid_move_id)

    def test_a_payment_in_time_ends_the_matter(self):
        order = self.create_unpaid()
        self.run_rule("2027-02-24")
        self.assertTrue(order.subscription_unpaid_move_id)
        self.book_payment(order.invoice_ids)
        self.run_rule("2027-03-03")
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_unpaid_move_id)
        self.assertFalse(order.subscription_unpaid_close_date)

    def test_a_warning_from_before_a_payment_that_was_taken_back_closes_nothing(self):
        order = self.create_unpaid()
        self.run_rule("2027-02-24")
        payment = self.book_payment(order.invoice_ids)
        self.run_rule("2027-02-25")
        payment.action_draft()
        payment.action_cancel()
        for day in range(1, 20):
            self.run_rule(f"2027-04-{day:02}", leave=False)
        self.assertEqual(order.subscription_state, "active")
        self.run_rule("2027-04-20")
        self.run_rule("2027-04-28")
        self.assertEqual(order.subscription_state, "closed")

    def test_the_next_unpaid_invoice_is_warned_about_anew(self):
        order = self.create_unpaid()
        self.run_rule("2027-02-24")
        self.bill(order, "2027-03-01")
        self.book_payment(order.invoice_ids.sorted("id")[0])
        self.run_rule("2027-03-03")
        self.assertEqual(order.subscription_state, "active")
        self.run_rule("2027-03-25")
        self.assertEqual(order.subscription_unpaid_close_date, date(2027, 4, 1))
        self.assertEqual(len(self.get_mails(order)), 2)

    def test_a_late_job_still_warns_days_before(self):
        order = self.create_unpaid()
        self.run_rule("2027-05-01")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(order.subscription_unpaid_close_date, date(2027, 5, 8))
        self.run_rule("2027-05-07")
        self.assertEqual(order.subscription_state, "active")
        self.run_rule("2027-05-08")
        self.assertEqual(order.subscription_state, "closed")

    def test_terms_without_the_rule_close_nothing(self):
        order = self.create_unpaid(template=self.template)
        self.run_rule("2028-01-01")
        self.assertEqual(order.subscription_state, "active")
        self.assertNotIn("unpaid", order.subscription_agreement_text or "")

    def test_a_rule_that_is_taken_away_spares_whoever_was_warned(self):
        order = self.create_unpaid()
        self.run_rule("2027-02-24")
        self.terms.unpaid_close_days = 0
        self.run_rule("2027-03-03")
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_unpaid_move_id)

    def test_the_default_terms_of_the_company_count_too(self):
        self.company.subscription_template_id = self.terms
        order = self.create_unpaid(subscription_template_id=False)
        order._as_system().subscription_template_id = False
        self.run_rule("2027-02-24")
        self.assertTrue(order.subscription_unpaid_move_id)

    def test_a_closing_that_is_planned_is_left_alone(self):
        order = self.create_unpaid()
        order._subscription_close(date(2027, 4, 1), self.reason)
        self.run_rule("2027-03-03")
        self.assertFalse(self.get_mails(order))
        self.assertEqual(order.subscription_close_reason_id, self.reason)

    def test_a_dunning_policy_that_closes_goes_before_the_rule(self):
        order = self.create_unpaid()
        self.terms.dunning_policy_id = self.env["subscription.dunning.policy"].create(
            {"name": "Own way", "step_ids": [Command.create({"days": 60, "action": "close"})]}
        )
        self.run_rule("2027-03-03")
        self.assertFalse(self.get_mails(order))
        self.assertNotIn("unpaid 30 days", order.subscription_agreement_text or "")

    def test_the_steps_of_a_dunning_policy_replace_the_rule(self):
        self.terms.dunning_policy_id = self.env.ref("sale_recurring.dunning_policy_standard")
        order = self.create_unpaid()
        self.assertNotIn("30 days after", order.subscription_agreement_text)
        self.run_rule("2027-03-20")
        self.assertFalse(self.get_mails(order))
        self.assertEqual(order.subscription_state, "active")

    def test_a_request_that_is_never_paid_counts_like_an_invoice(self):
        self.terms.payment_mode = "after_payment"
        order = self.create_unpaid()
        self.assertEqual(order.invoice_ids.state, "draft")
        self.run_rule("2027-02-24")
        mail = self.get_mails(order)
        self.assertIn(f"Payment request {order.name}", mail.body_html)
        self.assertIn(f"/my/orders/{order.id}/pay", mail.body_html)
        self.run_rule("2027-03-03")
        self.assertEqual(order.subscription_state, "closed")
        self.assertIn("Payment request", order.subscription_close_note)

    def create_renewed(self):
        """Return an unpaid contract, and the renewal that goes on with it from 1 March on."""
        order = self.create_unpaid()
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual(renewal.subscription_start_date, date(2027, 3, 1))
        return order, renewal

    def test_a_renewal_is_closed_for_an_unpaid_invoice_of_the_contract_before(self):
        order, renewal = self.create_renewed()
        self.bill(order | renewal, "2027-03-01")
        self.assertEqual(order.subscription_state, "renewed")
        self.book_payment(renewal.invoice_ids - order.invoice_ids)
        self.run_rule("2027-03-02")
        self.assertEqual(renewal.subscription_unpaid_move_id, order.invoice_ids)
        self.assertEqual(renewal.subscription_unpaid_close_date, date(2027, 3, 9))
        self.run_rule("2027-03-09")
        self.assertEqual(renewal.subscription_state, "closed")

    def test_a_renewal_that_has_not_begun_is_called_off_with_an_unpaid_contract(self):
        self.terms.unpaid_close_days = 10
        order, renewal = self.create_renewed()
        self.run_rule("2027-02-04")
        self.run_rule("2027-02-11")
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(renewal.state, "cancel")

    def test_a_contract_that_is_renewed_today_is_left_to_its_renewal(self):
        self.terms.unpaid_close_days = 28
        order, renewal = self.create_renewed()
        self.run_rule("2027-02-22")
        self.run_rule("2027-03-01")
        self.assertFalse(order.subscription_quarantined_at)
        self.assertEqual(renewal.subscription_unpaid_move_id, order.invoice_ids)

    def test_a_closing_that_fails_each_night_is_asked_about_once(self):
        order = self.create_unpaid()
        self.run_rule("2027-02-24")
        reason = "The machines must come back first."

        def refuse(_contract):
            raise UserError(reason)

        kind = self.env.ref("sale_recurring.mail_activity_quarantine")
        with patch.object(type(order), "_hook_on_subscription_close", refuse):
            for day in ("2027-03-03", "2027-03-04", "2027-03-05"):
                self.run_rule(day)
                self.assertIn("must come back", order.subscription_quarantine_reason)
                activity = order.activity_ids.filtered(lambda one: one.activity_type_id == kind)
                self.assertEqual(activity.mapped("summary"), ["This contract cannot be billed"])
        self.run_rule("2027-03-06")
        self.assertEqual(order.subscription_state, "closed")
