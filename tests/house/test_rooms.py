import ast
import re
import tempfile
from collections import Counter
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..support.rooms import Rooms

ADDON = Path(__file__).parents[2]

PLANTED = {
    "models/__init__.py": "from . import low\nfrom . import high\n",
    "models/low/sale_order.py": (
        "class SaleOrder:\n"
        '    _inherit = "sale.order"\n'
        "    def _base(self):\n"
        '        """Say nothing."""\n'
        "    def _asks(self, order):\n"
        "        return self.{called}()\n"
        "    def _late(self):\n"
        "        return super()._late()\n"
    ),
    "models/high/sale_order.py": (
        "class SaleOrder:\n"
        '    _inherit = "sale.order"\n'
        '    _high_note = fields.Char("Note")\n'
        "    def _base(self):\n"
        "        return super()._base()\n"
        "    def _high_call(self):\n"
        '        """Answer."""\n'
        "    def _late(self):\n"
        '        """Hook. Answer."""\n'
    ),
}


@tagged("post_install", "-at_install")
class TestRooms(BaseCase):
    """The rooms of `models/` call downwards only; towards later rooms they offer hooks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rooms = Rooms(ADDON)

    def test_no_room_calls_a_later_one(self):
        self.assertGreater(len(self.rooms.references), 5000)
        self.assertGreater(len(self.rooms.get_crossings()), 500)
        self.assertEqual(self.rooms.get_upward(), [])

    def test_no_room_is_extended_by_an_earlier_one(self):
        self.assertEqual(self.rooms.get_early_extensions(), [])

    def test_extended_methods_say_so(self):
        self.assertEqual(self.rooms.get_silent_hooks(), [])

    def test_hooks_say_so(self):
        """Those that the README offers, and all that are named so, extended here or not."""
        told = (
            (ADDON / "README.md").read_text().partition("\n## Extend\n")[2].partition("\n### ")[0]
        )
        offered = set(re.findall(r"\b(_[a-z]\w*)\(", told))
        named = {name for name in self.rooms.names if name.startswith("_hook_")}
        self.assertGreater(len(offered), 20)
        self.assertGreater(len(named), 40)
        definitions = {
            name: [one for found in self.rooms.names[name].values() for one in found]
            for name in offered | named
        }
        silent = [
            name
            for name, found in definitions.items()
            if not any("Hook" in one.doc and not one.calls_super for one in found)
        ]
        self.assertEqual(silent, [])

    def test_names_of_test_files_are_unique(self):
        names = Counter(path.name for path in (ADDON / "tests").rglob("test_*.py"))
        self.assertGreater(len(names), 100)
        self.assertFalse([name for name, count in names.items() if count > 1])

    def test_no_test_file_is_imported_by_another_one(self):
        """What several test files need stands in `tests/support` or in a table of its own."""
        files = sorted((ADDON / "tests").rglob("*.py"))
        files = [path for path in files if path.name != "__init__.py"]
        imports = [
            (path.name, node.module)
            for path in files
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.level
        ]
        self.assertGreater(len(imports), 100)
        borrowed = [
            (name, module)
            for name, module in imports
            if (module or "").split(".")[-1].startswith("test_")
        ]
        self.assertFalse(borrowed)

    def test_each_room_of_the_addon_is_imported(self):
        folders = {path.parent.name for path in (ADDON / "models").glob("*/__init__.py")}
        self.assertEqual(folders, set(self.rooms.order))

    def _plant(self, called):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in PLANTED.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text.replace("{called}", called))
            return Rooms(Path(folder))

    def test_an_upward_call_is_seen(self):
        for called in ("_high_call", "_high_note"):
            found = self._plant(called).get_upward()
            self.assertEqual(found, sorted([f"low {called} -> high", "low _late -> high"]))
        self.assertEqual(self._plant("_base").get_upward(), ["low _late -> high"])

    def test_a_silent_hook_and_an_early_extension_are_seen(self):
        planted = self._plant("_base")
        self.assertEqual(planted.get_silent_hooks(), ["low sale.order._base"])
        self.assertEqual(planted.get_early_extensions(), ["low sale.order._late extends high"])
