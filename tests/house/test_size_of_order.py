import ast
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).parents[2]
MODEL = "sale.order"
MOST = 520


def extends(node, model):
    """Return whether a class extends a model, by what it says of itself."""
    return any(
        isinstance(line, ast.Assign)
        and getattr(line.targets[0], "id", "") == "_inherit"
        and isinstance(line.value, ast.Constant)
        and line.value.value == model
        for line in node.body
    )


@tagged("post_install", "-at_install")
class TestSizeOfOrder(BaseCase):
    """What only reads an order is a plain class built on it; the order keeps what is extended."""

    def test_the_order_has_few_methods_of_ours(self):
        classes = [
            node
            for folder in ("models", "wizards")
            for path in (ADDON / folder).rglob("*.py")
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.ClassDef) and extends(node, MODEL)
        ]
        methods = [
            node.name
            for extension in classes
            for node in extension.body
            if isinstance(node, ast.FunctionDef)
        ]
        self.assertGreater(len(classes), 30, "the test looks at nothing")
        self.assertIn("_bill_subscriptions", methods)
        self.assertLessEqual(len(methods), MOST)
