import hashlib
import hmac
import json
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

import urllib3
from freezegun import api as freezegun_api
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...models.alerts import webhook_address
from ..support.common_alert import AlertCommon

PATH = "odoo.addons.sale_recurring.models.alerts.subscription_webhook_call.post"


class Answering(BaseHTTPRequestHandler):
    """The other side: keeps what it was told."""

    told = []
    status = 200

    def do_POST(self):
        """Keep headers and body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append((dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *args):
        """Stay silent."""


class Dripping(Answering):
    """Another side that answers a byte at a time, and has a lot to say."""

    before = b"HTTP/1.1 200 OK\r\nX-Long: "

    def do_POST(self):
        """Send what comes before the drops at once, then one drop after the other."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True
        with suppress(OSError):  # nobody listens any more
            self.wfile.write(self.before)
            for _number in range(120):
                self.wfile.write(b"x")
                time.sleep(0.05)


@tagged("post_install", "-at_install")
class TestWebhook(AlertCommon):
    """Webhooks of flags: where they may go, what they say, and how often they are tried."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call_cron = cls.env.ref("sale_recurring.ir_cron_call_webhooks")

    def call(self, day=None, **moment):
        """Let the job that makes the calls run."""
        if day:
            self.travel(day, **moment)
        log = self.assertNoLogs("odoo.addons.base.models.ir_cron", "ERROR")
        with self.enter_registry_test_mode(), log:
            self.assertIs(self.call_cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def create_call(self, url="https://hooks.example.com/x"):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()
        alert = self.create_alert("end", {"kind": "webhook", "webhook_url": url}, days=30)
        order.subscription_last_date = "2027-02-20"
        self.watch()
        call = self.env["subscription.webhook.call"].search([("order_id", "=", order.id)])
        self.assertEqual(len(call), 1)
        self.assertEqual(alert.log_ids.state, "done", "nobody waits for the other side")
        return call

    def allow_private(self):
        self.env["ir.config_parameter"].sudo().set_param(webhook_address.ALLOWED, "True")

    # ------------------------------------------------------------------
    # Where
    # ------------------------------------------------------------------

    def test_addresses_that_are_refused_when_they_are_typed(self):
        for url in (
            "http://hooks.example.com",
            "ftp://hooks.example.com",
            "https://user:word@hooks.example.com",
            "https://127.0.0.1/x",
            "https://localhost/x",
            "https://10.0.0.8",
            "https://192.168.1.1",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://0.0.0.0",
            "nothing",
            # The same numbers, written so that a filter may not see it.
            "https://2130706433/x",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1",
            "https://10.1",
            "https://LOCALHOST.",
            "https://\uff11\uff12\uff17.0.0.1/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b::a00:8]/",
            "https://[2002:7f00:1::]/",
            "https://[2002:a9fe:a9fe::1]/",
            "https://[fec0::1]/",
            "https://[fe80::1%25eth0]/",
            "https://[fd00::1]/",
            "https://[ff02::1]/",
            "https://100.64.0.1",
            "https://224.0.0.1",
            "https://255.255.255.255",
            "https://hooks.example.com:99999/",
        ):
            with self.subTest(url=url), self.assertRaises(ValidationError):
                webhook_address.check_address(self.env, url)
        for url in (
            "https://hooks.example.com/x?y=1",
            "https://1.1.1.1/x",
            "https://[2606:4700::1111]:8443/",
            "https://[::ffff:1.1.1.1]/",
            "https://[64:ff9b::101:101]/",
        ):
            webhook_address.check_address(self.env, url)

    def test_a_name_of_a_private_number_is_refused_before_the_call(self):
        for number in (
            *("10.1.2.3", "127.0.0.1", "::1", "169.254.169.254", "fe80::1%eth0"),
            *("64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "fec0::1", "::ffff:10.0.0.1"),
        ):
            found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 443))]
            with (
                patch.object(socket, "getaddrinfo", return_value=found),
                self.assertRaises(ValidationError),
            ):
                webhook_address.resolve(self.env, "hooks.example.com", 443)

    def test_one_private_number_among_others_is_enough(self):
        found = [(socket.AF_INET, 1, 6, "", (number, 443)) for number in ("1.1.1.1", "10.0.0.1")]
        with (
            patch.object(socket, "getaddrinfo", return_value=found),
            self.assertRaises(ValidationError),
        ):
            webhook_address.resolve(self.env, "hooks.example.com", 443)

    def test_the_call_goes_to_the_number_that_was_looked_at(self):
        """A name that points elsewhere a moment later is not looked up again."""
        asked = []

        def look_up(host, port, *args, **kwargs):
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", port))]

        connected = []

        def connect(address, *args, **kwargs):
            connected.append(address)
            raise OSError("not in a test")

        with (
            patch.object(socket, "getaddrinfo", side_effect=look_up),
            patch("urllib3.util.connection.create_connection", side_effect=connect),
            self.assertRaises(urllib3.exceptions.HTTPError),
        ):
            webhook_address.post(self.env, "https://hooks.example.com/x", "key", "1", b"{}")
        self.assertEqual(asked, ["hooks.example.com"])
        self.assertEqual([address[0] for address in connected], ["1.1.1.1"])

    # ------------------------------------------------------------------
    # What
    # ------------------------------------------------------------------

    def call_once(self, path):
        """Call a server that answers once; return the call."""
        self.allow_private()
        server = HTTPServer(("127.0.0.1", 0), Answering)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        Answering.told.clear()
        call = self.create_call(f"http://127.0.0.1:{server.server_port}{path}")
        self.call()
        thread.join(10)
        return call

    def ask_dripping(self, before):
        """Call a server that drips; return the status, or the error it came to.

        :param bytes before: what the server sends at once
        """
        self.patch(time, "monotonic", freezegun_api.real_monotonic)  # that of the test stands still
        self.patch(webhook_address, "DEADLINE", 0.3)
        self.patch(Dripping, "before", before)
        server = HTTPServer(("127.0.0.1", 0), Dripping)
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 20)
        self.addCleanup(server.server_close)
        begun = time.monotonic()
        try:
            url = f"http://127.0.0.1:{server.server_port}/x"
            return webhook_address.post(self.env, url, "key", "1", b"{}")
        except urllib3.exceptions.HTTPError as error:
            return error
        finally:
            self.assertLess(time.monotonic() - begun, 4)

    def test_what_is_told_and_how_it_is_signed(self):
        call = self.call_once("/hook?a=1")
        self.assertEqual((call.state, call.error), ("done", "200"))
        [(headers, body)] = Answering.told
        told = json.loads(body)
        self.assertEqual(told["event"], "end")
        self.assertEqual(told["contract"]["name"], call.order_id.name)
        self.assertEqual(headers["X-Subscription-Call"], call.number)
        moment, _, signature = headers["X-Subscription-Signature"].partition(",v1=")
        key = call.action_id.webhook_secret.encode()
        text = moment.removeprefix("t=").encode() + b"." + body
        self.assertEqual(signature, hmac.new(key, text, hashlib.sha256).hexdigest())

    # ------------------------------------------------------------------
    # How often
    # ------------------------------------------------------------------

    def test_a_call_that_is_not_taken_is_tried_again_and_given_up(self):
        call = self.create_call()
        numbers = []
        with patch(
            PATH, side_effect=lambda env, url, key, number, body: numbers.append(number) or 500
        ):
            for day in range(1, 12):
                self.call(f"2027-02-{day:02d}")
                if day == 1:
                    self.call()  # not due yet
        self.assertEqual(call.state, "failed")
        self.assertEqual(len(numbers), 6)
        self.assertEqual(set(numbers), {call.number}, "the other side can tell repeats")

    def test_a_redirect_is_not_followed(self):
        self.patch(Answering, "status", 307)
        call = self.call_once("/hook")
        self.assertEqual((call.state, call.error), ("todo", "307"))
        self.assertEqual(len(Answering.told), 1)

    def test_a_host_that_answers_byte_by_byte_is_not_waited_for(self):
        self.allow_private()
        for before in (
            b"",  # not even a status
            b"HTTP/1.1 200 OK\r\nX-Long: ",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 ",
        ):
            with self.subTest(before=before):
                self.assertIsInstance(
                    self.ask_dripping(before), urllib3.exceptions.ReadTimeoutError
                )

    def test_a_body_that_does_not_end_changes_nothing_about_the_status(self):
        self.allow_private()
        for before in (
            b"HTTP/1.1 204 No Content\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
        ):
            with self.subTest(before=before):
                self.assertIn(self.ask_dripping(before), (200, 204))

    def test_a_redirect_is_no_answer(self):
        call = self.create_call()
        with patch(PATH, return_value=302):
            self.call()
        self.assertEqual(call.state, "todo")

    def test_what_was_killed_under_way_is_not_sent_twice(self):
        call = self.create_call()
        self.patch(type(call), "_commit_attempt", lambda call: call.env.flush_all())
        # Not `assertRaises`: it would take back what was written, as no process can.
        with patch(PATH, side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
            call._call()
        self.assertEqual(call.state, "sending")
        with patch(PATH) as post:
            self.call()
            self.assertEqual(call.state, "sending")
            self.travel("2027-02-01", hour=14)
            self.call()
            post.assert_not_called()
        self.assertEqual(call.state, "unknown")
        call.action_repeat()
        with patch(PATH, return_value=204):
            self.call()
        self.assertEqual(call.state, "done")

    def test_an_address_that_became_private_is_given_up_at_once(self):
        call = self.create_call()
        with patch(PATH, side_effect=ValidationError("private")):
            self.call()
        self.assertEqual((call.state, call.attempt_count), ("failed", 1))
