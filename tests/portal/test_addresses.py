from lxml import html
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_portal import PortalCase


@tagged("post_install", "-at_install")
class TestAddresses(PortalCase):
    """Customers choose to whom a contract is billed and delivered, and see the taxes before."""

    def setUp(self):
        super().setUp()
        self.company.vat = False
        abroad = self.env.ref("base.nz")
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "auto_apply": True, "country_id": abroad.id, "sequence": 1}
        )
        self._create_tax(
            7,
            fiscal_position_ids=[Command.link(position.id)],
            original_tax_ids=[Command.link(self.tax.id)],
        )
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")
        address = {"parent_id": self.partner.id, "street": "Quay 1", "city": "Auckland"}
        self.away, self.desk = self.env["res.partner"].create(
            [
                {**address, "name": "Away", "type": "delivery", "country_id": abroad.id},
                {
                    **address,
                    "name": "Bills",
                    "type": "invoice",
                    "country_id": self.partner.country_id.id,
                },
            ]
        )
        self.log_in()

    def open_addresses(self, **params):
        return self.open(f"/my/orders/{self.order.id}/addresses", **params)

    def test_other_taxes_are_shown_before_and_billed_after(self):
        page = self.open_contract(self.order)
        self.assertTrue(page.xpath("//*[@name='change_addresses']"))
        page = self.open_addresses(delivery_id=self.away.id)
        self.assertIn(
            "From the next invoice on: $ 36.00 → $ 32.10.", self.get_part(page, "effects")
        )
        self.assertEqual(self.order.partner_shipping_id, self.partner, "nothing is written yet")
        done = html.fromstring(self.submit(page).text)
        self.assertIn("Your addresses are changed.", self.get_part(done, "done"))
        self.assertEqual(self.order.partner_shipping_id, self.away)
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 32.1)

    def test_bills_go_elsewhere_at_the_same_price(self):
        page = self.open_addresses(billing_id=self.desk.id)
        (label,) = page.xpath(f"//label[@for='billing_id_{self.desk.id}']")
        self.assertEqual(self.get_text(label).count("Quay 1"), 1)
        self.assertIn("does not change", self.get_part(page, "effects"))
        self.submit(page)
        self.assertEqual(self.order.partner_invoice_id, self.desk)
        self.assertEqual(self.bill(self.order, "2027-02-28").partner_id, self.desk)
        message = self.order.message_ids.filtered(lambda one: "changed the addresses" in one.body)
        self.assertEqual(len(message), 1)
        text = self.get_text(html.fromstring(self.find_mails()[0].body_html))
        self.assertIn("does not change", text)

    def test_pressed_twice_it_is_changed_once(self):
        page = self.open_addresses(billing_id=self.desk.id)
        self.submit(page)
        count = len(self.order.message_ids)
        self.assertEqual(self.submit(page).status_code, 200)
        self.assertEqual(len(self.order.message_ids), count)

    def test_addresses_of_others_are_not_taken(self):
        stranger = self.env["res.partner"].create({"name": "Stranger", "type": "invoice"})
        page = self.open_addresses(billing_id=self.desk.id)
        self.assertNotIn("Stranger", self.get_text(page))
        for values in (
            {"billing_id": str(stranger.id)},
            {"billing_id": "x", "delivery_id": "-1"},
            {"total": "1"},
            {"total": "nan"},
            {"csrf_token": "x"},
        ):
            self.submit(page, **values)
            self.order.invalidate_recordset()
            self.assertEqual(self.order.partner_invoice_id, self.partner, values)

    def test_a_link_alone_shows_no_address_of_the_customer(self):
        token = self.order._portal_ensure_token()
        self.authenticate(None, None)
        page = self.open_contract(self.order)
        self.assertFalse(page.xpath("//*[@name='change_addresses']"))
        response = self.url_open(
            f"/my/orders/{self.order.id}/addresses", params={"access_token": token}
        )
        self.assertNotIn("Auckland", response.text)
        other = self.env["res.partner"].create({"name": "Other"})
        self.log_in(other)
        response = self.url_open(
            f"/my/orders/{self.order.id}/addresses", params={"access_token": token}
        )
        self.assertEqual(response.status_code, 404)

    # ------------------------------------------------------------------
    # Edited
    # ------------------------------------------------------------------

    @property
    def home(self):
        return self.partner.country_id

    def edit(self, **values):
        """Send the form of an address that the contract is delivered to; return the answer."""
        if self.order.partner_shipping_id != self.away:
            self.away.country_id = self.home
            self.order.partner_shipping_id = self.away
        page = self.open("/my/address", partner_id=self.away.id, address_type="delivery")
        (token,) = page.xpath("//form//input[@name='csrf_token']/@value")[:1]
        sent = {
            "csrf_token": token,
            "partner_id": self.away.id,
            "address_type": "delivery",
            "name": self.away.name,
            "email": "away@example.com",
            "phone": "1",
            "street": "Road 1",
            "city": "Town",
            "zip": "1000",
            "country_id": self.home.id,
            "state_id": self.env.ref("base.state_us_5").id,
            "callback": "/my/addresses",
            **values,
        }
        return self.url_open("/my/address/submit", data=sent, method="POST").json()

    def test_an_edited_address_shows_other_taxes_before_it_is_saved(self):
        abroad = self.env.ref("base.nz")
        self.find_mails().unlink()
        answer = self.edit(country_id=abroad.id, state_id="")
        self.assertIn(
            f"{self.order.name} on 02/28/2027: $ 36.00 → $ 32.10",
            answer["messages"][0].replace("\xa0", " "),
        )
        self.away.invalidate_recordset()
        self.assertEqual(self.away.country_id, self.home, "nothing is saved yet")
        answer = self.edit(country_id=abroad.id, state_id="")
        self.assertEqual(answer, {"redirectUrl": "/my/addresses"})
        self.away.invalidate_recordset()
        self.assertEqual(self.away.country_id, abroad)
        message = self.order.message_ids.filtered(lambda one: "edited an address" in one.body)
        self.assertIn("32.10", message.body)
        text = self.get_text(html.fromstring(self.find_mails()[0].body_html))
        self.assertIn("$ 36.00 → $ 32.10", text)
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 32.1)

    def test_an_edit_that_changes_no_amount_is_saved_at_once(self):
        self.assertEqual(self.edit(street="Quay 2"), {"redirectUrl": "/my/addresses"})
        self.away.invalidate_recordset()
        self.assertEqual(self.away.street, "Quay 2")
        self.assertFalse(self.order.message_ids.filtered(lambda one: "edited" in one.body))
