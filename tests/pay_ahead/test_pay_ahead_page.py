from datetime import date
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ..support.common_payment import PaymentCommon

MARCH = date(2027, 2, 28)


@tagged("post_install", "-at_install")
class PaidContractCase(PaymentCommon):
    """A contract whose first period is billed and paid, on 10 February."""

    def setUp(self):
        super().setUp()
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.invoice = self.bill(self.order)
        self.book_payment(self.invoice)
        self.travel("2027-02-10")

    def begin(self, amount=36.0, day=MARCH, order=None):
        """Begin to pay the next period as the page does; return the draft and its payment."""
        draft = (order or self.order)._subscription_begin_prepayment(day, amount)
        tx = self.create_payment(
            order or self.order,
            sale_order_ids=False,
            reference=f"ahead {draft.id} {len(draft.transaction_ids)}",
            amount=draft._get_amount_to_charge(),
            invoice_ids=[(6, 0, draft.ids)],
            subscription_prepayment_order_id=self.order.id,
        )
        return draft, tx

    def answer(self, tx, state):
        """Let the provider answer, and Odoo book it."""
        tx._process("demo", {"reference": tx.reference, "simulated_state": state})
        tx._post_process()


@tagged("post_install", "-at_install")
class TestPayAhead(PaidContractCase):
    """A customer pays the next period: the invoice is made when the money is in."""

    def test_the_invoice_is_made_by_the_payment(self):
        draft, tx = self.begin()
        self.assertEqual((draft.state, draft.name or "/"), ("draft", "/"))
        self.assertNothingFound(self.order)
        self.answer(tx, "done")
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))
        self.assertEqual(draft.invoice_date, date(2027, 2, 10))
        self.assertEqual(self.get_table(self.order)[-1], ("2027-02-28", "2027-03-30", 3, 30))
        self.assertFalse(self.order._get_pay_ahead_offer())
        self.run_cron("2027-02-28")
        self.assertEqual(len(self.order.invoice_ids), 2)
        self.assertLedgerWhole(self.order)

    def test_a_decline_leaves_no_invoice_and_uses_up_no_number(self):
        draft, tx = self.begin()
        self.answer(tx, "error")
        self.assertFalse(draft.exists())
        self.assertEqual(self.order.subscription_next_invoice_date, MARCH)
        self.assertEqual(self.order._get_pay_ahead_offer()["day"], MARCH)
        self.run_cron("2027-02-28")
        invoice = self.order.invoice_ids - self.invoice
        self.assertEqual(invoice.sequence_number, self.invoice.sequence_number + 1)

    def test_who_walks_away_leaves_nothing_behind(self):
        draft, tx = self.begin()
        self.run_cron("2027-02-10")
        self.assertTrue(draft.exists())
        self.travel("2027-02-10", hour=15)
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.assertFalse(draft.exists())
        self.run_cron("2027-02-28")
        self.assertEqual(self.order.invoice_ids.mapped("state"), ["posted", "posted"])
        self.assertEqual(tx.state, "draft")
        self.assertLedgerWhole(self.order)

    def test_who_comes_back_goes_on_with_the_same_draft(self):
        draft, _tx = self.begin()
        offer = self.order._get_pay_ahead_offer()
        self.assertEqual((offer["day"], offer["amount"]), (MARCH, 36))
        again, tx = self.begin()
        self.assertEqual(again, draft)
        self.answer(tx, "done")
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))

    def test_a_payment_that_takes_days_keeps_its_draft(self):
        draft, tx = self.begin()
        self.answer(tx, "pending")
        self.run_cron("2027-02-28")
        self.assertTrue(draft.exists())
        self.assertFalse(self.order._get_pay_ahead_offer())
        tx.action_demo_set_done()
        tx._post_process()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))
        self.assertEqual(len(self.order.invoice_ids), 2)

    def test_money_that_comes_after_all_settles_the_invoice_of_the_period(self):
        draft, tx = self.begin()
        self.travel("2027-02-10", hour=15)
        self.env["account.move"]._give_up_abandoned()
        self.assertFalse(draft.exists())
        self.answer(tx, "done")
        self.run_cron("2027-02-28")
        invoice = self.order.invoice_ids - self.invoice
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (36, 0))

    def test_a_change_while_nobody_pays_makes_the_draft_anew(self):
        draft, _tx = self.begin()
        self.order.order_line.product_uom_qty = 4
        self.book_payment(self.bill(self.order))
        self.assertEqual(self.order._get_pay_ahead_offer()["amount"], 48)
        again, tx = self.begin(48.0)
        self.assertFalse(draft.exists())
        self.answer(tx, "done")
        self.assertEqual((again.amount_total, again.amount_residual), (48, 0))
        self.assertLedgerWhole(self.order)

    def test_kept_credit_is_taken_off(self):
        credit = self.invoice._reverse_moves()
        credit.invoice_line_ids.tax_ids = False
        credit.invoice_line_ids.write({"quantity": 1, "price_unit": 10})
        credit.action_post()
        credit.action_subscription_credit_next()
        offer = self.order._get_pay_ahead_offer()
        self.assertEqual((offer["credit"], offer["amount"]), (10, 26))
        draft, tx = self.begin(26.0)
        self.assertEqual(tx.amount, 26)
        self.answer(tx, "done")
        self.assertFalse(draft.amount_residual or credit.amount_residual)

    def test_what_is_open_comes_first(self):
        self.order._subscription_bill_next_period(MARCH)
        self.assertFalse(self.order._get_pay_ahead_offer())
        self.book_payment(self.order.invoice_ids - self.invoice)
        self.assertFalse(self.order._get_pay_ahead_offer(), "one period is enough")
        with self.assertRaisesRegex(ValidationError, "cannot be paid in advance any more"):
            self.begin()

    def test_a_transfer_that_may_never_come_is_not_offered(self):
        transfer = self.env["payment.provider"].new({"name": "Transfer", "code": "none"})
        self.assertFalse(transfer._can_pay_ahead())
        self.assertTrue(self.provider._can_pay_ahead())

    def test_terms_may_keep_customers_from_it(self):
        self.template.allow_pay_ahead = False
        self.assertFalse(self.order._get_pay_ahead_offer())

    def test_another_amount_or_day_is_refused_and_leaves_nothing(self):
        rows = self.order.subscription_billed_period_ids
        for amount, day in ((1.0, MARCH), (36.0, date(2027, 3, 31))):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.begin(amount, day)
            self.assertEqual(self.order.subscription_billed_period_ids, rows)
            self.assertEqual(self.order.invoice_ids, self.invoice)


@tagged("post_install", "-at_install")
class TestPayAheadPage(PaidContractCase, HttpCase):
    """The page works by the link of the contract, and only for its customer."""

    def setUp(self):
        super().setUp()
        self.path = f"/my/orders/{self.order.id}/in_advance"
        self.token = self.order._portal_ensure_token()

    def _begin(self, day="2027-02-28", **params):
        values = {
            "access_token": self.token,
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "amount": 36.0,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/elsewhere",
            "is_validation": False,
        }
        return self.make_jsonrpc_request(f"{self.path}/{day}/transaction", {**values, **params})

    def test_contract_page_leads_to_it_and_it_shows_days_and_amount(self):
        page = self.url_open(self.order.get_portal_url()).text
        self.assertIn("Pay next period now", page)
        page = self.url_open(self.order._get_pay_ahead_url()).text
        for text in ("02/28/2027 to 03/30/2027", "36.00", "o_payment_form"):
            self.assertIn(text, page)
        self.assertEqual(self.order.invoice_ids, self.invoice, "looking makes nothing")

    def test_the_page_says_why_it_offers_no_bank_transfer(self):
        page = self.url_open(self.order._get_pay_ahead_url()).text
        self.assertNotIn("no_transfer", page)
        Provider = type(self.provider)
        with patch.object(Provider, "_can_pay_ahead", lambda provider: False):
            page = " ".join(self.url_open(self.order._get_pay_ahead_url()).text.split())
        self.assertIn("To pay by transfer, wait for the invoice of", page)

    def test_what_is_open_is_offered_instead(self):
        self.order._subscription_bill_next_period(MARCH)
        invoice = self.order.invoice_ids - self.invoice
        page = self.url_open(self.order.get_portal_url()).text
        self.assertNotIn("Pay next period now", page)
        self.assertIn(f"Pay {invoice.name}", " ".join(page.replace("<!--", "").split()))
        self.assertEqual(self.url_open(invoice._get_payment_url()).status_code, 200)
        response = self.url_open(self.order._get_pay_ahead_url(), allow_redirects=False)
        self.assertEqual(response.status_code, 303)

    def test_an_open_invoice_is_paid_on_its_page(self):
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", True)
        self.order._subscription_bill_next_period(MARCH)
        invoice = self.order.invoice_ids - self.invoice
        values = self.make_jsonrpc_request(
            f"/invoice/transaction/{invoice.id}",
            {
                "access_token": invoice._portal_ensure_token(),
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": 36.0,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my",
            },
        )
        tx = self.env["payment.transaction"].search([("reference", "=", values["reference"])])
        self.answer(tx, "done")
        self.assertFalse(invoice.amount_residual)

    def test_payment_begins_with_what_the_server_computed(self):
        values = self._begin()
        tx = self.env["payment.transaction"].search([("reference", "=", values["reference"])])
        self.assertEqual((tx.amount, tx.partner_id), (36, self.partner))
        self.assertEqual(tx.invoice_ids.subscription_prepayment_date, MARCH)
        self.assertIn(f"/my/orders/{self.order.id}", tx.landing_route)
        self.assertFalse(tx.sale_order_ids)
        self.answer(tx, "done")
        self.assertEqual((tx.invoice_ids.state, tx.invoice_ids.amount_residual), ("posted", 0))
        page = self.url_open(tx.landing_route).text
        self.assertIn("The next period is paid", page)
        self.assertNotIn("Pay next period now", page)

    def _begin_with_saved_method(self, state="done"):
        """Pay as a customer who is logged in and chooses a saved method."""
        user = new_test_user(
            self.env, "ada.customer", groups="base.group_portal", partner_id=self.partner.id
        )
        saved = self.create_token(state)
        self.authenticate(user.login, user.login)
        self.assertIn("4242", self.url_open(self.order._get_pay_ahead_url()).text)
        values = self._begin(flow="token", token_id=saved.id, provider_id=saved.provider_id.id)
        tx = self.env["payment.transaction"].search([("reference", "=", values["reference"])])
        self.assertEqual(tx.token_id, saved)
        return tx

    @mute_logger("odoo.http")
    def test_a_saved_method_is_charged_once_the_attempt_is_saved(self):
        tx = self._begin_with_saved_method()
        draft = tx.invoice_ids
        self.assertEqual((tx.state, tx.subscription_invoice_id), ("draft", draft))
        self.assertTrue(tx.subscription_query_at)
        self.travel("2027-02-10", hour=16)
        self.env["account.move"]._give_up_abandoned()
        self.assertTrue(draft.exists(), "nobody knows yet whether the money was taken")
        with self.assertRaises(JsonRpcException):
            self._begin()
        self.in_a_job(tx, lambda tx: tx._charge_subscription())
        self.assertEqual((tx.state, draft.state, draft.amount_residual), ("done", "posted", 0))

    def test_a_saved_method_that_is_declined_leaves_nothing(self):
        tx = self._begin_with_saved_method("error")
        draft = tx.invoice_ids
        self.in_a_job(tx, lambda tx: tx._charge_subscription())
        self.assertEqual(tx.state, "error")
        self.assertFalse(draft.exists() or self.order.activity_ids)
        self.assertEqual(self.order._get_pay_ahead_offer()["day"], MARCH)
        page = self.url_open(tx.landing_route).text
        self.assertIn("Your payment was not made", page)
        self.assertIn("o_payment_form", page)

    @mute_logger("odoo.http")
    def test_strangers_and_made_up_values_are_refused(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign, own = self.create_token(partner=stranger), self.create_token()
        self.assertEqual(self.url_open(self.path).status_code, 404)
        for params in (
            {"access_token": "wrong"},
            {"flow": "token", "token_id": foreign.id},
            {"flow": "token", "token_id": own.id},  # nobody is logged in
            {"provider_id": 0},
            {"partner_id": stranger.id},
            {"amount": 1.0},
            {"amount": None},
            {"day": "2027-03-31"},
            {"day": "never"},
        ):
            with self.subTest(params), self.assertRaises(JsonRpcException):
                self._begin(**params)
        self.assertEqual(self.order.invoice_ids, self.invoice)
        user = new_test_user(
            self.env, "stranger", groups="base.group_portal", partner_id=stranger.id
        )
        self.authenticate(user.login, user.login)
        self.assertEqual(self.url_open(self.path).status_code, 404)
