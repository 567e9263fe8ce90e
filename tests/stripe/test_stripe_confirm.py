from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from ..support.common_stripe import StripeCommon


@tagged("post_install", "-at_install")
class TestStripeConfirm(HttpCase, StripeCommon):
    """A card whose bank wants the customer is entered by the customer, never sent again."""

    def setUp(self):
        super().setUp()
        self.order, self.invoice = self.create_stripe_contract("authentication")
        self.token = self.order.subscription_payment_token_id
        self.run_charges()
        self.assertEqual(self.invoice.transaction_ids.mapped("state"), ["error"])

    def get_requests(self):
        """Return how many payments Stripe was asked for."""
        asked = ("POST", "payment_intents")
        return len([one for one in self.fake.requests if tuple(one[:2]) == asked])

    def test_nobody_sends_it_off_session_again(self):
        before = self.get_requests()
        self.invoice.action_subscription_charge()
        self.run_charges()
        self.assertEqual(self.get_requests(), before)
        self.assertEqual(len(self.invoice.transaction_ids), 1)
        self.assertIn("in person", self.invoice.subscription_charge_error)
        with self.assertRaisesRegex(ValidationError, "in person"), self.env.cr.savepoint():
            self.create_payment(
                self.order,
                sale_order_ids=False,
                provider_id=self.stripe.id,
                payment_method_id=self.card.id,
                operation="online_token",
                token_id=self.token.id,
                reference="again",
                amount=36,
                invoice_ids=self.invoice,
            )

    def test_the_link_opens_a_form_without_it(self):
        name = "account_payment.enable_portal_payment"
        self.env["ir.config_parameter"].set_param(name, "True")
        user = new_test_user(self.env, "ada", "base.group_portal", partner_id=self.partner.id)
        other = self.create_stripe_token("cus_other", "pm_other", payment_details="1881")
        self.authenticate(user.login, user.login)
        page = self.url_open(self.invoice._get_payment_url()).text
        self.assertIn("o_payment_form", page)
        self.assertNotIn('data-payment-option-type="token"', page)
        self.assertEqual(self.token._get_refusal_for(self.invoice), False)
        self.assertTrue(self.invoice._needs_customer_for(self.token))
        self.assertFalse(self.invoice._needs_customer_for(other))
