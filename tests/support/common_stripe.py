import json
import time

from .common_payment import PaymentCommon
from .fake_stripe import FakeStripe, sign

SECRET = "whsec_test"


class StripeCommon(PaymentCommon):
    """Contracts that are charged by Stripe, which is `localstripe` on a port of this machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fake = FakeStripe().start()
        cls.addClassCleanup(cls.fake.stop)
        cls.env["ir.config_parameter"].set_param(
            "sale_recurring.stripe_api_address", cls.fake.address
        )
        cls.stripe = cls.env["payment.provider"].search(
            [("code", "=", "stripe"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.stripe.write(
            {
                "state": "test",
                "stripe_publishable_key": "pk_test_12345",
                "stripe_secret_key": "sk_test_12345",
                "stripe_webhook_secret": SECRET,
                "allow_tokenization": True,
                "journal_id": cls.provider.journal_id.id,
            }
        )
        cls.card = cls.env.ref("payment.payment_method_card")

    def setUp(self):
        super().setUp()
        self.fake.breaks = lambda moment: None
        self.fake.declines.clear()
        self.fake.answers.clear()
        self.fake.requests.clear()
        self.fake.posted.clear()

    def create_stripe_contract(self, word=None, number="4242424242424242", **values):
        """Create a contract whose customer saved a card at Stripe, and its first invoice.

        :param str word: how the card is declined, a key of `fake_stripe.DECLINES`
        """
        customer, method = self.fake.save_card(number)
        if word:
            self.fake.declines[customer] = word
        token = self.create_stripe_token(customer, method)
        order = self.create_contract(
            self.line_values(self.seat, 3),
            template=self.charged_template,
            subscription_payment_token_id=token.id,
            **values,
        )
        return order, self.bill(order)

    def create_stripe_token(self, customer, method, **values):
        """Create the record of a method that is saved at Stripe.

        :param str customer: id of its customer at Stripe
        :param str method: its id at Stripe
        """
        return self.create_token(
            **{
                "provider_id": self.stripe.id,
                "payment_method_id": self.card.id,
                "demo_simulated_state": False,
                "provider_ref": customer,
                "stripe_payment_method": method,
                **values,
            }
        )

    def create_validation(self, order):
        """Return a transaction that saves another card for a contract, without a payment."""
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.stripe.id,
                "payment_method_id": self.card.id,
                "partner_id": self.partner.id,
                "operation": "validation",
                "tokenize": True,
                "reference": "another-card",
                "amount": 0,
                **order._prepare_method_values(self.stripe),
            }
        )

    def save_another_card(self, order, **card):
        """Let the customer save a card for a contract at Stripe, without a payment.

        :return: the validation, its intent and the payment method, as Stripe names it
        """
        tx = self.create_validation(order)
        intent = tx._stripe_create_intent()
        _customer, method = self.fake.save_card(**card)
        self.fake.ask("POST", f"setup_intents/{intent['id']}/confirm", {"payment_method": method})
        return tx, intent, method

    def captures(self, order):
        """Return the amounts in cents that were taken from the card of a contract."""
        customer = order.subscription_payment_token_id.provider_ref
        return [amount for _id, amount in self.fake.captures(customer)]

    def get_intent(self, tx, status, **values):
        """Return a payment as Stripe's interface describes it."""
        return {
            "id": tx.provider_reference or "pi_1",
            "object": "payment_intent",
            "description": tx.reference,
            "amount": round(tx.amount * 100),
            "currency": tx.currency_id.name.lower(),
            "status": status,
            "payment_method": tx.token_id.stripe_payment_method,
            "charges": {"data": []},
            **values,
        }

    def book(self, tx):
        """Do what a job does once the outcome of a payment is known."""
        if not tx.is_post_processed:
            tx._post_process()

    def send_event(self, kind, subject, created=None, secret=SECRET, age=0, **headers):
        """Send what Stripe would send, signed.

        :param dict subject: the object of the event
        :return: the response
        """
        event = {
            "id": "evt_1",
            "object": "event",
            "type": kind,
            "created": int(created or time.time()),
            "data": {"object": subject},
        }
        payload = json.dumps(event)
        moment = int(time.time()) - age
        headers = {
            "Content-Type": "application/json",
            "Stripe-Signature": sign(payload, secret, moment),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.url_open("/payment/stripe/webhook", data=payload, headers=headers)
