import ast
import re

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..support.common_dunning import DunningCommon
from ..support.sources import ADDON, get_nodes

TYPED = "<kbd>typed</kbd>"


@tagged("post_install", "-at_install")
class TestLiveHtml(DunningCommon):
    """What somebody typed is text wherever it is shown."""

    def get_calls(self, name):
        for place, node in get_nodes("models", "wizards", "controllers", "report"):
            called = isinstance(node, ast.Call) and ast.unparse(node.func)
            if called and called.split(".")[-1] == name:
                yield place, node

    def test_notes_of_activities_are_made_of_text(self):
        """Core takes the note of an activity for HTML."""
        calls = [
            (place, ast.unparse(keyword.value))
            for place, node in self.get_calls("activity_schedule")
            for keyword in node.keywords
            if keyword.arg == "note"
        ]
        self.assertGreater(len(calls), 5)
        wrong = [place for place, note in calls if not note.startswith("plaintext2html(")]
        self.assertFalse(wrong)

    def test_markup_holds_our_own_words_only(self):
        calls = list(self.get_calls("Markup"))
        self.assertGreater(len(calls), 5)
        wrong = [place for place, node in calls if not isinstance(node.args[0], ast.Constant)]
        self.assertFalse(wrong)

    def test_no_view_or_script_shows_html_as_it_is(self):
        files = [*ADDON.glob("views/**/*.xml"), *ADDON.glob("data/**/*.xml")]
        files += [*ADDON.glob("static/src/**/*.js"), *ADDON.glob("static/src/**/*.xml")]
        self.assertGreater(len(files), 30)
        pattern = re.compile(r"t-raw|\bmarkup\(|innerHTML|insertAdjacentHTML|\bMarkup\(")
        wrong = [str(path.relative_to(ADDON)) for path in files if pattern.search(path.read_text())]
        self.assertFalse(wrong)

    def test_names_and_reasons_are_text_in_activities_messages_and_mails(self):
        self.partner.name = f"Ada {TYPED}"
        self.seat.name = f"Seat {TYPED}"
        order, invoice = self.create_late_contract(client_order_ref=TYPED)
        order.subscription_payment_token_id.payment_details = TYPED
        self.run_dunning("2027-02-03")
        reason = self.env["subscription.close.reason"].create({"name": TYPED})
        invoice._fail_charge(f"Declined {TYPED}")
        order._quarantine(UserError(f"Cannot bill {TYPED}"))
        order._release_quarantine()
        order._quarantine(UserError(f"Cannot bill {TYPED}"))
        order._subscription_lose_token(order.subscription_payment_token_id)
        order._create_renewal_quotation()
        order._subscription_close(self.travel("2027-02-10"), reason=reason, note=TYPED)
        records = order | order.subscription_renewal_ids
        texts = {
            "messages": (records.message_ids | invoice.message_ids).mapped("body"),
            "activities": (records.activity_ids | invoice.activity_ids).mapped("note"),
            "mails": self.get_mails().mapped("body_html"),
        }
        for kind, found in texts.items():
            with self.subTest(kind=kind):
                text = "\n".join(str(body) for body in found)
                self.assertNotIn("<kbd", text)
                self.assertIn("&lt;kbd", text)
