from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..support.common_stripe import StripeCommon

OPTIONS = "payment_method_options[card][mandate_options]"


@tagged("post_install", "-at_install")
class TestMandate(StripeCommon, HttpCase):
    """What the customer agrees to covers every charge that is to come, and begins today."""

    def create_payment_of(self, order, **values):
        """Create the transaction of a customer who pays a quotation and saves the card."""
        return self.create_payment(
            order,
            provider_id=self.stripe.id,
            payment_method_id=self.card.id,
            tokenize=True,
            **values,
        )

    def create_charged_quote(self, *lines, **values):
        return self.create_order(
            *(lines or (self.line_values(self.seat, 3),)), template=self.charged_template, **values
        )

    def get_posted(self, path):
        return [values for posted, values in self.fake.posted if posted == path][-1]

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    def test_mandate_of_a_quotation_tells_amount_rhythm_start_and_end(self):
        order = self.create_charged_quote(subscription_end_date=date(2028, 1, 31))
        self.assertEqual(
            self.create_payment_of(order)._get_mandate_values(),
            {
                "amount": 36.0,
                "start_datetime": datetime(2027, 1, 31),
                "end_datetime": datetime(2028, 1, 31),
                "recurrence_unit": "month",
                "recurrence_duration": 1,
            },
        )

    def test_mandate_covers_what_becomes_dearer_later(self):
        line = self.line_values(self.seat, 3, intro_discount=50.0, intro_period_count=2)
        order = self.create_charged_quote(line)
        tx = self.create_payment_of(order)
        self.assertEqual((tx.amount, tx._get_mandate_values()["amount"]), (18.0, 36.0))
        order = self.create_charged_quote()
        step = {"line_id": order.order_line.id, "period": 4, "quantity": 5.0}
        order.subscription_ramp_step_ids = [Command.create(step)]
        self.assertEqual(self.create_payment_of(order)._get_mandate_values()["amount"], 60.0)

    def test_mandate_covers_a_first_payment_that_is_dearer(self):
        order = self.create_charged_quote(self.line_values(self.seat, 3), self.setup_service)
        self.assertEqual(self.create_payment_of(order)._get_mandate_values()["amount"], 336.0)

    def test_mandate_of_two_rhythms_names_none(self):
        yearly = self.line_values(self.hosting, 1, recurrence_id=self.year.id)
        order = self.create_charged_quote(self.line_values(self.seat, 3), yearly)
        values = self.create_payment_of(order)._get_mandate_values()
        self.assertNotIn("recurrence_unit", values)
        self.assertNotIn("recurrence_duration", values)

    def test_mandate_of_arrears_outlives_the_contract(self):
        self.charged_template.timing = "arrears"
        order = self.create_charged_quote(subscription_end_date=date(2028, 1, 31))
        tx = self.create_payment_of(order, amount=1.0)
        self.assertNotIn("end_datetime", tx._get_mandate_values())

    def test_mandate_of_a_running_contract_begins_today(self):
        order, _invoice = self.create_stripe_contract()
        sister = self.create_contract(
            self.line_values(self.seat, 1),
            template=self.charged_template,
            subscription_payment_token_id=order.subscription_payment_token_id.id,
        )
        self.bill(sister)
        self.travel("2027-02-15")
        tx = self.create_validation(order)
        values = tx._get_mandate_values()
        self.assertEqual(values["start_datetime"], datetime(2027, 2, 15))
        self.assertEqual(values["amount"], 48.0, "both contracts are paid with it")

    def test_orders_that_are_not_charged_need_no_mandate(self):
        order = self.create_order(self.line_values(self.seat, 3))
        self.assertEqual(self.create_payment_of(order)._get_mandate_values(), {})

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------

    def test_payment_saves_the_card_for_charges_without_the_customer(self):
        order = self.create_charged_quote(subscription_end_date=date(2028, 1, 31))
        tx = self.create_payment_of(order)
        self.assertTrue(tx._stripe_create_intent(), tx.state_message)
        values = self.get_posted("payment_intents")
        self.assertEqual(values["setup_future_usage"], "off_session")
        self.assertEqual(values["description"], tx.reference)
        self.assertNotIn("off_session", values)
        expected = {
            "reference": tx.reference,
            "amount_type": "maximum",
            "amount": "3600",
            "start_date": str(int(datetime(2027, 1, 31).timestamp())),
            "end_date": str(int(datetime(2028, 1, 31).timestamp())),
            "interval": "month",
            "interval_count": "1",
        }
        found = {name: values.get(f"{OPTIONS}[{name}]") for name in expected}
        self.assertEqual(found, expected)

    def test_page_of_the_contract_asks_for_a_mandate_in_its_currency(self):
        currency = self.env.ref("base.EUR")
        currency.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        order, _invoice = self.create_stripe_contract(pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        self.stripe.is_published = True
        token = order._portal_ensure_token()
        values = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/payment_method/transaction",
            {
                "access_token": token,
                "provider_id": self.stripe.id,
                "payment_method_id": self.card.id,
                "token_id": None,
                "amount": None,
                "flow": "direct",
                "tokenization_requested": True,
                "landing_route": "/elsewhere",
                "is_validation": True,
            },
        )
        posted = self.get_posted("setup_intents")
        self.assertEqual(posted["description"], values["reference"])
        self.assertEqual(posted[f"{OPTIONS}[currency]"], "eur")
        amount = max(period["total"] for period in order.subscription_period_totals)
        self.assertEqual(posted[f"{OPTIONS}[amount]"], str(round(amount * 100)))
        self.assertEqual(posted[f"{OPTIONS}[interval]"], "month")
        self.assertNotIn("payment_intents", [path for path, _values in self.fake.posted])
