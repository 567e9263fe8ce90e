from datetime import date

from odoo.tests import HttpCase, tagged

from ..support.common_payment import SIGNATURE, PaymentCommon


@tagged("post_install", "-at_install")
class TrialMethodCase(PaymentCommon):
    """A free trial of two weeks from 1 April, then charged automatically."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_template(
            "Trial", trial_count=14, trial_unit="day", payment_mode="charge", invoice_mode="send"
        )

    def prepare_once(self):
        super().prepare_once()
        self.travel("2027-04-01")

    def start(self, **values):
        return self.create_contract(self.line_values(self.seat, 3), template=self.terms, **values)

    def get_mails(self):
        return self.env["mail.mail"].search([("subject", "like", "add a payment method")])

    def ask(self, day):
        self.travel(day)
        cron = self.env.ref("sale_recurring.ir_cron_ask_for_methods")
        with self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)

    def save_method(self, order, state="done"):
        """Save a method as the page does."""
        tx = self.create_payment(
            order,
            sale_order_ids=False,
            reference=f"V {order.id}",
            amount=0,
            operation="validation",
            tokenize=True,
            subscription_method_order_id=order.id,
        )
        tx._process(
            "demo",
            {"reference": tx.reference, "payment_details": "1234", "simulated_state": state},
        )
        tx._post_process()
        return tx


@tagged("post_install", "-at_install")
class TestTrialMethod(TrialMethodCase):
    """A trial costs nothing, so the method for the time after it is asked for and saved apart."""

    def test_a_method_saved_during_the_trial_is_charged_when_it_is_over(self):
        order = self.start()
        self.bill(order)
        mails = self.env["mail.mail"].search([])
        tx = self.save_method(order)
        self.assertEqual(order.subscription_payment_token_id, tx.token_id)
        self.assertFalse(order.invoice_ids)
        self.assertFalse(tx.payment_id)
        self.assertEqual(self.env["mail.mail"].search([]), mails, "nothing was paid, no mail")
        self.run_cron("2027-04-15")
        self.run_charges()
        self.assertEqual(
            (order.invoice_ids.amount_total, order.invoice_ids.amount_residual), (36, 0)
        )

    def test_the_beginning_of_a_trial_asks_for_a_method(self):
        order = self.start()
        mail = self.get_mails()
        self.assertEqual(mail.recipient_ids | mail.partner_ids, self.partner)
        self.assertIn("04/14/2027", mail.body_html)
        self.assertIn(order._get_payment_method_url().split("?")[0], mail.body_html)
        self.assertTrue(order._is_method_missing())

    def test_who_has_a_method_is_not_asked(self):
        self.start(subscription_payment_token_id=self.create_token().id)
        self.terms.payment_mode = "manual"
        self.start()
        self.assertFalse(self.get_mails())
        self.ask("2027-04-12")
        self.assertFalse(self.get_mails())

    def test_who_pays_with_a_card_that_is_kept_is_not_asked(self):
        order = self.create_order(
            self.line_values(self.seat, 3), self.setup_service, template=self.terms
        )
        visitor = self.env.ref("base.public_user")
        tx = self.create_payment(order, tokenize=True).with_user(visitor).sudo()
        tx._process(
            "demo",
            {"reference": tx.reference, "payment_details": "7", "simulated_state": "done"},
        )
        tx._post_process()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.subscription_payment_token_id, tx.token_id)
        self.assertFalse(self.get_mails())
        self.assertFalse(order.subscription_method_requested_date)

    def test_the_company_speaks_when_a_visitor_confirms(self):
        order = self.create_order(self.line_values(self.seat, 3), template=self.terms)
        visitor = self.env.ref("base.public_user")
        order.with_user(visitor).sudo().action_confirm()
        self.assertTrue(self.get_mails())
        self.assertNotIn(visitor.partner_id, order.message_ids.author_id)

    def test_the_customer_is_asked_once_more_before_the_trial_ends(self):
        order = self.start()
        self.bill(order)
        counts = []
        for day in ("2027-04-10", "2027-04-12", "2027-04-13", "2027-04-15"):
            self.ask(day)
            counts.append(len(self.get_mails()))
        self.assertEqual(counts, [1, 2, 2, 2])
        self.assertEqual(order.subscription_method_requested_date, date(2027, 4, 12))

    def test_who_saves_a_method_in_time_is_not_asked_again(self):
        order = self.start()
        self.save_method(order)
        self.ask("2027-04-12")
        self.assertEqual(len(self.get_mails()), 1)

    def test_without_a_method_the_first_invoice_waits_to_be_paid(self):
        order = self.start()
        self.run_cron("2027-04-15")
        self.run_charges()
        self.assertEqual(
            (order.invoice_ids.state, order.invoice_ids.amount_residual), ("posted", 36)
        )
        self.assertFalse(order.invoice_ids.subscription_charge_error)
        self.assertTrue(order._is_method_missing())


@tagged("post_install", "-at_install")
class TestTrialMethodPage(TrialMethodCase, HttpCase):
    def test_the_page_after_the_signature_leads_to_the_card_page(self):
        order = self.create_order(
            self.line_values(self.seat, 3), template=self.terms, require_signature=True
        )
        page = self.url_open(order.get_portal_url()).text
        self.assertIn("On the next page you can add the payment method", page)
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": order.access_token, "name": "Ada", "signature": SIGNATURE},
        )
        self.assertTrue(answer.get("force_refresh"), answer)
        page = self.url_open(order.get_portal_url()).text
        self.assertIn("Your free trial ends on 04/14/2027", page)
        self.assertIn(f"/my/orders/{order.id}/payment_method", page)
        card = self.url_open(order._get_payment_method_url()).text
        self.assertIn("nothing is charged before 04/15/2027", card)
        self.assertIn("Add a payment method", card)
        order.subscription_payment_token_id = self.create_token()
        page = self.url_open(order.get_portal_url()).text
        self.assertNotIn("Add a payment method", page)
