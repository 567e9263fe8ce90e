from datetime import date

from odoo.fields import Command

from ..support.common_recognition import RecognitionCommon


class TestRecognitionDiscounts(RecognitionCommon):
    """A discount that a contract sells once is earned with the lines that it lowers."""

    def create_discounted(self, amount, *others, method="months"):
        """Return a contract of a year with a discount, and its first invoice."""
        self.company.recognition_method = method
        voucher = self._create_product("Voucher", 0.0, is_recurring=False, taxes_id=[])
        order = self.create_contract(
            self.line_values(self.yearly, recurrence_id=self.year.id),
            self.line_values(voucher, price_unit=-amount),
            *others,
            day="2027-01-01",
        )
        return order, self.bill(order)

    def get_discount(self, move):
        return move.invoice_line_ids.filtered(lambda line: not line.deferred_start_date)

    def assertHealthy(self):
        """No line is missing anything, and the nightly check agrees."""
        self.assertBooksWhole()
        self.env["subscription.finding"]._check_database()
        kinds = [("check", "in", ("deferral", "deferral_entry")), ("state", "=", "open")]
        self.assertFalse(self.env["subscription.finding"].search(kinds).mapped("message"))

    def get_earned(self):
        """Return what is earned in each month over all lines."""
        rows = self.env["subscription.recognition"].search([])
        months = rows.grouped(lambda row: f"{row.date:%Y-%m}")
        return {
            month: round(sum(own.mapped("recognised_amount")), 2)
            for month, own in sorted(months.items())
        }

    def test_discount_lowers_each_month(self):
        _order, invoice = self.create_discounted(120)
        self.recognise("2027-04-01")
        self.assertEqual(self.get_balances(), {"2027-01": 990, "2027-02": 900, "2027-03": 810})
        rows = self.get_discount(invoice).recognition_ids
        self.assertEqual(set(rows.mapped("recognised_amount")), {-10})
        self.assertTrue(rows.order_id)
        self.recognise("2028-01-01")
        self.assertEqual(set(self.get_earned().values()), {90})
        self.assertHealthy()

    def test_discount_of_a_year_and_of_something_sold_once(self):
        setup = self._create_product("Set-up", 300.0, is_recurring=False, taxes_id=[])
        self.create_discounted(150, self.line_values(setup))
        self.recognise("2028-01-01")
        earned = self.get_earned()
        self.assertEqual(earned["2027-01"], 60, "100 and -40; the set-up has no days")
        self.assertEqual(earned["2027-12"], 90)
        self.assertHealthy()

    def test_discount_larger_than_the_lines_of_its_taxes_lowers_the_others_by_the_rest(self):
        free = self._create_product("Free of tax", 90.0, taxes_id=[])
        self.yearly.taxes_id = self.tax
        voucher = self._create_product("Voucher", 0.0, is_recurring=False)
        order = self.create_contract(
            self.line_values(self.yearly, recurrence_id=self.year.id, price_unit=60.0),
            self.line_values(free),
            self.line_values(voucher, price_unit=-120.0),
            day="2027-01-01",
        )
        self.assertEqual(self.bill(order).amount_total, 18.0)
        self.recognise("2028-01-01")
        earned = self.get_earned()
        self.assertEqual(earned["2027-01"], 30, "5 and -5; 90 and -60")
        self.assertEqual(earned["2027-12"], 0)
        self.assertHealthy()

    def test_early_end_takes_back_its_share(self):
        order, _invoice = self.create_discounted(120, method="days")
        self.recognise("2027-06-01")
        self.travel("2027-06-15")
        order._subscription_close(date(2027, 7, 1))
        self.bill(order, "2027-07-01")
        refund = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(len(refund.invoice_line_ids), 2, "the year and its discount")
        self.recognise("2028-01-01")
        self.assertAlmostEqual(self.get_balances()["2027-07"], 0, 1)
        total = sum(self.get_earned().values())
        self.assertAlmostEqual(total, 1080 - refund.amount_untaxed, 2)
        self.assertHealthy()

    def test_whole_credit_note_takes_it_back_as_well(self):
        _order, invoice = self.create_discounted(120)
        self.recognise("2027-04-01")
        self.travel("2027-04-10")
        invoice._reverse_moves([{"invoice_date": date(2027, 4, 10)}]).action_post()
        self.recognise("2028-01-01")
        self.assertEqual(self.get_balances()["2027-03"], 810)
        self.assertEqual(self.get_balances()["2027-04"], 0)
        self.assertEqual(sum(self.get_earned().values()), 0)
        self.assertHealthy()

    def test_days_given_up_take_the_discount_with_them(self):
        self.template.credit_on_close = "forfeit"
        order, _invoice = self.create_discounted(120)
        self.recognise("2027-04-01")
        order._subscription_close(date(2027, 5, 1))
        self.bill(order, "2027-05-01")
        self.recognise("2028-01-01")
        self.assertEqual(self.get_earned()["2027-05"], 720)
        self.assertEqual(self.get_balances()["2027-05"], 0)
        self.assertHealthy()

    def test_reset_to_draft_and_posted_again(self):
        _order, invoice = self.create_discounted(120)
        self.recognise("2027-04-01")
        invoice.button_draft()
        self.recognise()
        self.assertEqual(set(self.get_balances().values()), {0})
        invoice.action_post()
        self.recognise()
        self.assertEqual(self.get_balances()["2027-03"], 810)
        self.assertHealthy()

    def test_what_is_typed_on_an_ordinary_invoice_stays_as_typed(self):
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        invoice.button_draft()
        invoice.invoice_line_ids = [
            Command.create({"name": "Discount", "price_unit": -120, "tax_ids": []})
        ]
        invoice.action_post()
        discount = self.get_discount(invoice)
        self.assertEqual(discount.balance, 120)
        self.recognise("2027-02-01")
        self.assertFalse(discount.recognition_ids)
        self.assertEqual(self.get_balances(), {"2027-01": 1100})
        self.assertHealthy()
