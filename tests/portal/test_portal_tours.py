from odoo.tests import tagged

from ..support.common_portal import PortalCase


class TourCase(PortalCase):
    """A customer with nothing but the link pauses, goes on, stays for an offer, leaves, returns."""

    def act(self):
        self.template.pause_max_days = 30
        self.env.ref("sale_recurring.close_reason_price").write(
            {"offer_kind": "discount", "offer_discount": 20, "offer_count": 3}
        )
        order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(order))
        self.travel("2027-02-10")
        self.start_tour(order.get_portal_url(), "subscription_customer_acts")
        order.invalidate_recordset()
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_end_date)
        self.assertEqual(order.subscription_accepted_offer_ids.kind, "discount")
        self.assertEqual(self.bill(order, "2027-02-28").amount_total, 28.8)


@tagged("post_install", "-at_install")
class TestPortalTours(TourCase):
    """On a desktop."""

    def test_a_customer_acts_on_a_desktop(self):
        self.act()


@tagged("post_install", "-at_install")
class TestPortalToursOnPhone(TourCase):
    """On a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_customer_acts_on_a_phone(self):
        self.act()
