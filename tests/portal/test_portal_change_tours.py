from odoo.tests import tagged

from ..support.common_portal_tour import PortalTourCase


@tagged("post_install", "-at_install")
class TestPortalChangeTours(PortalTourCase):
    """A customer changes a contract in a browser."""

    def test_more_seats_are_paid_and_there(self):
        self.walk("subscription_portal_upgrade")
        self.assertEqual(self.order.order_line.product_uom_qty, 3)
        payment = self.order.subscription_amendment_ids.transaction_ids
        self.assertEqual((payment.state, payment.amount), ("done", 60))

    def test_fewer_seats_are_planned_and_taken_back(self):
        self.walk("subscription_portal_downgrade")
        self.assertFalse(self.order.subscription_planned_ids)
        self.assertEqual(self.order.order_line.product_uom_qty, 2)

    def test_yearly_keeps_the_seats(self):
        self.walk("subscription_portal_yearly")
        new = self.order.order_line.filtered(lambda line: line.recurrence_id.unit == "year")
        self.assertEqual(new.product_uom_qty, 2)
        self.assertTrue(self.order.subscription_planned_ids)


@tagged("post_install", "-at_install")
class TestPortalChangeToursOnPhone(TestPortalChangeTours):
    """The same on a phone."""

    browser_size = "390x844"
