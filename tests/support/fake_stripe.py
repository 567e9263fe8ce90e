"""A stand-in for Stripe over HTTP: `localstripe`, and in front of it what it lacks.

The front keeps what localstripe refuses to hear (description, mandate, filters), honours
idempotency keys, answers declines in the shapes that Stripe's documentation records, and breaks
on demand. It imports nothing of Odoo, so that tests of processes can use it as well.
"""

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode

import requests

PATIENCE = 60  # seconds
# Parameters that localstripe does not know.
FOREIGN = (
    "description",
    "mandate",
    "shipping[",
    "off_session",
    "setup_future_usage",
    "payment_method_options",
)
# Cards that Stripe's documentation gives for tests, with the codes it records for them.
DECLINES = {
    "card_declined": ("card_declined", "generic_decline", "Your card was declined."),
    "insufficient": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "expired": ("expired_card", None, "Your card has expired."),
    "stolen": ("card_declined", "stolen_card", "Your card was declined."),
    "never": ("card_declined", "do_not_try_again", "Your card was declined."),
    "authentication": (
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}
KEY = "sk_test_front"


class FakeStripe:
    """Starts both servers on free ports and stops them again.

    :ivar dict declines: what to say about the cards of a customer, by its id: a key of DECLINES
    :ivar breaks: called with 'before' and 'after' each payment that is asked for; may raise
    :ivar list requests: method and path of everything that was asked
    :ivar list posted: path and values of everything that was posted
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.folder = tempfile.TemporaryDirectory()
        self._begin()

    def _begin(self):
        self.declines, self.answers, self.kept = {}, {}, {}
        self.breaks = lambda moment: None
        self.requests, self.posted, self.busy = [], [], set()

    def start(self):
        """Start both servers and wait until they answer."""
        self.back_port = free_port()
        self.back = subprocess.Popen(  # noqa: S603 - our own interpreter and port
            [sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(self.back_port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder.name,
        )
        self.front = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self.address = f"http://127.0.0.1:{self.front.server_address[1]}"
        threading.Thread(target=self.front.serve_forever, daemon=True).start()
        end = time.monotonic() + PATIENCE
        while not self._is_up():
            if time.monotonic() > end or self.back.poll() is not None:
                raise RuntimeError("localstripe does not start")
            time.sleep(0.1)
        return self

    def _is_up(self):
        try:
            return bool(self.ask("GET", "customers"))
        except requests.ConnectionError:
            return False

    def stop(self):
        """Stop both servers."""
        self.front.shutdown()
        self.front.server_close()
        self.back.terminate()
        self.back.wait()
        self.folder.cleanup()

    # ------------------------------------------------------------------
    # For tests
    # ------------------------------------------------------------------

    def forget(self):
        """Be as new."""
        self._begin()
        address = f"http://127.0.0.1:{self.back_port}/_config/data"
        requests.delete(address, timeout=PATIENCE).raise_for_status()

    def ask(self, method, path, data=None):
        """Ask localstripe itself.

        :return: its answer
        :rtype: dict
        """
        answer = requests.request(
            method,
            f"http://127.0.0.1:{self.back_port}/v1/{path}",
            data=data,
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=PATIENCE,
        )
        return answer.json()

    def save_card(self, number="4242424242424242", year=2030):
        """Make a customer with a card.

        :return: ids of the customer and of the payment method
        :rtype: tuple[str, str]
        """
        customer = self.ask("POST", "customers", {"name": "Customer"})["id"]
        card = {"number": number, "exp_month": 12, "exp_year": year, "cvc": "123"}
        method = self.ask(
            "POST",
            "payment_methods",
            {"type": "card", **{f"card[{name}]": value for name, value in card.items()}},
        )["id"]
        self.ask("POST", f"payment_methods/{method}/attach", {"customer": customer})
        return customer, method

    def save_debit(self, iban="DE89370400440532013000"):
        """Make a customer with a SEPA mandate.

        :return: ids of the customer and of the payment method
        :rtype: tuple[str, str]
        """
        customer = self.ask("POST", "customers", {"name": "Customer"})["id"]
        values = {"type": "sepa_debit", "sepa_debit[iban]": iban}
        method = self.ask("POST", "payment_methods", values)["id"]
        self.ask("POST", f"payment_methods/{method}/attach", {"customer": customer})
        return customer, method

    def settle(self, intent_id, code=None):
        """Let the bank answer a debit that is processing.

        localstripe answers debits at once: that they are processing for days, and what a refusal
        looks like, is as Stripe's documentation records it.

        :param str code: why the bank refuses, nothing when it pays
        :return: the payment, as the event about it carries it
        """
        kept = self.kept[intent_id]
        if code:
            error = {"code": code, "message": f"The bank says: {code}.", "type": "card_error"}
            kept.update(status="requires_payment_method", last_payment_error=error)
        else:
            kept.pop("status")
            self.ask("POST", f"payment_intents/{intent_id}/confirm")
        return self._complete(self.ask("GET", f"payment_intents/{intent_id}"))

    def asked(self, method, path):
        """Return how often something was asked for."""
        return len([one for one in self.requests if one[0] == method and one[1].startswith(path)])

    def captures(self, customer=None):
        """Return the money that was taken.

        :return: id and amount of each charge that succeeded
        :rtype: list[tuple]
        """
        charges = self.ask("GET", "charges?limit=1000")["data"]
        return [
            (charge["id"], charge["amount"])
            for charge in charges
            if charge["status"] == "succeeded" and customer in (None, charge["customer"])
        ]

    # ------------------------------------------------------------------
    # Front
    # ------------------------------------------------------------------

    def _make_handler(self):
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                """Keep quiet."""

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                try:
                    status, content = fake.serve(self.command, self.path, body, self.headers)
                except ConnectionError:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                text = json.dumps(content).encode()
                try:
                    self.reply(status, text)
                except BrokenPipeError:
                    self.close_connection = True  # whoever asked was killed

            def reply(self, status, text):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            # http.server looks for these names.
            do_GET = do_POST = do_DELETE = answer  # noqa: N815

        return Handler

    def serve(self, method, path, body, headers):
        """Answer one request.

        :return: status and content
        :raise ConnectionError: to break the connection instead
        """
        path, _mark, query = path.removeprefix("/v1/").partition("?")
        self.requests.append((method, path))
        if method == "POST":
            self.posted.append((path, dict(parse_qsl(body))))
        key = headers.get("Idempotency-Key")
        if not key or method != "POST":
            return self._pass_on(method, path, query, body)
        with self.lock:
            if key in self.answers:
                return self.answers[key]
            if key in self.busy:
                return 409, {"error": {"code": "idempotency_key_in_use", "message": "Busy."}}
            self.busy.add(key)
        try:
            self.breaks("before")
            self.answers[key] = answer = self._pass_on(method, path, query, body)
            self.breaks("after")
            return answer
        finally:
            self.busy.discard(key)

    def _pass_on(self, method, path, query, body):
        values = dict(parse_qsl(f"{query}&{body}")) if method == "GET" else dict(parse_qsl(body))
        if path == "webhook_endpoints":
            events = [value for name, value in parse_qsl(body) if name == "enabled_events[]"]
            return 200, {"id": "we_1", "secret": "whsec_front", "enabled_events": events}
        if path == "payment_intents" and method == "POST":
            return self._make_intent(values)
        kept = {name: value for name, value in values.items() if not name.startswith(FOREIGN)}
        listing = path == "payment_intents"
        if listing:
            kept = {"limit": 100000}
        url = f"http://127.0.0.1:{self.back_port}/v1/{path}"
        headers = {"Authorization": f"Bearer {KEY}"}
        if method == "GET":
            answer = requests.get(f"{url}?{urlencode(kept)}", headers=headers, timeout=PATIENCE)
        else:
            answer = requests.request(method, url, data=kept, headers=headers, timeout=PATIENCE)
        content = answer.json()
        if path == "setup_intents" and "id" in content:
            self.kept[content["id"]] = {"description": values.get("description")}
        if listing:
            content["data"] = [
                self._complete(one)
                for one in content["data"]
                if one["customer"] == values.get("customer")
            ]
            content["has_more"] = False
        return answer.status_code, self._complete(content)

    def _make_intent(self, values):
        kept = {name: value for name, value in values.items() if not name.startswith(FOREIGN)}
        # Stripe hears True in any case of letters, localstripe in lower case only.
        kept = {name: {"True": "true"}.get(value, value) for name, value in kept.items()}
        customer = values.get("customer")
        word = self.declines.get(customer)
        is_debit = values.get("payment_method_types[]") == "sepa_debit"
        if word or is_debit:
            kept.pop("confirm", None)
        answer = requests.post(
            f"http://127.0.0.1:{self.back_port}/v1/payment_intents",
            data=kept,
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=PATIENCE,
        )
        content = answer.json()
        if "id" in content:
            self.kept[content["id"]] = {"description": values.get("description")}
            if is_debit and values.get("confirm"):
                self.kept[content["id"]]["status"] = "processing"
        content = self._complete(content)
        if values.get("off_session") and content.get("status") == "requires_action":
            word = "authentication"
        if word:
            return 402, {"error": self._decline(word, content)}
        return answer.status_code, content

    def _decline(self, word, intent):
        """Return the error that Stripe records for a declined off-session payment."""
        code, decline_code, message = DECLINES[word]
        error = {"code": code, "message": message, "type": "card_error"}
        if decline_code:
            error["decline_code"] = decline_code
        self.kept[intent["id"]].update(
            status="requires_payment_method", last_payment_error=dict(error)
        )
        return {**error, "payment_intent": self._complete(intent)}

    def _complete(self, content):
        """Add what localstripe did not hear."""
        return {**content, **self.kept.get(content.get("id"), {})}


def sign(payload, secret, moment):
    """Return the header by which Stripe signs what it tells.

    :param str payload: the event as it is sent
    :param str secret: of the webhook
    :param int moment: seconds since 1970
    """
    signed = hmac.new(secret.encode(), f"{moment}.{payload}".encode(), hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
