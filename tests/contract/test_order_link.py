from odoo.tests import HttpCase, tagged

from ..common import SubscriptionCommon
from ..support.common_payment import SIGNATURE


@tagged("post_install", "-at_install")
class TestOrderLink(SubscriptionCommon, HttpCase):
    """The link of a contract opens it for the customer of today only."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.seat)
        self.token = self.order._portal_ensure_token()
        self.other = self.env["res.partner"].create({"name": "New", "email": "new@example.com"})

    def opens(self, record, token):
        """Return whether a visitor without a login reads a document through a link."""
        self.env.flush_all()
        page = self.url_open(f"{record.access_url}?access_token={token}")
        return record.name in page.text

    def test_a_new_customer_gets_a_new_link(self):
        self.assertTrue(self.opens(self.order, self.token))
        self.order.partner_id = self.other
        self.assertFalse(self.opens(self.order, self.token))
        self.assertTrue(self.opens(self.order, self.order._portal_ensure_token()))

    def test_the_customer_before_does_not_follow_any_more(self):
        self.order.message_subscribe(self.partner.ids)
        self.order.partner_id = self.other
        self.assertNotIn(self.partner, self.order.message_partner_ids)

    def test_a_contact_of_the_same_company_goes_on_following_with_a_new_link(self):
        contact = self.env["res.partner"].create({"name": "Bob", "parent_id": self.partner.id})
        self.order.message_subscribe(self.partner.ids)
        self.order.partner_id = contact
        self.assertFalse(self.opens(self.order, self.token))
        self.assertIn(self.partner, self.order.message_partner_ids)

    def test_a_new_payer_gets_a_new_link(self):
        """Requests for payment are sent to the invoice address, with the link of the contract."""
        payer = self.env["res.partner"].create({"name": "Payer"})
        self.order.partner_invoice_id = payer
        self.assertFalse(self.opens(self.order, self.token))

    def test_writing_the_same_customer_keeps_the_link(self):
        self.order.write({"partner_id": self.partner.id, "client_order_ref": "PO 7"})
        self.assertTrue(self.opens(self.order, self.token))

    def test_a_quotation_that_is_given_away_gets_a_new_link(self):
        quote = self.create_order(self.seat)
        quote.state = "sent"
        token = quote._portal_ensure_token()
        quote.partner_id = self.other
        self.assertFalse(self.opens(quote, token))

    def test_a_draft_invoice_that_is_given_away_gets_a_new_link(self):
        self.template.invoice_mode = "draft"
        invoice = self.bill(self.create_contract(self.seat))
        token = invoice._portal_ensure_token()
        invoice.partner_id = self.other
        self.assertNotEqual(invoice._portal_ensure_token(), token)

    def test_other_orders_keep_what_core_does(self):
        order = self.create_order(self.setup_service)
        token = order._portal_ensure_token()
        order.partner_id = self.other
        self.assertEqual(order.access_token, token)

    def test_open_quotations_go_to_the_new_customer_with_new_links(self):
        """Whoever had the contract before could accept its renewal or change it."""
        for quote in (self.order._create_renewal_quotation(), self.order._create_amendment()):
            quote.action_quotation_sent()
        quotes = self.order.subscription_renewal_ids | self.order.subscription_amendment_ids
        tokens = {quote: quote._portal_ensure_token() for quote in quotes}
        quotes.message_subscribe(self.partner.ids)
        prices = quotes.order_line.mapped("price_unit")
        self.order.partner_id = self.other
        for quote, token in tokens.items():
            with self.subTest(quote.subscription_order_type):
                self.assertEqual(quote.partner_id | quote.partner_invoice_id, self.other)
                self.assertFalse(self.opens(quote, token))
                self.assertTrue(self.opens(quote, quote._portal_ensure_token()))
                self.assertNotIn(self.partner, quote.message_partner_ids)
                self.assertIn("send it again", str(quote.message_ids.mapped("body")))
        self.assertEqual(quotes.order_line.mapped("price_unit"), prices)

    def test_what_the_customer_before_signed_is_cancelled(self):
        renewal = self.order._create_renewal_quotation()
        renewal.write({"signed_by": "Ada", "signature": SIGNATURE})
        self.order.partner_id = self.other
        self.assertEqual((renewal.state, renewal.partner_id), ("cancel", self.partner))
        self.assertIn("make another one", str(renewal.message_ids.mapped("body")))
