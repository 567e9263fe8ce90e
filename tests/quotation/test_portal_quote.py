from lxml import html
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..support.common_payment import SIGNATURE, PaymentCommon


@tagged("post_install", "-at_install")
class TestPortalQuote(PaymentCommon, HttpCase):
    """What a customer sees and may do on the page of a quotation or contract."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._create_template("Calendar", alignment="calendar")

    def prepare_once(self):
        super().prepare_once()
        self.travel("2027-01-22")

    def _create_quotation(self, *lines, **values):
        order = self.create_order(
            *(lines or (self.line_values(self.seat, 1, price_unit=31.0), self.setup_service)),
            template=self.calendar,
            **{"require_signature": True, "require_payment": False, **values},
        )
        order.action_quotation_sent()
        return order

    def _get_text(self, order, **params):
        response = self.url_open(order.get_portal_url(), params=params)
        self.assertEqual(response.status_code, 200)
        page = html.fromstring(response.text)
        return " ".join(" ".join(page.itertext()).replace("\xa0", " ").split())

    def test_quotation_says_what_is_due_now_and_then(self):
        text = self._get_text(self._create_quotation())
        for part in (
            "Due now $ 312.00",
            "Of which sold once $ 300.00",
            "Then, per month $ 37.20",
            "10 of 31 days of $ 31.00 per month",
            "Service from: the day of your confirmation",
        ):
            self.assertIn(part, text)

    def test_contract_says_what_comes_next(self):
        order = self._create_quotation()
        order.action_confirm()
        self.bill(order)
        text = self._get_text(order)
        for part in (
            "per month $ 37.20",
            "Service from: 01/22/2027",
            "Next invoice: 02/01/2027 $ 37.20",
            "Monthly · billed until 01/31/2027",
        ):
            self.assertIn(part, text)
        for part in ("Due now", "Due at confirmation"):
            self.assertNotIn(part, text)

    def test_other_orders_look_as_before(self):
        order = self._create_quotation(self.setup_service)
        text = self._get_text(order)
        for part in ("Due now", "Then,", "Service from", "sold once", "per month"):
            self.assertNotIn(part, text)

    def test_report_says_the_same(self):
        order = self._create_quotation()
        text = self._get_text(order, report_type="html")
        for part in ("Due now", "Then, per month", "10 of 31 days", "Monthly"):
            self.assertIn(part, text)
        plain = self._get_text(self._create_quotation(self.setup_service), report_type="html")
        for part in ("Due now", "Then,", "Monthly"):
            self.assertNotIn(part, plain)

    def test_opening_the_page_refreshes_the_amount(self):
        order = self._create_quotation()
        self.travel("2027-01-23")
        self.assertIn("Due now $ 310.80", self._get_text(order))
        order.invalidate_recordset()
        self.assertEqual(order.amount_total, 310.8)

    def test_signature_under_yesterdays_amount_is_refused(self):
        order = self._create_quotation()
        url = order.get_portal_url(suffix="/accept", query_string="&shown_total=312.0")
        self.travel("2027-01-23")
        result = self.make_jsonrpc_request(url, {"name": "Ada", "signature": SIGNATURE})
        self.assertIn("no longer", result["error"])
        self.assertFalse(order.signature)
        self.assertEqual(order.state, "sent")

    def test_payment_link_of_another_day_still_opens(self):
        order = self._create_quotation(
            self.line_values(self.seat, 1, price_unit=31.0),
            require_signature=False,
            require_payment=True,
        )
        asked = order.amount_total
        self.travel("2027-02-01")
        self.assertIn("Due now $ 37.20", self._get_text(order, payment_amount=asked))

    def _begin_payment(self, order, amount):
        return self.make_jsonrpc_request(
            order.get_portal_url(suffix="/transaction").split("?")[0],
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": amount,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my",
                "access_token": order.access_token,
            },
        )

    @mute_logger("odoo.http")
    def test_payment_of_yesterdays_amount_is_refused(self):
        order = self._create_quotation(require_signature=False, require_payment=True)
        self.travel("2027-01-23")
        with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self._begin_payment(order, 312.0)
        self.assertFalse(order.transaction_ids)
        self._begin_payment(order, 310.8)
        self.assertTrue(order.transaction_ids)

    def test_a_quotation_that_is_paid_in_part_asks_for_the_rest(self):
        order = self._create_quotation(require_signature=False, require_payment=True)
        self.create_payment(order, amount=100.0)._set_done()
        page = self.url_open(order.get_portal_url()).text
        self.assertIn(f'data-amount="{order.amount_total - 100.0}"', page)
        self._begin_payment(order, order.amount_total - 100.0)
        self.assertEqual(len(order.transaction_ids), 2)

    @mute_logger("odoo.http")
    def test_running_contract_is_paid_by_its_invoice(self):
        order = self._create_quotation()
        order.action_confirm()
        self.assertNotIn("Pay Now", self._get_text(order, payment_amount=10.0))
        with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self._begin_payment(order, 10.0)
        self.assertFalse(order.transaction_ids)

    @mute_logger("odoo.http")
    def test_payment_that_could_not_confirm_is_refused(self):
        order = self._create_quotation(
            self.seat,
            require_signature=False,
            require_payment=True,
            subscription_start_date="2020-01-01",
        )
        with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self._begin_payment(order, order.amount_total)
        self.assertFalse(order.transaction_ids)

    def test_other_orders_are_paid_as_before(self):
        order = self._create_quotation(
            self.setup_service, require_signature=False, require_payment=True
        )
        self._begin_payment(order, 5.0)
        self.assertEqual(order.transaction_ids.amount, 5.0)

    def test_stranger_gets_nothing(self):
        order = self._create_quotation()
        response = self.url_open(f"/my/orders/{order.id}?access_token=wrong")
        self.assertNotIn(order.name, response.text)
