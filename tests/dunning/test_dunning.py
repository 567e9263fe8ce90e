from datetime import date, timedelta
from itertools import pairwise
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..support.common_dunning import DunningCommon

DAYS = ("2027-02-03", "2027-02-07", "2027-02-14", "2027-02-20")


class Killed(BaseException):
    """The process died."""


@tagged("post_install", "-at_install")
class TestDunning(DunningCommon):
    """Steps against unpaid invoices are done once, in order, and stop with the payment."""

    def live(self, until, day=None):
        """Let all jobs run each day."""
        day = day or date(2027, 2, 1)
        while day <= date.fromisoformat(until):
            self.travel(day)
            self.run_dunning()
            self.run_charges()
            day += timedelta(days=1)

    def test_an_invoice_that_is_never_paid_goes_through_all_steps(self):
        order, invoice = self.create_late_contract()
        self.live("2027-03-04")
        self.assertEqual(
            self.get_events(invoice),
            [
                ("2027-02-03", "charge", "done"),
                ("2027-02-03", "remind", "done"),
                ("2027-02-07", "charge", "done"),
                ("2027-02-07", "remind", "done"),
                ("2027-02-14", "activity", "done"),
                ("2027-02-20", "suspend", "done"),
                ("2027-02-23", "warn", "done"),
                ("2027-03-02", "close", "done"),
            ],
        )
        self.assertEqual(invoice.transaction_ids.mapped("state"), ["error"] * 3)
        self.assertEqual(len(self.get_mails()), 3)
        summaries = order.activity_ids.mapped("summary")
        self.assertEqual(len(summaries), len(set(summaries)))
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(
            order.subscription_close_reason_id, self.env.ref("sale_recurring.close_reason_unpaid")
        )
        self.assertIn(invoice.name, order.subscription_close_note)
        before = self.get_events(invoice), self.get_mails(), invoice.transaction_ids
        invoice.subscription_dunning_checked_date = False
        self.run_dunning()
        after = self.get_events(invoice), self.get_mails(), invoice.transaction_ids
        self.assertEqual(before, after)

    def test_a_retry_that_succeeds_ends_it_and_is_counted(self):
        order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        self.assertTrue(order.subscription_in_dunning)
        self.assertEqual(order.subscription_dunning_next_date, date(2027, 2, 7))
        self.assertIn("3 days late", order.subscription_dunning_text)
        order.subscription_payment_token_id.demo_simulated_state = "done"
        self.run_dunning("2027-02-07")
        self.assertFalse(invoice.amount_residual)
        self.assertFalse(order.subscription_in_dunning)
        self.assertEqual(
            self.get_events(invoice),
            [
                ("2027-02-03", "charge", "done"),
                ("2027-02-03", "remind", "done"),
                ("2027-02-07", "charge", "done"),
                ("2027-02-07", "paid", "done"),
            ],
        )
        paid = invoice.subscription_dunning_event_ids.filtered(lambda e: e.action == "paid")
        self.assertEqual(paid.recovered_amount, 36.0)
        self.assertEqual((paid.step_id.days, paid.step_id.action), (7, "charge"))
        self.assertEqual(paid.decline_class, "later")
        self.run_dunning("2027-02-08")
        self.assertEqual(len(self.get_events(invoice)), 4)

    def run_until_suspended(self):
        """Let the job run on all days of the policy up to the suspension."""
        for day in DAYS:
            self.run_dunning(day)

    def test_a_payment_ends_a_suspension_at_once(self):
        order, invoice = self.create_late_contract()
        self.run_until_suspended()
        self.assertEqual(order.subscription_state, "suspended")
        self.travel("2027-02-22")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.dunning_cron.id)])
        self.book_payment(invoice)
        self.assertGreater(triggers.search([("cron_id", "=", self.dunning_cron.id)]), triggers)
        self.run_dunning()
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_in_dunning)
        self.assertEqual(self.get_events(invoice)[-1], ("2027-02-22", "paid", "done"))
        gap = order.subscription_interruption_ids
        self.assertEqual((gap.start_date, gap.end_date), (date(2027, 2, 20), date(2027, 2, 22)))

    def test_a_credit_note_ends_a_suspension_at_once(self):
        order, invoice = self.create_late_contract()
        self.run_until_suspended()
        self.travel("2027-02-22")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.dunning_cron.id)])
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id}).reverse_moves()
        self.env["account.move"].browse(action["res_id"]).action_post()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertGreater(triggers.search([("cron_id", "=", self.dunning_cron.id)]), triggers)
        self.run_dunning()
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_in_dunning)

    def get_gaps(self, order):
        """Return kind, first day and day after the last of the gaps of a contract, in order."""
        gaps = order.subscription_interruption_ids.sorted("start_date")
        return [(gap.kind, str(gap.start_date), str(gap.end_date or "")) for gap in gaps]

    def suspend_before_a_pause(self):
        """Return a contract that is suspended before a planned pause in March, its invoice."""
        order, invoice = self.create_late_contract()
        order._subscription_pause(date(2027, 3, 1), date(2027, 3, 10), credit_rule="credit")
        self.run_until_suspended()
        self.assertEqual(self.get_events(invoice)[-1], ("2027-02-20", "suspend", "done"))
        self.assertEqual(order.subscription_state, "suspended")
        self.assertEqual(self.get_gaps(order), [("suspension", "2027-02-20", "")])
        return order, invoice

    def pay(self, invoice, day):
        """Let a clerk book the payment of an invoice on a day, and the job see it."""
        self.travel(day)
        self.book_payment(invoice)
        self.run_dunning()

    def test_a_planned_pause_gives_way_to_a_suspension_and_comes_back_with_the_payment(self):
        for day, pauses in (
            ("2027-02-22", [("pause", "2027-03-01", "2027-03-10")]),
            ("2027-03-05", [("pause", "2027-03-05", "2027-03-10")]),
            ("2027-03-10", []),
        ):
            with self.subTest(day):
                self.travel("2027-01-31")
                order, invoice = self.suspend_before_a_pause()
                self.pay(invoice, day)
                self.assertEqual(self.get_gaps(order), [("suspension", "2027-02-20", day), *pauses])
                self.assertFalse(order.subscription_in_dunning)

    def test_days_that_were_given_up_before_a_pause_are_not_billed_twice(self):
        self.charged_template.credit_on_pause = "forfeit"
        order, invoice = self.suspend_before_a_pause()
        self.pay(invoice, "2027-02-22")
        self.run_cron()
        for day in ("2027-02-28", "2027-03-10", "2027-03-31"):
            self.run_cron(day)
            self.assertLedgerWhole(order)
        days = [
            (str(line.deferred_start_date), str(line.deferred_end_date))
            for line in order.invoice_ids.invoice_line_ids.sorted("deferred_start_date")
            if line.move_id.move_type == "out_invoice"
        ]
        for (_first, last), (first, _last) in pairwise(days):
            self.assertLess(last, first)

    def test_a_payment_ends_the_suspension_of_a_renewal_that_waits_too(self):
        order, invoice = self.create_late_contract()
        renewal = order._create_renewal_quotation()
        renewal.subscription_start_date = date(2027, 2, 28)
        renewal.action_confirm()
        order._subscription_pause(date(2027, 2, 25), date(2027, 3, 5))
        self.run_until_suspended()
        self.assertEqual(self.get_gaps(renewal), [("suspension", "2027-02-28", "")])
        self.pay(invoice, "2027-02-22")
        self.assertEqual(
            self.get_gaps(order),
            [("suspension", "2027-02-20", "2027-02-22"), ("pause", "2027-02-25", "2027-03-05")],
        )
        self.assertEqual(self.get_gaps(renewal), [("pause", "2027-02-28", "2027-03-05")])

    def test_a_payment_ends_the_suspension_of_a_renewal_that_has_begun(self):
        order, invoice = self.create_late_contract()
        renewal = order._create_renewal_quotation()
        renewal.subscription_start_date = date(2027, 2, 28)
        renewal.action_confirm()
        self.run_until_suspended()
        self.run_cron("2027-03-01")
        self.assertEqual(renewal.subscription_state, "suspended")
        self.pay(invoice, "2027-03-02")
        self.assertEqual(renewal.subscription_state, "active")
        self.assertEqual(self.get_gaps(renewal), [("suspension", "2027-02-28", "2027-03-02")])

    def test_a_contract_that_is_paused_is_not_suspended(self):
        order, invoice = self.create_late_contract()
        order._subscription_pause(date(2027, 2, 18))
        for day in DAYS:
            self.run_cron(day)
            self.run_dunning(day)
        self.assertEqual(self.get_events(invoice)[-1], ("2027-02-20", "suspend", "skipped"))
        self.assertEqual(self.get_gaps(order), [("pause", "2027-02-18", "")])

    def test_after_a_standstill_one_mail_is_sent(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-04-01")
        self.assertEqual(
            self.get_events(invoice),
            [
                ("2027-04-01", "charge", "skipped"),
                ("2027-04-01", "remind", "skipped"),
                ("2027-04-01", "charge", "done"),
                ("2027-04-01", "remind", "done"),
                ("2027-04-01", "activity", "done"),
            ],
        )
        self.assertEqual(len(self.get_mails()), 1)

    def test_a_pending_payment_is_no_failure(self):
        _order, invoice = self.create_late_contract("pending")
        self.live("2027-02-20")
        self.assertEqual(self.get_events(invoice), [])
        self.assertEqual(len(invoice.transaction_ids), 1)

    def test_a_method_that_the_bank_refuses_waits_for_another_which_is_charged_at_once(self):
        order, invoice = self.create_late_contract()
        invoice.transaction_ids.subscription_decline_class = "method"
        self.run_dunning("2027-02-03")
        self.assertEqual(
            self.get_events(invoice),
            [("2027-02-03", "charge", "skipped"), ("2027-02-03", "remind", "done")],
        )
        self.assertIn("does not accept", self.get_mails().body_html)
        self.travel("2027-02-04")
        order.subscription_payment_token_id = self.create_token("done")
        self.run_charges()
        self.assertFalse(invoice.amount_residual)
        self.run_dunning()
        events = self.get_events(invoice)[2:]
        self.assertEqual(events, [("2027-02-04", "charge", "done"), ("2027-02-04", "paid", "done")])

    def test_a_charge_that_the_bank_forbids_is_never_repeated(self):
        order, invoice = self.create_late_contract()
        self.assertTrue(order.activity_ids)
        invoice.transaction_ids.subscription_decline_class = "never"
        self.live("2027-02-08")
        self.assertEqual(len(invoice.transaction_ids), 1)
        self.assertIn(("2027-02-03", "charge", "skipped"), self.get_events(invoice))

    def test_another_method_does_not_lift_the_ban_of_a_bank(self):
        order, invoice = self.create_late_contract()
        invoice.transaction_ids.subscription_decline_class = "never"
        order.subscription_payment_token_id = self.create_token("done")
        self.run_charges()
        self.assertEqual(len(invoice.transaction_ids), 1)
        self.assertTrue(invoice.amount_residual)

    def test_retries_end_after_the_attempts_of_the_policy(self):
        self.policy.max_attempts = 2
        _order, invoice = self.create_late_contract()
        self.live("2027-02-08")
        self.assertEqual(len(invoice.transaction_ids), 2)
        self.assertIn(("2027-02-07", "charge", "skipped"), self.get_events(invoice))

    def test_one_mail_lists_all_open_invoices_of_a_customer(self):
        _order, first = self.create_late_contract()
        _order, second = self.create_late_contract()
        self.run_dunning("2027-02-03")
        mail = self.get_mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.partner)
        for invoice in first | second:
            self.assertIn(invoice.name, mail.body_html)
            self.assertIn(invoice.access_token, mail.body_html)
            self.assertEqual(len(self.get_events(invoice)), 2)

    def test_a_customer_without_address_is_called(self):
        self.partner.email = False
        order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        self.assertFalse(self.get_mails())
        self.assertEqual(self.get_events(invoice)[-1], ("2027-02-03", "remind", "failed"))
        self.assertIn("no email address", order.activity_ids.sorted("id")[-1:].note)

    @mute_logger("odoo.addons.sale_recurring.models.dunning.account_move_steps")
    def test_a_step_that_fails_stops_nothing_else(self):
        _order, invoice = self.create_late_contract()
        Order = type(self.env["sale.order"])
        for day in ("2027-02-03", "2027-02-07", "2027-02-14"):
            self.run_dunning(day)
        with patch.object(Order, "_dunning_suspend", side_effect=UserError("Not now.")):
            self.run_dunning("2027-02-20")
        event = invoice.subscription_dunning_event_ids.sorted("id")[-1:]
        self.assertEqual(
            (event.action, event.outcome, event.note), ("suspend", "failed", "Not now.")
        )
        self.run_dunning("2027-02-23")
        self.assertEqual(self.get_events(invoice)[-1], ("2027-02-23", "warn", "done"))

    @mute_logger("odoo.addons.sale_recurring.models.dunning.account_move_mail")
    def test_a_mail_that_cannot_be_written_is_told(self):
        order, invoice = self.create_late_contract()
        Template = type(self.env["mail.template"])
        with patch.object(Template, "send_mail", side_effect=ValueError("no such field")):
            self.run_dunning("2027-02-03")
        self.assertEqual(self.get_events(invoice)[-1], ("2027-02-03", "remind", "failed"))
        self.assertIn("could not be written", order.activity_ids.sorted("id")[-1:].note)

    def test_invoices_in_time_and_contracts_without_policy_are_left_alone(self):
        self.charged_template.dunning_policy_id = False
        order, invoice = self.create_late_contract()
        self.run_dunning("2027-03-15")
        self.assertFalse(order.subscription_in_dunning)
        self.assertEqual(self.get_events(invoice), [])

    def test_history_cannot_be_changed_and_the_database_refuses_a_second_step(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        event = invoice.subscription_dunning_event_ids[:1]
        with self.assertRefused("cannot be changed"):
            event.note = "Never happened"
        with self.assertRefused("cannot be deleted"):
            event.unlink()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            invoice._log_dunning(event.step_id, event.action)

    def test_policies_refuse_what_makes_no_sense(self):
        with self.assertRaisesRegex(ValidationError, "twice"):
            self.create_policy((10, "close"), (20, "close"))
        self.assertIn("Day 3: Charge again", self.charged_template.summary)

    def test_a_policy_in_use_cannot_be_deleted(self):
        policy = self.env.ref("sale_recurring.dunning_policy_standard")
        template = self._create_template("Uses it", dunning_policy_id=policy.id)
        with self.assertRefused("cannot be deleted"):
            policy.unlink()
        self.env["subscription.template"].search([]).dunning_policy_id = False
        policy.unlink()
        self.assertFalse(template.dunning_policy_id)

    def test_a_run_that_is_killed_anywhere_does_nothing_twice(self):
        expected = [
            ("2027-02-07", "charge", "done"),
            ("2027-02-07", "remind", "done"),
            ("2027-02-07", "activity", "done"),
        ]
        self.charged_template.dunning_policy_id = self.create_policy(
            (3, "remind"), (7, "charge"), (7, "remind"), (7, "activity")
        )
        _order, invoice = self.create_late_contract()
        self.travel("2027-02-07")
        kills = 0
        while self._run_until_killed(kills):
            kills += 1
            self.assertLess(kills, 30)
        self.assertGreaterEqual(kills, 3)
        self.assertEqual(self.get_events(invoice)[-3:], expected)
        self.assertEqual(len(self.get_events(invoice)), 4)
        self.assertEqual(len(self.get_mails()), 1)
        self.assertEqual(len(invoice.transaction_ids), 2)

    def _run_until_killed(self, commits):
        """Run the job and kill it before one of its commits.

        :return: whether it was killed
        """
        Cron = type(self.env["ir.cron"])
        original, left = Cron._commit_progress, iter(range(commits))

        def commit(cron, *args, **kwargs):
            if next(left, None) is None:
                raise Killed
            return original(cron, *args, **kwargs)

        with patch.object(Cron, "_commit_progress", commit):
            try:
                self.in_a_job(
                    self.env["account.move"], lambda moves: moves._cron_dun_subscriptions()
                )
            except Killed:
                return True
        return False
