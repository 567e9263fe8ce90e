from datetime import date

from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..support.common_dunning import DunningCommon


class RemovedCommon(DunningCommon):
    def get_removal_mails(self):
        """Return mails about removed methods in the queue."""
        return self.env["mail.mail"].search([("model", "=", "payment.token")])


@tagged("post_install", "-at_install")
class TestMethodRemoved(RemovedCommon):
    """Contracts follow the method that replaces theirs; without one the customer is asked."""

    def test_contracts_move_to_the_one_method_that_was_saved_later(self):
        order = self.create_charged_contract()
        old, new = order.subscription_payment_token_id, self.create_token()
        old.active = False
        self.assertEqual(order.subscription_payment_token_id, new)
        self.assertIn("which the customer saved", order.message_ids[:1].body)
        self.assertFalse(order.activity_ids)
        mail = self.get_removal_mails()
        self.assertIn(order.name, mail.body_html)
        self.assertIn("pays:", mail.body_html)

    def test_what_the_removed_method_could_not_pay_is_charged_to_the_other(self):
        order, invoice = self.create_late_contract()
        old = order.subscription_payment_token_id
        self.create_token("done")
        old.active = False
        self.run_charges()
        self.assertFalse(invoice.amount_residual)

    def check_asked(self, order, token):
        token.active = False
        self.assertEqual(order.subscription_payment_token_id, token)
        self.assertIn("needs a payment method", order.activity_ids.summary)
        mail = self.get_removal_mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("Please give us another one", mail.body_html)
        self.assertIn(order._get_payment_method_url().split("?")[0], mail.body_html)

    def test_a_customer_without_another_method_is_asked(self):
        order = self.create_charged_contract()
        self.check_asked(order, order.subscription_payment_token_id)

    def test_a_customer_with_several_methods_is_asked(self):
        order = self.create_charged_contract()
        self.create_token()
        self.create_token()
        self.check_asked(order, order.subscription_payment_token_id)

    def test_a_method_that_was_saved_before_is_no_replacement(self):
        self.create_token()
        order = self.create_charged_contract()
        self.check_asked(order, order.subscription_payment_token_id)

    def test_a_method_that_expired_is_no_replacement(self):
        order = self.create_charged_contract()
        self.create_token().subscription_expiry_date = date(2026, 12, 31)
        self.check_asked(order, order.subscription_payment_token_id)

    def test_a_method_of_somebody_else_is_no_replacement(self):
        order = self.create_charged_contract()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.create_token(partner=stranger)
        self.check_asked(order, order.subscription_payment_token_id)

    def test_a_method_of_another_provider_is_no_replacement(self):
        order = self.create_charged_contract()
        stripe = self.env["payment.provider"].search(
            [("code", "=", "stripe"), ("company_id", "=", self.company.id)], limit=1
        )
        self.create_token(provider_id=stripe.id)
        self.check_asked(order, order.subscription_payment_token_id)

    def test_nobody_is_asked_by_mail_when_the_company_gives_the_provider_up(self):
        order = self.create_charged_contract()
        self.create_token()
        self.provider.state = "disabled"
        self.assertFalse(order.subscription_payment_token_id.active)
        self.assertFalse(self.get_removal_mails())
        self.assertIn("needs a payment method", order.activity_ids.summary)

    def test_a_method_that_pays_contracts_cannot_be_deleted(self):
        order = self.create_charged_contract()
        token = order.subscription_payment_token_id
        admin = new_test_user(self.env, "system", "base.group_system")
        self.assertEqual(token.with_user(admin).subscription_contract_text, order.name)
        with self.assertRaisesRegex(UserError, f"pays {order.name}"), self.env.cr.savepoint():
            token.unlink()
        self.create_token().unlink()

    def test_a_contract_that_ended_needs_no_method(self):
        order = self.create_charged_contract()
        order._subscription_close(order._subscription_today())
        token = order.subscription_payment_token_id
        token.active = False
        self.assertFalse(self.get_removal_mails())


@tagged("post_install", "-at_install")
class TestMethodRemovedByCustomer(RemovedCommon, HttpCase):
    """The customer's own page says which contracts need a method before it is deleted."""

    def test_customer_is_told_and_asked(self):
        order = self.create_charged_contract()
        token = order.subscription_payment_token_id
        user = new_test_user(
            self.env, "ada.removes", groups="base.group_portal", partner_id=self.partner.id
        )
        self.authenticate(user.login, user.login)
        info = self.make_jsonrpc_request(
            "/web/dataset/call_kw/payment.token/get_linked_records_info",
            {
                "model": "payment.token",
                "method": "get_linked_records_info",
                "args": [token.id],
                "kwargs": {},
            },
        )
        self.assertEqual([one["name"] for one in info], [order.name])
        self.make_jsonrpc_request("/payment/archive_token", {"token_id": token.id})
        token.invalidate_recordset()
        self.assertFalse(token.active)
        self.assertIn("needs a payment method", order.activity_ids.summary)
        self.assertEqual(len(self.get_removal_mails()), 1)
