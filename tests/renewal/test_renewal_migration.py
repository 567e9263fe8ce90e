from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import tagged

from ...models.renewal.renewal_offer import RenewalOffer
from ..common import SubscriptionCommon

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.1.1.0" / "post-renewal_base.py"


@tagged("post_install", "-at_install")
class TestRenewalMigration(SubscriptionCommon):
    """What 19.0.1.1.0 does with the one field that amendments and renewals shared before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        spec = spec_from_file_location("sale_recurring_post_renewal_base", SCRIPT)
        cls.script = module_from_spec(spec)
        spec.loader.exec_module(cls.script)

    def test_renewals_move_their_memory_and_amendments_keep_theirs(self):
        old = {"day": "2027-01-01", "terms": 1, "prices": "same", "watched": {}, "offers": {}}
        renewal, amendment = self.env["sale.order"].create(
            [
                {"partner_id": self.partner.id, "subscription_order_type": kind}
                for kind in ("renewal", "amendment")
            ]
        )
        (renewal + amendment).subscription_baseline = old
        self.env.flush_all()

        self.script.migrate(self.env.cr, "19.0.1.0.0")

        self.env.invalidate_all()
        self.assertEqual(renewal.subscription_renewal_base, old)
        self.assertEqual(RenewalOffer(renewal).get_base(), old)
        self.assertFalse(renewal.subscription_baseline)
        self.assertEqual(amendment.subscription_baseline, old)
        self.assertFalse(amendment.subscription_renewal_base)
        self.assertEqual(self.script.move_renewal_bases(self.env.cr), 0)

    def test_nothing_is_moved_on_a_new_database(self):
        renewal = self.env["sale.order"].create(
            {"partner_id": self.partner.id, "subscription_order_type": "renewal"}
        )
        renewal.subscription_baseline = {"day": "2027-01-01"}
        self.env.flush_all()

        self.script.migrate(self.env.cr, None)

        self.env.invalidate_all()
        self.assertTrue(renewal.subscription_baseline)
