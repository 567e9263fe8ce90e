from datetime import date

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..support.common_operator import EndingCase


@tagged("post_install", "-at_install")
class TestTerm(EndingCase):
    """The term is apart from the billing period; what happens at its end."""

    def create_with_term(self, action, count=3, **values):
        template = self._create_template(
            f"Term: {action}", term_count=count, end_action=action, **values
        )
        order = self.create_contract(
            self.seat, template=template, day="2027-01-31", user_id=self.clerk.id
        )
        self.bill(order)
        return order

    def test_a_term_that_renews_itself_moves_its_end_and_never_stops_service(self):
        order = self.create_with_term("renew")
        self.assertFalse(order.subscription_end_date)
        self.assertEqual(order.subscription_term_end_date, date(2027, 4, 30))
        for day in ("2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"):
            self.run_cron(day)
        self.assertEqual(order.subscription_term_end_date, date(2027, 7, 31))
        self.assertIn(
            "Renewed from 04/30/2027 at the same", "".join(order.message_ids.mapped("body"))
        )
        self.assertEqual(len(order.order_line.segment_ids), 1)
        self.assertEqual(
            [row[:2] for row in self.get_table(order)][3:],
            [("2027-04-30", "2027-05-30"), ("2027-05-31", "2027-06-29")],
        )
        self.assertBillsNothing(order)
        self.assertNothingFound(order)

    def test_terms_that_nobody_renewed_in_time_are_caught_up_without_drift(self):
        order = self.create_with_term("renew", count=1)
        self.travel("2027-05-02")
        order._subscription_refresh_state()
        self.assertEqual(order.subscription_term_end_date, date(2027, 5, 31))

    def test_the_next_term_has_the_list_prices_of_its_first_day_and_keeps_discounts(self):
        order = self.create_with_term("renew", renewal_price="list")
        order.order_line.discount = 10.0
        self.seat.list_price = 20.0
        self.bill(order, "2027-02-28")
        self.run_cron("2027-04-30")
        self.assertEqual(order.order_line.price_unit, 20.0)
        self.assertEqual(order.order_line.discount, 10.0)
        table = self.get_table(order)
        self.assertEqual(table[-1], ("2027-04-30", "2027-05-30", 1, 18))
        self.assertEqual([row[3] for row in table[-3:-1]], [9, 9])
        self.assertIn("list prices", order.message_ids.filtered("body")[0].body)
        self.assertBillsNothing(order)

    def test_list_prices_follow_the_pricelist_of_the_customer_on_that_day(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Dated",
                "item_ids": [
                    Command.create(
                        {"compute_price": "fixed", "fixed_price": 7, "date_start": "2027-04-01"}
                    )
                ],
            }
        )
        order = self.create_with_term("renew", renewal_price="list")
        order._as_system().write({"state": "draft"})
        order.pricelist_id = pricelist
        order._as_system().write({"state": "sale"})
        self.run_cron("2027-04-30")
        self.assertEqual(order.order_line.price_unit, 7.0)

    def test_a_term_that_ends_stops_service_and_says_why(self):
        order = self.create_with_term("end")
        self.assertEqual(order.subscription_last_date, date(2027, 4, 29))
        self.assertIn("term ends after 04/29/2027", order.subscription_agreement_text)
        self.run_cron("2027-04-30")
        self.assertEqual(order.subscription_state, "closed")
        reason = self.env.ref("sale_recurring.close_reason_end_of_term")
        self.assertEqual(order.subscription_close_reason_id, reason)
        self.assertBillsNothing(order)

    def test_a_quotation_may_agree_on_another_term_than_the_template(self):
        template = self._create_template("Years", term_count=2, term_unit="year", end_action="end")
        order = self.create_order(
            self.seat,
            template=template,
            subscription_term_count=6,
            subscription_term_unit="month",
            subscription_end_action="renew",
        )
        order.action_confirm()
        self.assertFalse(order.subscription_end_date)
        self.assertEqual(order.subscription_term_end_date, date(2027, 7, 31))
        template.write({"end_action": "end", "renewal_price": "list"})
        self.assertIn("goes on for 6 months at the same", order.subscription_agreement_text)

    def test_another_end_of_the_term_reaches_the_steps(self):
        order = self.create_with_term("renew")
        order.with_user(self.clerk).subscription_end_action = "quote"
        self.assertEqual(order.subscription_end_date, date(2027, 4, 30))
        self.assertEqual(order.order_line.segment_ids.end_date, date(2027, 4, 30))
        self.assertEqual(order.subscription_renewal_quote_date, date(2027, 3, 31))
        order.subscription_end_action = "renew"
        self.assertFalse(order.order_line.segment_ids.end_date)
        self.assertFalse(order.subscription_renewal_quote_date)

    def test_a_contract_that_was_closed_at_the_end_of_its_term_is_not_renewed(self):
        order = self.create_with_term("renew")
        order._subscription_close(date(2027, 4, 30), self.reason)
        self.run_cron("2027-04-30")
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(order.subscription_close_reason_id, self.reason)
        self.assertEqual(order.subscription_term_end_date, date(2027, 4, 30))

    def test_a_reopened_contract_goes_on_with_the_term_of_that_day(self):
        order = self.create_with_term("end")
        self.run_cron("2027-04-30")
        self.travel("2027-06-01")
        order._subscription_reopen(date(2027, 6, 1))
        self.assertEqual(order.subscription_end_date, date(2027, 7, 31))
        self.assertEqual(order.subscription_term_end_date, date(2027, 7, 31))
        self.run_cron()
        self.assertEqual(self.get_table(order)[-1], ("2027-06-01", "2027-06-29", 1, 9.67))

    @mute_logger("odoo.sql_db")
    def test_negative_lengths_are_refused(self):
        for name in ("renewal_quote_days", "notice_count", "commitment_count"):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.template[name] = -1
                self.template.flush_recordset()
            self.template.invalidate_recordset()
