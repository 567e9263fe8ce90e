import ast

from odoo.tests import tagged

from ..support.sources import FOLDERS, get_nodes
from ..support.warm import WarmCase

MODULE = "odoo.addons.sale_recurring."


@tagged("post_install", "-at_install")
class TestOneOverride(WarmCase):
    """Each method of another addon is overridden once, which then calls hooks.

    Otherwise the order of imports decides who runs first.
    """

    def test_each_method_is_defined_once_per_model(self):
        found = {}
        for model in self.env.registry.values():
            ours, core = {}, set()
            for part in type.mro(model):
                is_ours = part.__module__.startswith(MODULE)
                for name, value in vars(part).items():
                    if is_ours and callable(value) and not name.startswith("__"):
                        ours.setdefault(name, set()).add(part.__module__)
                    elif name in ours:
                        core.add(name)  # further down: what we override, not who overrides us
            found.update({(model._name, name): ours[name] for name in ours.keys() & core})
        twice = {key: sorted(places) for key, places in found.items() if len(places) > 1}
        self.assertTrue(found)
        self.assertFalse(twice)

    def test_each_public_method_and_hook_is_documented(self):
        """An override says what it adds, unless it is one of the ORM's own words."""
        missing = [
            f"{place} {node.name}"
            for place, node in get_nodes(*FOLDERS)
            if isinstance(node, ast.FunctionDef)
            and (not node.name.startswith("_") or node.name.startswith("_hook_"))
            and not ast.get_docstring(node)
        ]
        self.assertFalse(missing)

    def test_each_decorator_of_the_orm_stands_once(self):
        """Of two that say what a method depends on, only the first is heard."""
        twice = []
        for place, node in get_nodes(*FOLDERS):
            if isinstance(node, ast.FunctionDef):
                called = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
                names = [func.attr for func in called if isinstance(func, ast.Attribute)]
                twice += [f"{place} {node.name}"] * (len(names) != len(set(names)))
        self.assertFalse(twice)
