from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_portal_tour import PortalTourCase


class MoneyTourCase(PortalTourCase):
    """A customer in a browser signs, pays and replaces a card."""

    def create_quotation(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.order.partner_id.id,
                "subscription_template_id": self.order.subscription_template_id.id,
                "require_signature": True,
                "require_payment": True,
                "prepayment_percent": 1.0,
                "order_line": [
                    Command.create(
                        {"product_id": self.order.order_line.product_id.id, "product_uom_qty": 1}
                    )
                ],
            }
        )
        order.action_quotation_sent()
        return order

    def sign_and_pay(self, tour, login=None):
        order = self.create_quotation()
        Payment = self.env.registry["payment.transaction"]
        # No request of a test is saved for good, which the provider is asked after.
        with patch.object(Payment, "_charge_after_commit", Payment._request_charge):
            self.start_tour(order.get_portal_url(), tour, login=login)
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.signature)
        payment = order.transaction_ids
        self.assertEqual((payment.state, payment.amount), ("done", order.amount_total))
        self.assertEqual(order.subscription_payment_token_id, payment.token_id)
        self.assertTrue(payment.token_id)
        return order

    def change_card(self):
        before = self.order.subscription_payment_token_id
        self.start_tour(self.order.get_portal_url(), "subscription_portal_card_change")
        self.env.invalidate_all()
        after = self.order.subscription_payment_token_id
        self.assertTrue(after and after != before)


@tagged("post_install", "-at_install")
class TestPortalMoneyTours(MoneyTourCase):
    """On a desktop."""

    def test_a_quotation_is_signed_and_paid_with_a_saved_card(self):
        order = self.sign_and_pay("subscription_portal_sign_pay_saved", self.login)
        self.assertEqual(
            order.subscription_payment_token_id, self.order.subscription_payment_token_id
        )

    def test_a_quotation_is_signed_and_paid_by_its_link_alone(self):
        order = self.sign_and_pay("subscription_portal_sign_pay_link")
        self.assertNotEqual(
            order.subscription_payment_token_id, self.order.subscription_payment_token_id
        )

    def test_a_card_is_replaced(self):
        self.change_card()


@tagged("post_install", "-at_install")
class TestPortalMoneyToursOnPhone(TestPortalMoneyTours):
    """The same on a phone."""

    browser_size = "390x844"
