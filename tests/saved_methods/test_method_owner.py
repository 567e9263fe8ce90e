from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestMethodOwner(PaymentCommon):
    """Who owns a saved method is asked again on the day of each charge, for the document itself."""

    def create_firm(self, name):
        return self.env["res.partner"].create({"name": name, "is_company": True})

    def test_a_card_whose_owner_went_to_another_firm_is_not_charged(self):
        firm, other = self.create_firm("Firm"), self.create_firm("Other firm")
        person = self.env["res.partner"].create({"name": "Buyer", "parent_id": firm.id})
        order = self.create_contract(
            self.seat,
            template=self.charged_template,
            partner_id=firm.id,
            subscription_payment_token_id=self.create_token(partner=person).id,
        )
        invoice = self.bill(order)
        person.parent_id = other
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)
        self.assertIn("another customer", invoice.subscription_charge_error)

    def test_a_payment_with_the_method_of_somebody_else_leaves_a_request_for_one(self):
        order = self.create_order(self.seat, template=self.charged_template)
        order._subscription_store_token(self.create_token(partner=self.create_firm("Payer")))
        order.action_confirm()
        self.assertFalse(order.subscription_payment_token_id)
        self.assertEqual(order.activity_ids.summary, f"{order.name} needs a payment method")
        self.assertIn("Payer", order.activity_ids.note)
        order._subscription_replace_token(self.create_token())
        self.assertFalse(order.activity_ids)

    def test_the_customer_is_asked_once_where_the_method_of_somebody_else_paid(self):
        order = self.create_order(self.seat, template=self.charged_template)
        payer = self.create_firm("Payer")
        tx = self.create_payment(order, reference="by payer", partner_id=payer.id, tokenize=True)
        tx._set_done()
        tx.token_id = self.create_token(partner=payer)
        tx._post_process()
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_payment_token_id)
        mails = (
            self.env["mail.mail"]
            .search([("model", "=", "sale.order"), ("res_id", "=", order.id)])
            .filtered(lambda mail: "add a payment method" in mail.subject)
        )
        self.assertEqual(mails.recipient_ids, self.partner)
        self.assertIn("No payment method is saved", mails.body_html)
        self.assertNotIn("4242", mails.body_html)
        tx._hook_on_method_saved()
        self.assertEqual(mails.search_count([("subject", "=", mails.subject)]), 1)

    def test_a_payer_whose_method_pays_is_not_taken_away_alone(self):
        order = self.create_charged_contract()
        payer = self.create_firm("Payer")
        order.partner_invoice_id = payer
        order.subscription_payment_token_id = self.create_token(partner=payer)
        with self.assertRaisesRegex(UserError, "another customer"), self.env.cr.savepoint():
            order.partner_invoice_id = self.partner
        order.write(
            {
                "partner_invoice_id": self.partner.id,
                "subscription_payment_token_id": self.create_token().id,
            }
        )

    def test_a_method_that_takes_another_currency_is_not_charged(self):
        other = self.env.ref("base.EUR" if self.currency.name != "EUR" else "base.USD")
        other.active = True
        self.provider.available_currency_ids = [Command.set(self.currency.ids)]
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": other.id}
        )
        order = self.create_charged_contract(pricelist_id=pricelist.id)
        invoice = self.bill(order)
        self.assertEqual(invoice.currency_id, other)
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)
        self.assertIn(f"does not take {other.name}", invoice.subscription_charge_error)

    def test_the_day_on_which_a_method_was_saved_is_the_company_s(self):
        self.company.subscription_tz = "Pacific/Auckland"
        order = self.create_charged_contract()
        old, new = order.subscription_payment_token_id, self.create_token()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_token SET create_date = '2027-01-30 20:00' WHERE id = %s", [new.id]
        )
        new.invalidate_recordset()
        old.active = False
        self.assertIn("01/31/2027", order.message_ids[:1].body)
