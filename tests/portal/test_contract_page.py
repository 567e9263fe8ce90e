from datetime import date

from lxml import html
from odoo import fields
from odoo.tests import tagged

from ..support.common_portal import PortalCase

TIMES = "\N{MULTIPLICATION SIGN}"


@tagged("post_install", "-at_install")
class TestContractPage(PortalCase):
    """What a customer reads on the page of a contract, by its link or logged in."""

    def test_the_status_says_when_it_renews_and_for_how_much(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.bill(order)
        page = self.open_contract(order)
        self.assertEqual(self.get_part(page, "status"), "Renews on 02/28/2027 for $ 36.00.")
        part = self.get_part(page, "next_invoice")
        for text in (
            "Next invoice: 02/28/2027",
            f"Seat {TIMES} 3",
            "$ 30.00",
            "Taxes $ 6.00",
            "$ 36.00",
        ):
            self.assertIn(text, part)
        later = self.bill(order, "2027-02-28")
        self.assertEqual(later.amount_total, 36)

    def test_the_card_is_named_to_its_owner_only(self):
        order = self.create_charged_contract()
        self.bill(order)
        digits = order.subscription_payment_token_id.display_name
        by_link = self.open_contract(order)
        self.assertNotIn(digits, self.get_text(by_link))
        self.assertIn("with Demo", self.get_part(by_link, "status"))
        self.log_in()
        page = self.open_contract(order)
        self.assertIn(digits, self.get_part(page, "status"))
        self.assertIn(digits, self.get_part(page, "payment_method"))

    def test_late_money_comes_first_and_can_be_paid(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        invoice = self.bill(order)
        self.travel("2027-02-20")
        page = self.open_contract(order)
        self.assertEqual(self.get_part(page, "status"), "$ 36.00 is open, due since 01/31/2027.")
        self.assertIn(f"Pay {invoice.name}", self.get_part(page, "open_document"))
        self.assertIn("Late", self.get_part(page, "invoices"))
        self.book_payment(invoice)
        page = self.open_contract(order)
        self.assertEqual(self.get_part(page, "status"), "Renews on 02/28/2027 for $ 36.00.")
        self.assertIn("Paid", self.get_part(page, "invoices"))
        self.assertIsNone(self.get_part(page, "open_document"))

    def test_a_pause_says_until_when(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(order))
        order._subscription_pause(date(2027, 2, 10), date(2027, 3, 5))
        self.travel("2027-02-12")
        order._subscription_refresh_state()
        self.assertEqual(
            self.get_status(order),
            "Paused since 02/10/2027. It goes on by itself on 03/05/2027.",
        )
        order._subscription_resume(date(2027, 2, 12))
        order._subscription_pause(date(2027, 2, 12))
        self.assertEqual(
            self.get_status(order), "Paused since 02/12/2027. Nothing is billed meanwhile."
        )

    def test_a_suspended_contract_says_what_to_pay(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.bill(order)
        self.travel("2027-02-20")
        order._subscription_pause(date(2027, 2, 20), kind="suspension")
        self.assertEqual(
            self.get_status(order), "Suspended since 02/20/2027. Pay $ 36.00 to go on."
        )

    def test_an_end_is_told_before_and_after(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(order))
        order._subscription_close(date(2027, 2, 28))
        self.assertEqual(
            self.get_status(order), "The last day is 02/27/2027. Nothing more is billed."
        )
        self.travel("2027-03-02")
        order._subscription_refresh_state()
        page = self.open_contract(order)
        self.assertEqual(self.get_part(page, "status"), "Ended. The last day was 02/27/2027.")
        self.assertIn(f"Seat {TIMES} 3", self.get_part(page, "lines"))
        self.assertIsNone(self.get_part(page, "next_invoice"))
        self.assertIsNone(self.get_part(page, "change_method"))

    def test_a_start_in_the_future_says_what_comes_first(self):
        order = self.create_contract(
            self.line_values(self.seat, 3), subscription_start_date=date(2027, 3, 1)
        )
        self.assertEqual(
            self.get_status(order), "Begins on 03/01/2027. The first invoice is $ 36.00."
        )

    def test_planned_changes_have_their_day(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.bill(order)
        order._subscription_change_line(order.order_line, date(2027, 2, 28), quantity=5)
        part = self.get_part(self.open_contract(order), "planned")
        self.assertIn("02/28/2027: Seat", part)
        self.assertIn("Quantity: 3 → 5", part)

    def test_many_invoices_are_shown_in_two_steps(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        day = self.today
        for month in range(14):
            day = fields.Date.add(self.today, months=month)
            self.book_payment(self.bill(order, day))
        page = self.open_contract(order)
        self.assertIn("Show 2 earlier ones", self.get_part(page, "all_invoices"))
        everything = self.open_contract(order, invoices="all")
        self.assertIsNone(self.get_part(everything, "all_invoices"))
        shown = self.get_part(everything, "invoices")
        for invoice in order.invoice_ids:
            self.assertIn(invoice.name, shown)

    def test_invoices_open_by_the_link_of_their_contract(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        invoice = self.bill(order)
        other = self.create_contract(self.line_values(self.seat, 7))
        stranger = self.bill(other)
        page = self.open_contract(order)
        (link,) = page.xpath(f"//a[text()='{invoice.name}']/@href")
        self.assertIn(invoice.name, self.get_text(self.open(link)))
        token = order._portal_ensure_token()
        path = f"/my/orders/{order.id}/invoices"
        for number, params in (
            (stranger.id, {"access_token": token}),
            (invoice.id, {}),
            (invoice.id, {"access_token": other._portal_ensure_token()}),
            (2**40, {"access_token": token}),
        ):
            response = self.url_open(f"{path}/{number}", params=params)
            self.assertEqual(response.status_code, 404)

    def test_papers_of_the_contract_open_for_its_customer_only(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.bill(order)
        paper = order.browse(order.action_subscription_amend()["res_id"])
        paper.order_line.product_uom_qty = 4
        paper.action_confirm()
        path = f"//a[starts-with(@href, '/my/orders/{paper.id}')]"
        by_link = self.open_contract(order)
        self.assertIn(f"Changed by {paper.name}", self.get_part(by_link, "history"))
        self.assertFalse(by_link.xpath(path))
        self.log_in()
        self.assertTrue(self.open_contract(order).xpath(path))

    def test_a_link_opens_its_own_contract_only(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        other = self.create_contract(self.line_values(self.seat, 7))
        token = other._portal_ensure_token()
        for params in ({}, {"access_token": token}, {"access_token": "x"}):
            page = html.fromstring(self.url_open(f"/my/orders/{order.id}", params=params).text)
            self.assertFalse(page.xpath("//*[@name='contract']"), params)

    def test_amendments_and_quotations_keep_the_page_of_quotations(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        paper = order.browse(order.action_subscription_amend()["res_id"])
        paper.action_quotation_sent()
        for quotation in (paper, self.create_order(self.line_values(self.seat))):
            page = self.open(quotation.get_portal_url())
            self.assertFalse(page.xpath("//*[@name='contract']"))
            self.assertTrue(page.xpath("//*[@id='quote_content']"))

    def test_the_page_costs_the_same_after_many_invoices(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        url = order.get_portal_url()
        counts = []
        for first, last in ((0, 3), (3, 60)):
            for month in range(first, last):
                self.book_payment(self.bill(order, fields.Date.add(self.today, months=month)))
            self.open(url)
            counts.append(self.count_page_queries(url, invoices="all"))
        self.assertLessEqual(counts[1], counts[0])
        self.assertLess(counts[1], 60)
        self.assertEqual(len(order.order_line.invoice_lines.move_id), 60)

    def count_page_queries(self, url, **params):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.open(url, **params)
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestContractList(PortalCase):
    """The list of a customer's contracts, and the way to it."""

    def prepare_once(self):
        super().prepare_once()
        self.running = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(self.running))

    def get_entries(self, **params):
        page = self.open("/my/subscriptions", **params)
        return [
            self.get_text(node)
            for node in page.xpath("//a[contains(@class, 'o_subscription_entry')]")
        ]

    def test_home_leads_to_the_list(self):
        self.log_in()
        page = self.open("/my/home")
        self.assertTrue(page.xpath("//a[@href='/my/subscriptions']"))
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["subscription_count", "order_count"]}
        )
        self.assertEqual(counters, {"subscription_count": 1, "order_count": 0})

    def test_contracts_are_listed_once(self):
        plain = self.create_order(self.setup_service)
        plain.action_confirm()
        self.log_in()
        orders = self.get_text(self.open("/my/orders"))
        self.assertIn(plain.name, orders)
        self.assertNotIn(self.running.name, orders)
        (entry,) = self.get_entries()
        for text in ("Seat", "Renews on 02/28/2027 for $ 36.00.", self.running.name, "per month"):
            self.assertIn(text, entry)

    def test_filters_hold_what_they_say(self):
        ended = self.create_contract(self.line_values(self.support))
        ended._subscription_close(self.today)
        paused = self.create_contract(self.line_values(self.hosting))
        paused._subscription_pause(self.today)
        charged = self.create_contract(self.line_values(self.seat), template=self.charged_template)
        self.log_in()
        shown = {
            name: {
                order.name
                for order in (self.running, ended, paused, charged)
                if any(order.name in entry for entry in self.get_entries(filterby=name))
            }
            for name in ("running", "attention", "paused", "ended", "all", "nonsense")
        }
        running = {self.running.name, paused.name, charged.name}
        self.assertEqual(
            shown,
            {
                "running": running,
                "attention": {charged.name},
                "paused": {paused.name},
                "ended": {ended.name},
                "all": running | {ended.name},
                "nonsense": running,
            },
        )

    def test_search_looks_at_references_and_products(self):
        self.running.client_order_ref = "PO 4711"
        other = self.create_contract(self.line_values(self.hosting))
        self.log_in()
        for search, search_in, found in (
            ("4711", "all", self.running),
            ("4711", "product", other.browse()),
            ("hosting", "product", other),
            ("no such thing", "all", other.browse()),
        ):
            entries = self.get_entries(search=search, search_in=search_in)
            for order in self.running | other:
                is_shown = any(order.name in entry for entry in entries)
                self.assertEqual(is_shown, order in found, (search, search_in, order.name))

    def test_others_have_lists_of_their_own(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.log_in(stranger)
        page = self.open("/my/subscriptions")
        self.assertIn("You have no subscriptions yet", self.get_text(page))
        colleague = self.env["res.partner"].create({"name": "Colleague"})
        (self.partner | colleague).parent_id = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True}
        )
        self.log_in(colleague)
        self.assertEqual(len(self.get_entries()), 1)

    def test_visitors_are_asked_to_log_in(self):
        response = self.url_open("/my/subscriptions", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_hostile_addresses_show_the_list(self):
        self.log_in()
        for params in (
            {"page": "-1"},
            {"page": "x"},
            {"sortby": "id; drop"},
            {"search": "x" * 5000},
            {"filterby": ["a", "b"]},
            {"search_in": "domain"},
        ):
            self.open("/my/subscriptions", **params)
        self.open("/my/subscriptions/page/999999")

    def test_the_list_costs_the_same_for_many(self):
        self.log_in()
        self.get_entries()
        one = self.count_list_queries()
        for number in range(9):
            order = self.create_contract(self.line_values(self.seat, number + 1))
            self.book_payment(self.bill(order))
        self.assertLessEqual(self.count_list_queries(), one + 3)

    def count_list_queries(self):
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.get_entries()
        return self.env.cr.sql_log_count - before
