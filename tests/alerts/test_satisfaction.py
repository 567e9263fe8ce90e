from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..support.common_alert import AlertCommon


@tagged("post_install", "-at_install")
class TestSatisfaction(AlertCommon):
    """Customers are asked how they like a contract: seldom, and only who may be."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()

    def request_answer(self, order=None):
        """Ask about a contract; return whether a mail waits for it."""
        order = order or self.order
        before = self.get_requests(order)
        self.env["subscription.satisfaction"]._request(order)
        return self.get_requests(order) != before

    def get_requests(self, order=None):
        """Return mails that ask about a contract."""
        domain = [("model", "=", "sale.order"), ("res_id", "=", (order or self.order).id)]
        return self.env["mail.mail"].search([*domain, ("subject", "like", "how do you like")])

    def test_once_within_the_days_over_all_contracts_of_a_customer(self):
        other = self.create_contract(
            self.seat,
            partner_id=self.env["res.partner"]
            .create({"name": "Contact", "parent_id": self.partner.id, "email": "c@example.com"})
            .id,
        )
        self.assertTrue(self.request_answer())
        self.assertFalse(self.request_answer())
        self.assertFalse(self.request_answer(other))
        self.travel("2027-05-01")
        self.assertFalse(self.request_answer(other))
        self.travel("2027-05-03")
        self.assertTrue(self.request_answer(other))

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_mail_that_cannot_be_written_keeps_nobody_else_from_being_asked(self):
        body = """<t t-if="object.partner_id.ref == 'odd'" t-out="object.nothing_of_that"/>"""
        self.env.ref("sale_recurring.mail_template_satisfaction").body_html = body
        self.partner.ref = "odd"
        other = self.env["res.partner"].create({"name": "Bob", "email": "bob@example.com"})
        orders = self.order | self.create_contract(self.seat, partner_id=other.id)
        action = self.env["subscription.satisfaction"]._request_by_hand(orders)
        self.assertIn("Bob was asked", action["params"]["message"])
        self.assertEqual(len(self.get_requests(orders[1])), 1)
        self.assertFalse(self.partner.subscription_satisfaction_requested_at)
        self.assertIn("could not be sent", self.order.activity_ids.summary)

    def test_not_after_closing_and_not_who_opted_out(self):
        self.partner.subscription_no_requests = True
        self.assertFalse(self.request_answer())
        self.partner.subscription_no_requests = False
        self.close(self.order)
        self.assertFalse(self.request_answer())

    def test_not_without_an_address(self):
        self.partner.email = False
        self.assertFalse(self.request_answer())

    def test_the_company_is_asked_for_somebody_who_left(self):
        firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "firm@example.com"}
        )
        self.partner.parent_id = firm
        self.partner.active = False
        self.assertTrue(self.request_answer())
        self.assertEqual(self.get_requests().recipient_ids, firm)

    def test_nobody_is_asked_who_left_without_a_company(self):
        self.partner.active = False
        self.template.satisfaction_periods = 1
        self.company.subscription_satisfaction_days = 1
        self.watch("2027-02-28", hour=13)
        self.watch("2027-03-01", hour=13)
        self.assertFalse(self.get_requests())
        self.assertFalse(self.request_answer())

    def test_the_company_is_asked_for_a_contact_without_address(self):
        firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "firm@example.com"}
        )
        self.partner.write({"parent_id": firm.id, "email": False})
        self.template.satisfaction_periods = 1
        self.company.subscription_satisfaction_days = 1
        self.watch("2027-03-01", hour=13)
        self.assertEqual(self.get_requests().recipient_ids, firm)

    def test_not_who_is_on_the_blacklist(self):
        self.env["mail.blacklist"].sudo()._add(self.partner.email)
        self.assertIn("blacklist", self.env["subscription.satisfaction"]._request(self.order))
        self.assertFalse(self.get_requests())

    def test_every_n_periods_by_the_company_clock(self):
        self.company.subscription_tz = "Pacific/Auckland"  # 12 or 13 hours ahead
        self.template.satisfaction_periods = 1
        self.company.subscription_satisfaction_days = 1
        self.watch("2027-02-28", hour=10)  # 23:00 there
        self.assertFalse(self.get_requests())
        self.watch("2027-02-28", hour=13)  # 1 March, 02:00 there: asked on that day
        self.assertEqual(len(self.get_requests()), 1)
        self.watch("2027-03-31", hour=10)
        self.assertEqual(len(self.get_requests()), 1)
        self.watch("2027-03-31", hour=13)
        self.assertEqual(len(self.get_requests()), 2)

    def test_every_n_periods(self):
        self.template.satisfaction_periods = 3
        self.watch("2027-04-30")
        self.assertFalse(self.get_requests())
        self.watch("2027-05-01")
        self.assertEqual(len(self.get_requests()), 1)
        self.watch("2027-07-31")
        self.assertEqual(len(self.get_requests()), 1)
        self.watch("2027-08-01")
        self.assertEqual(len(self.get_requests()), 2)

    def test_a_stage_mails_and_asks_on_entry_once(self):
        template = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "subject": "Welcome {{ object.name }}",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        stage = self.env["subscription.stage"].create(
            {"name": "Welcome", "mail_template_id": template.id, "requests_satisfaction": True}
        )
        self.order.subscription_stage_id = stage
        self.watch()
        self.watch()
        mails = self.env["mail.mail"].search([("subject", "=", f"Welcome {self.order.name}")])
        self.assertEqual(len(mails), 1)
        self.assertEqual(len(self.get_requests()), 1)

    def test_health_moves_to_its_stage(self):
        stage = self.env["subscription.stage"].create(
            {"name": "Rescue", "health_verdict": "bad", "sequence": 1}
        )
        self.set_rules(("bad", []))
        self.watch()
        self.assertEqual(self.order.subscription_stage_id, stage)

    def test_scores(self):
        other = self.create_contract(self.seat, day="2027-02-01")
        for order, rate in ((self.order, 1), (other, 5)):
            order.rating_apply(rate, token=order._rating_get_access_token())
        self.watch()
        self.assertEqual(self.partner.subscription_satisfaction, 3.0)
        self.assertEqual(self.template.satisfaction, 3.0)
        self.assertEqual(self.order.user_id.subscription_satisfaction, 3.0)
        self.assertEqual(other.subscription_fact_rating_last, 5.0)


@tagged("post_install", "-at_install")
class TestSatisfactionAnswer(AlertCommon, HttpCase):
    """The answer by the link of the mail, without a login."""

    def answer(self, token, rate, feedback=""):
        """Open the page of a face and send it; return the status of the page."""
        page = self.url_open(f"/rate/{token}/{rate}")
        if page.status_code != 200:
            return page.status_code
        values = {"rate": rate, "feedback": feedback, "csrf_token": self._get_token(page.text)}
        return self.url_open(f"/rate/{token}/submit_feedback", data=values).status_code

    def _get_token(self, text):
        return text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]

    def test_the_last_of_two_answers_counts_and_the_link_dies_with_the_contract(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()
        self.env["subscription.satisfaction"]._request(order)
        rating = self.env["rating.rating"].search(
            [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]
        )
        token = rating.access_token
        self.assertEqual(self.answer(token, 5, "Good"), 200)
        self.assertEqual(self.answer(token, 1, "Not so good"), 200)
        self.assertEqual((rating.rating, rating.feedback), (1.0, "Not so good"))
        self.watch()
        self.assertEqual(order.subscription_fact_rating_last, 1.0)
        self.assertEqual(order.subscription_fact_rating_count, 1)
        # A second question has a link of its own; the older link still works, and the last counts.
        self.travel("2027-06-01")
        self.env["subscription.satisfaction"]._request(order)
        ratings = self.env["rating.rating"].search(
            [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]
        )
        self.assertEqual(len(ratings), 2)
        self.travel("2027-06-02")
        self.assertEqual(self.answer((ratings - rating).access_token, 5), 200)
        self.travel("2027-06-03")
        self.assertEqual(self.answer(token, 1), 200)
        self.watch()
        self.assertEqual(order.subscription_fact_rating_last, 1.0)
        order._subscription_close(fields.Date.to_date("2027-06-03"))
        self.env.flush_all()
        self.assertEqual(self.answer(token, 5), 410)
        self.assertEqual(rating.rating, 1.0)
