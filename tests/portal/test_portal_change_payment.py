from lxml import html
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..support.common_change import ChangeCase


@tagged("post_install", "-at_install")
class TestPortalChangePayment(ChangeCase):
    """What is due for a change is paid first; a payment that fails leaves all as it was."""

    def prepare_once(self):
        super().prepare_once()
        self.charged_template.write(self.free)
        self.travel("2027-01-31")
        self.order = self.create_charged_contract()
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")

    def get_waiting(self):
        self.env.invalidate_all()
        return self.get_amendments().filtered(lambda order: order.state == "sent")

    def get_form(self, page):
        (form,) = page.xpath("//form[@id='o_payment_form']")
        return form

    def pay(self, page, state="done", token=None):
        """Fill in the payment form and let the demo provider answer; return what comes after."""
        form = self.get_form(page)
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": token.id if token else None,
            "amount": float(form.get("data-amount")),
            "flow": "token" if token else "direct",
            "tokenization_requested": not token,
            "landing_route": form.get("data-landing-route"),
            "access_token": form.get("data-access-token"),
        }
        result = self.make_jsonrpc_request(form.get("data-transaction-route"), values)
        if not token:
            self.make_jsonrpc_request(
                "/payment/demo/simulate_payment",
                {
                    "reference": result["reference"],
                    "payment_details": "4242",
                    "simulated_state": state,
                },
            )
        self.env.invalidate_all()
        payment = self.get_amendments().transaction_ids.sorted("id")[-1:]
        if token:  # as after the commit of the request
            self.in_a_job(payment, lambda attempt: attempt._charge_subscription())
        payment._post_process()
        return html.fromstring(self.url_open(form.get("data-landing-route")).text)

    def test_nothing_changes_before_it_is_paid(self):
        page, response = self.change(quantity=5)
        self.assertIn("/change/pay", response.url)
        pay = html.fromstring(response.text)
        self.assertEqual(self.get_part(pay, "due"), "$ 15.43")
        self.assertEqual(self.order.order_line.product_uom_qty, 3)
        self.assertBillsNothing(self.order)
        done = self.pay(pay)
        self.assertIn("Your contract is changed", self.get_part(done, "done"))
        self.assertEqual(self.order.order_line.product_uom_qty, 5)
        moves = self.bill(self.order)
        self.assertEqual(moves.amount_total, 15.43)
        self.assertIn(moves.payment_state, ("paid", "in_payment"))
        self.assertEqual(self.get_part(page, "next"), "$ 60.00")
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 60)
        told = self.order.message_ids.filtered(lambda one: "changed this contract" in one.body)
        self.assertEqual(len(told), 1)

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def test_a_declined_payment_leaves_all_as_it_was(self):
        _page, response = self.change(quantity=5)
        again = self.pay(html.fromstring(response.text), state="error")
        self.assertIn("nothing was changed", self.get_part(again, "payment_failed"))
        self.assertEqual(self.order.order_line.product_uom_qty, 3)
        self.assertBillsNothing(self.order)
        done = self.pay(again)
        self.assertIn("Your contract is changed", self.get_part(done, "done"))
        self.assertEqual(self.bill(self.order).amount_total, 15.43)

    def test_a_change_that_is_not_the_customers_any_more_is_not_paid(self):
        _page, response = self.change(quantity=5)
        page = html.fromstring(response.text)
        self.order.subscription_customer_control = "restricted"
        refused = "cannot be changed like this online"
        with mute_logger("odoo.http"), self.assertRaisesRegex(JsonRpcException, "Validation"):
            self.pay(page)
        self.assertFalse(self.get_waiting().transaction_ids)
        shown = self.open(
            f"/my/orders/{self.order.id}/change/pay",
            access_token=self.order._portal_ensure_token(),
        )
        self.assertIn(refused, shown.text_content())
        self.assertFalse(shown.xpath("//form[@id='o_payment_form']"))
        self.order.subscription_customer_control = "upgrade"
        self.pay(page)
        self.assertEqual(self.order.order_line.product_uom_qty, 5)

    def test_an_abandoned_change_waits_and_can_be_dropped(self):
        self.change(quantity=5)
        page = self.open_contract(self.order)
        self.assertIn("waits for its payment", self.get_part(page, "change_waits"))
        self.assertIn("Pay $ 15.43", self.get_part(page, "change_waits"))
        done = html.fromstring(self.submit(page, name="drop").text)
        self.assertIn("Nothing was changed", self.get_part(done, "done"))
        self.assertFalse(self.get_waiting())
        self.assertIsNone(self.get_part(self.open_contract(self.order), "change_waits"))

    def test_pressed_twice_one_change_waits(self):
        page = self.open_change(quantity=5)
        first = self.submit(page)
        second = self.submit(page)
        self.assertEqual(first.url, second.url)
        self.assertEqual(len(self.get_amendments()), 1)
        self.change(quantity=6)
        self.assertEqual(len(self.get_waiting()), 1)
        self.assertEqual(self.get_waiting().order_line.product_uom_qty, 6)

    def test_no_other_change_while_the_money_is_on_its_way(self):
        _page, response = self.change(quantity=5)
        page = html.fromstring(response.text)
        shown = self.open_change(quantity=6)
        done = self.pay(page, state="pending")
        self.assertIn("as soon as its payment is through", self.get_part(done, "done"))
        self.assertIn("on its way", self.submit(shown).text)
        waiting = self.get_waiting()
        self.assertEqual(len(waiting), 1)
        token = self.order._portal_ensure_token()
        path = f"/my/orders/{self.order.id}/change"
        params = {"access_token": token, self.get_names(self.order)[0]: 6}
        self.assertIn("on its way", self.url_open(path, params=params).text)
        form = self.submit(page, name="drop")
        self.assertIn("done=paying", form.url)
        self.assertEqual(self.get_waiting(), waiting)

    def test_the_owner_pays_with_the_saved_method(self):
        token = self.order.subscription_payment_token_id
        self.log_in()
        _page, response = self.change(quantity=5)
        page = html.fromstring(response.text)
        self.assertTrue(page.xpath(f"//input[@data-payment-option-id='{token.id}']"))
        self.pay(page, token=token)
        self.assertEqual(self.order.order_line.product_uom_qty, 5)

    def test_a_link_shows_and_uses_no_saved_method(self):
        token = self.order.subscription_payment_token_id
        _page, response = self.change(quantity=5)
        page = html.fromstring(response.text)
        self.assertFalse(page.xpath("//input[@data-payment-option-type='token']"))
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.pay(page, token=token)
        self.assertEqual(self.order.order_line.product_uom_qty, 3)

    def test_what_gives_money_back_is_not_paid(self):
        self.charged_template.downgrade_mode = "now"
        _page, response = self.change(quantity=1)
        self.assertIn("done=changed", response.url)
        self.assertEqual(self.order.order_line.product_uom_qty, 1)

    def test_an_open_change_of_a_changed_contract_is_not_paid(self):
        self.change(quantity=5)
        self.order.order_line.product_uom_qty = 4
        token = self.order._portal_ensure_token()
        page = self.open(f"/my/orders/{self.order.id}/change/pay", access_token=token)
        self.assertTrue(self.get_part(page, "error"))
        self.assertFalse(page.xpath("//form[@id='o_payment_form']"))
        self.submit(page, name="drop")
        self.assertFalse(self.get_waiting())
