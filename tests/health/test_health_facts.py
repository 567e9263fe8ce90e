from odoo import fields
from odoo.tests import tagged

from ..support.common_health import HealthCommon

ORDER = "sale.order"


@tagged("post_install", "-at_install")
class TestHealthFacts(HealthCommon):
    """What is known of a contract, and found by searching for it."""

    def find(self, *domain):
        """Return contracts of the test that match."""
        orders = self.env[ORDER].search([("partner_id", "=", self.partner.id), *domain])
        return orders.filtered("subscription_anchor_date")

    def test_a_contract_has_its_facts_after_the_next_run(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch("2027-02-11")
        row = order.subscription_health_id
        self.assertEqual(row.order_id, order)
        self.assertEqual(order.subscription_fact_age, 10)
        self.assertEqual(order.subscription_fact_end, 9999)
        self.assertEqual(order.subscription_fact_overdue_days, 0)
        self.assertFalse(row.is_stale)

    def test_facts_are_searched_and_grouped_by(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        other = self.create_contract(self.seat, day="2027-03-01")
        self.watch("2027-03-02")
        self.assertEqual(self.find(("subscription_fact_age", ">", 20)), order)
        self.assertEqual(self.find(("subscription_fact_age", "<=", 20)), other)
        self.assertEqual(self.find(("subscription_fact_end", "<", 30)), other.browse())
        self.set_rules(("good", [("subscription_fact_age", ">", 20)]))
        self.watch()
        groups = self.env[ORDER]._read_group(
            [("id", "in", (order | other).ids)], ["subscription_health"], ["__count"]
        )
        self.assertEqual(dict(groups), {"good": 1, "neutral": 1})

    def test_every_fact_says_what_it_is(self):
        facts = [name for name in self.env[ORDER]._fields if name.startswith("subscription_fact_")]
        self.assertGreater(len(facts), 18)
        told = self.env[ORDER].fields_get(facts, ["help", "searchable"])
        self.assertEqual([n for n in facts if not told[n].get("help")], [])
        self.assertEqual([n for n in facts if not told[n]["searchable"]], [])

    def test_late_money_is_counted_and_forgotten_when_it_comes(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        invoice = self.bill(order)
        invoice.invoice_date_due = "2027-02-05"
        self.watch("2027-02-20")
        self.assertEqual(order.subscription_fact_overdue_days, 15)
        self.assertEqual(order.subscription_fact_overdue_amount, 12.0)
        self.book_payment(invoice)
        self.assertTrue(order.subscription_health_id.is_stale, "it is counted within a minute")
        self.watch()
        self.assertEqual(order.subscription_fact_overdue_days, 0)
        self.assertEqual(order.subscription_fact_overdue_amount, 0.0)

    def test_failed_charges_of_open_invoices_are_counted(self):
        order, invoice = self.create_late_contract(day="2027-02-01")
        self.watch()
        self.assertEqual(order.subscription_fact_failed, 1)
        self.book_payment(invoice)
        self.watch()
        self.assertEqual(order.subscription_fact_failed, 0)

    def test_the_saved_method_tells_how_long_it_is_valid(self):
        token = self.create_token()
        token._as_system().subscription_expiry_date = "2027-02-28"
        order = self.create_contract(
            self.seat, day="2027-02-01", subscription_payment_token_id=token.id
        )
        self.watch("2027-02-20")
        self.assertEqual(order.subscription_fact_method, 8)

    def test_less_mrr_than_some_days_ago_is_seen(self):
        order = self.create_contract(self.line_values(self.seat, 10), day="2027-02-01")
        self.travel("2027-03-15")
        order._subscription_change_line(order.order_line, fields.Date.to_date("2027-03-15"), 6.0)
        self.env.cr.flush()
        self.watch()
        self.assertAlmostEqual(order.subscription_fact_mrr_change, -40.0)
        self.assertAlmostEqual(order.subscription_fact_mrr_percent, -40.0)
        self.watch("2027-05-01")
        self.assertEqual(order.subscription_fact_mrr_change, 0.0)

    def test_an_end_that_is_typed_is_counted_again(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch("2027-02-10")
        order.subscription_last_date = "2027-02-28"
        self.env.flush_all()
        self.assertTrue(order.subscription_health_id.is_stale)
        self.watch()
        self.assertEqual(order.subscription_fact_end, 19)

    def test_answers_are_counted_and_the_last_one_counts(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.watch()
        token = order._rating_get_access_token()
        order.rating_apply(5, token=token)
        order.rating_apply(1, token=token)
        self.watch()
        self.assertEqual(order.subscription_fact_rating_last, 1.0)
        self.assertEqual(order.subscription_fact_rating_average, 1.0)
        self.assertEqual(order.subscription_fact_rating_count, 1)

    def test_messages_of_the_customer_and_ours_are_told_apart(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        text = "Hello"
        theirs = order.message_post(body=text, author_id=self.partner.id, message_type="comment")
        theirs.date = "2027-02-10 12:00:00"
        ours = order.message_post(
            body=text, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        ours.date = "2027-02-15 12:00:00"
        self.watch("2027-02-20")
        self.assertEqual(order.subscription_fact_answer, 10)
        self.assertEqual(order.subscription_fact_contact, 5)

    def test_messages_are_of_the_day_of_the_company(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        text = "Hello"
        message = order.message_post(body=text, author_id=self.partner.id, message_type="comment")
        for zone, sent, hour, days in (
            ("Pacific/Honolulu", "2027-02-11 06:00:00", 20, 1),  # 10 February, 20:00 there
            ("Pacific/Auckland", "2027-02-10 13:00:00", 20, 1),  # 11 February there, now the 12th
            ("UTC", "2027-02-10 13:00:00", 20, 1),
        ):
            with self.subTest(zone=zone):
                self.company.subscription_tz = zone
                message.date = sent
                self.env.flush_all()
                order.subscription_health_id._as_system().is_stale = True
                self.watch("2027-02-11", hour=hour)
                self.assertEqual(order.subscription_fact_answer, days)
                self.assertEqual(order.subscription_fact_contact, days)

    def test_the_day_is_that_of_the_company(self):
        self.company.subscription_tz = "Pacific/Kiritimati"  # 14 hours ahead
        order = self.create_contract(self.seat, day="2027-02-01")
        order.subscription_last_date = "2027-02-28"
        self.watch("2027-02-10", hour=9)
        self.assertEqual(order.subscription_fact_end, 19)
        self.watch("2027-02-10", hour=11)  # the 11th in Kiritimati
        self.assertEqual(order.subscription_fact_end, 18)

    def test_a_closed_contract_is_counted_once_more_and_then_left_alone(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        self.set_rules(("bad", []))
        self.watch("2027-02-10")
        self.assertEqual(order.subscription_health, "bad")
        order._subscription_close(fields.Date.to_date("2027-02-10"))
        self.watch()
        self.assertFalse(order.subscription_health)
        self.watch("2027-02-12")
        self.assertEqual(order.subscription_health_id.facts_date.isoformat(), "2027-02-10")

    def test_the_number_of_queries_does_not_depend_on_that_of_contracts(self):
        self.set_rules(
            ("bad", [("subscription_fact_overdue_days", ">", 14)]),
            ("good", [("subscription_fact_age", ">", 3)]),
        )
        Health = self.env["subscription.health"]
        counts = []
        for number in (1, 20):
            for _ in range(number):
                self.create_contract(self.seat, day="2027-02-01")
            self.travel("2027-02-10")
            Health._create_missing()
            rows = Health.search([("is_stale", "=", True)])
            self.assertEqual(len(rows), number)
            counts.append(
                self.count_queries(rows._refresh, self.company, self.company._subscription_today())
            )
        self.assertLessEqual(counts[1], counts[0] + 1)
