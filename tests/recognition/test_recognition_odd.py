from datetime import date

from odoo.fields import Command
from psycopg2.errors import CheckViolation

from ..support.common_recognition import RecognitionCommon


class TestRecognitionOdd(RecognitionCommon):
    """What nobody expects is recognised as well, or refused at the door."""

    def assertHealthy(self):
        """Every line is whole to the end of time, and the nightly check agrees."""
        self.assertBooksWhole()
        self.env["subscription.finding"]._check_database()
        kinds = [("check", "in", ("deferral", "deferral_entry")), ("state", "=", "open")]
        self.assertFalse(self.env["subscription.finding"].search(kinds).mapped("message"))

    def get_year(self, amount):
        """Return the values of an invoice line that serves the year."""
        return Command.create(
            {
                "name": "A year",
                "price_unit": amount,
                "tax_ids": [],
                "deferred_start_date": "2027-01-01",
                "deferred_end_date": "2027-12-31",
            }
        )

    def test_span_of_twelve_years(self):
        invoice = self.create_invoice(14400, "2027-01-01", "2038-12-31", "2027-01-01")
        self.recognise("2027-03-01")
        rows = invoice.invoice_line_ids.recognition_ids
        self.assertEqual((len(rows), set(rows.mapped("recognised_amount"))), (144, {100}))
        self.assertEqual(self.get_balances()["2027-02"], 14200)
        self.assertHealthy()

    def test_span_of_one_day(self):
        for method in ("days", "months", "full_months"):
            self.company.recognition_method = method
            self.create_invoice(100, "2027-02-10", "2027-02-10", "2027-01-05")
        self.recognise("2027-03-01")
        self.assertEqual(self.get_balances(), {"2027-01": 300, "2027-02": 0})
        self.assertHealthy()

    def test_amounts_of_nothing_and_less(self):
        nothing = self.create_invoice(0, "2027-01-01", "2027-12-31", "2027-01-01")
        cent = self.create_invoice(0.01, "2027-01-01", "2027-12-31", "2027-01-01")
        both = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        both.button_draft()
        both.invoice_line_ids = [self.get_year(-120)]
        both.action_post()
        self.recognise("2027-02-01")
        self.assertFalse(nothing.invoice_line_ids.recognition_ids)
        self.assertTrue(cent.invoice_line_ids.recognition_ids)
        self.assertEqual(self.get_balances(), {"2027-01": 990.01}, "a cent is earned at the end")
        self.recognise("2028-01-01")
        self.assertHealthy()

    def test_days_in_the_wrong_order_are_refused(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.create_invoice(100, "2027-03-01", "2027-02-01", "2027-01-01")

    def test_invoice_that_is_posted_late_with_days_of_closed_years(self):
        self.recognise("2028-02-01")
        self.close_month(date(2027, 12, 31))
        invoice = self.create_invoice(2400, "2027-01-01", "2028-12-31", "2028-02-01")
        entries = self.recognise("2028-03-01")
        self.assertTrue(all(entry.date > date(2027, 12, 31) for entry in entries))
        self.assertEqual(self.get_balances()["2028-02"], 1000, "fourteen of 24 months are served")
        self.recognise("2029-01-01")
        self.assertEqual(sum(invoice.invoice_line_ids.recognition_ids.mapped("deferred_amount")), 0)
        self.assertHealthy()

    def test_switched_off_and_on_again(self):
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-02-01")
        self.company.recognition_mode = "off"
        self.assertFalse(self.recognise("2027-05-01"))
        later = self.create_invoice(600, "2027-05-01", "2027-10-31", "2027-05-01")
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 2400
        invoice.action_post()
        self.company.recognition_mode = "monthly"
        self.recognise("2027-06-01")
        self.assertTrue(later.invoice_line_ids.recognition_ids)
        self.assertEqual(self.get_balances()["2027-05"], 1400 + 500)
        self.assertHealthy()

    def test_method_that_changes_half_way(self):
        """What is booked stays; a line that changes afterwards follows the new method from then."""
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        before = self.recognise("2027-03-01")
        self.company.recognition_method = "days"
        self.recognise("2027-04-01")
        self.assertEqual(self.get_balances()["2027-03"], 900, "planned as it was")
        invoice.button_draft()
        invoice.action_post()
        self.recognise("2028-01-01")
        self.assertEqual(set(before.mapped("state")), {"posted"})
        self.assertHealthy()

    def test_mode_that_changes_half_way(self):
        self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-03-01")
        self.company.write({"recognition_mode": "posting", "recognition_is_grouped": False})
        self.recognise("2027-03-10")
        self.company.write({"recognition_mode": "monthly", "recognition_is_grouped": True})
        self.travel("2028-01-01")
        self.get_entries().filtered(lambda move: move.state == "draft")._post()
        self.recognise()
        self.assertEqual(self.get_balances()["2027-12"], 0)
        self.assertHealthy()

    def test_all_locks_count(self):
        for name in ("fiscalyear_lock_date", "hard_lock_date"):
            with self.subTest(name):
                invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
                self.travel("2027-05-10")
                self.company[name] = date(2027, 3, 31)
                self.recognise()
                told = invoice.invoice_line_ids.recognition_ids.move_id
                self.assertTrue(all(move.date > date(2027, 3, 31) for move in told))
                if name == "fiscalyear_lock_date":
                    self.company[name] = False
                self.travel("2027-01-01")

    def test_tax_lock_does_not_touch_entries_without_taxes(self):
        self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.company.tax_lock_date = date(2027, 3, 31)
        entries = self.recognise("2027-05-10")
        self.assertEqual(str(entries[0].date), "2027-01-31")
        self.assertHealthy()

    def test_branch_with_its_own_settings(self):
        """A branch recognises when it is switched on itself, with accounts it shares."""
        branch = self.env["res.company"].create(
            {
                "name": "Branch",
                "parent_id": self.company.id,
                "currency_id": self.company.currency_id.id,
            }
        )
        self.env.user.company_ids |= branch
        self.cr.precommit.run()
        journal = self.env["account.journal"].create(
            {"name": "Branch", "code": "SRBRA", "type": "general", "company_id": branch.id}
        )
        branch.write(
            {
                "recognition_mode": "monthly",
                "recognition_method": "months",
                "recognition_account_id": self.deferred.id,
                "recognition_journal_id": journal.id,
                "recognition_from_date": date(2027, 1, 1),
            }
        )
        move = (
            self.env["account.move"]
            .with_company(branch)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": branch.id,
                    "partner_id": self.partner.id,
                    "invoice_date": "2027-01-01",
                    "invoice_line_ids": [self.get_year(1200)],
                }
            )
        )
        move.action_post()
        self.recognise("2027-02-01")
        self.assertFalse(move.invoice_line_ids.recognition_ids, "no line of the parent company")
        self.env["subscription.recognition"]._recognise_now(branch)
        rows = move.invoice_line_ids.recognition_ids
        self.assertEqual(rows.move_id.company_id, branch)
        self.assertEqual(rows.move_id.journal_id, journal)
        self.assertHealthy()
