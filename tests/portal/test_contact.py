from lxml import html
from odoo.tests import tagged

from ..support.common_portal import PortalCase


@tagged("post_install", "-at_install")
class TestContact(PortalCase):
    """Customers who are logged in say who gets the mails of a contract."""

    def setUp(self):
        super().setUp()
        self.firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = self.firm
        self.colleague = self.env["res.partner"].create(
            {"name": "Grace Colleague", "email": "grace@example.com", "parent_id": self.firm.id}
        )
        self.env["res.partner"].create({"name": "Mailless", "parent_id": self.firm.id})
        self.stranger = self.env["res.partner"].create(
            {"name": "Stranger", "email": "stranger@example.com"}
        )
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")
        self.log_in()

    def open_contact(self):
        return self.open(f"/my/orders/{self.order.id}/contact")

    def choose(self, **values):
        return self.submit(self.open_contact(), **values)

    def test_the_page_of_the_contract_leads_there(self):
        page = self.open_contract(self.order)
        (link,) = page.xpath("//a[@name='change_contact']/@href")
        text = self.get_text(self.open(link))
        self.assertIn("Grace Colleague", text)
        self.assertNotIn("Mailless", text)
        self.assertNotIn("Stranger", text)

    def test_a_colleague_gets_the_mails_and_nothing_else_changes(self):
        names = (
            "partner_invoice_id",
            "partner_shipping_id",
            "payment_term_id",
            "pricelist_id",
            "fiscal_position_id",
            "user_id",
            "team_id",
        )
        before = {name: self.order[name] for name in names}
        link = self.order._portal_ensure_token()
        self.env["mail.mail"].search([]).unlink()
        done = html.fromstring(self.choose(contact_id=str(self.colleague.id)).text)
        self.assertIn("The contact of this contract is changed", self.get_part(done, "done"))
        self.order.invalidate_recordset()
        self.assertEqual(self.order.partner_id, self.colleague)
        self.assertEqual({name: self.order[name] for name in names}, before)
        self.assertNotEqual(self.order.access_token, link, "who had the mails has the links")
        message = self.order.message_ids.filtered(lambda one: "changed the contact" in one.body)
        self.assertIn("grace@example.com", message.body)
        (mail,) = self.find_mails(self.colleague)
        self.assertIn(self.order.access_token, mail.body_html)
        (told,) = self.find_mails(self.partner)
        self.assertIn("Grace Colleague gets the mails", told.body_html)
        self.assertNotIn(self.order.access_token, told.body_html)
        self.assertIn(self.colleague, self.order.message_partner_ids)
        self.assertNotIn(self.partner, self.order.message_partner_ids)
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 36)
        self.assertIn("Grace Colleague", self.get_part(done, "facts"))

    def test_somebody_new_is_added_once(self):
        page = self.open_contact()
        typed = {
            "contact_id": "new",
            "contact_name": "Joan New",
            "contact_email": "joan@example.com",
        }
        self.submit(page, **typed)
        contact = self.order.partner_id
        self.assertRecordValues(
            contact, [{"name": "Joan New", "email": "joan@example.com", "type": "contact"}]
        )
        self.assertEqual(contact.commercial_partner_id, self.firm)
        count = len(self.order.message_ids)
        self.submit(page, **typed)
        self.assertEqual(len(self.order.message_ids), count)
        found = self.env["res.partner"].search([("email", "=", "joan@example.com")])
        self.assertEqual(found, contact)

    def test_what_was_typed_stands_next_to_the_sentence_what_is_wrong(self):
        for values, sentence in (
            ({"contact_id": "new", "contact_name": "Joan"}, "Type the mail address"),
            (
                {"contact_id": "new", "contact_name": "Joan", "contact_email": "x"},
                "Type the mail address",
            ),
            ({"contact_id": "new", "contact_email": "joan@example.com"}, "Type the name"),
            ({"contact_id": str(self.stranger.id)}, "Choose who gets the mails"),
            ({"contact_id": "-1"}, "Choose who gets the mails"),
            ({"contact_id": "9" * 30}, "Choose who gets the mails"),
            ({"contact_id": str(self.colleague.id), "total": "x"}, "not complete"),
            ({"contact_id": str(self.colleague.id), "total": "1"}, "Something has changed"),
        ):
            page = html.fromstring(self.choose(**values).text)
            self.assertIn(sentence, self.get_part(page, "error") or "", values)
            if "contact_name" in values:
                self.assertEqual(page.xpath("//input[@id='contact_name']/@value"), ["Joan"])
            self.order.invalidate_recordset()
            self.assertEqual(self.order.partner_id, self.partner, values)

    def test_a_link_alone_changes_no_contact(self):
        token = self.order._portal_ensure_token()
        self.authenticate(None, None)
        page = self.open_contract(self.order)
        self.assertFalse(page.xpath("//*[@name='change_contact']"))
        self.log_in(self.stranger)
        response = self.url_open(
            f"/my/orders/{self.order.id}/contact", params={"access_token": token}
        )
        self.assertEqual(response.status_code, 404)
        self.assertNotIn("grace@", response.text)
