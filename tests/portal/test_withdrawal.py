from datetime import date

from lxml import html
from odoo.tests import tagged

from ..support.common_portal import PortalCase


@tagged("post_install", "-at_install")
class TestWithdrawal(PortalCase):
    """Consumers withdraw from a new contract within the days of its terms: it never was."""

    def prepare_once(self):
        super().prepare_once()
        self.template.write({"withdrawal_days": 14, "customers_may_close": False})
        self.partner.is_company = False
        self.travel("2027-01-31")
        fee = self._create_product("Set-up", 50.0, is_recurring=False)
        self.order = self.create_contract(
            self.line_values(self.seat, 3), self.line_values(fee, 1, recurrence_id=False)
        )
        self.invoice = self.bill(self.order)

    def open_withdrawal(self):
        return self.open(self.get_path(), access_token=self.order._portal_ensure_token())

    def get_path(self):
        return f"/my/orders/{self.order.id}/withdraw"

    def ask(self):
        return self.url_open(
            self.get_path(), params={"access_token": self.order._portal_ensure_token()}
        )

    def test_everything_is_given_back_whatever_the_refund_rules(self):
        self.template.write(
            {
                "credit_on_close": "forfeit",
                "notice_count": 3,
                "commitment_count": 12,
                "convention": "none",
            }
        )
        self.order._as_system().write(
            {"subscription_commitment_end_date": date(2028, 1, 31), "subscription_notice_count": 3}
        )
        self.book_payment(self.invoice)
        self.travel("2027-02-14")
        page = self.open_contract(self.order)
        self.assertIn("until 02/14/2027", self.get_part(page, "withdrawal"))
        page = self.open_withdrawal()
        total = self.order.currency_id.format(self.invoice.amount_total).replace("\xa0", " ")
        self.assertIn(f"Total {total}", self.get_part(page, "effects"))
        self.assertIn(self.invoice.name, self.get_part(page, "effects"))
        done = html.fromstring(self.submit(page).text)
        self.assertIn("You have withdrawn", self.get_part(done, "done"))
        self.assertEqual(self.order.subscription_state, "closed")
        self.assertEqual(self.order.subscription_end_date, date(2027, 1, 31))
        credit = self.invoice.reversal_move_ids
        self.assertEqual(credit.state, "posted")
        self.assertEqual(credit.amount_total, self.invoice.amount_total)
        self.assertEqual(credit.amount_residual, self.invoice.amount_total, "owed to the customer")
        self.assertFalse(self.bill(self.order, "2027-02-28"))
        self.assertLedgerWhole(self.order)
        reason = self.env.ref("sale_recurring.close_reason_withdrawal")
        self.assertEqual(self.order.subscription_close_reason_id, reason)

    def test_the_terms_of_the_day_of_the_order_hold(self):
        self.template.withdrawal_days = 0
        self.submit(self.open_withdrawal())
        self.assertEqual(self.order.subscription_state, "closed")
        order = self.create_contract(self.seat)
        self.bill(order)
        self.template.withdrawal_days = 365
        self.assertIsNone(self.get_part(self.open_contract(order), "withdrawal"))
        other = self._create_template("Other", withdrawal_days=100)
        order._subscription_switch(other, None)
        self.assertIsNone(self.get_part(self.open_contract(order), "withdrawal"))

    def test_an_open_invoice_is_settled_and_nobody_owes_anything(self):
        self.submit(self.open_withdrawal())
        self.assertFalse(self.invoice.amount_residual)
        self.assertFalse(self.invoice.reversal_move_ids.amount_residual)
        self.assertFalse(self.order.activity_ids.filtered(lambda one: "Give" in one.summary))
        self.assertFalse(self.bill(self.order, "2027-03-31"))

    def test_somebody_is_asked_to_give_the_money_back(self):
        self.book_payment(self.invoice)
        self.submit(self.open_withdrawal())
        activity = self.order.activity_ids.filtered(lambda one: "withdrawal" in one.summary)
        self.assertIn(self.invoice.reversal_move_ids.name, activity.note)
        self.assertTrue(self.order.message_ids.filtered(lambda one: "withdrew" in one.body))
        text = self.get_text(html.fromstring(self.find_mails()[0].body_html))
        self.assertIn("You have withdrawn", text)
        total = self.order.currency_id.format(self.invoice.amount_total).replace("\xa0", " ")
        self.assertIn(f"Given back {total}", text)

    def test_what_was_credited_before_is_not_given_back_twice(self):
        self.template.convention = "actual"
        self.order._subscription_change_line(
            self.order.order_line[0], date(2027, 1, 31), quantity=2
        )
        earlier = self.bill(self.order)
        self.assertEqual(earlier.move_type, "out_refund")
        page = self.open_withdrawal()
        self.submit(page)
        credits = self.invoice.reversal_move_ids
        self.assertEqual(len(credits), 2)
        self.assertEqual(sum(credits.mapped("amount_total")), self.invoice.amount_total)
        self.assertFalse(self.bill(self.order, "2027-02-28"))
        self.assertLedgerWhole(self.order)

    def test_nothing_was_charged_in_a_trial(self):
        self.template.write({"trial_count": 1, "trial_unit": "month"})
        self.order = self.create_contract(self.line_values(self.seat, 3))
        page = self.open_withdrawal()
        self.assertIn("Nothing was charged", self.get_part(page, "effects"))
        self.submit(page)
        self.assertEqual(self.order.subscription_state, "closed")

    def test_a_contract_that_is_to_begin_never_begins(self):
        self.order = self.create_contract(
            self.line_values(self.seat, 3), subscription_start_date=date(2027, 3, 1)
        )
        self.travel("2027-02-20")
        self.submit(self.open_withdrawal())
        self.assertEqual(self.order.subscription_end_date, date(2027, 3, 1))
        self.assertFalse(self.bill(self.order, "2027-03-02"))
        self.assertEqual(self.order.subscription_state, "closed")

    def test_the_right_ends_and_is_not_everybodys(self):
        self.assertEqual(self.ask().status_code, 200)
        first, self.partner.is_company = self.order, True
        self.order = self.create_contract(self.seat)
        self.assertEqual(self.ask().status_code, 403)
        self.template.withdrawal_consumers_only = False
        self.order = self.create_contract(self.seat)
        self.assertEqual(self.ask().status_code, 200)
        self.order = first
        self.travel("2027-02-14")
        self.assertEqual(self.ask().status_code, 200)
        page = self.open_withdrawal()
        self.travel("2027-02-15")
        self.assertEqual(self.ask().status_code, 403)
        self.assertEqual(self.submit(page).status_code, 403)
        self.assertIsNone(self.get_part(self.open_contract(self.order), "withdrawal"))
        self.travel("2027-02-01")
        self.template.withdrawal_days = 0
        self.assertEqual(self.ask().status_code, 200, "the terms of the day of the order hold")
        self.order.invalidate_recordset()
        self.assertFalse(self.order.subscription_end_date)

    def test_a_renewal_is_no_new_contract(self):
        self.order._as_system().subscription_order_type = "renewal"
        self.assertEqual(self.ask().status_code, 403)

    def test_pressed_twice_it_is_credited_once(self):
        page = self.open_withdrawal()
        self.submit(page)
        count = len(self.order.message_ids)
        self.assertEqual(self.submit(page).status_code, 200)
        self.assertEqual(len(self.order.message_ids), count)
        self.assertEqual(len(self.invoice.reversal_move_ids), 1)

    def test_made_up_values_withdraw_nothing(self):
        page = self.open_withdrawal()
        for values in (
            {"total": "1"},
            {"total": "nan"},
            {"total": "-1"},
            {"total": "x"},
            {"total": ""},
            {"csrf_token": "x"},
            {"access_token": "x"},
        ):
            response = self.submit(page, **values)
            self.assertLess(response.status_code, 500, values)
            self.order.invalidate_recordset()
            self.assertFalse(self.order.subscription_end_date, values)
            self.assertFalse(self.invoice.reversal_move_ids, values)
