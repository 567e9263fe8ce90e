from odoo.exceptions import UserError
from odoo.tests import JsonRpcException, tagged

from odoo.addons.payment import utils as payment_utils

from ..support.common_visitor import VisitorCase


@tagged("post_install", "-at_install")
class TestSavedMethodRule(VisitorCase):
    """A saved method pays for its customer, who is logged in, and never more than is open."""

    def setUp(self):
        super().setUp()
        self.order, self.invoice = self.create_late_contract()
        self.token = self.order.subscription_payment_token_id
        self.token.demo_simulated_state = "done"

    def call(self, model, method, *args):
        """Call a method as the web client does."""
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw", {"model": model, "method": method, "args": args, "kwargs": {}}
        )

    # ------------------------------------------------------------------
    # With a link only
    # ------------------------------------------------------------------

    def test_nobody_pays_with_a_saved_method_by_a_link(self):
        quotation = self.create_quotation()
        request = self.create_request()
        for document in (self.invoice, quotation, request):
            self.assertNotBegun(document, self.token)

    def test_the_link_of_a_request_opens_no_saved_method_for_payments_without_a_document(self):
        request = self.create_request()
        link = request._get_payment_form_url().split("access_token=")[-1]
        values = {"currency_id": request.currency_id.id, "partner_id": self.partner.id}
        self.assertNotBegun(
            request, self.token, path="/payment/transaction", access_token=link, **values
        )

    def test_pages_behind_a_link_show_no_saved_method(self):
        quotation, request = self.create_quotation(), self.create_request()
        access_token = request._portal_ensure_token()
        for url in (
            self.invoice._get_payment_url(),
            quotation.get_portal_url(),
            request._get_payment_form_url(),
            f"/my/invoices/{request.id}?access_token={access_token}",
            self.order._get_payment_method_url(),
        ):
            with self.subTest(url):
                page = self.url_open(url).text
                self.assertNotIn('data-payment-option-type="token"', page)
                self.assertNotIn("4242", page)

    # ------------------------------------------------------------------
    # Logged in
    # ------------------------------------------------------------------

    def test_customers_see_their_saved_methods_and_pay_with_them(self):
        self.log_in(self.partner)
        quotation, request = self.create_quotation(), self.create_request()
        for url in (
            self.invoice._get_payment_url(),
            quotation.get_portal_url(),
            request._get_payment_form_url(),
        ):
            with self.subTest(url):
                self.assertIn('data-payment-option-type="token"', self.url_open(url).text)
        for document in (self.invoice, request, quotation):
            tx = self.pay(document, self.token)
            self.assertEqual((tx.token_id, tx.state, tx.amount), (self.token, "done", 36.0))

    def test_strangers_pay_with_no_saved_method_not_even_their_own(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        own = self.create_token(partner=stranger)
        self.log_in(stranger)
        quotation, request = self.create_quotation(), self.create_request()
        for document in (self.invoice, quotation, request):
            for token in (self.token, own):
                self.assertNotBegun(document, token)
        for url in (self.invoice._get_payment_url(), request._get_payment_form_url()):
            self.assertNotIn('data-payment-option-type="token"', self.url_open(url).text)

    def test_firms_above_and_below_are_other_customers(self):
        above = self.env["res.partner"].create({"name": "Group", "is_company": True})
        below = self.env["res.partner"].create(
            {"name": "Daughter", "is_company": True, "parent_id": above.id}
        )
        cards = {firm: self.create_token(partner=firm) for firm in (above, below)}
        for firm, other in ((above, below), (below, above)):
            order = self.create_contract(
                self.line_values(self.seat, 3),
                template=self.charged_template,
                partner_id=firm.id,
                subscription_payment_token_id=cards[firm].id,
            )
            self.assertEqual(order.subscription_available_token_ids, cards[firm])
            with self.assertRaisesRegex(UserError, "another customer"), self.env.cr.savepoint():
                order.subscription_payment_token_id = cards[other]
            invoice = self.bill(order)
            person = self.env["res.partner"].create({"name": "Person", "parent_id": other.id})
            self.log_in(person)
            for token in cards.values():
                self.assertNotBegun(invoice, token)
            page = self.url_open(order._get_payment_method_url()).text
            self.assertNotIn('data-payment-option-type="token"', page)
            with self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    f"/my/orders/{order.id}/payment_method/assign",
                    {"token_id": cards[firm].id, "access_token": order.access_token},
                )

    def test_nobody_learns_links_from_methods(self):
        self.log_in(self.env["res.partner"].create({"name": "Stranger"}))
        with self.assertRaisesRegex(JsonRpcException, "AccessError"):
            self.call("payment.token", "get_linked_records_info", self.token.ids)
        self.log_in(self.partner)
        (info,) = self.call("payment.token", "get_linked_records_info", self.token.ids)
        self.assertEqual(info["name"], self.order.name)
        self.assertNotIn("access_token", info["url"])
        self.assertEqual(self.url_open(info["url"]).status_code, 200)

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def create_foreign_token(self):
        """Return a method of the same customer that was saved in another company."""
        company = self.env["res.company"].create(
            {"name": "Other company", "currency_id": self.currency.id}
        )
        self.env["account.chart.template"].try_loading("generic_coa", company)
        self.env.user.company_ids |= company
        self.provider.copy({"company_id": company.id})
        return self.create_token(provider_id=self._enable_demo_provider(self.env, company).id)

    def test_a_method_saved_in_another_company_pays_nothing_here(self):
        foreign = self.create_foreign_token()
        self.assertEqual(foreign.partner_id, self.partner)
        self.assertNotIn(foreign, self.order.subscription_available_token_ids)
        with self.assertRaisesRegex(UserError, "another company"), self.env.cr.savepoint():
            self.order.write({"subscription_payment_token_id": foreign.id})
        result = self.order.load(
            [".id", "subscription_payment_token_id/.id"], [[str(self.order.id), str(foreign.id)]]
        )
        self.assertIn("another company", result["messages"][0]["message"])
        with self.assertRaisesRegex(UserError, "company"), self.env.cr.savepoint():
            self.token.provider_id = foreign.provider_id
        self.log_in(self.partner)
        for document in (self.invoice, self.create_quotation(), self.create_request()):
            for provider in (self.provider, foreign.provider_id):
                self.assertNotBegun(document, foreign, provider_id=provider.id)
            self.assertNotBegun(document, provider_id=foreign.provider_id.id)
            self.assertNotBegun(document, self.token, provider_id=foreign.provider_id.id)

    def test_a_method_that_moved_to_another_company_is_not_charged(self):
        foreign = self.create_foreign_token()
        invoice = self.bill(self.order, "2027-02-28")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET subscription_payment_token_id = %s WHERE id = %s",
            [foreign.id, self.order.id],
        )
        self.env.invalidate_all()
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)
        self.assertIn("another company", invoice.subscription_charge_error)

    # ------------------------------------------------------------------
    # Amounts
    # ------------------------------------------------------------------

    def test_no_amount_above_what_is_open_is_begun(self):
        quotation = self.create_quotation()
        request = self.create_request()
        for document in (self.invoice, quotation, request):
            for amount in (36.01, 123456.0, 1e300, -36.0, 0, -0.0):
                self.assertNotBegun(document, amount=amount)
        self.log_in(self.partner)
        for document in (self.invoice, quotation, request):
            for amount in (36.01, 123456.0, -36.0):
                self.assertNotBegun(document, self.token, amount=amount)

    def test_a_payment_under_way_leaves_less_open(self):
        first = self.pay(self.invoice, amount=30.0)
        first._set_pending()
        self.assertNotBegun(self.invoice, amount=36.0)
        self.assertEqual(self.pay(self.invoice, amount=6.0).amount, 6.0)

    def test_late_invoices_together_ask_for_no_more_than_is_open(self):
        self.travel("2027-02-20")
        self.log_in(self.partner)
        path, values = "/invoice/transaction/overdue", {"payment_reference": "all"}
        for token in (None, self.token):
            self.assertNotBegun(self.invoice, token, path=path, amount=36.5, **values)
        tx = self._pay_late(path, values)
        self.assertEqual((tx.token_id, tx.amount), (self.token, 36.0))

    def test_what_is_being_charged_keeps_nobody_from_paying_the_rest(self):
        other = self.bill(self.create_charged_contract("pending"))
        self.run_charges()
        self.assertTrue(other._has_open_charge())
        self.travel("2027-02-20")
        self.log_in(self.partner)
        page = self.url_open("/my/invoices/overdue?payment=True").text
        self.assertIn(self.invoice.name, page)
        self.assertNotIn("72.00", page)
        tx = self._pay_late("/invoice/transaction/overdue", {"payment_reference": "all"})
        self.assertEqual((tx.invoice_ids, tx.amount), (self.invoice, 36.0))

    def _pay_late(self, path, values):
        result = self.make_jsonrpc_request(
            path,
            {
                **values,
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": self.token.id,
                "amount": 36.0,
                "flow": "token",
                "tokenization_requested": False,
                "landing_route": "/my",
            },
        )
        return self.env["payment.transaction"].search([("reference", "=", result["reference"])])

    # ------------------------------------------------------------------
    # What no contract has to do with
    # ------------------------------------------------------------------

    def test_other_documents_are_paid_as_in_odoo(self):
        invoice, order = self.create_plain_invoice(), self.create_plain_order()
        other = self.env["res.partner"].create({"name": "Other customer"})
        self.assertEqual(self.pay(invoice, amount=5.0).amount, 5.0)
        self.assertEqual(self.pay(order, amount=order.amount_total).amount, order.amount_total)
        self.assertIn(
            'data-payment-option-type="token"', self.url_open(order.get_portal_url()).text
        )
        self.assertEqual(self.pay(invoice, self.token, amount=30.0).token_id, self.token)
        token = self.create_token(partner=other)
        self.log_in(other)
        values = {
            "path": "/payment/transaction",
            "currency_id": self.currency.id,
            "partner_id": other.id,
            "amount": 7.0,
        }
        access_token = payment_utils.generate_access_token(
            other.id, 7.0, self.currency.id, env=self.env
        )
        tx = self.pay(invoice, token, access_token=access_token, **values)
        self.assertEqual((tx.state, tx.amount, tx.invoice_ids), ("done", 7.0, invoice.browse()))
