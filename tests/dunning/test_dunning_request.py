from datetime import date, timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from ..support.common_dunning import DunningCommon


class RequestCommon(DunningCommon):
    """Contracts whose invoices are made after the payment, under a dunning policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_template(
            "Paid first", payment_mode="after_payment", dunning_policy_id=cls.policy.id
        )

    def create_request(self, state=None, **values):
        """Return a contract and the draft its customer is asked to pay.

        :param str state: how charges of the saved method end, None for a customer without one
        """
        if state:
            values["subscription_payment_token_id"] = self.create_token(state).id
        order = self.create_contract(self.line_values(self.seat, 3), template=self.terms, **values)
        draft = self.bill(order)
        self.run_charges()
        return order, draft

    def get_requests(self):
        """Return requests for payment in the mail queue."""
        return self.get_mails().filtered(lambda mail: "please pay" in mail.subject)

    def live(self, until, day="2027-02-01"):
        """Let all jobs run each day."""
        day = date.fromisoformat(day)
        while day <= date.fromisoformat(until):
            self.travel(day)
            self.run_dunning()
            self.run_charges()
            day += timedelta(days=1)

    def pay_by_link(self, order, draft, **values):
        """Let the customer pay a draft by its link."""
        tx = self.create_payment(
            order,
            sale_order_ids=False,
            reference="by link",
            amount=draft.amount_total,
            invoice_ids=[(6, 0, draft.ids)],
            **values,
        )
        tx._process("demo", {"reference": tx.reference, "simulated_state": "done"})
        tx._post_process()


@tagged("post_install", "-at_install")
class TestDunningRequest(RequestCommon):
    """A draft that waits for its money is dunned like an invoice, and consumes no number."""

    def test_a_request_that_could_not_become_an_invoice_is_not_dunned(self):
        order, draft = self.create_request()
        account = draft.invoice_line_ids.account_id
        account.active = False
        self.live("2027-02-25")
        self.assertEqual(self.get_events(draft), [])
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(len(order.activity_ids), 1)
        self.assertIn("is archived", order.activity_ids.note)
        account.active = True
        self.live("2027-02-26", "2027-02-26")
        self.assertIn(("2027-02-26", "remind", "done"), self.get_events(draft))
        self.assertFalse(draft.subscription_aside_reason)

    def test_a_decline_is_not_forgotten_when_a_request_was_set_aside(self):
        order, draft = self.create_request("error")
        declined = draft.subscription_charge_error
        account = draft.invoice_line_ids.account_id
        account.active = False
        self.live("2027-02-01")
        self.assertIn("is archived", draft.subscription_charge_error)
        account.active = True
        self.live("2027-02-02", "2027-02-02")
        self.assertEqual(draft.subscription_charge_error, declined)
        order._subscription_replace_token(self.create_token("done"))
        self.run_charges()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))

    def test_a_request_that_is_never_paid_goes_through_all_steps(self):
        order, draft = self.create_request("error")
        self.live("2027-02-25")
        self.assertEqual(
            self.get_events(draft),
            [
                ("2027-02-03", "charge", "done"),
                ("2027-02-03", "remind", "done"),
                ("2027-02-07", "charge", "done"),
                ("2027-02-07", "remind", "done"),
                ("2027-02-14", "activity", "done"),
                ("2027-02-20", "suspend", "done"),
                ("2027-02-23", "warn", "done"),
            ],
        )
        self.assertEqual((draft.state, draft.name or "/"), ("draft", "/"))
        self.assertEqual(draft.transaction_ids.mapped("state"), ["error"] * 3)
        self.assertEqual(order.subscription_state, "suspended")
        self.assertTrue(order.subscription_in_dunning)
        self.assertEqual(order.subscription_overdue_amount, 36.0)
        self.assertIn(f"Payment request {order.name}", order.subscription_dunning_text)
        mail = self.get_mails().sorted("id")[-1:]
        self.assertIn(f"Payment request {order.name}", mail.body_html)
        self.assertIn("36.00", mail.body_html)
        self.live("2027-03-04", "2027-02-26")
        events = order.env["subscription.dunning.event"].search([("order_ids", "in", order.ids)])
        self.assertEqual(len(events.filtered(lambda event: event.action == "close")), 1)
        self.assertEqual(order.subscription_state, "closed")
        self.assertIn("Payment request", order.subscription_close_note)
        self.assertFalse(order.invoice_ids.filtered(lambda move: move.state == "posted"))

    def test_a_new_card_is_charged_at_once_and_the_money_counted(self):
        order, draft = self.create_request("error")
        draft.transaction_ids.subscription_decline_class = "method"
        self.run_dunning("2027-02-03")
        self.assertEqual(self.get_events(draft)[0], ("2027-02-03", "charge", "skipped"))
        self.travel("2027-02-04")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.charge_cron.id)])
        order._subscription_replace_token(self.create_token("done"))
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.charge_cron.id)]),
            triggers,
        )
        self.run_charges()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))
        self.run_dunning()
        self.assertFalse(order.subscription_in_dunning)
        self.assertEqual(
            self.get_events(draft)[2:],
            [("2027-02-04", "charge", "done"), ("2027-02-04", "paid", "done")],
        )
        paid = draft.subscription_dunning_event_ids.filtered(lambda event: event.action == "paid")
        self.assertEqual((paid.recovered_amount, paid.days_late), (36.0, 4))

    def test_a_payment_ends_the_suspension(self):
        order, draft = self.create_request("error")
        self.live("2027-02-21")
        self.assertEqual(order.subscription_state, "suspended")
        order.subscription_payment_token_id.demo_simulated_state = "done"
        draft = order.invoice_ids.filtered(lambda move: move.state == "draft")
        draft.action_subscription_charge()
        self.run_charges()
        self.run_dunning()
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_in_dunning)

    def test_a_suspension_shortens_the_request_and_its_history_stays(self):
        order, draft = self.create_request("error")
        self.live("2027-02-20")
        self.assertEqual(order.subscription_state, "suspended")
        self.run_cron()
        self.run_charges()
        new = order.invoice_ids
        self.assertNotEqual(new, draft)
        self.assertLess(new.amount_total, 36)
        self.assertEqual(new.subscription_charge_count, 4, "the last attempt of the policy")
        self.assertEqual(
            self.get_events(new)[-2:],
            [("2027-02-20", "suspend", "done"), ("2027-02-20", "charge", "done")],
        )
        gap = order.subscription_interruption_ids
        self.assertEqual(gap.dunning_move_id, new)
        order._subscription_replace_token(self.create_token("done"))
        self.run_charges()
        self.run_dunning()
        self.assertEqual((new.state, order.subscription_state), ("posted", "active"))
        money = sum(new.subscription_dunning_event_ids.mapped("recovered_amount"))
        self.assertEqual(money, new.amount_total)

    def test_a_customer_without_a_method_is_asked_once(self):
        order, draft = self.create_request()
        self.run_charges()
        mail = self.get_requests()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.partner)
        self.assertIn("36.00", mail.body_html)
        self.assertIn(f"/my/orders/{order.id}/pay", mail.body_html)
        self.assertIn("asked by mail to pay", order.message_ids[:1].body)
        self.run_dunning("2027-02-03")
        self.assertEqual(
            self.get_events(draft),
            [("2027-02-03", "charge", "skipped"), ("2027-02-03", "remind", "done")],
        )

    def test_a_saved_method_is_not_asked_for(self):
        self.create_request("done")
        self.create_request("pending")
        self.assertFalse(self.get_requests())

    def test_an_archived_method_is_asked_for(self):
        order = self.create_contract(
            self.line_values(self.seat, 3),
            template=self.terms,
            subscription_payment_token_id=self.create_token().id,
        )
        order.subscription_payment_token_id.active = False
        self.bill(order)
        self.run_charges()
        self.assertEqual(len(self.get_requests()), 1)

    def test_a_customer_without_address_is_left_to_a_colleague(self):
        self.partner.email = False
        order, _draft = self.create_request()
        self.assertFalse(self.get_requests())
        self.assertIn("no email address", order.activity_ids.note)
        self.run_charges()
        self.assertEqual(len(order.activity_ids), 1)

    def test_a_change_makes_the_request_anew_and_the_dunning_goes_on(self):
        order, draft = self.create_request("error")
        draft.transaction_ids.subscription_decline_class = "method"
        self.live("2027-02-07")
        tx = draft.transaction_ids
        order._subscription_change_line(
            order.order_line[:1], order._subscription_today(), quantity=5
        )
        self.bill(order)
        self.run_charges()
        self.assertFalse(draft.exists())
        new = order.invoice_ids
        self.assertEqual(new.subscription_requested_date, date(2027, 1, 31))
        self.assertEqual(new.transaction_ids, tx, "a card that was refused is not charged again")
        self.assertEqual(len(self.get_events(new)), 4)
        self.live("2027-02-14", "2027-02-08")
        self.assertEqual(self.get_events(new)[4:], [("2027-02-14", "activity", "done")])
        order._subscription_replace_token(self.create_token("done"))
        self.run_charges()
        self.run_dunning()
        paid = new.subscription_dunning_event_ids.filtered(lambda event: event.action == "paid")
        self.assertEqual((new.state, paid.recovered_amount), ("posted", 36.0))

    def test_the_next_period_is_another_matter(self):
        order, draft = self.create_request("error")
        self.live("2027-02-05")
        draft.unlink()
        self.assertFalse(order.subscription_voided_request)
        self.bill(order, "2027-02-28")
        asked = order.invoice_ids.mapped("subscription_requested_date")
        self.assertEqual(set(asked), {date(2027, 2, 28)})

    def test_a_method_that_is_saved_with_a_payment_pays_what_follows(self):
        order, draft = self.create_request()
        token = self.create_token()
        self.pay_by_link(order, draft, token_id=token.id)
        self.assertEqual(order.subscription_payment_token_id, token)


@tagged("post_install", "-at_install")
class TestRequestPage(RequestCommon, HttpCase):
    """The link of a request leads to the payment form, whatever happened to the draft."""

    def test_link_opens_the_form_without_login(self):
        _order, draft = self.create_request()
        page = self.url_open(draft._get_payment_url())
        self.assertEqual(page.status_code, 200)
        self.assertIn("/payment/pay?", page.url)
        self.assertIn(f"/invoice/transaction/{draft.id}", page.text)
        self.assertIn("36.00", page.text)

    def test_link_follows_a_draft_that_was_made_anew(self):
        order, draft = self.create_request()
        url = draft._get_payment_url()
        order._subscription_change_line(
            order.order_line[:1], order._subscription_today(), quantity=5
        )
        self.bill(order)
        self.assertFalse(draft.exists())
        page = self.url_open(url)
        self.assertIn(f"/invoice/transaction/{order.invoice_ids.id}", page.text)
        self.assertIn("60.00", page.text)

    def test_link_says_that_nothing_is_open(self):
        order, draft = self.create_request()
        url = draft._get_payment_url()
        self.pay_by_link(order, draft)
        page = self.url_open(url)
        self.assertIn("Nothing is open", page.text)
        self.assertNotIn("/payment/pay", page.url)

    def test_strangers_are_refused(self):
        order, draft = self.create_request()
        for query in ("", "?access_token=wrong", f"?document={draft.id}"):
            page = self.url_open(f"/my/orders/{order.id}/pay{query}")
            self.assertEqual(page.status_code, 404)
        user = new_test_user(self.env, "nobody", groups="base.group_portal")
        self.authenticate(user.login, user.login)
        self.assertEqual(self.url_open(f"/my/orders/{order.id}/pay").status_code, 404)
