import logging

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..support.common_stripe import SECRET, StripeCommon

SECRETS = (SECRET, "sk_test_12345", "pi_secret")


@tagged("post_install", "-at_install")
class TestChargeSecurity(StripeCommon):
    """Nobody charges somebody else's card, and no secret is written down."""

    def test_card_of_another_customer_cannot_be_put_on_a_contract(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        token = self.create_token(partner=stranger)
        order = self.create_charged_contract()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.subscription_payment_token_id = token
            order.flush_recordset()

    def test_card_that_moved_to_another_customer_is_not_charged(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_token SET partner_id = %s WHERE id = %s",
            [stranger.id, order.subscription_payment_token_id.id],
        )
        self.env.invalidate_all()
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)
        self.assertIn("another customer", invoice.subscription_charge_error)

    def test_invoice_of_another_customer_is_not_charged_to_the_card_of_the_contract(self):
        payer = self.env["res.partner"].create({"name": "Somebody else pays"})
        order = self.create_charged_contract(partner_invoice_id=payer.id)
        invoice = self.bill(order)
        self.assertEqual(invoice.partner_id, payer)
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)
        self.assertIn("another customer", invoice.subscription_charge_error)

    def test_card_that_moved_to_whoever_pays_the_invoice_is_not_charged(self):
        payer = self.env["res.partner"].create({"name": "Somebody else pays"})
        order = self.create_charged_contract(partner_invoice_id=payer.id)
        invoice = self.bill(order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_token SET partner_id = %s WHERE id = %s",
            [payer.id, order.subscription_payment_token_id.id],
        )
        self.env.invalidate_all()
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)
        self.assertIn("another customer", invoice.subscription_charge_error)

    def test_portal_user_cannot_charge_or_decide(self):
        order = self.create_charged_contract("pending")
        invoice = self.bill(order)
        self.run_charges()
        customer = new_test_user(
            self.env, "customer", "base.group_portal", partner_id=self.partner.id
        )
        tx = invoice.transaction_ids
        for record, name in (
            (invoice, "action_subscription_charge"),
            (invoice, "action_subscription_money_came"),
            (invoice, "action_subscription_refund"),
            (tx, "action_subscription_money_came"),
            (tx, "action_subscription_money_did_not_come"),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(record.with_user(customer), name)()

    def test_no_secret_is_logged_or_posted(self):
        order, invoice = self.create_stripe_contract("stolen")
        with self.assertLogs("odoo", logging.INFO) as logs:
            logging.getLogger("odoo").info("the log is read")
            self.run_charges()
        text = "\n".join(logs.output)
        posted = "".join((order.message_ids | invoice.message_ids).mapped("body"))
        for secret in SECRETS:
            self.assertNotIn(secret, text)
            self.assertNotIn(secret, posted)
        self.assertNotIn("client_secret': 'pi", text)
