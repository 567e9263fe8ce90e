import ast

from odoo.tests import tagged

from ..support.sources import FOLDERS, get_nodes
from ..support.warm import WarmCase


@tagged("post_install", "-at_install")
class TestHouseTexts(WarmCase):
    """What users read is written as whole sentences, in every language."""

    def test_no_label_is_changed_to_small_letters(self):
        """A label in the middle of a sentence is a noun in German: quote it as it is."""
        found = [
            place
            for place, node in get_nodes(*FOLDERS)
            if isinstance(node, ast.Attribute)
            and node.attr in ("lower", "capitalize", "title")
            and not ast.unparse(node.value).endswith("currency_id.name")  # a code, not a label
        ]
        self.assertFalse(found)

    def test_labels_are_words_and_not_names_of_columns(self):
        """A field without a label is called after its column, which users meet in filters."""
        fields = [
            (f"{model._name}.{name}: {field.string}", name, field.string)
            for model in self.env.registry.values()
            for name, field in model._fields.items()
            if field._modules == ("sale_recurring",) and name.startswith("subscription_")
        ]
        self.assertGreater(len(fields), 100)
        columns = [
            place
            for place, name, label in fields
            if label == name.removesuffix("_ids").removesuffix("_id").replace("_", " ").title()
            and name not in ("subscription_template_id",)
        ]
        self.assertFalse(columns)

    def test_docstrings_begin_with_a_sentence(self):
        """Help tools show the first line: one that begins with a field is empty there."""
        documented = [
            (f"{place} {node.name}", ast.get_docstring(node))
            for place, node in get_nodes(*FOLDERS)
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node)
        ]
        self.assertGreater(len(documented), 1000)
        self.assertFalse([place for place, text in documented if text.startswith(":")])
