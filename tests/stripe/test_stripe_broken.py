import itertools
import json
import time

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..support.common_stripe import SECRET, StripeCommon, sign

SECRET_TEXT = "4242-that-somebody-sent"
KINDS = (
    "payment_intent.succeeded",
    "setup_intent.succeeded",
    "charge.refunded",
    "charge.refund.updated",
    "charge.dispute.created",
    "payment_method.automatically_updated",
    "mandate.updated",
)


@tagged("post_install", "-at_install")
class TestStripeBroken(StripeCommon, HttpCase):
    """Whatever is sent to the webhook: an answer in good order, and nothing of it in the log."""

    def send(self, payload, signature=None):
        headers = {"Content-Type": "application/json"}
        if signature is not None:
            headers["Stripe-Signature"] = signature
        with self.assertLogs("", "DEBUG") as logs, mute_logger("werkzeug"):
            response = self.url_open("/payment/stripe/webhook", data=payload, headers=headers)
        text = "\n".join(
            record.getMessage() + str(record.exc_info or "")
            for record in logs.records
            if record.name.startswith("odoo.") and "odoo.sql_db" not in record.name
        )
        if response.status_code != 200:
            self.assertNotIn(SECRET_TEXT, text)
        return response

    def assertBroken(self, payload, statuses=(400,)):
        for signature in (None, sign(payload, SECRET, int(time.time()))):
            with self.subTest(payload=payload[:200], signed=bool(signature)):
                response = self.send(payload, signature)
                self.assertIn(response.status_code, statuses)
                self.assertNotIn(SECRET_TEXT, response.text)

    def test_what_is_no_event_is_a_bad_request(self):
        for payload in (
            " ",
            SECRET_TEXT,
            f'{{"type": "{SECRET_TEXT}',
            f'"{SECRET_TEXT}"',
            f'["{SECRET_TEXT}"]',
            "null",
            "NaN",
            "1",
            "\x00",
            "[" * 100000,
            json.dumps({"kind": SECRET_TEXT}),
            json.dumps({"type": [SECRET_TEXT]}),
            json.dumps({"type": {"a": SECRET_TEXT}, "data": {}}),
        ):
            self.assertBroken(payload)

    def test_events_without_a_subject_are_bad_requests(self):
        bodies = (None, {}, [], SECRET_TEXT, {"object": None}, {"object": SECRET_TEXT})
        for kind, data in itertools.product(KINDS, bodies):
            self.assertBroken(json.dumps({"type": kind, "data": data, "note": SECRET_TEXT}))

    def test_events_with_a_strange_subject_are_refused_or_ignored(self):
        order, _invoice = self.create_stripe_contract()
        self.run_charges()
        tx = self.env["payment.transaction"].search([("token_id", "!=", False)], limit=1)
        strange = (None, [], {}, SECRET_TEXT, 1.5, [SECRET_TEXT], {"a": SECRET_TEXT})
        for kind, value in itertools.product(KINDS, strange):
            for names in (("id", "description"), ("id",), ("description",), ("payment_intent",)):
                subject = {
                    "id": "pi_1",
                    "description": tx.reference,
                    "payment_method": SECRET_TEXT,
                    **dict.fromkeys(names, value),
                }
                payload = json.dumps({"type": kind, "data": {"object": subject}})
                self.assertBroken(payload, (200, 400, 403))
        self.assertTrue(order.subscription_payment_token_id.active)

    def test_signatures_that_are_none_are_refused(self):
        self.create_stripe_contract()
        self.run_charges()
        tx = self.env["payment.transaction"].search([("token_id", "!=", False)], limit=1)
        subject = {"id": "pi_1", "description": tx.reference, "note": SECRET_TEXT}
        for kind in KINDS[:2]:
            for signature in ("", "abc", "t=1", "t=a,v1=b", "=,=", "t=1=2,v1=3", "t=1,v1="):
                with self.subTest(kind=kind, signature=signature):
                    payload = json.dumps({"type": kind, "data": {"object": subject}})
                    response = self.send(payload, signature)
                    self.assertIn(response.status_code, (400, 403))
