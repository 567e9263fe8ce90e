import json

from lxml import html
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..support.common_payment import SIGNATURE, PaymentCommon


@tagged("post_install", "-at_install")
class TestConfirm(PaymentCommon, HttpCase):
    """Staff, signature and online payment make the same contract out of the same quotation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._create_template("Calendar", alignment="calendar")
        cls.charged_calendar = cls._create_template(
            "Calendar, charged", alignment="calendar", payment_mode="charge"
        )

    def prepare_once(self):
        super().prepare_once()
        self.travel("2027-01-21")

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _create_quotation(self, template=None, **values):
        order = self.create_order(
            self.line_values(self.seat, 3),
            self.line_values(self.support, 2, recurrence_id=self.year.id, discount=10),
            self.line_values(self.setup_service),
            template=template or self.calendar,
            **{"require_signature": False, "require_payment": False, **values},
        )
        order.action_quotation_sent()
        return order

    def _get_page(self, order, **params):
        response = self.url_open(order.get_portal_url(), params=params)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.text)

    def _sign(self, order):
        """Sign as the widget on the page does: without login, by the link alone."""
        widget = self._get_page(order).xpath("//owl-component[@name='portal.signature_form']")[0]
        url = json.loads(widget.get("props"))["callUrl"]
        return self.make_jsonrpc_request(url, {"name": "Ada", "signature": SIGNATURE})

    def _begin_payment(self, order, **values):
        """Press *Pay* as the form on the page does; return the transaction."""
        form = self._get_page(order).xpath("//form[@id='o_payment_form']")[0]
        result = self.make_jsonrpc_request(
            form.get("data-transaction-route"),
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": float(form.get("data-amount")),
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": form.get("data-landing-route"),
                "access_token": form.get("data-access-token"),
                **values,
            },
        )
        return self.env["payment.transaction"].search([("reference", "=", result["reference"])])

    def _finish_payment(self, tx, state="done"):
        """Let the demo provider answer and the page wait for the outcome."""
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {"reference": tx.reference, "payment_details": "4242", "simulated_state": state},
        )
        self.make_jsonrpc_request("/payment/status/poll", {})

    def _pay(self, order, state="done"):
        tx = self._begin_payment(order)
        self._finish_payment(tx, state)
        return tx

    def _run_billing(self):
        self.assertIs(self.cron.method_direct_trigger(), True)

    def _get_contract(self, order):
        """Return everything in which two contracts of the same quotation must not differ."""
        order.invalidate_recordset()
        return {
            "state": (order.state, order.subscription_state),
            "dates": (
                order.subscription_start_date,
                order.subscription_anchor_date,
                order.subscription_next_invoice_date,
            ),
            "amounts": (order.amount_untaxed, order.amount_tax, order.amount_total),
            "steps": [
                (
                    step.line_id.product_id,
                    step.start_date,
                    step.end_date,
                    step.quantity,
                    step._get_engine_terms(),
                )
                for step in order.order_line.segment_ids.sorted("line_id")
            ],
            "invoices": [
                (
                    move.state,
                    move.invoice_date,
                    move.amount_total,
                    [
                        (line.name, line.quantity, line.price_subtotal)
                        for line in move.invoice_line_ids
                    ],
                )
                for move in order.invoice_ids
            ],
        }

    # ------------------------------------------------------------------
    # The same contract
    # ------------------------------------------------------------------

    def test_signature_and_payment_make_the_contract_that_staff_makes(self):
        by_staff = self._create_quotation()
        by_staff.action_confirm()
        by_signature = self._create_quotation(require_signature=True)
        self._sign(by_signature)
        by_payment = self._create_quotation(require_payment=True)
        self._pay(by_payment)
        orders = by_staff | by_signature | by_payment
        self.assertFalse(orders.invoice_ids, "confirming bills nothing")
        self._run_billing()
        expected = self._get_contract(by_staff)
        self.assertEqual(expected["state"], ("sale", "active"))
        self.assertEqual(len(expected["invoices"]), 1)
        self.assertEqual(expected["invoices"][0][2], expected["amounts"][2])
        self.assertEqual(self._get_contract(by_signature), expected)
        self.assertEqual(self._get_contract(by_payment), expected)

    def test_confirming_triggers_the_billing_run(self):
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])
        self._create_quotation().action_confirm()
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)]), triggers
        )

    def test_signature_then_payment(self):
        order = self._create_quotation(require_signature=True, require_payment=True)
        self._sign(order)
        self.assertEqual(order.state, "sent")
        self._pay(order)
        self.assertEqual(order.subscription_state, "active")

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------

    def test_payment_settles_the_first_invoice_and_no_other(self):
        order = self._create_quotation(require_payment=True)
        tx = self._pay(order)
        self.assertEqual(tx.amount, order.amount_total)
        self._run_billing()
        first = order.invoice_ids
        self.assertEqual(first.amount_total, tx.amount)
        self.assertFalse(first.amount_residual)
        self.assertEqual(tx.invoice_ids, first)
        self.travel("2027-02-01")
        self._run_billing()
        second = order.invoice_ids - first
        self.assertFalse(second.transaction_ids)
        self.assertEqual(second.amount_residual, second.amount_total)

    def test_validation_never_settles_an_invoice(self):
        order = self._create_quotation()
        tx = self.create_payment(order, operation="validation", amount=0.0)
        tx._set_done()
        tx._post_process()
        order.action_confirm()
        self._run_billing()
        self.assertFalse(order.invoice_ids.transaction_ids)

    def test_automatic_invoice_of_core_leaves_contracts_to_the_run(self):
        self.env["ir.config_parameter"].set_param("sale.automatic_invoice", "True")
        order = self._create_quotation(require_payment=True)
        self._pay(order)
        self.assertFalse(order.invoice_ids)
        self._run_billing()
        self.assertFalse(order.invoice_ids.amount_residual)

    def test_pending_payment_settles_the_invoice_later(self):
        order = self._create_quotation(require_payment=True)
        tx = self._pay(order, "pending")
        self.assertEqual(order.state, "sent")
        order.action_confirm()
        self._run_billing()
        self.travel("2027-02-01")
        self._run_billing()
        first, second = order.invoice_ids.sorted("id")
        self.assertEqual(tx.invoice_ids, first)
        tx.action_demo_set_done()
        tx._post_process()
        self.assertFalse(first.amount_residual)
        self.assertTrue(second.amount_residual)

    def test_products_billed_on_delivery_are_paid_and_billed_with_the_first_invoice(self):
        router = self._create_product("Router", 80.0, is_recurring=False, invoice_policy="delivery")
        order = self.create_order(
            self.seat, router, template=self.calendar, require_payment=True, require_signature=False
        )
        order.action_quotation_sent()
        tx = self._pay(order)
        self._run_billing()
        self.assertEqual(order.invoice_ids.amount_total, tx.amount)
        self.assertIn(router, order.invoice_ids.invoice_line_ids.product_id)

    # ------------------------------------------------------------------
    # Saved payment method
    # ------------------------------------------------------------------

    def test_charged_contract_keeps_the_payment_method(self):
        order = self._create_quotation(self.charged_calendar, require_payment=True)
        tx = self._pay(order)
        token = tx.token_id
        self.assertTrue(token)
        self.assertEqual(order.subscription_payment_token_id, token)
        other = self.create_token()
        order.subscription_payment_token_id = other
        tx._post_process()
        self.assertEqual(order.subscription_payment_token_id, other, "a later choice stays")

    def test_charged_contract_is_charged_from_the_second_invoice_on(self):
        order = self._create_quotation(self.charged_calendar, require_payment=True)
        tx = self._pay(order)
        self._run_billing()
        self.assertIs(self.charge_cron.method_direct_trigger(), True)
        self.assertEqual(order.invoice_ids.transaction_ids, tx)
        self.travel("2027-02-01")
        self._run_billing()
        self.assertIs(self.charge_cron.method_direct_trigger(), True)
        charge = order.invoice_ids.transaction_ids - tx
        self.assertEqual(charge.operation, "offline")
        self.assertFalse(sum(order.invoice_ids.mapped("amount_residual")))

    def test_other_contracts_keep_no_payment_method(self):
        order = self._create_quotation(require_payment=True)
        tx = self._pay(order)
        self.assertFalse(tx.token_id)
        self.assertFalse(order.subscription_payment_token_id)

    def test_payment_methods_that_cannot_be_saved_are_not_offered(self):
        order = self._create_quotation(self.charged_calendar, require_payment=True)
        plain = self._create_quotation(require_payment=True)
        path = "//input[@name='o_payment_radio'][@data-payment-option-type='payment_method']"
        self.assertTrue(self._get_page(order).xpath(path))
        self.method.support_tokenization = False
        self.assertFalse(self._get_page(order).xpath(path))
        self.assertTrue(self._get_page(plain).xpath(path))

    @mute_logger("odoo.http")
    def test_payment_method_that_cannot_be_saved_is_refused(self):
        order = self._create_quotation(self.charged_calendar, require_payment=True)
        page = self._get_page(order)
        self.method.support_tokenization = False
        with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self.make_jsonrpc_request(
                page.xpath("//form[@id='o_payment_form']")[0].get("data-transaction-route"),
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "token_id": None,
                    "amount": order.amount_total,
                    "flow": "direct",
                    "tokenization_requested": False,
                    "landing_route": "/my",
                    "access_token": order.access_token,
                },
            )
        self.assertFalse(order.transaction_ids)

    def test_method_of_another_customer_is_not_kept(self):
        order = self._create_quotation(self.charged_calendar)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        token = self.create_token(partner=stranger)
        with self.assertRaises(ValidationError):
            self.create_payment(
                order, partner_id=stranger.id, token_id=token.id, operation="online_token"
            )
        tx = self.create_payment(order, partner_id=stranger.id)
        tx.token_id = token  # saved while paying
        tx._set_done()
        tx._post_process()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.subscription_payment_token_id)

    # ------------------------------------------------------------------
    # Nothing is lost
    # ------------------------------------------------------------------

    def test_declined_payment_leaves_quotation_and_attempt(self):
        order = self._create_quotation(require_payment=True)
        tx = self._pay(order, "error")
        self.assertEqual(order.state, "sent")
        self.assertEqual(tx.state, "error")
        self.assertFalse(order.subscription_quote_frozen)
        second = self._pay(order)
        self.assertEqual(second.state, "done")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(order.transaction_ids, tx | second)
