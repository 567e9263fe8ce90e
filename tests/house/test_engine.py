import ast
import doctest
import importlib
import pkgutil
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ... import engine


@tagged("post_install", "-at_install")
class TestEngine(BaseCase):
    """Let Odoo's own runner hold the engine against the examples in its docstrings."""

    def get_modules(self):
        return [
            importlib.import_module(f"{engine.__name__}.{info.name}")
            for info in pkgutil.iter_modules(engine.__path__)
        ]

    def test_examples_in_docstrings_hold(self):
        attempted = 0
        for module in self.get_modules():
            with self.subTest(module=module.__name__):
                results = doctest.testmod(module)
                self.assertEqual(results.failed, 0)
                attempted += results.attempted
        self.assertGreater(attempted, 20, "the examples were not found")

    def test_engine_knows_neither_odoo_nor_a_clock(self):
        for module in self.get_modules():
            with self.subTest(module=module.__name__):
                tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
                self.assertFalse(self.get_outside_imports(tree) & {"odoo", "time", "random"})
                names = {getattr(node, "attr", None) for node in ast.walk(tree)}
                self.assertFalse(names & {"today", "now", "utcnow"})

    def get_outside_imports(self, tree):
        """Return the top-level names of all absolute imports of a module."""
        found = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
        return found
