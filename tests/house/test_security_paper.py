import re
from pathlib import Path

from odoo.tests import tagged

from ..support.warm import WarmCase

PAPER = Path(__file__).parents[2] / "SECURITY.md"


@tagged("post_install", "-at_install")
class TestSecurityPaper(WarmCase):
    """SECURITY.md tells administrators of the groups that there are."""

    def test_the_groups_that_it_names_are_the_ones_that_exist(self):
        named = set(re.findall(r"`(\w+\.group_\w+)`", PAPER.read_text()))
        for name in named:
            self.assertEqual(self.env.ref(name)._name, "res.groups", name)
        own = self.env["ir.model.data"].search(
            [("module", "=", "sale_recurring"), ("model", "=", "res.groups")]
        )
        self.assertEqual(
            {name for name in named if name.startswith("sale_recurring.")},
            set(own.mapped("complete_name")),
        )
