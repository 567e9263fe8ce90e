from datetime import date
from itertools import pairwise

from odoo import sql_db

from ..support.common_recognition import RecognitionCommon


class TestRecognitionEntries(RecognitionCommon):
    """What entries look like: grouped or not, drafts or posted, at once or month by month."""

    def test_one_entry_for_many_lines(self):
        self.deferred.reconcile = False
        for amount in (1200, 600, 240):
            self.create_invoice(amount, "2027-01-01", "2027-12-31", "2027-01-01")
        [entry] = self.recognise("2027-02-01")
        self.assertEqual(sorted(entry.line_ids.mapped("balance")), [-1870, 1870])
        self.assertEqual(entry.recognition_count, 3)
        self.assertFalse(entry.line_ids.partner_id)

    def test_grouped_by_customer_and_analytic_distribution(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        north, south = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("North", "South")]
        )
        self.company.recognition_has_partner = True
        self.deferred.reconcile = False
        for account in (north, south, south):
            self.create_invoice(
                1200,
                "2027-01-01",
                "2027-12-31",
                "2027-01-01",
                analytic_distribution={str(account.id): 100},
            )
        [entry] = self.recognise("2027-02-01")
        self.assertEqual(sorted(entry.line_ids.mapped("balance")), [-3300, 1100, 2200])
        self.assertEqual(entry.line_ids.partner_id, self.partner)
        analytic = self.env["account.analytic.line"].search([(plan._column_name(), "=", north.id)])
        self.assertEqual(sum(analytic.mapped("amount")), 100, "earned on the analytic account too")
        self.company.recognition_has_analytic = False
        [later] = self.recognise("2027-03-01")
        self.assertFalse(any(later.line_ids.mapped("analytic_distribution")))
        self.assertBooksWhole()

    def test_one_entry_per_line_is_reconciled_when_it_is_served(self):
        self.company.recognition_is_grouped = False
        invoice = self.create_invoice(300, "2027-01-01", "2027-03-31", "2027-01-01")
        other = self.create_invoice(120, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-03-01")
        lines = self.get_entries().line_ids.filtered(lambda line: line.account_id == self.deferred)
        self.assertEqual(len(lines), 4)
        self.assertFalse(any(lines.mapped("reconciled")))
        self.recognise("2027-04-01")
        own = invoice.invoice_line_ids.recognition_ids.move_id.line_ids
        own = own.filtered(lambda line: line.account_id == self.deferred)
        self.assertEqual(own.mapped("reconciled"), [True] * 3)
        self.assertEqual(len(own.full_reconcile_id), 1)
        rest = other.invoice_line_ids.recognition_ids.move_id.line_ids
        self.assertFalse(any(rest.mapped("reconciled")))
        self.assertIn(invoice.name, self.get_entries()[0].ref + self.get_entries()[1].ref)
        self.assertBooksWhole()

    def test_drafts_wait_for_somebody_to_post_them(self):
        self.company.recognition_is_drafted = True
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        entries = self.recognise("2027-03-01")
        self.assertEqual(set(entries.mapped("state")), {"draft"})
        self.assertFalse(self.recognise(), "they count as made")
        self.assertEqual(invoice.invoice_line_ids.recognition_ids[0].state, "draft")
        entries.action_post()
        self.assertEqual(self.get_balances()["2027-02"], 1000)
        self.assertBooksWhole()

    def test_deleted_draft_is_made_again(self):
        self.company.recognition_is_drafted = True
        self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-02-01").unlink()
        [entry] = self.recognise()
        self.assertEqual(str(entry.date), "2027-01-31")

    def test_drafts_of_one_line_that_changes_are_made_anew(self):
        self.company.write({"recognition_is_drafted": True, "recognition_is_grouped": False})
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-03-01")
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 600
        invoice.action_post()
        self.recognise()
        entries = self.get_entries()
        self.assertEqual(len(entries), 2)
        self.assertEqual([sum(e.line_ids.mapped("debit")) for e in entries], [550, 50])

    def test_on_posting_the_debt_stands_at_once_and_months_post_themselves(self):
        self.company.write({"recognition_mode": "posting", "recognition_is_grouped": False})
        cron = self.env.ref("sale_recurring.ir_cron_recognise_revenue")
        of_job = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(of_job)
        self.create_invoice(1200, "2027-01-10", "2028-01-09", "2027-01-10")
        self.assertEqual(self.env["ir.cron.trigger"].search_count(of_job), before + 1)
        self.recognise("2027-01-10")
        entries = self.get_entries()
        self.assertEqual(len(entries), 14)
        self.assertEqual((str(entries[0].date), entries[0].state), ("2027-01-10", "posted"))
        self.assertEqual(set(entries[1:].mapped("state")), {"draft"})
        self.assertEqual(self.get_balances(), {"2027-01": 1200})
        self.travel("2027-03-01")
        entries.filtered(
            lambda move: move.state == "draft" and move.date < date(2027, 3, 1)
        )._post()
        self.assertEqual(len(entries.filtered(lambda move: move.state == "posted")), 3)
        self.assertBooksWhole()

    def test_on_posting_a_reset_takes_the_drafts_of_months_to_come(self):
        self.company.write({"recognition_mode": "posting", "recognition_is_grouped": False})
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-01-10")
        invoice.button_draft()
        self.recognise()
        self.assertEqual(self.get_balances(), {"2027-01": 0})
        self.assertFalse(self.get_entries().filtered(lambda move: move.state == "draft"))

    def test_batches_cost_the_same_number_of_queries(self):
        # Another month may need a lookup more: both runs are of the first entry of their month.
        def cost(count):
            for _n in range(count):
                self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-10")
            return self.count_queries(self.recognise)

        self.travel("2027-02-01")
        cost(1)
        few = cost(2)
        many = cost(20)
        self.assertLessEqual(many, few + 12)
        self.assertTrue(sql_db.sql_counter)

    def test_account_that_is_archived_meanwhile(self):
        account = self._create_account("SR4009", "Old platform", "income", reconcile=False)
        self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01", account_id=account.id)
        account.active = False
        self.recognise("2027-02-01")
        self.assertEqual(self.get_balances(), {"2027-01": 1100})

    def test_batch_by_batch(self):
        for _n in range(5):
            self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.travel("2027-02-01")
        calls = []
        rows = self.env["subscription.recognition"]
        self.patch(
            __import__(type(rows)._recognise.__module__, fromlist=["BATCH_SIZE"]), "BATCH_SIZE", 2
        )
        done = rows._recognise(self.company, lambda count: calls.append(count) or len(calls) < 4)
        self.assertFalse(done, "time is up")
        self.assertEqual(calls, [2, 2, 1, 2])
        rows._recognise_now(self.company)
        self.assertEqual(self.get_balances(), {"2027-01": 5500})
        self.assertEqual(len(self.get_entries()), 3)
        self.assertBooksWhole()

    def test_reports_agree(self):
        first, _invoice = self.create_year()
        order, invoice = self.create_year(day="2027-02-01")
        self.recognise("2027-04-01")
        self.assertMrrWhole(first)
        invoice._reverse_moves([{"invoice_date": date(2027, 4, 1)}]).action_post()
        self.recognise("2027-05-01")
        self.assertMrrWhole(order)
        months = self.env["subscription.recognition.balance"].search(
            [("company_id", "=", self.company.id)], order="date"
        )
        for before, after in pairwise(months):
            self.assertAlmostEqual(before.closing_amount, after.opening_amount, 2)
        for month in months:
            flow = month.invoiced_amount + month.credited_amount - month.recognised_amount
            self.assertAlmostEqual(month.opening_amount + flow, month.closing_amount, 2)
            book = self.get_balances().get(f"{month.date:%Y-%m}")
            if book is not None:
                self.assertAlmostEqual(month.closing_amount, book, 2)
        self.assertEqual(months[-1].closing_amount, 0)
        ledger = self.env["subscription.recognition.ledger"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(set(ledger.mapped("difference_amount")), {0})
        self.assertAlmostEqual(sum(ledger.mapped("ledger_amount")), months[3].closing_amount, 2)
        revenue = self.env["subscription.recognition.revenue"].search(
            [("company_id", "=", self.company.id)], order="date"
        )
        january = revenue[0]
        self.assertEqual(
            (january.recognised_amount, january.invoiced_amount, january.mrr_amount),
            (100, 1200, 100),
        )

    def test_entry_by_hand_on_the_account_is_a_difference(self):
        self.create_year()
        self.recognise("2027-02-01")
        other = self.yearly._get_product_accounts()["income"]
        move = self.env["account.move"].create(
            {
                "journal_id": self.journal.id,
                "date": "2027-02-01",
                "line_ids": [
                    (0, 0, {"account_id": self.deferred.id, "balance": -7}),
                    (0, 0, {"account_id": other.id, "balance": 7}),
                ],
            }
        )
        move.action_post()
        self.assertEqual(self.get_differences(), [(self.deferred, 7)])
