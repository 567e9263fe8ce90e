import json

from odoo.http import Request
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from odoo.addons.payment import utils as payment_utils

from .common_access import CUSTOMERS, STAFF, AccessCase

# Who comes without a login: with the link of a document, a link of somebody else's, the link of the
# customer before, or none.
VISITORS = ("link", "wrong", "old", "anyone")
EVERYBODY = (*CUSTOMERS, *VISITORS, *STAFF)
# What a refusal in JSON is called. Everything else is a mistake of the program.
REFUSALS = {
    "odoo.exceptions.AccessError",
    "odoo.exceptions.MissingError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.http.SessionExpiredException",
    "werkzeug.exceptions.BadRequest",
    "werkzeug.exceptions.Forbidden",
    "werkzeug.exceptions.NotFound",
    "werkzeug.exceptions.Unauthorized",
}
# Where strangers are sent.
AWAY = ("/web/login", "/odoo/action-mail.action_discuss")
HOMES = ("/my", "/odoo", "/web")
LOUD = ("odoo.http", "odoo.addons.base.models.ir_qweb", "odoo.sql_db", "werkzeug")


# A value that is not sent at all.
LEFT_OUT = object()
TABLES = (
    "account_move",
    "account_move_line",
    "mail_message",
    "payment_token",
    "payment_transaction",
    "sale_order",
    "sale_order_line",
    "subscription_billed_period",
    "subscription_segment",
)


class AccessHttpCase(AccessCase, HttpCase):
    """Everybody at the routes, each of whose requests is taken back at once."""

    actor = None
    # What the tables say before any request: each is taken back, so it stays true.
    before = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A page that shows a link makes the token of its document, and each is taken back.
        for model in ("account.move", "sale.order"):
            for document in cls.env[model].search([]):
                document._portal_ensure_token()
        cls.env.flush_all()

    def enter_as(self, actor):
        """Go on as somebody, with a login or without."""
        self.actor = actor
        self.before = None
        user = self.users.get(actor)
        if user:
            self.authenticate(user.login, user.login)
        else:
            self.authenticate(None, None)

    def ask(self, call, is_watched=True, **changes):
        """Send a request of the table.

        :param is_watched: whether to look for what changed
        :param changes: values that replace those of the table
        :return: 'done', 'refused' or what broke; the body; and whether it changed something
        """
        url, values = self._build(call, changes)
        if is_watched and self.before is None:
            self.before = self._get_digest()
        savepoint = self.env.cr.savepoint()
        try:
            with mute_logger(*LOUD):
                response = self._send(call.verb, url, values)
            is_changed = is_watched and self._get_digest() != self.before
        finally:
            savepoint.close(rollback=True)
        return self._judge(call.verb, response, is_changed), response.text, is_changed

    def _get_digest(self):
        """Return what the tables say of which no request may change a word without a right."""
        self.env.cr.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', md5(string_agg(t::text, '' ORDER BY id)) FROM {table} t"  # noqa: S608
                for table in TABLES
            )
        )
        # In no order: PostgreSQL may ask several tables at once.
        return dict(self.env.cr.fetchall())

    def _build(self, call, changes):
        """Return the address and the values of a request, with ids instead of names."""
        words = self._get_words(call)
        values = {**call.values, **changes}
        if call.key and "access_token" not in changes:
            token = self._get_token(call)
            values["access_token"] = token
        values = {
            name: words.get(value, value) if isinstance(value, str) else value
            for name, value in values.items()
            if value is not LEFT_OUT
        }
        url = call.path
        for part in [part for part in url.split("/") if part.startswith("<")]:
            name = part.strip("<>").split(":")[-1]
            url = url.replace(part, str(values.pop(name, words[call.document])))
        return url, values

    def _get_words(self, call):
        return {name: record.id for name, record in self.documents.items()}

    def _get_token(self, call):
        """Return what an actor holds: those with a login need nothing."""
        document = self.documents[call.document]
        amount = document["amount"] if call.document == "transaction" else None
        if self.actor == "wrong":
            return self.documents["other quote"].access_token
        if self.actor == "old":
            return self.old_token
        if self.actor != "link":
            return None
        if call.key == "payment":
            return payment_utils.generate_access_token(
                document.partner_id.id,
                call.values.get("amount", amount),
                document.currency_id.id,
                env=self.env,
            )
        return document.access_token

    def _send(self, verb, url, values):
        if verb == "JSON":
            data = {"jsonrpc": "2.0", "method": "call", "params": values}
            headers = {"Content-Type": "application/json"}
            return self.url_open(url, data=json.dumps(data), headers=headers, allow_redirects=False)
        if verb == "PUT":
            return self.opener.put(self.base_url() + url, data=values, allow_redirects=False)
        if verb == "POST":
            data = {"csrf_token": Request.csrf_token(self), **values}
            return self.url_open(url, data=data, allow_redirects=False)
        params = {name: "" if value is None else value for name, value in values.items()}
        return self.url_open(url, params=params, allow_redirects=False)

    def _judge(self, verb, response, is_changed):
        status = response.status_code
        if status >= 500:
            return f"broken: {status}"
        if 300 <= status < 400:
            target = response.headers["Location"].split("?")[0].removeprefix(self.base_url())
            return "refused" if target.startswith(AWAY) or target in HOMES else "done"
        if status >= 400:
            return "refused"
        if verb != "JSON":
            return "done"
        body = response.json()
        name = body.get("error", {}).get("data", {}).get("name")
        if name:
            return "refused" if name in REFUSALS else f"broken: {name} {response.text[-300:]}"
        # Core answers strangers with an empty hand, or with a sentence.
        result = body.get("result")
        is_empty = not result and not is_changed
        is_error = isinstance(result, dict) and result.get("error")
        is_away = isinstance(result, str) and "SEE OTHER" in result
        return "refused" if is_empty or is_error or is_away else "done"
