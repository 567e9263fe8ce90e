import ast
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).parents[2]
MODEL = "sale.order"
MOST = 520


def extends(node, model):
    """Return whether a class extends a model, by what it says of itself."""
    for line in node.body:
        if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "_inherit":
            inherited = ast.literal_eval(line.value)
            return model == inherited or (isinstance(inherited, list) and model in inherited)
    return False


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
        self.assertIn("_get_subscription_start", methods, "a list of what is inherited counts too")
        self.assertLessEqual(len(methods), MOST)
