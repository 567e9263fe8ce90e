from odoo.tests import tagged

from ..support.common_alert import AlertCommon

HELLO, SEEN = "Hello", "Seen"


@tagged("post_install", "-at_install")
class TestHealthContact(AlertCommon):
    """Who wrote last, what counts as a message to or from the customer, and when it is known."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.seat, day="2027-02-01")
        self.watch("2027-02-20")

    def write_message(self, day, **values):
        """Post a message on the contract at noon of a day, and count the facts again."""
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"} | values
        message = self.order.message_post(body=HELLO, **values)
        message.date = f"{day} 12:00:00"
        self.watch()
        return message

    def get_days(self):
        """Return the days since somebody wrote, and since the customer did."""
        return self.order.subscription_fact_contact, self.order.subscription_fact_answer

    def test_a_note_among_colleagues_is_no_contact(self):
        self.write_message("2027-02-18", subtype_xmlid="mail.mt_note")
        self.assertEqual(self.get_days(), (19, 19))
        self.write_message("2027-02-17")
        self.assertEqual(self.get_days(), (3, 19))

    def test_anybody_of_the_customer_may_answer(self):
        colleague = self.env["res.partner"].create({"name": "Bo", "parent_id": self.partner.id})
        self.write_message("2027-02-10", author_id=colleague.id)
        self.assertEqual(self.get_days(), (10, 10))

    def test_a_mail_from_outside_is_an_answer_whoever_wrote_it(self):
        accountant = self.env["res.partner"].create({"name": "Cy", "email": "cy@books.example"})
        self.write_message("2027-02-10", message_type="email", author_id=accountant.id)
        self.assertEqual(self.get_days(), (10, 10))
        message = self.write_message("2027-02-12", message_type="email")
        message.write({"author_id": False, "email_from": "somebody@books.example"})
        self.order.subscription_health_id._as_system().is_stale = True
        self.watch()
        self.assertEqual(self.get_days(), (8, 8))

    def test_our_own_mail_is_no_answer(self):
        ours = self.env.user.partner_id
        self.write_message("2027-02-10", message_type="email", author_id=ours.id)
        self.assertEqual(self.get_days(), (10, 19))

    def test_an_answer_is_known_within_a_minute(self):
        row = self.order.subscription_health_id
        self.assertFalse(row.is_stale)
        self.order.message_post(body=SEEN, subtype_xmlid="mail.mt_note")
        self.assertFalse(row.is_stale, "a note changes nothing")
        message = self.order.message_post(
            body=HELLO,
            author_id=self.partner.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        message.date = "2027-02-20 11:00:00"
        self.assertTrue(row.is_stale)
        alert = self.create_alert("silent", days=10)
        self.watch()
        self.assertEqual(self.get_log(alert), [], "the customer wrote an hour ago")
