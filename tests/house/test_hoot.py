from odoo.tests import HttpCase, tagged

from ..support.warm import WarmCase

SUITE = "@sale_recurring/backend"
VIEWS = "@sale_recurring/views"
ANALYTICS = "@sale_recurring/analytics"


@tagged("post_install", "-at_install")
class TestHoot(WarmCase, HttpCase):
    """Run the unit tests of the client components in a real browser."""

    def get_hash(self, name):
        """Return the number under which the test page knows a suite."""
        number = 0
        for character in name:
            number = ((number << 5) - number + ord(character)) & 0xFFFFFFFF
        return f"{number:08x}"

    def test_back_office_components(self):
        self.run_suite(SUITE)

    def test_views(self):
        self.run_suite(VIEWS)

    def test_analytics(self):
        self.run_suite(ANALYTICS)

    def run_suite(self, suite):
        """Run the tests of a suite; one that fails makes the page say so."""
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id="
            + self.get_hash(suite),
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
