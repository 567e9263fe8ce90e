from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import tagged

from ..common import SubscriptionCommon

FOLDER = Path(__file__).parents[2] / "migrations" / "19.0.1.4.0"


@tagged("post_install", "-at_install")
class TestWithdrawalMigration(SubscriptionCommon):
    """Contracts from before they kept their right of withdrawal have that of their template."""

    def test_contracts_of_before_keep_their_right(self):
        spec = spec_from_file_location("sr_withdrawal", FOLDER / "post-withdrawal_days.py")
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        firm, order = self.create_contract(self.seat), self.create_contract(self.seat)
        firm.partner_id = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.is_company = False
        self.template.write({"withdrawal_days": 14, "withdrawal_consumers_only": True})
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(order.subscription_withdrawal_days, 14)
        self.assertEqual(firm.subscription_withdrawal_days, 0)
        self.template.withdrawal_consumers_only = False
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(firm.subscription_withdrawal_days, 14)
