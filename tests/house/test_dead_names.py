import ast
import re
from collections import Counter
from pathlib import Path

from odoo.fields import Field
from odoo.tests import tagged

from ..support.warm import WarmCase

ROOT = Path(__file__).parents[2]
OURS = ("models", "wizards", "report", "engine", "bridges")
READ = (*OURS, "controllers", "views", "data", "security", "static/src", "migrations", "dev")
ADDONS = (
    "odoo.addons.sale_recurring",
    *(f"odoo.addons.{path.parent.name}" for path in ROOT.glob("bridges/*/__manifest__.py")),
)
# What only tests call, and why it is there.
KEPT = {
    "worth_on": "the ledger of MRR is held against it",
    "customer_kind": "so are the movements of customers",
    "_recognise_now": "everything in one transaction, as tests are",
    "STATES": "tests walk through all of them",
}
# Beginnings of names that core makes, those of functions for a tag of a view.
MADE = ("_postprocess_tag_", "_validate_tag_")
WORD = re.compile(r"\w+")


def is_test(path):
    """Tell whether a file is a test or helps one."""
    return "tests" in path.relative_to(ROOT).parts


def is_called_by_odoo(node):
    """Tell whether a decorator registers a function: a constraint, a compute, a route."""
    return any(not ast.unparse(one).endswith("model") for one in node.decorator_list)


def get_defined(tree):
    """Yield names and lines of functions and of constants that nobody but a caller uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not is_called_by_odoo(node):
            yield node.name, node.lineno
    for node in tree.body:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            names = [one for one in ast.walk(target) if isinstance(one, ast.Name)]
            yield from ((one.id, node.lineno) for one in names if isinstance(one.ctx, ast.Store))


def get_said(text, suffix):
    """Count the words of a file, without those by which Python defines something.

    :return: how often each word is said, and beginnings of names that are made from parts
    :rtype: tuple
    """
    if suffix != ".py":
        return Counter(WORD.findall(text)), set()
    said, begun = Counter(), set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            said[node.id] += 1
        elif isinstance(node, ast.Attribute):
            said[node.attr] += 1
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value
        ):
            said.update(WORD.findall(node.value))
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            begun.add(node.values[0].value)
    return said, {one for one in begun if re.fullmatch(r"_?[a-z_]+_", one)}


@tagged("post_install", "-at_install")
class TestDeadNames(WarmCase):
    """What nothing refers to is gone, also where only tests still call it."""

    def look(self):
        """Return what is defined as {name: place}, and what the sources say."""
        defined, said, begun = {}, Counter(), set()
        for folder in READ:
            for path in sorted((ROOT / folder).rglob("*.*")):
                if path.suffix not in (".py", ".xml", ".js", ".csv") or is_test(path):
                    continue
                text = path.read_text()
                words, prefixes = get_said(text, path.suffix)
                said += words
                begun |= prefixes
                if path.suffix == ".py" and folder in OURS:
                    for name, line in get_defined(ast.parse(text)):
                        defined.setdefault(name, f"{path.relative_to(ROOT)}:{line} {name}")
        for path in ROOT.glob("*.py"):
            said += get_said(path.read_text(), path.suffix)[0]
        return defined, said, tuple(begun)

    def get_core_names(self):
        """Return what Odoo's own classes define, so that Odoo may call it."""
        bases = {base for model in self.env.registry.values() for base in model.__mro__}
        theirs = [base for base in bases if not base.__module__.startswith(ADDONS)]
        return {name for base in (*theirs, Field) for name in vars(base)}

    def test_nothing_is_defined_in_vain(self):
        defined, said, begun = self.look()
        self.assertGreater(len(defined), 2500)
        core = self.get_core_names()
        dead = {
            name: place
            for name, place in defined.items()
            if not said[name] and name not in core and not name.startswith(("__", *MADE, *begun))
        }
        self.assertEqual(sorted(dead), sorted(KEPT), "\n".join(dead.values()))

    def test_planted_names_are_found(self):
        text = (
            "LIMIT, MOST = 3, 4\n"
            "START = 5\n"
            "def _lonely(self):\n"
            "    return self._called() + START\n"
            "def _called(self):\n"
            "    return getattr(self, f'_do_{self.act}')()\n"
            "def _do_this(self):\n"
            "    return '_named'\n"
            "def _named(self):\n"
            "    return 'says _lonely to people'\n"
        )
        said, begun = get_said(text, ".py")
        self.assertEqual(begun, {"_do_"})
        dead = [name for name, _line in get_defined(ast.parse(text)) if not said[name]]
        self.assertEqual(dead, ["_lonely", "_do_this", "LIMIT", "MOST"])
