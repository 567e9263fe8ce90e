from odoo.exceptions import ValidationError
from odoo.tests import tagged

# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.sale_recurring.tests.support.common_alert import (  # pylint: disable=odoo-addons-relative-import
    AlertCommon,
)


@tagged("post_install", "-at_install")
class TestAlertSms(AlertCommon):
    """Flags send text messages: to valid numbers, once, and not to who does not want them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.message = cls.env["sms.template"].create(
            {
                "name": "We are sorry",
                "model_id": cls.env["ir.model"]._get_id("sale.order"),
                "body": "About {{ object.name }}: please call us.",
            }
        )
        cls.partner.write({"country_id": cls.env.ref("base.us").id, "phone": "+1 (202) 555-0143"})

    def setUp(self):
        super().setUp()
        self.order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()

    def raise_flag(self):
        """Let a flag with a message be raised; return its row."""
        alert = self.create_alert("end", {"kind": "sms", "sms_template_id": self.message.id})
        self.order.subscription_last_date = "2027-02-20"
        self.watch()
        self.watch()
        self.assertEqual(alert.log_ids.state, "done", alert.log_ids.note)
        return alert.log_ids

    def get_messages(self):
        """Return messages in the queue that are about the contract."""
        messages = self.env["sms.sms"].search([("partner_id", "=", self.partner.id)])
        return messages.filtered(lambda one: one.mail_message_id.res_id == self.order.id)

    def test_a_message_waits_in_the_queue_once_and_stands_on_the_contract(self):
        log = self.raise_flag()
        message = self.get_messages()
        self.assertEqual(
            (message.number, message.body, message.state),
            ("+12025550143", f"About {self.order.name}: please call us.", "outgoing"),
        )
        self.assertEqual(message.mail_message_id.message_type, "sms")
        self.assertIn("+12025550143", log.note)
        self.assertEqual(log.alert_id.action_ids.display_name, "Send a text message: We are sorry")

    def test_who_does_not_want_messages_gets_none(self):
        self.env["phone.blacklist"].add("+12025550143")
        self.assertIn("does not want text messages", self.raise_flag().note)
        self.assertFalse(self.get_messages())

    def test_no_message_to_a_number_that_is_none(self):
        for phone in (False, "12", "call me", "+0 202 555 0143", "+1 202 555 0143 0143 0143"):
            with self.subTest(phone=phone):
                self.partner.phone = phone
                self.assertIn("no valid phone number", self.raise_flag().note)
                self.assertFalse(self.get_messages())

    def test_a_message_about_something_else_is_refused(self):
        other = self.env["sms.template"].create(
            {
                "name": "Customer",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Hello",
            }
        )
        for template in (other, other.browse()):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.create_alert("end", {"kind": "sms", "sms_template_id": template.id})
