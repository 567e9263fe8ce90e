from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..support.common_recognition import RecognitionCommon

YEAR_BALANCES = {f"2027-{month:02d}": 1200.0 - 100 * month for month in range(1, 13)}


class TestRecognition(RecognitionCommon):
    """Invoices in advance and in arrears are revenue of the months they pay for."""

    def test_year_in_advance_is_earned_month_by_month(self):
        order, invoice = self.create_year()
        self.assertFalse(self.recognise(), "January is not over")
        for month in range(2, 13):
            self.recognise(f"2027-{month:02d}-01")
        self.recognise("2028-01-01")
        self.assertEqual(self.get_balances(), YEAR_BALANCES)
        self.assertEqual(set(self.get_revenue().values()), {100.0})
        self.assertEqual(set(self.get_entries().mapped("state")), {"posted"})
        self.assertBooksWhole()
        rows = invoice.invoice_line_ids.recognition_ids
        self.assertEqual(rows.order_id, order)
        self.assertEqual(rows.billed_period_ids, order.subscription_billed_period_ids)
        self.assertEqual(rows.move_id, self.get_entries())
        self.assertEqual(invoice.recognition_count, 12)
        self.assertEqual(self.get_entries()[0].recognition_count, 1)

    def test_one_run_catches_up_on_all_months(self):
        self.create_year()
        entries = self.recognise("2027-06-15")
        self.assertEqual(
            [str(entry.date) for entry in entries],
            ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"],
        )
        self.assertEqual(self.get_balances()["2027-05"], 700)
        self.assertBooksWhole()

    def test_off_by_default_and_nothing_happens(self):
        company = self.env["res.company"].create({"name": "Another"})
        self.assertEqual(company.recognition_mode, "off")
        self.company.recognition_mode = "off"
        self.create_year()
        self.recognise("2027-03-01")
        self.assertFalse(self.get_entries())

    def test_needs_account_journal_and_day(self):
        with self.assertRaises(ValidationError):
            self.company.recognition_account_id = False

    def test_by_days(self):
        self.company.recognition_method = "days"
        self.create_invoice(365, "2027-01-01", "2027-12-31", "2027-01-05")
        self.recognise("2027-04-01")
        self.assertEqual(
            self.get_balances(), {"2027-01": 334.0, "2027-02": 306.0, "2027-03": 275.0}
        )

    def test_ordinary_invoice_with_typed_dates(self):
        invoice = self.create_invoice(100, "2027-01-15", "2027-04-14", "2027-01-15")
        self.recognise("2027-05-01")
        rows = invoice.invoice_line_ids.recognition_ids
        self.assertFalse(rows.order_id)
        self.assertEqual(rows.mapped("recognised_amount"), [18.19, 33.17, 33.17, 15.47])
        self.assertBooksWhole()

    def test_credit_note_of_an_ordinary_invoice_takes_its_days(self):
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-04-01")
        self.travel("2027-04-10")
        credit = invoice._reverse_moves([{"invoice_date": date(2027, 4, 10)}])
        credit.action_post()
        self.assertEqual(str(credit.invoice_line_ids.deferred_end_date), "2027-12-31")
        self.recognise("2028-01-01")
        self.assertEqual(self.get_balances()["2027-03"], 900)
        self.assertEqual(self.get_balances()["2027-04"], 0)
        self.assertEqual(self.get_revenue(credit.invoice_line_ids.account_id)["2027-04"], -300)
        self.assertBooksWhole()
        again = invoice.copy({"invoice_date": date(2027, 5, 1)})
        self.assertFalse(again.invoice_line_ids.deferred_start_date, "a copy has no days")

    def test_arrears_are_accrued(self):
        invoice = self.create_invoice(90, "2027-01-01", "2027-03-31", "2027-04-01")
        self.recognise("2027-05-01")
        account = invoice.invoice_line_ids.account_id
        self.assertEqual(
            self.get_balances(self.accrued),
            {"2027-01": -30, "2027-02": -60, "2027-03": -90, "2027-04": 0},
        )
        self.assertEqual(
            self.get_revenue(account), {"2027-01": 30, "2027-02": 30, "2027-03": 30, "2027-04": 0}
        )
        self.assertFalse(self.get_balances())
        self.assertBooksWhole()

    def test_arrears_without_an_account_are_revenue_of_their_invoice(self):
        self.company.recognition_accrued_account_id = False
        self.create_invoice(90, "2027-01-01", "2027-03-31", "2027-04-01")
        self.assertFalse(self.recognise("2027-05-01"))
        self.assertBooksWhole()

    def test_monthly_contract_needs_no_entry(self):
        order = self.create_contract(self.seat, day="2027-01-01")
        self.bill(order)
        self.assertFalse(self.recognise("2027-02-01"))
        row = order.recognition_ids
        self.assertEqual((row.state, row.recognised_amount), ("nothing", 10.0))

    def test_small_and_short_lines_are_revenue_at_once(self):
        self.company.write({"recognition_min_amount": 50, "recognition_min_days": 40})
        self.create_invoice(49, "2027-01-01", "2027-12-31", "2027-01-05")
        self.create_invoice(600, "2027-01-10", "2027-02-10", "2027-01-10")
        self.assertFalse(self.recognise("2027-03-01"))
        large = self.create_invoice(60, "2027-01-01", "2027-12-31", "2027-03-01")
        credit = large._reverse_moves([{"invoice_date": date(2027, 3, 1)}])
        credit.invoice_line_ids.price_unit = 12
        credit.action_post()
        self.recognise("2027-04-01")
        self.assertEqual(self.get_balances()["2027-03"], 36, "a small credit follows its invoice")
        self.assertBooksWhole()

    def test_product_and_category_have_their_own_account(self):
        own = self._create_account("SR2402", "Deferred licences", "liability_current")
        of_category = self._create_account("SR2403", "Deferred goods", "liability_current")
        self.yearly.categ_id = self.env["product.category"].create({"name": "Licences"})
        self.yearly.categ_id.recognition_account_id = of_category
        _order, invoice = self.create_year()
        self.recognise("2027-02-01")
        self.assertEqual(invoice.invoice_line_ids.recognition_ids.deferred_account_id, of_category)
        self.yearly.recognition_account_id = own
        self.create_year(day="2027-02-01")
        self.recognise("2027-03-01")
        self.assertEqual(self.get_balances(own)["2027-02"], 1100)
        self.assertEqual(self.get_balances(of_category)["2027-02"], 1000, "stays where it was")
        self.assertBooksWhole()

    def test_rate_of_the_invoice_counts(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", euro.id)]).unlink()
        for day, rate in (("2027-01-01", 0.5), ("2027-02-01", 0.8)):
            rates.create({"currency_id": euro.id, "name": day, "rate": rate})
        move = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01").copy(
            {"currency_id": euro.id, "invoice_date": date(2027, 1, 1)}
        )
        line = move.invoice_line_ids
        line.write({"deferred_start_date": "2027-01-01", "deferred_end_date": "2027-12-31"})
        move.action_post()
        self.assertEqual(line.balance, -2400)
        self.recognise("2027-04-01")
        self.assertEqual(self.get_balances()["2027-03"], 2700, "900 of one and 1800 of the other")
        self.assertEqual(
            self.get_entries().line_ids.currency_id, self.company.currency_id, "company's currency"
        )
        self.assertBooksWhole()

    def test_invoices_before_stay_as_they_were(self):
        self.company.recognition_from_date = date(2027, 4, 1)
        before = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.assertFalse(self.recognise("2027-05-01"))
        credit = before._reverse_moves([{"invoice_date": date(2027, 5, 1)}])
        credit.action_post()
        self.assertFalse(self.recognise("2027-06-01"), "a credit of it neither")
        self.assertBooksWhole()

    def test_invoices_before_defer_their_rest(self):
        self.company.write(
            {"recognition_from_date": date(2027, 4, 1), "recognition_before": "rest"}
        )
        move = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        entries = self.recognise("2027-06-01")
        self.assertEqual([str(day) for day in entries.mapped("date")], ["2027-04-30", "2027-05-31"])
        self.assertEqual(self.get_balances(), {"2027-04": 800, "2027-05": 700})
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.recognition_lines_before, 1)
        rows = move.invoice_line_ids.recognition_ids
        self.assertEqual(sum(rows.mapped("invoiced_amount")), 1200)
        self.assertBooksWhole()

    def test_companies_keep_to_themselves(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["account.chart.template"].try_loading("generic_coa", other)
        mine = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.env.user.company_ids |= other
        move = (
            self.env["account.move"]
            .with_company(other)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner.id,
                    "invoice_date": "2027-01-01",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Other",
                                "price_unit": 600,
                                "tax_ids": [],
                                "deferred_start_date": "2027-01-01",
                                "deferred_end_date": "2027-12-31",
                            }
                        )
                    ],
                }
            )
        )
        move.action_post()
        accounts = self.env["account.account"].with_company(other)
        account = accounts.create(
            {"code": "SR9", "name": "Deferred", "account_type": "liability_current"}
        )
        other.write(
            {
                "recognition_mode": "posting",
                "recognition_account_id": account.id,
                "recognition_journal_id": self.env["account.journal"]
                .search([("company_id", "=", other.id), ("type", "=", "general")], limit=1)
                .id,
                "recognition_from_date": date(2027, 1, 1),
            }
        )
        self.travel("2027-02-01")
        for company in (self.company, other):
            self.env["subscription.recognition"]._recognise_now(company)
        self.assertEqual(mine.invoice_line_ids.recognition_ids.move_id.company_id, self.company)
        entries = move.invoice_line_ids.recognition_ids.move_id
        self.assertEqual(entries.company_id, other)
        self.assertEqual(len(entries), 13, "the debt, and each month")
