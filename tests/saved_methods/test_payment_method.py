from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ..support.common_dunning import DunningCommon


@tagged("post_install", "-at_install")
class TestPaymentMethod(DunningCommon):
    """Saved methods are replaced, removed and expire; nobody pays with those of others."""

    def test_contracts_with_the_same_method_follow_a_replacement(self):
        order = self.create_charged_contract()
        old = order.subscription_payment_token_id
        sister = self.create_charged_contract()
        sister.subscription_payment_token_id = old
        other = self.create_charged_contract()
        moves, mails = self.env["account.move"].search([]), self.env["mail.mail"].search([])
        new = self.create_token()
        order._subscription_replace_token(new)
        self.assertEqual((order | sister).subscription_payment_token_id, new)
        self.assertNotEqual(other.subscription_payment_token_id, new)
        self.assertIn("instead of", sister.message_ids[:1].body)
        self.assertEqual(self.env["account.move"].search([]), moves)
        self.assertEqual(self.env["mail.mail"].search([]), mails)

    def test_a_method_stays_with_its_customer(self):
        order = self.create_charged_contract()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaisesRegex(UserError, "another customer"):
            order.subscription_payment_token_id = self.create_token(partner=stranger)
        with self.assertRaisesRegex(UserError, "another customer"):
            order._subscription_replace_token(self.create_token(partner=stranger))
        with self.assertRaisesRegex(ValidationError, "another customer"):
            order.subscription_payment_token_id.partner_id = stranger

    def test_a_method_of_somebody_who_left_the_customer_is_not_charged(self):
        company = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = company
        order = self.create_charged_contract(partner_id=company.id)
        invoice = self.bill(order)
        self.partner.parent_id = False
        self.run_charges()
        self.assertFalse(invoice.transaction_ids)
        self.assertIn("another customer", invoice.subscription_charge_error)

    def test_removing_a_method_says_which_contracts_need_it(self):
        order = self.create_charged_contract()
        token = order.subscription_payment_token_id
        self.assertEqual([info["name"] for info in token.get_linked_records_info()], [order.name])
        token.active = False
        self.assertIn("was removed", order.message_ids[:1].body)
        self.assertIn("needs a payment method", order.activity_ids.summary)

    def test_the_end_of_a_method_is_told_once_before_the_next_charge(self):
        cron = self.env.ref("sale_recurring.ir_cron_warn_of_expiry")
        order = self.create_charged_contract()
        self.bill(order)
        token = order.subscription_payment_token_id
        token.subscription_expiry_date = date(2027, 3, 31)
        counts = []
        for day in ("2027-02-20", "2027-03-01", "2027-03-02"):
            self.travel(day)
            with self.enter_registry_test_mode():
                self.assertIs(cron.method_direct_trigger(), True)
            mails = self.env["mail.mail"].search([("model", "=", "payment.token")])
            counts.append(len(mails))
        self.assertEqual(counts, [0, 1, 1])
        self.assertIn(order._get_payment_method_url().split("?")[0], mails.body_html)
        self.assertIn("03/31/2027", mails.body_html)

    def test_a_method_that_outlives_its_contracts_needs_no_mail(self):
        order = self.create_charged_contract(subscription_end_date=date(2027, 3, 1))
        token = order.subscription_payment_token_id
        token.subscription_expiry_date = date(2027, 3, 31)
        self.travel("2027-03-10")
        self.assertNotIn(token, token._get_expiring())


@tagged("post_install", "-at_install")
class TestPaymentMethodPage(DunningCommon, HttpCase):
    """The page behind the link of a reminder works without a login."""

    def setUp(self):
        super().setUp()
        self.order, self.invoice = self.create_late_contract()
        self.path = f"/my/orders/{self.order.id}/payment_method"
        self.token = self.order._portal_ensure_token()

    def _call(self, route, **params):
        return self.make_jsonrpc_request(f"{self.path}/{route}", params)

    def _begin(self, **params):
        values = {
            "access_token": self.token,
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": None,
            "flow": "direct",
            "tokenization_requested": True,
            "landing_route": "/elsewhere",
            "is_validation": True,
        }
        return self._call("transaction", **{**values, **params})

    def test_links_of_a_reminder_open_without_login(self):
        self.run_dunning("2027-02-03")
        body = self.get_mails().body_html
        for url in (self.order._get_payment_method_url(), self.invoice._get_payment_url()):
            self.assertIn(url.split("?")[0], body)
            self.assertEqual(self.url_open(url).status_code, 200)
        page = self.url_open(self.order._get_payment_method_url()).text
        self.assertIn(self.invoice.name, page)
        self.assertNotIn("4242</", page.split("o_payment_form")[-1])

    def test_a_new_method_is_saved_and_charged_for_what_is_open(self):
        old = self.order.subscription_payment_token_id
        moves = self.env["account.move"].search([])
        values = self._begin()
        tx = self.env["payment.transaction"].search([("reference", "=", values["reference"])])
        self.assertEqual((tx.operation, tx.amount, tx.partner_id), ("validation", 0, self.partner))
        self.assertIn(self.path, tx.landing_route)
        tx._process(
            "demo",
            {
                "reference": tx.reference,
                "payment_details": "1234",
                "simulated_state": "done",
            },
        )
        mails = self.env["mail.mail"].search([])
        tx._post_process()
        new = self.order.subscription_payment_token_id
        self.assertNotEqual(new, old)
        self.assertEqual(new, tx.token_id)
        self.assertEqual(self.env["account.move"].search([]), moves)
        self.assertEqual(self.env["mail.mail"].search([]), mails)
        self.run_charges()
        self.assertFalse(self.invoice.amount_residual)

    @mute_logger("odoo.http")
    def test_strangers_and_made_up_values_are_refused(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self.create_token(partner=stranger)
        other = self.provider.search([("id", "!=", self.provider.id)], limit=1)
        self.assertEqual(self.url_open(self.path).status_code, 404)
        for params in (
            {"access_token": "wrong"},
            {"flow": "token", "token_id": foreign.id},
            {"provider_id": 0},
            {"provider_id": other.id},
            {"partner_id": stranger.id},
        ):
            with self.subTest(params), self.assertRaises(JsonRpcException):
                self._begin(**params)
        for token in (foreign, self.create_token()):
            with self.assertRaises(JsonRpcException):
                self._call("assign", token_id=token.id, access_token=self.token)

    def test_a_customer_who_is_logged_in_may_choose_a_saved_method(self):
        user = new_test_user(
            self.env, "ada.customer", groups="base.group_portal", partner_id=self.partner.id
        )
        chosen = self.create_token(payment_details="9876")
        self.authenticate(user.login, user.login)
        self.assertIn("9876", self.url_open(self.order._get_payment_method_url()).text)
        self._call("assign", token_id=chosen.id, access_token=self.token)
        self.assertEqual(self.order.subscription_payment_token_id, chosen)
