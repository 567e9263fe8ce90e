from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.payment_stripe.controllers.main import StripeController

from ..support.common_stripe import StripeCommon

LOGGERS = (
    "odoo.addons.sale_recurring.models.charging.payment_transaction_charge",
    "odoo.addons.payment.models.payment_transaction",
    "odoo.addons.payment.models.payment_provider",
)


@tagged("post_install", "-at_install")
class TestStripe(StripeCommon):
    """Charges over HTTP, against a Stripe of our own."""

    def test_charge_takes_the_money_once_and_pays_the_invoice(self):
        order, invoice = self.create_stripe_contract()
        self.run_charges()
        self.run_charges()
        tx = invoice.transaction_ids
        self.assertEqual(tx.state, "done")
        self.assertTrue(tx.provider_reference.startswith("pi_"))
        self.assertEqual(self.captures(order), [round(invoice.amount_total * 100)])
        self.assertFalse(invoice.amount_residual)

    def test_declines_keep_their_code_and_are_classed(self):
        for word, code, kind in (
            ("insufficient", "card_declined/insufficient_funds", "later"),
            ("card_declined", "card_declined/generic_decline", "later"),
            ("expired", "expired_card", "method"),
            ("stolen", "card_declined/stolen_card", "method"),
            ("never", "card_declined/do_not_try_again", "never"),
        ):
            with self.subTest(word=word):
                order, invoice = self.create_stripe_contract(word)
                self.run_charges()
                tx = invoice.transaction_ids
                self.assertEqual(
                    (tx.state, tx.subscription_decline_code, tx.subscription_decline_class),
                    ("error", code, kind),
                )
                self.assertTrue(tx.provider_reference.startswith("pi_"))
                self.assertFalse(self.captures(order))
                self.assertIn("could not be charged", order.message_ids[:1].body)

    def test_bank_that_wants_to_see_the_customer_makes_a_mail_with_a_link(self):
        order, invoice = self.create_stripe_contract(number="4000002500003155")
        self.run_charges()
        tx = invoice.transaction_ids
        self.assertEqual((tx.state, tx.subscription_decline_class), ("error", "method"))
        mail = self.env["mail.mail"].search(
            [("model", "=", "account.move"), ("res_id", "=", invoice.id)]
        )
        self.assertIn("Confirm the payment", mail.body_html)
        self.assertEqual(mail.recipient_ids, order.partner_id)
        self.assertIn(invoice.access_token, mail.body_html)
        self.assertFalse(self.captures(order))

    def test_broken_connection_is_asked_about_and_resolved(self):
        for moment, taken in (("before", 0), ("after", 1)):
            with self.subTest(moment=moment):
                order, invoice = self.create_stripe_contract()

                def cut(reached, moment=moment):
                    if reached == moment:
                        raise ConnectionError

                self.fake.breaks = cut
                with mute_logger(*LOGGERS):
                    self.run_charges()
                self.fake.breaks = lambda moment: None
                tx = invoice.transaction_ids
                self.assertTrue(tx.subscription_is_unknown)
                self.assertEqual(len(self.captures(order)), taken)
                tx.subscription_query_at = "2027-01-31 11:00:00"
                self.run_questions()
                self.assertEqual(tx.state, "done")
                self.assertEqual(self.captures(order), [round(invoice.amount_total * 100)])
                self.assertFalse(invoice.amount_residual)

    def test_server_error_of_stripe_is_no_decline(self):
        _order, invoice = self.create_stripe_contract()
        serve = type(self.fake)._pass_on
        answers = [(500, {"error": {"message": "Something broke."}})]
        with (
            patch.object(
                type(self.fake),
                "_pass_on",
                lambda *args: answers.pop() if answers else serve(*args),
            ),
            mute_logger(*LOGGERS),
        ):
            self.run_charges()
        self.assertEqual(invoice.transaction_ids.state, "draft")
        self.assertTrue(invoice.transaction_ids.subscription_is_unknown)

    def test_stripe_knows_the_charge_a_week_later(self):
        order, invoice = self.create_stripe_contract()

        def cut(moment):
            if moment == "after":
                raise ConnectionError

        self.fake.breaks = cut
        with mute_logger(*LOGGERS):
            self.run_charges()
        self.travel("2027-02-03")
        posts = len([one for one in self.fake.requests if one[0] == "POST"])
        self.run_questions()
        self.assertEqual(invoice.transaction_ids.state, "done")
        again = len([one for one in self.fake.requests if one[0] == "POST"])
        self.assertEqual(again, posts, "a key that Stripe forgot would take the money twice")
        self.assertEqual(len(self.captures(order)), 1)

    def test_charge_that_never_reached_stripe_fails_after_a_day(self):
        order, invoice = self.create_stripe_contract()

        def cut(moment):
            raise ConnectionError

        self.fake.breaks = cut
        with mute_logger(*LOGGERS):
            self.run_charges()
        self.travel("2027-02-02")
        self.run_questions()
        self.assertEqual(invoice.transaction_ids.state, "error")
        self.assertFalse(self.captures(order))

    def test_charge_that_waits_for_a_customer_is_called_off(self):
        _order, invoice = self.create_stripe_contract(number="4000002500003155")
        tx_id = self.in_a_job(invoice, lambda move: move._create_charge_transaction().id)
        tx = self.env["payment.transaction"].browse(tx_id)
        token = tx.token_id
        intent = self.fake.ask(
            "POST",
            "payment_intents",
            {
                "amount": round(tx.amount * 100),
                "currency": tx.currency_id.name.lower(),
                "customer": token.provider_ref,
                "payment_method": token.stripe_payment_method,
                "confirm": "true",
            },
        )
        self.assertEqual(intent["status"], "requires_action")
        self.fake.kept[intent["id"]] = {"description": tx.reference}
        tx.write(
            {"provider_reference": intent["id"], "subscription_query_at": "2027-01-31 11:00:00"}
        )
        self.run_questions()
        self.assertEqual((tx.state, tx.subscription_decline_class), ("cancel", "method"))
        found = self.fake.ask("GET", f"payment_intents/{intent['id']}")
        self.assertEqual(found["status"], "canceled")

    def test_refund_gives_the_money_back_once(self):
        _order, invoice = self.create_stripe_contract()
        self.run_charges()
        tx = invoice.transaction_ids
        refund = tx._refund(10.0)
        self.after_commit()
        self.assertEqual((refund.state, refund.amount), ("done", -10.0))
        refund._send_refund_request()
        refunds = self.fake.ask("GET", f"refunds?payment_intent={tx.provider_reference}")
        self.assertEqual([one["amount"] for one in refunds["data"]], [1000])

    def test_card_is_saved_with_its_last_day_and_without_a_charge(self):
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": self.stripe.id,
                "payment_method_id": self.card.id,
                "amount": 0,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.partner.id,
                "operation": "validation",
                "tokenize": True,
                "reference": "save a card",
            }
        )
        intent = tx._stripe_create_intent()
        self.assertTrue(intent, tx.state_message)
        _customer, method = self.fake.save_card()
        confirmed = self.fake.ask(
            "POST", f"setup_intents/{intent['id']}/confirm", {"payment_method": method}
        )
        confirmed["description"] = tx.reference
        confirmed["payment_method"] = self.fake.ask("GET", f"payment_methods/{method}")
        data = {"reference": tx.reference}
        StripeController._include_setup_intent_in_payment_data(confirmed, data)
        tx._process("stripe", data)
        self.assertEqual(tx.state, "done")
        token = tx.token_id
        self.assertEqual(token.stripe_payment_method, method)
        self.assertEqual(str(token.subscription_expiry_date), "2030-12-31")
        self.assertEqual(token.payment_details, "4242")
        self.assertFalse(tx.payment_id)

    def test_another_address_is_refused_outside_test_mode(self):
        order, invoice = self.create_stripe_contract()
        # Odoo takes saved methods away from a provider that leaves the test mode.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_provider SET state = 'enabled' WHERE id = %s", [self.stripe.id]
        )
        self.stripe.invalidate_recordset()
        with self.assertRaisesRegex(ValidationError, "not in test mode"):
            self.stripe._get_stripe_client()
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.state, "error")
        self.assertFalse(self.captures(order))
        for key in ("sk_live_12345", "rk_live_12345"):
            self.stripe.write({"state": "test", "stripe_secret_key": key})
            with self.assertRaisesRegex(ValidationError, "not in test mode"):
                self.stripe._build_request_url("payment_intents")

    def test_stripes_own_address_is_used_without_the_parameter(self):
        self.env["ir.config_parameter"].set_param("sale_recurring.stripe_api_address", False)
        url = self.stripe._build_request_url("payment_intents")
        self.assertEqual(url, "https://api.stripe.com/v1/payment_intents")

    def test_webhook_is_registered_with_the_events_of_contracts(self):
        self.stripe.stripe_webhook_secret = False
        with patch.object(
            type(self.fake),
            "_pass_on",
            autospec=True,
            side_effect=type(self.fake)._pass_on,
        ) as pass_on:
            self.stripe.action_stripe_create_webhook()
        body = pass_on.call_args.args[4]
        self.assertIn("charge.dispute.created", body)
        self.assertIn("payment_intent.succeeded", body)
        self.assertEqual(self.stripe.stripe_webhook_secret, "whsec_front")
