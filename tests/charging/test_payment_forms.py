import json

from odoo.tests import tagged

from ..support.common_visitor import VisitorCase

HUGE = 99999999999999999999
REFUSALS = ("BadRequest", "NotFound", "ValidationError", "AccessError", "MissingError")


@tagged("post_install", "-at_install")
class TestPaymentForms(VisitorCase):
    """Whoever opens payment forms holds nothing, pays no part, and is answered in a sentence."""

    def open_form(self, document, amount=36.0, **values):
        return self.pay(document, amount=amount, **values)

    # ------------------------------------------------------------------
    # Requests for payment
    # ------------------------------------------------------------------

    def test_a_request_for_payment_is_paid_as_a_whole(self):
        request = self.create_request()
        for amount in (0.01, 30.0, 35.99):
            self.assertNotBegun(request, amount=amount)
        self.answer(self.open_form(request))
        self.assertEqual((request.state, request.amount_residual), ("posted", 0))

    def test_a_payment_that_is_too_small_makes_no_invoice_and_is_taken_off(self):
        request = self.create_request()
        order = request.subscription_order_ids
        for amount, left in ((0.01, 35.99), (20.0, 15.99)):
            # as when what is asked for changed since the form was opened
            tx = self.create_payment(
                order,
                sale_order_ids=False,
                reference=f"part {amount}",
                amount=amount,
                invoice_ids=[(6, 0, request.ids)],
            )
            self.answer(tx)
            self.assertEqual((request.state, request.name or "/"), ("draft", "/"))
            self.assertEqual(request._get_amount_to_charge(), left)
            self.assertIn("less than was asked for", order.message_ids[0].body)
        self.answer(self.open_form(request, 15.99))
        self.assertEqual((request.state, request.amount_residual), ("posted", 0))
        self.assertLedgerWhole(order)

    def test_the_last_part_of_a_payment_makes_the_invoice(self):
        request = self.create_request()
        for number, amount in enumerate((30.0, 6.0)):
            self.answer(
                self.create_payment(
                    request.subscription_order_ids,
                    sale_order_ids=False,
                    reference=f"part {number}",
                    amount=amount,
                    invoice_ids=[(6, 0, request.ids)],
                )
            )
        self.assertEqual((request.state, request.amount_residual), ("posted", 0))

    def test_a_draft_that_nobody_asked_to_pay_is_not_posted_by_a_payment(self):
        template = self._create_template("By hand", invoice_mode="draft")
        draft = self.bill(self.create_contract(self.line_values(self.seat, 3), template=template))
        self.assertEqual(draft.state, "draft")
        self.assertNotBegun(draft, amount=36.0)

    # ------------------------------------------------------------------
    # Forms that are left open
    # ------------------------------------------------------------------

    def test_a_form_for_a_part_holds_nothing(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        for amount in (0.01, 35.99):
            self.open_form(invoice, amount)
        self.assertFalse(invoice._get_open_charges())
        self.run_charges()
        self.assertFalse(invoice.amount_residual)

    def test_a_form_holds_an_invoice_for_minutes(self):
        invoice = self.bill(self.create_charged_contract())
        self.open_form(invoice)
        self.run_charges()
        self.assertTrue(invoice.amount_residual)
        self.travel("2027-01-31", minute=30)
        self.run_charges()
        self.assertFalse(invoice.amount_residual)

    def test_forms_opened_again_and_again_keep_no_invoice_from_being_charged(self):
        invoice = self.bill(self.create_charged_contract())
        held = 0
        for minute in range(0, 60, 10):
            self.travel("2027-01-31", minute=minute)
            self.open_form(invoice)
            held += bool(invoice._get_open_charges())
        self.assertLess(held, 5)
        self.run_charges()
        self.assertFalse(invoice.amount_residual)

    def test_forms_keep_no_late_invoice_from_being_dunned(self):
        _order, invoice = self.create_late_contract()
        self.travel("2027-02-04")
        self.open_form(invoice, 0.01)
        self.run_dunning()
        self.assertTrue(self.get_events(invoice))

    def test_a_left_form_keeps_no_posted_request_from_being_charged(self):
        template = self._create_template("Paid first", payment_mode="after_payment")
        order = self.create_contract(
            self.line_values(self.seat, 3),
            template=template,
            subscription_payment_token_id=self.create_token().id,
        )
        draft = self.bill(order)
        draft.action_post()
        self.open_form(draft)
        self.travel("2027-02-01")
        self.run_charges()
        self.assertFalse(draft.amount_residual)

    def test_a_promise_to_transfer_money_keeps_no_invoice_from_being_charged(self):
        invoice = self.bill(self.create_charged_contract())
        tx = self.open_form(invoice)
        tx.provider_id = self.env["payment.provider"].search([("code", "=", "none")], limit=1)
        tx._set_pending()
        self.travel("2027-02-01")
        self.run_charges()
        self.assertFalse(invoice.amount_residual)

    def test_a_charge_takes_only_what_is_not_under_way(self):
        invoice = self.bill(self.create_charged_contract())
        tx = self.open_form(invoice, 30.0)
        tx._set_pending()
        self.run_charges()
        charge = invoice.transaction_ids - tx
        self.assertEqual((charge.amount, charge.state), (6.0, "done"))
        self.answer(tx)
        self.assertFalse(invoice.amount_residual)

    # ------------------------------------------------------------------
    # Too many
    # ------------------------------------------------------------------

    def test_nobody_opens_forms_without_end(self):
        order = self.create_charged_contract()
        invoice, quotation = self.bill(order), self.create_quotation()
        for document in (invoice, quotation):
            with self.subTest(document.display_name):
                opened = self._open_many(lambda doc=document: self.open_form(doc))
                self.assertEqual(opened, 10)
        path = f"/my/orders/{order.id}/payment_method/transaction"
        self.assertEqual(self._open_many(lambda: self.open_form(order, None, path=path)), 10)
        self.log_in(self.partner)
        self.assertTrue(self.open_form(invoice), "others do not lock the customer out")
        self.travel("2027-01-31", hour=14)
        self.authenticate(None, None)
        self.assertTrue(self.open_form(quotation))

    def _open_many(self, function):
        return next((number for number in range(15) if self.is_refused(function)), 15)

    # ------------------------------------------------------------------
    # Made-up values
    # ------------------------------------------------------------------

    def get_status(self, path, **params):
        """Return the status of an answer of a route that takes JSON; never a fault of ours."""
        body = json.dumps({"params": params})  # with NaN and Infinity, as browsers cannot
        headers = {"Content-Type": "application/json"}
        response = self.url_open(path, data=body, headers=headers)
        if response.status_code == 200 and (error := response.json().get("error")):
            self.assertIn(error["data"]["name"].split(".")[-1], REFUSALS)
            self.assertTrue(error["data"]["message"])
            return 400
        return response.status_code

    def test_made_up_values_are_answered_in_a_sentence(self):
        order, invoice = self.create_late_contract()
        quotation = self.create_quotation()
        plain = self.create_plain_invoice()
        roads = {
            f"/invoice/transaction/{invoice.id}": invoice,
            f"/invoice/transaction/{plain.id}": plain,
            f"/my/orders/{quotation.id}/transaction": quotation,
            f"/my/orders/{order.id}/payment_method/transaction": order,
            f"/my/orders/{order.id}/payment_method/assign": order,
            f"/my/orders/{order.id}/in_advance/2027-02-28/transaction": order,
        }
        for path, document in roads.items():
            good = {
                "access_token": document._portal_ensure_token(),
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": 36.0,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my",
            }
            if path.endswith("assign"):
                good = {"access_token": good["access_token"], "token_id": 1}
            for params in self._get_bad_params(good):
                # Odoo takes any amount for other invoices; saving a method has none.
                is_free = document == plain or "payment_method/transaction" in path
                answers = (200, 400, 404) if is_free else (400, 404)
                with self.subTest(path=path, params=params):
                    self.assertIn(self.get_status(path, **params), answers)

    def _get_bad_params(self, good):
        bad = ("", "abc", "1", float("nan"), float("inf"), -1, HUGE, [], {}, [1], True)
        for name in good.keys() - {"amount", "landing_route", "tokenization_requested"}:
            if name == "payment_method_id":
                continue
            yield {key: value for key, value in good.items() if key != name}
            for value in bad:
                if (name, value) not in (("token_id", ""), ("token_id", True)):
                    yield {**good, name: value}
        for value in (None, "abc", float("nan"), float("inf"), -float("inf"), [], {}, True, HUGE):
            if "amount" in good:
                yield {**good, "amount": value}

    def test_numbers_in_addresses_are_answered_in_a_sentence(self):
        order, invoice = self.create_late_contract()
        quotation = self.create_quotation(require_payment=False, require_signature=True)
        token = quotation.access_token
        for path in (
            f"/my/orders/{quotation.id}?access_token={token}&payment_amount=nan",
            f"/my/orders/{quotation.id}?access_token={token}&payment_amount=inf",
            f"/payment/pay?invoice_id={invoice.id}&amount=nan&access_token=x",
            f"/payment/pay?invoice_id={HUGE}&amount=1&access_token=x",
            f"/my/orders/{HUGE}/payment_method?access_token=x",
            f"/my/orders/{HUGE}/in_advance?access_token=x",
            f"/my/orders/{HUGE}/pay?access_token=x",
            f"/my/orders/{HUGE}?access_token=x",
        ):
            with self.subTest(path):
                self.assertIn(self.url_open(path).status_code, (400, 404))
        for query in (f"document={HUGE}", "document=nan", "document="):
            url = f"/my/orders/{order.id}/pay?access_token={order._portal_ensure_token()}&{query}"
            self.assertEqual(self.url_open(url).status_code, 200)
        for shown in ("nan", "inf", "-inf"):
            path = f"/my/orders/{quotation.id}/accept?access_token={token}&shown_total={shown}"
            self.assertEqual(self.get_status(path, name="Ada", signature="x"), 400)
        for path in ("/payment/transaction", f"/invoice/transaction/{HUGE}"):
            self.assertIn(self.get_status(path, amount="abc", partner_id="x"), (400, 404))
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(quotation.state, "sent")
