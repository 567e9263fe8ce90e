import ast
from pathlib import Path

from odoo.tests import TransactionCase, tagged

ADDON = Path(__file__).parents[2]


@tagged("post_install", "-at_install")
class TestHouseTexts(TransactionCase):
    """What users read is written as whole sentences, in every language."""

    def test_no_label_is_changed_to_small_letters(self):
        """A label in the middle of a sentence is a noun in German: quote it as it is."""
        found = [
            f"{path.relative_to(ADDON)}:{node.lineno}"
            for folder in ("models", "wizards", "engine", "controllers", "report")
            for path in sorted((ADDON / folder).rglob("*.py"))
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute)
            and node.attr in ("lower", "capitalize", "title")
            and not ast.unparse(node.value).endswith("currency_id.name")  # a code, not a label
        ]
        self.assertFalse(found)

    def test_labels_are_words_and_not_names_of_columns(self):
        """A field without a label is called after its column, which users meet in filters."""
        columns = [
            f"{model._name}.{name}: {field.string}"
            for model in self.env.registry.values()
            for name, field in model._fields.items()
            if field._modules == ("sale_recurring",)
            and name.startswith("subscription_")
            and field.string
            == name.removesuffix("_ids").removesuffix("_id").replace("_", " ").title()
            and name not in ("subscription_template_id",)
        ]
        self.assertFalse(columns)
