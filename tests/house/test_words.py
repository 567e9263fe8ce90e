import ast
import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..common import SubscriptionCommon

ROOT = Path(__file__).parents[2]
FOLDERS = ("models", "wizards", "controllers", "engine", "report", "bridges")
# Words that stood for several things, or for one that has a name, with what is said instead.
RETIRED = {
    "settle": "reconcile a payment, update a draft, be done with a matter",
    "settled": "done, reconciled",
    "settling": "reconciling",
    "ask": "request of a customer, query a provider, schedule for a colleague",
    "asked": "requested, queried",
    "ahead": "prepayment",
    "kept_credit": "credit balance",
    "anew": "rebuilt",
    "seal": "fingerprint",
    "tail": "remainder",
    "welcome": "say what is done",
    "step": "segment, batch, part; a step is one of dunning",
    "steps": "segments",
    "terms": "subscription template; terms are the priced value of the engine",
}
ALLOWED = re.compile(
    r"pay_?ahead"  # the act of the customer, its room and its address
    r"|months_?ahead|far_?ahead"
    r"|ramp_?steps?|_get_message_no_steps"  # a ramp; a kind of finding that is stored
    r"|engine_terms|typed_terms|terms_(mixin|values)|^_?(get_)?terms$|simulated_?terms"
    r"|engine_terms|^subscription_?terms_?mixin$",
    re.IGNORECASE,
)
DUNNING = re.compile(r"(^|/|_)(dunning|recovered)")


def get_words(name):
    """Return a name as small words with one underscore between them."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().strip("_")


def get_retired(name):
    """Return the retired words in an identifier."""
    words = get_words(ALLOWED.sub("", name))
    return {word for word in RETIRED if re.search(rf"(^|_){word}(_|$)", words)}


def get_defined(tree):
    """Yield the names that a file defines for others: functions, classes, fields, constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        if isinstance(node, ast.FunctionDef):
            arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            yield from ((argument.arg, argument.lineno) for argument in arguments)
        if isinstance(node, ast.ClassDef | ast.Module):
            for part in node.body:
                targets = part.targets if isinstance(part, ast.Assign) else []
                targets = [part.target] if isinstance(part, ast.AnnAssign) else targets
                yield from ((t.id, t.lineno) for t in targets if isinstance(t, ast.Name))


def find_retired(path, text):
    """Return what is wrong in one file, and how many names were looked at."""
    names = [(path.stem, 0), *get_defined(ast.parse(text))]
    found = []
    for name, line in names:
        for word in sorted(get_retired(name)):
            if word in ("step", "steps") and DUNNING.search(path.as_posix()):
                continue
            found.append(f"{path}:{line}: {name}: {word} is retired, say {RETIRED[word]}")
    return found, len(names)


@tagged("post_install", "-at_install")
class TestRetiredWords(BaseCase):
    """One word per thing in names: the retired ones do not come back."""

    def test_no_name_says_a_retired_word(self):
        found, looked = [], 0
        for folder in FOLDERS:
            for path in sorted((ROOT / folder).rglob("*.py")):
                wrong, count = find_retired(path.relative_to(ROOT), path.read_text())
                found += wrong
                looked += count
        self.assertGreater(looked, 4000)
        self.assertFalse(found, "\n".join(found))

    def test_planted_names_are_found(self):
        planted = {
            "def _settle_anchor(self, day): pass": "settle",
            "def _get_x(self, steps): pass": "steps",
            "class Tail: pass": "tail",
            "class A:\n    subscription_ask_at = 1": "ask",
            "SETTLING_KEY = 1": "settling",
            "def _get_kept_credit_lines(self): pass": "kept_credit",
            "def _get_subscription_terms(self): pass": "terms",
            "def _get_ahead_day(self): pass": "ahead",
        }
        for text, word in planted.items():
            with self.subTest(word=word):
                found, _looked = find_retired(Path("models/contract/planted.py"), text)
                self.assertEqual(len(found), 1, found)
                self.assertIn(f"{word} is retired", found[0])
        right = "def _may_pay_ahead(self): pass\nclass SubscriptionTermsMixin: pass"
        self.assertFalse(find_retired(Path("models/contract/planted.py"), right)[0])
        step = "def _do_dunning_step(self, step): pass"
        self.assertFalse(find_retired(Path("models/dunning/account_move.py"), step)[0])


@tagged("post_install", "-at_install")
class TestLabels(SubscriptionCommon):
    """One word per thing on screens."""

    def get_texts(self):
        """Return our fields, each with its label and with its help."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "sale_recurring"), ("model", "=", "ir.model.fields")]
        )
        own = self.env["ir.model.fields"].browse(data.mapped("res_id")).exists()
        self.assertGreater(len(own), 400)
        return [
            (field, text or "") for field in own for text in (field.field_description, field.help)
        ]

    def test_a_step_is_one_of_dunning(self):
        """What a line consists of is a segment."""
        found, said = [], 0
        for field, text in self.get_texts():
            if re.search(r"\bsteps?\b", text, re.IGNORECASE):
                said += 1
                if "dunning" not in f"{field.model}.{field.name}: {text}".lower():
                    found.append(f"{field.model}.{field.name}: {text}")
        self.assertGreater(said, 5)
        self.assertFalse(found, "\n".join(found))

    def test_a_subscription_template_is_called_so(self):
        """Labels and help never say terms for it: payment terms are another thing."""
        found = []
        for field, text in self.get_texts():
            said = re.sub(r"(?i)payment terms|all terms|expired terms|Terms Counted", "", text)
            said = re.sub(r"in the terms in which", "", said)
            if re.search(r"\bterms\b", said, re.IGNORECASE):
                found.append(f"{field.model}.{field.name}: {text}")
        self.assertFalse(found, "\n".join(found))

    def test_stages_are_called_as_the_states_at_first(self):
        states = dict(self.env["sale.order"]._fields["subscription_state"].selection)
        data = self.env["ir.model.data"].search(
            [("module", "=", "sale_recurring"), ("model", "=", "subscription.stage")]
        )
        names = self.env["subscription.stage"].browse(data.mapped("res_id")).mapped("name")
        self.assertTrue(names)
        self.assertFalse(set(names) - set(states.values()) - {"New"})

    def test_no_view_gives_the_status_another_name(self):
        views = self.env["ir.ui.view"].search([("arch_db", "like", "subscription_state")])
        self.assertGreater(len(views), 3)
        for view in views:
            with self.subTest(view=view.xml_id):
                self.assertFalse(
                    re.search(r'name="subscription_state"[^>]*\bstring=', view.arch_db)
                )
