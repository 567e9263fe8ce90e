from datetime import date

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestMethodMails(PaymentCommon):
    """Mails about saved methods reach somebody who is there, or a colleague is asked."""

    def setUp(self):
        super().setUp()
        self.firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "firm@example.com"}
        )
        self.partner.parent_id = self.firm

    def get_mails(self):
        """Return what is in the queue for the customer."""
        people = self.partner | self.firm
        return self.env["mail.mail"].search(
            [("subject", "like", "payment method"), ("recipient_ids", "in", people.ids)]
        )

    def warn(self):
        """Let the job run that warns of methods which expire."""
        self.travel("2027-03-02")
        with self.enter_registry_test_mode():
            cron = self.env.ref("sale_recurring.ir_cron_warn_of_expiry")
            self.assertIs(cron.method_direct_trigger(), True)

    def create_expiring(self):
        """Return a contract whose method ends in March."""
        order = self.create_charged_contract()
        self.bill(order)
        order.subscription_payment_token_id.subscription_expiry_date = date(2027, 3, 31)
        return order

    def start_trial(self):
        """Return a contract with a trial that nobody saved a method for."""
        terms = self._create_template(
            "Trial", payment_mode="charge", trial_count=1, trial_unit="month"
        )
        return self.create_contract(self.line_values(self.seat, 3), template=terms)

    def test_the_end_of_a_method_of_somebody_who_left_is_told_to_the_company(self):
        self.create_expiring()
        self.partner.active = False
        self.warn()
        self.assertEqual(self.get_mails().recipient_ids, self.firm)

    def test_the_end_of_a_method_that_no_mail_can_tell_of_is_left_to_a_colleague(self):
        order = self.create_expiring()
        self.partner.email = self.firm.email = False
        self.warn()
        self.assertFalse(self.get_mails())
        self.assertIn("valid until 03/31/2027", order.activity_ids.note)
        self.env["mail.activity"]._remove_done_matters()
        self.assertEqual(len(order.activity_ids), 1)
        order.subscription_payment_token_id = self.create_token()
        self.assertFalse(order.activity_ids)

    def test_the_end_of_a_method_without_a_mail_template_is_left_to_a_colleague(self):
        order = self.create_expiring()
        self.env.ref("sale_recurring.mail_template_method_expires").unlink()
        self.warn()
        self.assertIn("valid until 03/31/2027", order.activity_ids.note)

    @mute_logger("odoo.addons.sale_recurring.models.terms.mail_template")
    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_the_end_of_a_method_by_a_broken_mail_template_is_left_to_a_colleague(self):
        order = self.create_expiring()
        self.break_template("mail_template_method_expires")
        self.warn()
        self.assertIn("gone or broken", order.activity_ids.note)

    @mute_logger("odoo.addons.sale_recurring.models.terms.mail_template")
    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_broken_mail_template_keeps_nobody_from_ordering(self):
        self.break_template("mail_template_method_wanted")
        order = self.start_trial()
        self.assertEqual(order.state, "sale")
        self.assertIn("gone or broken", order.activity_ids.note)

    @mute_logger("odoo.addons.sale_recurring.models.terms.mail_template")
    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_broken_mail_template_keeps_nobody_from_removing_a_method(self):
        self.break_template("mail_template_method_removed")
        order = self.create_charged_contract()
        order.subscription_payment_token_id.active = False
        self.assertEqual(order.activity_ids.mapped("subscription_matter"), ["method"])

    def test_the_end_of_a_method_is_asked_about_no_more_once_its_contract_ended(self):
        order = self.create_expiring()
        self.partner.email = self.firm.email = False
        self.warn()
        order._subscription_close(order._subscription_today())
        self.env["mail.activity"]._remove_done_matters()
        self.assertFalse(
            order.activity_ids.filtered(lambda one: one.subscription_matter == "method")
        )

    def test_a_trial_of_somebody_who_left_asks_the_company(self):
        self.partner.active = False
        self.start_trial()
        self.assertEqual(self.get_mails().recipient_ids, self.firm)

    def test_a_trial_that_no_mail_can_ask_in_is_left_to_a_colleague(self):
        self.partner.email = self.firm.email = False
        order = self.start_trial()
        self.assertFalse(self.get_mails())
        self.assertIn("Your free trial ends on", order.activity_ids.note)
        self.env["mail.activity"]._remove_done_matters()
        self.assertEqual(len(order.activity_ids), 1)
        order.subscription_payment_token_id = self.create_token()
        self.assertFalse(order.activity_ids)

    def fail(self):
        """Let the mail server refuse what is in the queue, twice."""
        mail = self.get_mails()
        for _number in range(2):
            mail.state = "exception"
            mail._postprocess_sent_message([], [], "mailbox full", "mail_smtp")

    def test_a_mail_about_the_end_of_a_method_that_failed_is_left_to_a_colleague(self):
        order = self.create_expiring()
        self.warn()
        self.assertFalse(order.activity_ids)
        self.fail()
        self.assertIn("mailbox full", order.activity_ids.note)
        self.assertEqual(len(order.activity_ids), 1)
        self.env["mail.activity"]._remove_done_matters()
        self.assertEqual(len(order.activity_ids), 1)
        order.subscription_payment_token_id = self.create_token()
        self.assertFalse(order.activity_ids)

    def test_a_mail_about_a_method_that_is_gone_asks_nobody(self):
        order = self.create_expiring()
        self.warn()
        mail = self.get_mails()
        token = order.subscription_payment_token_id
        mail.mail_message_id.res_id = token.id + 1000
        mail._hook_on_outcome(False, "mailbox full")
        self.assertFalse(order.activity_ids)

    def test_a_mail_about_a_trial_that_failed_is_left_to_a_colleague(self):
        order = self.start_trial()
        self.fail()
        self.assertIn("mailbox full", order.activity_ids.note)
        self.assertEqual(len(order.activity_ids), 1)
        order.subscription_payment_token_id = self.create_token()
        self.assertFalse(order.activity_ids)

    def test_a_mail_about_a_removal_that_failed_adds_no_second_request(self):
        order = self.create_charged_contract()
        order.subscription_payment_token_id.active = False
        self.assertEqual(len(order.activity_ids), 1)
        self.fail()
        self.assertEqual(len(order.activity_ids), 1)

    def test_the_removal_of_a_method_is_told_to_the_company(self):
        order = self.create_charged_contract()
        self.partner.active = False
        order.subscription_payment_token_id.active = False
        self.assertEqual(self.get_mails().recipient_ids, self.firm)
