from lxml import html
from odoo.tests import HttpCase, tagged

from ..support.common_amendment import AmendmentCommon
from ..support.common_payment import SIGNATURE, PaymentCommon


@tagged("post_install", "-at_install")
class TestAmendmentPortal(AmendmentCommon, PaymentCommon, HttpCase):
    """What a customer sees of an amendment, signs and pays."""

    def prepare_once(self):
        super().prepare_once()
        self.bill(self.contract)
        self.travel("2027-02-15")

    def _send(self, quantity, **values):
        amendment = self.amend(
            **{"require_signature": True, "require_payment": False, **values}
        ).sudo()
        self.target(amendment, self.seats).product_uom_qty = quantity
        amendment.action_quotation_sent()
        return amendment

    def _get_text(self, order, **params):
        response = self.url_open(order.get_portal_url(), params=params)
        self.assertEqual(response.status_code, 200)
        page = html.fromstring(response.content.decode())
        text = " ".join(page.itertext()).replace("\xa0", " ").replace("\ufeff", "")
        return " ".join(text.split())

    def test_the_page_says_what_changes_and_what_is_due(self):
        text = self._get_text(self._send(8))
        for part in (
            f"Changes contract: {self.contract.name}",
            "Holds from: 02/15/2027",
            "What changes",
            "Seat: quantity 5 → 8",
            "Due now $ 16.72",
            "13 of 28 days of $ 10.00 per month",
            "Then, per month $ 136.00",
        ):
            self.assertIn(part, text)

    def test_a_credit_is_shown_as_one_and_asks_for_no_payment(self):
        amendment = self._send(2, require_payment=True)
        text = self._get_text(amendment)
        self.assertIn("Given back", text)
        self.assertIn("-16.72", text)
        self.assertNotIn("Pay", text)

    def test_a_signature_confirms_at_the_amount_that_was_shown(self):
        amendment = self._send(8)
        url = amendment.get_portal_url(suffix="/accept", query_string="&shown_total=16.72")
        result = self.make_jsonrpc_request(url, {"name": "Ada", "signature": SIGNATURE})
        self.assertTrue(result.get("force_refresh"))
        amendment.invalidate_recordset()
        self.assertEqual(amendment.state, "sale")
        self.assertEqual(self.seats.product_uom_qty, 8)
        self.assertIn("confirmed by Ada", str(self.contract.message_ids.mapped("body")))
        self.travel("2027-02-16")
        move = self.bill(self.contract)
        self.assertAlmostEqual(move.amount_total, 16.72)
        self.assertBillsNothing(self.contract)
        text = self._get_text(amendment)
        self.assertIn("Due at confirmation", text)

    def test_an_outdated_amendment_is_not_signed(self):
        amendment = self._send(8)
        self.seats.product_uom_qty = 6
        url = amendment.get_portal_url(suffix="/accept")
        result = self.make_jsonrpc_request(url, {"name": "Ada", "signature": SIGNATURE})
        self.assertIn("Refresh the amendment", result["error"])
        self.assertEqual(amendment.state, "sent")

    def test_the_report_says_the_same(self):
        text = self._get_text(self._send(8), report_type="html")
        for part in (self.contract.name, "Seat: quantity 5 → 8", "Due now", "13 of 28 days"):
            self.assertIn(part, text)
