from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestMailReader(PaymentCommon):
    """Mails that ask for money reach somebody who is there, or a colleague is asked."""

    def setUp(self):
        super().setUp()
        self.firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "firm@example.com"}
        )
        self.partner.parent_id = self.firm
        self.terms = self._create_template("Paid first", payment_mode="after_payment")
        self.order = self.create_contract(self.line_values(self.seat, 3), template=self.terms)
        self.draft = self.bill(self.order)

    def get_mails(self):
        """Return what is in the queue about documents."""
        return self.env["mail.mail"].search([("model", "=", "account.move")])

    def test_a_request_for_a_contact_without_address_goes_to_the_company(self):
        self.partner.email = False
        self.run_charges()
        self.assertEqual(self.get_mails().recipient_ids, self.firm)
        self.assertFalse(self.order.activity_ids)

    def test_a_request_for_somebody_who_left_goes_to_the_company(self):
        self.partner.active = False
        self.run_charges()
        self.assertEqual(self.get_mails().recipient_ids, self.firm)

    def test_an_address_that_is_none_reaches_nobody(self):
        self.partner.email = "ada at example"
        self.firm.email = False
        self.run_charges()
        self.assertFalse(self.get_mails())
        self.assertIn("no email address", self.order.activity_ids.note)

    def test_a_request_without_a_mail_template_is_left_to_a_colleague(self):
        self.env.ref("sale_recurring.mail_template_payment_request").unlink()
        self.run_charges()
        self.assertIn("was not asked to pay", self.order.activity_ids.note)
        self.assertEqual(self.order.activity_ids.subscription_move_id, self.draft)
        self.run_charges()
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_a_request_whose_mail_template_lost_its_readers_is_left_to_a_colleague(self):
        self.env.ref("sale_recurring.mail_template_payment_request").partner_to = False
        self.run_charges()
        self.assertFalse(self.get_mails())
        self.assertIn("has no reader", self.order.activity_ids.note)

    @mute_logger("odoo.addons.sale_recurring.models.terms.mail_template")
    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_request_whose_mail_template_is_broken_is_left_to_a_colleague(self):
        self.break_template("mail_template_payment_request")
        self.run_charges()
        self.assertFalse(self.get_mails())
        self.assertIn("cannot be used", self.order.activity_ids.note)

    @mute_logger("odoo.addons.sale_recurring.models.terms.mail_template")
    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_decline_is_told_though_the_mail_template_is_broken(self):
        self.break_template("mail_template_charge_authentication")
        order = self.create_charged_contract("error")
        invoice = self.bill(order)
        needed = patch.object(
            type(self.env["payment.transaction"]), "_is_authentication_needed", lambda _tx: True
        )
        with needed:
            self.run_charges()
        self.assertTrue(invoice.transaction_ids.is_post_processed)
        self.assertTrue(invoice.subscription_charge_error)
        matters = order.activity_ids.mapped("subscription_matter")
        self.assertEqual(sorted(matters), ["failed", "unpaid"])

    def test_a_request_that_did_not_leave_is_told_until_it_is_paid(self):
        self.run_charges()
        mail = self.get_mails()
        self.let_mails_leave()
        self.assertFalse(self.order.activity_ids)
        mail.state = "exception"
        mail._postprocess_sent_message([], [], "mailbox full", "mail_smtp")
        self.assertIn("mailbox full", self.order.activity_ids.note)
        self.draft.action_post()
        self.book_payment(self.draft)
        self.assertFalse(self.order.activity_ids)

    def test_the_language_is_that_of_the_reader(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.partner.write({"email": False, "lang": "en_US"})
        self.firm.lang = "pt_BR"
        self.run_charges()
        self.assertIn("36,00", self.get_mails().subject)

    def test_a_bank_that_wants_to_see_the_customer_is_told_of_to_the_company(self):
        self.partner.active = False
        self.draft._send_authentication_request()
        self.assertEqual(self.get_mails().recipient_ids, self.firm)
