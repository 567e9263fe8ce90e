from odoo.tests import tagged

from ..support.common_campaign import PriceCampaignCase


@tagged("post_install", "-at_install")
class TestTold(PriceCampaignCase):
    """Nobody pays a new price before a mail that left said so, in time."""

    def setUp(self):
        super().setUp()
        self.order = self.create_contract(self.line_values(self.seat, 8), day="2027-04-01")
        for day in ("2027-04-01", "2027-05-01"):
            self.bill(self.order, day)
        self.travel("2027-04-20")
        self.campaign = self.preview(self.order, effective_date="2027-06-01")
        self.apply(self.campaign)
        self.do(self.campaign, "action_send_notices")
        self.mail = self.env["mail.mail"].sudo().search([("subject", "like", "new prices")])

    def watch(self, day):
        """Run the job that looks for notices which did not leave."""
        self.travel(day)
        with self.enter_registry_test_mode():
            cron = self.env.ref("sale_recurring.ir_cron_watch_notices")
            self.assertIs(cron.method_direct_trigger(), True)

    def fail(self):
        """Let the mail server refuse the notice."""
        self.mail.state = "exception"
        self.mail._postprocess_sent_message([], [], "mailbox full", "mail_smtp")

    def get_june(self):
        """Return what June costs, without taxes."""
        return self.bill(self.order, "2027-06-01").amount_untaxed

    def test_a_mail_that_left_in_time_raises_the_price(self):
        self.let_mails_leave()
        self.watch("2027-05-20")
        self.assertEqual(self.get_june(), 88.0)
        self.assertFalse(self.order.activity_ids)

    def test_a_mail_that_failed_tells_nobody_and_somebody_is_asked(self):
        self.fail()
        self.assertFalse(self.campaign.line_ids.notified_at)
        self.assertEqual(self.campaign.untold_count, 1)
        self.assertIn("mailbox full", self.order.activity_ids.note)
        self.fail()
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_the_price_waits_when_the_mail_failed(self):
        self.fail()
        self.watch("2027-05-03")
        self.assertEqual(self.campaign.line_ids.state, "undone")
        self.assertEqual(self.get_june(), 80.0)
        self.assertIn("keeps its prices", self.order.activity_ids.note)
        self.assertEqual(self.mail.state, "cancel")
        self.assertBillsNothing(self.order)

    def test_the_price_waits_when_the_mail_stays_in_the_queue(self):
        self.watch("2027-05-02")
        self.assertEqual(self.campaign.line_ids.state, "done")
        self.watch("2027-05-03")
        self.assertIn("keeps its prices", self.order.activity_ids.note)
        self.assertEqual(self.get_june(), 80.0)

    def test_the_price_waits_when_the_mail_was_deleted_from_the_queue(self):
        self.mail.unlink()
        self.watch("2027-05-03")
        self.assertEqual(self.get_june(), 80.0)

    def test_the_price_waits_when_the_mail_leaves_too_late(self):
        self.travel("2027-05-03")
        self.let_mails_leave()
        self.watch("2027-05-03")
        self.assertEqual(self.get_june(), 80.0)
        self.assertTrue(self.order.activity_ids)

    def test_a_mail_that_is_sent_again_in_time_raises_the_price(self):
        self.fail()
        self.travel("2027-04-25")
        self.mail.mark_outgoing()
        self.let_mails_leave()
        self.assertEqual(self.campaign.untold_count, 0)
        self.assertFalse(self.order.activity_ids)
        self.watch("2027-05-20")
        self.assertEqual(self.get_june(), 88.0)

    def test_a_price_that_is_taken_back_is_told_of_no_more(self):
        self.fail()
        self.do(self.campaign, "action_undo")
        self.assertEqual(self.mail.state, "cancel")
        self.assertFalse(self.order.activity_ids)

    def test_somebody_decides_about_a_price_that_is_in_force(self):
        self.fail()
        self.watch("2027-06-02")
        self.assertIn(
            "could not be taken back", " ".join(message.body for message in self.order.message_ids)
        )
        self.watch("2027-06-03")
        self.assertEqual(len(self.order.activity_ids), 1)
