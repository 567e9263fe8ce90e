import logging

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
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

    def test_an_invoice_for_another_payer_is_charged_to_the_card_of_the_customer(self):
        payer = self.env["res.partner"].create({"name": "Somebody else pays"})
        order = self.create_charged_contract(partner_invoice_id=payer.id)
        invoice = self.bill(order)
        self.assertEqual(invoice.partner_id, payer)
        self.run_charges()
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(invoice.transaction_ids.token_id.partner_id, self.partner)

    def test_an_invoice_is_charged_to_the_card_of_its_payer(self):
        payer = self.env["res.partner"].create({"name": "Somebody else pays"})
        order = self.create_charged_contract(partner_invoice_id=payer.id)
        token = self.create_token(partner=payer)
        self.assertIn(token, order.subscription_available_token_ids)
        order._subscription_replace_token(token)
        invoice = self.bill(order)
        self.run_charges()
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(invoice.transaction_ids.token_id, token)

    def test_the_card_of_a_payer_who_is_none_any_more_is_refused(self):
        payer = self.env["res.partner"].create({"name": "Somebody else paid"})
        order = self.create_charged_contract(partner_invoice_id=payer.id)
        order.subscription_payment_token_id = self.create_token(partner=payer)
        with self.assertRaisesRegex(UserError, "another customer"), self.env.cr.savepoint():
            order.partner_invoice_id = self.partner

    def test_a_saved_method_is_checked_whoever_creates_its_payment(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        cases = (
            (self.create_token(partner=stranger), 36.0, "another customer"),
            (order.subscription_payment_token_id, 36.01, "left to pay"),
        )
        for token, amount, text in cases:
            for values in (
                {"sale_order_ids": False, "invoice_ids": [Command.set(invoice.ids)]},
                {"sale_order_ids": [Command.set(order.ids)]},
            ):
                with (
                    self.subTest(text, **values),
                    self.assertRaisesRegex(ValidationError, text),
                    self.env.cr.savepoint(),
                ):
                    self.create_payment(
                        order,
                        token_id=token.id,
                        amount=amount,
                        operation="offline",
                        reference="made up",
                        **values,
                    )

    def test_a_clerk_pays_nothing_with_the_card_of_another(self):
        invoice = self.bill(self.create_charged_contract())
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self.create_token(partner=stranger)
        own = self.create_token()
        line = self.provider.journal_id.inbound_payment_method_line_ids.filtered(
            lambda one: one.payment_provider_id == self.provider
        )
        of_invoice = {"active_model": "account.move", "active_ids": invoice.ids}
        cases = (
            (foreign, self.partner, of_invoice, "another customer"),
            (own, stranger, {}, "another customer"),
            (own, self.partner, {}, None),
        )
        for token, partner, context, text in cases:
            payment = self.env["account.payment"].with_context(**context)
            payment = payment.create(
                {
                    "amount": 36.0,
                    "partner_id": partner.id,
                    "journal_id": self.provider.journal_id.id,
                    "payment_method_line_id": line.id,
                    "payment_token_id": token.id,
                }
            )
            if not text:
                payment.action_post()
                self.assertEqual(payment.payment_transaction_id.state, "done")
                continue
            with self.assertRaisesRegex(ValidationError, text), self.env.cr.savepoint():
                payment.action_post()

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
