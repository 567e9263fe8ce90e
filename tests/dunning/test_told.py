from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from ..support.common_dunning import ToldCommon


@tagged("post_install", "-at_install")
class TestTold(ToldCommon):
    """Nobody is suspended or closed without a mail that left and said so."""

    def test_a_warning_on_the_first_late_day_holds_the_day(self):
        order, _invoice = self.create_dunned((5, "close"))
        self.run_dunning("2027-02-01")
        text = f"your contract {order.name} will end on 02/08/2027"
        self.assertIn(text, self.get_mails().body_html)
        self.live("2027-02-02", "2027-02-07")
        self.assertEqual(order.subscription_state, "active")
        self.run_dunning("2027-02-08")
        self.assertEqual(order.subscription_state, "closed")

    def test_a_warning_after_a_standstill_holds_the_day(self):
        order, _invoice = self.create_dunned((3, "remind"), (30, "close"))
        self.run_dunning("2027-06-01")
        self.assertIn("will end on 06/08/2027", self.get_mails().body_html)
        self.live("2027-06-02", "2027-06-07")
        self.assertEqual(order.subscription_state, "active")
        self.run_dunning("2027-06-08")
        self.assertEqual(order.subscription_state, "closed")

    def take_back(self, payment, day):
        """Let a clerk undo a payment on a day: the cheque was not honoured."""
        self.travel(day)
        payment.action_draft()
        payment.action_cancel()

    def test_what_was_announced_before_a_payment_that_was_taken_back_is_announced_again(self):
        order, invoice = self.create_dunned((3, "remind"), (10, "suspend"), (20, "close"))
        self.run_dunning("2027-02-03")
        payment = self.book_payment(invoice)
        self.run_dunning("2027-02-04")
        before = self.get_mails()
        self.take_back(payment, "2027-04-01")
        self.live("2027-04-01", "2027-04-07")
        self.assertEqual(order.subscription_state, "active")
        self.live("2027-04-08", "2027-04-14")
        told = " ".join((self.get_mails() - before).mapped("body_html"))
        self.assertIn("will be suspended on 04/", told)
        self.assertEqual(order.subscription_state, "suspended")

    def test_a_payment_that_was_taken_back_closes_nothing_untold(self):
        order, invoice = self.create_dunned((3, "remind"), (10, "close"))
        self.run_dunning("2027-02-03")
        payment = self.book_payment(invoice)
        self.run_dunning("2027-02-04")
        self.take_back(payment, "2027-04-01")
        self.live("2027-04-01", "2027-04-20", leave=False)
        self.assertEqual(order.subscription_state, "active")
        self.assertIn("was not told", " ".join(order.activity_ids.mapped("summary")))

    def test_a_contract_is_suspended_again_when_a_payment_is_taken_back(self):
        order, invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        self.live("2027-02-03", "2027-02-10")
        self.assertEqual(order.subscription_state, "suspended")
        payment = self.book_payment(invoice)
        self.run_dunning("2027-02-11")
        self.assertEqual(order.subscription_state, "active")
        before = self.get_mails()
        self.take_back(payment, "2027-04-01")
        self.run_dunning("2027-04-01")
        mail = self.get_mails() - before
        self.assertIn("will be suspended on 04/08/2027", mail.body_html)
        self.assertEqual(str(order.subscription_dunning_next_date), "2027-04-08")
        self.live("2027-04-02", "2027-04-07")
        self.assertEqual(self.get_mails() - before, mail)
        self.assertEqual(order.subscription_state, "active")
        self.run_dunning("2027-04-08")
        self.assertEqual(order.subscription_state, "suspended")
        self.book_payment(invoice)
        self.run_dunning("2027-04-09")
        self.assertEqual(order.subscription_state, "active")

    def test_whom_a_clerk_let_go_on_is_not_suspended_again(self):
        order, _invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        self.live("2027-02-03", "2027-02-10")
        self.travel("2027-02-11")
        order._subscription_resume(fields.Date.to_date("2027-02-11"))
        before = self.get_mails()
        self.live("2027-02-11", "2027-02-25")
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(self.get_mails() - before)

    def test_days_count_from_the_mail_that_left(self):
        order, _invoice = self.create_dunned((5, "close"))
        self.run_dunning("2027-02-01", leave=False)
        self.travel("2027-02-02")
        self.let_mails_leave()
        self.live("2027-02-03", "2027-02-08")
        self.assertEqual(order.subscription_state, "active")
        self.run_dunning("2027-02-09")
        self.assertEqual(order.subscription_state, "closed")

    def test_mails_that_stay_in_the_queue_close_nothing(self):
        order, _invoice = self.create_dunned((3, "remind"), (10, "suspend"), (20, "close"))
        self.live("2027-02-01", "2027-03-10", leave=False)
        self.assertEqual(order.subscription_state, "active")
        self.assertIn("was not told", " ".join(order.activity_ids.mapped("summary")))

    def test_a_mail_that_failed_is_told_and_written_again(self):
        order, _invoice = self.create_dunned((5, "close"))
        self.run_dunning("2027-02-01", leave=False)
        mail = self.get_mails()
        mail.state = "exception"
        mail._postprocess_sent_message([], [], "mailbox full", "mail_smtp")
        notice = self.env["subscription.dunning.notice"].search([("order_id", "=", order.id)])
        self.assertEqual((notice.state, notice.reason), ("failed", "mailbox full"))
        self.live("2027-02-02", "2027-02-05")
        self.run_dunning("2027-02-06")
        self.assertEqual(order.subscription_state, "active")
        self.assertIn("mailbox full", " ".join(order.activity_ids.mapped("note")))
        self.live("2027-02-07", "2027-02-12")
        self.assertEqual(order.subscription_state, "active")
        self.run_dunning("2027-02-13")
        self.assertEqual(order.subscription_state, "closed")

    def test_nobody_without_an_address_is_suspended_or_closed(self):
        self.partner.email = False
        order, _invoice = self.create_dunned((3, "remind"), (10, "suspend"), (20, "close"))
        self.live("2027-02-01", "2027-03-10")
        self.assertEqual(order.subscription_state, "active")
        self.assertIn("no email address", " ".join(order.activity_ids.mapped("note")))
        self.partner.email = "ada@example.com"
        self.run_dunning("2027-03-11")
        self.assertEqual(order.subscription_state, "active")
        self.live("2027-03-12", "2027-03-18")
        self.assertEqual(order.subscription_state, "suspended")

    def test_a_suspension_that_no_reminder_announced_is_warned_of(self):
        order, _invoice = self.create_dunned((10, "suspend"))
        self.live("2027-02-01", "2027-02-03")
        self.assertIn("will be suspended on 02/10/2027", self.get_mails().body_html)
        self.live("2027-02-04", "2027-02-10")
        self.assertEqual(order.subscription_state, "suspended")

    def test_a_mail_template_of_ones_own_holds_the_warning_too(self):
        template = self.env["mail.template"].create(
            {
                "name": "Own",
                "model_id": self.env.ref("account.model_account_move").id,
                "subject": "Pay",
                "body_html": "<p>Pay.</p>",
                "partner_to": "{{ object.partner_id.id }}",
                "use_default_to": False,
            }
        )
        order, _invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        self.charged_template.dunning_policy_id.step_ids.filtered(
            lambda step: step.action == "remind"
        ).mail_template_id = template
        self.run_dunning("2027-02-03")
        self.assertIn(f"{order.name} will be suspended on 02/10/2027", self.get_mails().body_html)
        template.partner_to = ""
        other, _invoice = self.create_late_contract()
        self.run_dunning("2027-02-06")
        self.assertIn("has no reader", " ".join(other.activity_ids.mapped("note")))

    def give_credit(self, amount):
        """Post a credit note of the customer that is matched with nothing."""
        credit = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.partner.id,
                "invoice_date": "2027-02-01",
                "invoice_line_ids": [
                    fields.Command.create({"name": "Sorry", "price_unit": amount, "tax_ids": []})
                ],
            }
        )
        credit.action_post()
        return credit

    def test_open_credit_is_shown_and_harms_nobody(self):
        order, invoice = self.create_dunned((3, "remind"), (10, "suspend"), (20, "close"))
        credit = self.give_credit(36)
        self.run_dunning("2027-02-03")
        body = " ".join(self.get_mails().body_html.replace("\xa0", " ").split())
        self.assertIn("$ 36.00 in open credit", body)
        self.live("2027-02-04", "2027-03-05")
        self.assertEqual(order.subscription_state, "active")
        self.assertIn("has open credit", " ".join(order.activity_ids.mapped("summary")))
        lines = (invoice | credit).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.run_dunning("2027-03-06")
        self.assertFalse(order.subscription_in_dunning)
        self.assertNotIn("open credit", " ".join(order.activity_ids.mapped("summary")))

    def test_credit_that_does_not_cover_the_debt_holds_nothing(self):
        for steps in (((3, "remind"), (10, "suspend")), ((3, "remind"), (10, "close"))):
            order, _invoice = self.create_dunned(*steps)
            credit = self.give_credit(0.01)
            self.run_dunning("2027-02-03")
            body = " ".join(self.get_mails()[:1].body_html.replace("\xa0", " ").split())
            self.assertIn("$ 0.01 in open credit", body)
            self.live("2027-02-04", "2027-02-14")
            self.assertIn(order.subscription_state, ("suspended", "closed"))
            self.travel("2027-01-31")
            credit.button_cancel()

    def pay_unmatched(self):
        """Book the money of a bank transfer without saying what it is for."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": 36,
                "journal_id": self.provider.journal_id.id,
            }
        )
        payment.action_post()

    def test_an_unmatched_payment_counts_as_well(self):
        order, _invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        self.pay_unmatched()
        self.live("2027-02-01", "2027-02-15")
        self.assertEqual(order.subscription_state, "active")

    def test_nobody_is_charged_again_who_has_paid_otherwise(self):
        order, invoice = self.create_dunned((3, "charge"), (10, "charge"))
        order.subscription_payment_token_id.demo_simulated_state = "done"
        self.pay_unmatched()
        self.run_dunning("2027-02-03")
        self.assertEqual(self.get_events(invoice), [("2027-02-03", "charge", "skipped")])
        self.assertEqual(invoice.transaction_ids.mapped("state"), ["error"])
        self.assertIn("has open credit", " ".join(order.activity_ids.mapped("summary")))

    # ------------------------------------------------------------------
    # Left out
    # ------------------------------------------------------------------

    def test_who_is_left_out_is_left_alone_until_the_last_day(self):
        order, invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        order.write(
            {
                "subscription_left_out": True,
                "subscription_left_out_reason": "A quarrel about quality",
                "subscription_left_out_until": "2027-03-31",
            }
        )
        self.live("2027-02-01", "2027-02-20")
        self.run_dunning("2027-03-31")
        self.assertFalse(self.get_mails() or self.get_events(invoice))
        self.run_dunning("2027-04-01")
        self.assertEqual(self.get_events(invoice), [("2027-04-01", "remind", "done")])

    def test_a_customer_is_left_out_with_all_contracts(self):
        self.partner.write(
            {"subscription_left_out": True, "subscription_left_out_reason": "Friends"}
        )
        _order, invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        self.live("2027-02-01", "2027-02-20")
        self.assertFalse(self.get_mails() or self.get_events(invoice))

    @mute_logger("odoo.sql_db")
    def test_nobody_is_left_out_without_a_reason(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.partner.subscription_left_out = True
            self.env.flush_all()

    # ------------------------------------------------------------------
    # Paused on the day
    # ------------------------------------------------------------------

    def test_a_contract_paused_on_the_day_is_suspended_after_its_pause(self):
        order, invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        self.live("2027-02-01", "2027-02-08")
        days = (fields.Date.to_date(day) for day in ("2027-02-09", "2027-02-14"))
        order._subscription_pause(*days)
        self.travel("2027-02-09")
        order._subscription_refresh_state()
        self.live("2027-02-09", "2027-02-13")
        self.assertEqual(order.subscription_state, "paused")
        self.travel("2027-02-14")
        order._subscription_refresh_state()
        self.run_dunning("2027-02-14")
        self.assertEqual(order.subscription_state, "suspended")
        self.book_payment(invoice)
        self.run_dunning("2027-02-15")
        self.assertEqual(order.subscription_state, "active")

    def test_a_contract_that_ended_untold_is_found(self):
        order, _invoice = self.create_dunned((5, "close"))
        self.live("2027-02-01", "2027-02-08")
        self.assertEqual(order.subscription_state, "closed")
        self.env["ir.config_parameter"].set_param("sale_recurring.told_since", "2027-01-01")
        self.assertFalse(self.env["subscription.finding"].sudo()._find_untold())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_dunning_notice SET left_date = '2027-02-09' WHERE order_id = %s",
            [order.id],
        )
        (found,) = self.env["subscription.finding"].sudo()._find_untold()
        self.assertEqual((found["check"], found["order_id"]), ("untold", order.id))

    def test_a_contract_that_ended_before_the_day_that_was_told_is_found(self):
        order, _invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        self.live("2027-02-01", "2027-02-10")
        self.assertEqual(order.subscription_state, "suspended")
        self.env["ir.config_parameter"].set_param("sale_recurring.told_since", "2027-01-01")
        finding = self.env["subscription.finding"].sudo()
        self.assertFalse(finding._find_untold())
        for change in (
            "announced_date = announced_date + 1",
            "sent_date = sent_date - 1",
            "paid_date = '2027-02-09'",
        ):
            with self.subTest(change), self.env.cr.savepoint() as kept:
                self.env.cr.execute(f"UPDATE subscription_dunning_notice SET {change}")  # noqa: S608
                (found,) = finding._find_untold()
                self.assertEqual((found["check"], found["order_id"]), ("untold", order.id))
                kept.rollback()
