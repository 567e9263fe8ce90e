from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestSettings(SubscriptionCommon):
    def _set_workers(self, count):
        self.env["res.config.settings"].create({"subscription_worker_count": count}).execute()

    def test_one_worker_bills_until_somebody_asks_for_more(self):
        self.assertEqual(self.env["sale.order"]._get_billing_crons(), self.cron)
        self._set_workers(3)
        self.assertEqual(len(self.env["sale.order"]._get_billing_crons()), 3)
        self.assertEqual(len(self.env["account.move"]._get_charging_crons()), 3)
        self._set_workers(1)
        self.assertEqual(self.env["sale.order"]._get_billing_crons(), self.cron)

    def test_no_worker_or_too_many_are_refused(self):
        for count in (0, 5):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._set_workers(count)
