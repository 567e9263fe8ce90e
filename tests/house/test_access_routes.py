from odoo.tests import tagged

from ..support.access_walk import find_routes
from ..support.common_access import SECRET_DETAILS, SECRET_WORD
from ..support.common_access_http import EVERYBODY, AccessHttpCase
from .access_routes import (
    CALLS,
    CORES_OWN,
    CUSTOMER,
    EXTRA,
    LINK,
    PAGE,
    PREFIXES,
    PROVIDER_ROUTES,
    READERS,
    TAMPERED,
    TAMPERED_EXTRA,
    VISITORS,
)


@tagged("post_install", "-at_install")
class TestAccessRoutes(AccessHttpCase):
    """Each route that leads to documents of contracts, asked by everybody."""

    def _find_missing(self, calls):
        known = {call.path for call in calls} | PROVIDER_ROUTES
        return find_routes(self.env, PREFIXES) - known

    def test_every_route_is_in_the_table(self):
        self.assertGreaterEqual(len(find_routes(self.env)), 11)
        self.assertGreaterEqual(len(find_routes(self.env, PREFIXES)), 30)
        self.assertFalse(self._find_missing(CALLS))
        everything = find_routes(self.env, ("/",))
        self.assertFalse({call.path for call in CALLS} - everything, "no such route any more")

    def test_a_route_without_an_entry_is_seen(self):
        gone = "/my/orders/<int:order_id>/payment_method/assign"
        calls = [call for call in CALLS if call.path != gone]
        self.assertEqual(self._find_missing(calls), {gone})

    def test_routes_open_for_whom_the_table_says(self):
        wrong, count = [], 0
        for actor in EVERYBODY:
            self.enter_as(actor)
            for call in CALLS:
                count += 1
                found, body, is_changed = self.ask(call)
                expected = "done" if actor in call.may else "refused"
                wrong += [
                    f"{call.verb} {call.path} ({call.document}) {call.values.get('flow', '')} by "
                    f"{actor}: {problem}"
                    for problem, is_there in (
                        (f"{found}, not {expected}", found != expected),
                        ("changed something", is_changed and actor not in call.may),
                        ("saw a document", SECRET_WORD in body and actor not in PAGE),
                        ("saw a card", SECRET_DETAILS in body and actor not in CUSTOMER | READERS),
                    )
                    if is_there
                ]
        self.assertGreater(count, 1000)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_nothing_breaks_whatever_is_typed(self):
        """No number, no day, no id: a sentence, never a fault."""
        wrong, count = [], 0
        for actor in ("owner", "link"):
            self.enter_as(actor)
            for call in CALLS:
                if (actor == "link") != (call.may >= LINK) or call.path.startswith(CORES_OWN):
                    continue
                for name, value in self._get_tampered(call):
                    count += 1
                    found, body, _changed = self.ask(call, False, **{name: value})
                    if found.startswith("broken") or (SECRET_DETAILS in body and actor in VISITORS):
                        wrong.append(f"{call.path} {name}={value!r}: {found}")
        self.assertGreater(count, 500)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_no_verb_breaks_a_route(self):
        """A request of another kind than the page sends: refused, never a fault."""
        wrong, count = [], 0
        for actor in ("owner", "link"):
            self.enter_as(actor)
            for call in CALLS:
                for verb in ("GET", "POST", "JSON", "PUT"):
                    if verb == call.verb:
                        continue
                    count += 1
                    found, _body, is_changed = self.ask(call._replace(verb=verb))
                    if found.startswith("broken") or (is_changed and actor not in call.may):
                        wrong.append(f"{verb} {call.path} by {actor}: {found} {is_changed}")
        self.assertGreater(count, 300)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def _get_tampered(self, call):
        """Return (name, value): what the tables give, the token, and the id of the address."""
        path = [part.strip("<>").split(":")[-1] for part in call.path.split("/") if "<" in part]
        needed = {*call.values, *path, *(["access_token"] if call.key else [])}
        extra = set(EXTRA.get(call.path, "").split()) - needed
        return [
            *((name, value) for name in needed for value in TAMPERED),
            *((name, value) for name in extra for value in TAMPERED_EXTRA),
        ]
