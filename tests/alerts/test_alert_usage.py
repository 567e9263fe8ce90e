from odoo.tests import tagged

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestAlertUsage(AlertCommon):
    """Usage is below or above a limit where it is measured, once for each period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hours = cls._create_product("Hours", 80.0, invoice_policy="delivery")

    def test_contracts_without_usage_are_left_alone(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.bill(order)
        low = self.create_alert("usage_low", usage=120.0)
        high = self.create_alert("usage_high", usage=80.0)
        self.watch()
        self.assertEqual((low.matching_count, high.matching_count), (0, 0))
        self.assertEqual(self.get_log(low) + self.get_log(high), [])

    def test_contracts_whose_usage_was_never_billed_are_left_alone(self):
        self.create_contract(self.line_values(self.hours, 10), day="2027-02-01")
        low = self.create_alert("usage_low", usage=120.0)
        self.watch("2027-02-10")
        self.assertEqual(self.get_log(low), [])

    def test_the_same_usage_is_the_same_when_something_else_is_billed(self):
        order = self.create_contract(self.seat, self.line_values(self.hours, 10), day="2027-02-01")
        order.order_line[1].qty_delivered = 2.0
        self.bill(order, "2027-03-01")
        low = self.create_alert("usage_low", usage=50.0)
        self.watch()
        self.assertEqual(self.get_log(low), [(order, "done")])
        # The seat of April is billed on its own; March's hours come later.
        periods = order.order_line[0].billed_period_ids
        last = max(periods, key=lambda one: one.full_start_date)
        self.assertEqual(last.full_start_date.isoformat(), "2027-03-01")
        hours = order.order_line[1].billed_period_ids
        self.assertEqual(hours.full_start_date.isoformat(), "2027-02-01")
        self.assertEqual(low.log_ids.occurrence, "usage:2027-02-01")
