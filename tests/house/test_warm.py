from odoo.tests import tagged

from ..support.warm import WarmCase


@tagged("post_install", "-at_install")
class TestWarm(WarmCase):
    """What Odoo remembers outlives a test, unless the test changed it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.groups"]._get_group_definitions()

    def count(self, function, *args):
        """Return how many queries a function costs."""
        before = self.env.cr.sql_log_count
        function(*args)
        return self.env.cr.sql_log_count - before

    def check(self):
        """Find what was remembered, and nothing of the test before; then change something."""
        parameters = self.env["ir.config_parameter"]
        self.assertFalse(parameters.get_param("test.warm"))
        self.assertEqual(self.count(self.env["res.groups"]._get_group_definitions), 0)
        parameters.set_param("test.warm", "changed")
        self.assertEqual(parameters.get_param("test.warm"), "changed")
        self.assertEqual(self.count(parameters.get_param, "test.warm"), 0)

    def test_one_test_changes_a_parameter(self):
        self.check()

    def test_the_next_one_finds_it_unchanged(self):
        self.check()

    def test_what_was_cleared_is_emptied_at_the_end(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("test.warm", "changed")
        parameters.get_param("test.warm")
        self._forget_test()
        self.assertGreater(self.count(parameters.get_param, "test.warm"), 0)
        self.assertEqual(self.count(self.env["res.groups"]._get_group_definitions), 0)
        self.registry.clear_all_caches()
        self._forget_class()
        self.assertGreater(self.count(self.env["res.groups"]._get_group_definitions), 0)
