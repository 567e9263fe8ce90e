from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestMethodFollows(PaymentCommon):
    """A method that is saved while paying takes the place of one that was refused."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract("error")
        self.old = self.order.subscription_payment_token_id
        self.invoice = self.bill(self.order)
        self.run_charges()
        self.assertEqual(self.invoice.transaction_ids.state, "error")

    def pay(self, **values):
        """Pay the late invoice with another method, which the customer saves."""
        new = self.create_token(**values)
        tx = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="by form",
            amount=36,
            invoice_ids=self.invoice,
            token_id=new.id,
            tokenize=True,
        )
        tx._set_done()
        tx._post_process()
        return new

    def test_the_new_method_pays_the_contract_from_now_on(self):
        sister = self.create_charged_contract()
        sister.subscription_payment_token_id = self.old
        new = self.pay()
        self.assertEqual((self.order | sister).subscription_payment_token_id, new)
        self.assertIn("instead of", self.order.message_ids.sorted("id")[-1:].body)
        following = self.bill(self.order, "2027-02-28")
        self.run_charges()
        self.assertEqual(following.transaction_ids.token_id, new)
        self.assertFalse(following.amount_residual)

    def test_a_method_that_expired_is_replaced_too(self):
        self.old.demo_simulated_state = "done"
        self.invoice.transaction_ids.subscription_decline_class = False
        self.old.subscription_expiry_date = "2027-01-30"
        new = self.pay()
        self.assertEqual(self.order.subscription_payment_token_id, new)

    def test_a_method_that_works_stays(self):
        self.old.demo_simulated_state = "done"
        following = self.bill(self.order, "2027-02-28")
        self.run_charges()
        self.assertFalse(following.amount_residual)
        self.pay()
        self.assertEqual(self.order.subscription_payment_token_id, self.old)

    def test_a_later_choice_stays(self):
        later = self.create_token()
        new = self.create_token()
        tx = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="slow",
            amount=36,
            invoice_ids=self.invoice,
            token_id=new.id,
            tokenize=True,
        )
        tx._set_pending()
        self.order._subscription_replace_token(later)
        tx._set_done()
        tx._post_process()
        self.assertEqual(self.order.subscription_payment_token_id, later)

    def test_a_method_that_the_bank_replaced_stays(self):
        self.old._take_over_method({"payment_details": "1111"})
        self.pay()
        self.assertEqual(self.order.subscription_payment_token_id, self.old)


@tagged("post_install", "-at_install")
class TestMethodPage(HttpCase, PaymentCommon):
    """The page of a contract's method says nothing that its reader must not know."""

    def get_page(self, order):
        return self.url_open(order._get_payment_method_url()).text

    def test_a_link_shows_no_digits(self):
        order = self.create_charged_contract()
        page = self.get_page(order)
        self.assertIn("It is paid with", page)
        self.assertNotIn("4242", page)
        self.assertIn("Use another payment method", page)

    def test_a_contract_that_ended_asks_for_no_method(self):
        order = self.create_charged_contract()
        self.bill(order)
        self.run_charges()
        order._subscription_close(self.today)
        self.bill(order)
        page = self.get_page(order)
        self.assertIn("contract_is_over", page)
        self.assertNotIn("Use another payment method", page)
        self.assertNotIn("o_payment_form", page)
        url = f"/my/orders/{order.id}/payment_method/transaction"
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request(
                url,
                {
                    "access_token": order.access_token,
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "flow": "direct",
                    "token_id": None,
                    "tokenization_requested": True,
                    "landing_route": "/",
                },
            )
