from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import tagged

from ..common import SubscriptionCommon

FOLDER = Path(__file__).parents[2] / "migrations" / "19.0.1.2.0"


@tagged("post_install", "-at_install")
class TestCloseMigration(SubscriptionCommon):
    """Templates from before customers could end contracts online stay as they were."""

    def test_templates_of_before_are_closed_inside(self):
        spec = spec_from_file_location("sr_close", FOLDER / "post-customers_may_close.py")
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        self.assertTrue(self.template.customers_may_close)
        self.env.flush_all()
        script.migrate(self.env.cr, "")
        self.env.invalidate_all()
        self.assertTrue(self.template.customers_may_close, "a new database keeps the default")
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertFalse(self.template.customers_may_close)
