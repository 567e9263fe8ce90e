from unittest.mock import patch

from odoo.modules.registry import Registry
from odoo.tests import TransactionCase
from odoo.tests.common import get_db_name


class WarmCase(TransactionCase):
    """Tests that begin with what Odoo has read and compiled, as the requests of a server do.

    Core empties every cache after each test. What is in a cache holds until somebody clears it, so
    one that no test cleared is also right about the database after the rollback: it is kept. One
    that was cleared may have been filled with what is taken back: it is emptied.
    """

    @classmethod
    def setUpClass(cls):
        registry = Registry(get_db_name())
        cls._empty, cls._empty_all = registry.clear_cache, registry.clear_all_caches
        cls._changed, cls._changed_by_test = set(), set()
        # Begun before and ended after all that core does, the last emptying of a class included.
        cls.startClassPatcher(patch.object(registry, "clear_cache", cls._clear))
        cls.startClassPatcher(patch.object(registry, "clear_all_caches", cls._clear_all))
        super().setUpClass()
        cls.addClassCleanup(cls._end_class)

    def setUp(self):
        self._changed_by_test.clear()
        with patch.object(self.registry, "clear_all_caches", self._forget_test):
            super().setUp()

    @classmethod
    def _clear(cls, *names):
        """Clear caches as core does, and note which."""
        names = names or ("default",)
        cls._changed.update(names)
        cls._changed_by_test.update(names)
        cls._empty(*names)

    @classmethod
    def _clear_all(cls):
        """Clear each cache as core does, and note it."""
        cls._empty_all()
        names = cls._empty.__self__.cache_invalidated
        cls._changed.update(names)
        cls._changed_by_test.update(names)

    @classmethod
    def _forget_test(cls):
        """Empty what the test cleared, which is taken back now."""
        if cls._changed_by_test:
            cls._empty(*cls._changed_by_test)

    @classmethod
    def _forget_class(cls):
        """Empty what the class and its tests cleared, which is taken back now."""
        if cls._changed:
            cls._empty(*cls._changed)

    @classmethod
    def _end_class(cls):
        """Let core's last emptying leave what still holds, unless models were changed."""
        registry = cls.registry
        is_same = registry.registry_sequence == cls.registry_start_sequence
        if is_same and not registry.registry_invalidated:
            registry.clear_all_caches = cls._forget_class
