from datetime import date

from odoo.tests import tagged

from ..support.common_health import HealthCommon


@tagged("post_install", "-at_install")
class TestHealthUsage(HealthCommon):
    """What was delivered of what was ordered, where not every day was served."""

    def test_days_of_a_pause_are_no_little_usage(self):
        hours = self._create_product("Hours", 80.0, invoice_policy="delivery")
        much, little = (
            self.create_contract(self.line_values(hours, 28), day="2027-02-01") for _one in range(2)
        )
        self.travel("2027-02-08")
        (much | little)._subscription_pause(date(2027, 2, 8), date(2027, 3, 8))
        much.order_line.qty_delivered, little.order_line.qty_delivered = 7, 1
        self.bill(much | little, "2027-03-01")
        self.watch("2027-03-01")
        self.assertEqual(much.subscription_fact_usage, 100.0, "7 of 28 days were served")
        self.assertEqual(little.subscription_fact_usage, 14.29)
        much.order_line.qty_delivered, little.order_line.qty_delivered = 7 + 24, 1 + 12
        self.bill(much | little, "2027-04-01")
        self.watch("2027-04-01")
        self.assertEqual(much.subscription_fact_usage, 100.0, "24 days came after the pause")
        self.assertEqual(much.subscription_fact_usage_change, 0.0)
        self.assertEqual(little.subscription_fact_usage, 50.0)
        self.assertEqual(little.subscription_fact_usage_change, 250.0)
