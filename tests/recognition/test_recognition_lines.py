from odoo.exceptions import UserError

from ..support.common_recognition import RecognitionCommon


class TestRecognitionLines(RecognitionCommon):
    """The deferred account is reconciled line by line, whoever posts, and however it is grouped."""

    def get_deferred(self, invoice):
        """Return the lines of entries that defer and earn what an invoice says."""
        rows = invoice.invoice_line_ids.recognition_ids
        return rows.entry_line_ids.filtered(lambda line: line.account_id == self.deferred)

    def test_grouped_entries_reconcile_each_line_that_is_served(self):
        first = self.create_invoice(300, "2027-01-01", "2027-03-31", "2027-01-01")
        second = self.create_invoice(600, "2027-01-01", "2027-03-31", "2027-01-01")
        other = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        [january] = self.recognise("2027-02-01")
        self.assertEqual(
            sorted(january.line_ids.mapped("balance")), [-1100, -400, -200, 1700], "one per line"
        )
        self.assertIn(first.name, self.get_deferred(first).name)
        self.recognise("2027-03-01")
        self.assertFalse(any(self.get_deferred(first).mapped("reconciled")))
        [march] = self.recognise("2027-04-01")
        for invoice in (first, second):
            lines = self.get_deferred(invoice)
            self.assertEqual(len(lines), 3)
            self.assertEqual(len(lines.full_reconcile_id), 1)
        self.assertNotEqual(
            self.get_deferred(first).full_reconcile_id, self.get_deferred(second).full_reconcile_id
        )
        self.assertFalse(any(self.get_deferred(other).mapped("reconciled")))
        self.assertEqual(
            march.line_ids.recognition_id.line_id,
            (first + second + other).line_ids.filtered("deferred_start_date"),
        )
        self.assertBooksWhole()

    def test_drafts_that_somebody_posts_are_reconciled(self):
        self.company.recognition_is_drafted = True
        invoice = self.create_invoice(300, "2027-01-01", "2027-03-31", "2027-01-01")
        entries = self.recognise("2027-04-01")
        self.assertFalse(any(self.get_deferred(invoice).mapped("reconciled")))
        entries.action_post()
        self.assertEqual(len(self.get_deferred(invoice).full_reconcile_id), 1)

    def test_months_that_post_themselves_are_reconciled(self):
        self.company.write({"recognition_mode": "posting", "recognition_is_grouped": False})
        invoice = self.create_invoice(300, "2027-01-01", "2027-03-31", "2027-01-01")
        self.recognise("2027-01-01")
        self.travel("2027-04-01")
        drafts = self.get_entries().filtered(lambda move: move.state == "draft")
        self.assertEqual(len(drafts), 3)
        drafts._post()
        self.assertEqual(len(self.get_deferred(invoice).full_reconcile_id), 1)

    def test_entry_that_is_reset_and_posted_is_reconciled_again(self):
        invoice = self.create_invoice(300, "2027-01-01", "2027-03-31", "2027-01-01")
        self.recognise("2027-04-01")
        entry = self.get_entries()[1]
        entry.button_draft()
        entry.action_post()
        self.assertEqual(len(self.get_deferred(invoice).full_reconcile_id), 1)

    def test_accrued_lines_are_reconciled(self):
        invoice = self.create_invoice(90, "2027-01-01", "2027-03-31", "2027-04-01")
        self.recognise("2027-05-01")
        lines = invoice.invoice_line_ids.recognition_ids.entry_line_ids
        self.assertEqual(lines.account_id, self.accrued)
        self.assertEqual((len(lines), len(lines.full_reconcile_id)), (4, 1))


class TestRecognitionQuarantine(RecognitionCommon):
    """One bad line is set aside in one sentence, never stops the others, and is tried again."""

    def prepare_once(self):
        super().prepare_once()
        self.own = self._create_account("SR2409", "Own deferred", "liability_current")
        product = self._create_product("Bad", 100.0, taxes_id=[])
        product.recognition_account_id = self.own
        self.good = [
            self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01") for _n in range(3)
        ]
        self.bad = self.create_invoice(
            2400, "2027-01-01", "2027-12-31", "2027-01-01", product_id=product.id
        )
        self.bad_product = product

    def check(self):
        self.env.invalidate_all()
        self.env["subscription.finding"]._check_database()
        return self.env["subscription.finding"].search(
            [("state", "=", "open"), ("check", "=", "deferral")]
        )

    def assertAside(self, *words):
        """The others are booked; the bad one is named in one sentence, and nothing repeats."""
        self.assertEqual(self.get_balances()["2027-01"], 3300)
        rows = self.bad.invoice_line_ids.recognition_ids
        self.assertEqual(set(rows.mapped("state")), {"problem"})
        finding = self.check()
        self.assertEqual((len(finding), finding.move_id), (1, self.bad))
        for word in words:
            self.assertIn(word, finding.message)
        self.assertFalse(self.recognise(), "tried again, in vain")
        self.assertEqual(self.check(), finding)

    def assertMended(self):
        """Mended, it is booked as if nothing had been, and the finding is closed."""
        self.recognise()
        self.assertFalse(self.check())
        self.assertEqual(self.get_balances(self.own)["2027-01"], 2200)
        self.recognise("2028-01-01")
        self.assertBooksWhole()

    def test_entry_that_cannot_be_made(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.own.currency_id = euro
        self.recognise("2027-02-01")
        self.assertAside(self.bad.name, "set aside")
        self.own.currency_id = False
        self.assertMended()

    def test_one_entry_per_line(self):
        self.company.recognition_is_grouped = False
        self.test_entry_that_cannot_be_made()

    def test_account_that_is_missing(self):
        self.bad_product.recognition_account_id = False
        self.company.recognition_mode = "off"
        self.company.recognition_account_id = False
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET recognition_mode = 'monthly' WHERE id = %s", [self.company.id]
        )
        self.env.invalidate_all()
        for invoice in self.good:
            invoice.invoice_line_ids.product_id.recognition_account_id = self.deferred
        self.recognise("2027-02-01")
        self.assertAside(self.bad.name, "account is missing")
        self.bad_product.recognition_account_id = self.own
        self.assertMended()

    def test_plan_that_fails(self):
        plan = self.env["subscription.recognition"]
        module = __import__(
            type(plan)._recognise.__module__, fromlist=["RecognitionPlan"]
        ).RecognitionPlan
        services = module._get_services

        def refuse(this, line):
            if line.move_id == self.bad:
                raise UserError(this.env._("This line is refused."))
            return services(this, line)

        with self.subTest("refused"):
            self.patch(module, "_get_services", refuse)
            self.recognise("2027-02-01")
            self.assertAside(self.bad.name, "This line is refused.")
        self.patch(module, "_get_services", services)
        self.assertMended()

    def test_program_that_fails(self):
        module = type(self.env["subscription.recognition"])
        plan = __import__(module._recognise.__module__, fromlist=["x"]).RecognitionPlan
        services = plan._get_services

        def fail(this, line):
            return services(this, line) if line.move_id != self.bad else 1 / 0

        self.patch(plan, "_get_services", fail)
        with self.assertLogs("odoo.addons.sale_recurring.models.recognition", "ERROR"):
            self.recognise("2027-02-01")
        with self.assertLogs("odoo.addons.sale_recurring.models.recognition", "ERROR"):
            self.assertAside(self.bad.name, "unexpected error")
        self.patch(plan, "_get_services", services)
        self.assertMended()

    def test_archived_journal_stops_one_company_with_one_finding(self):
        self.recognise("2027-01-02")
        self.journal.active = False
        self.assertFalse(self.recognise("2027-02-01"))
        finding = self.check()
        self.assertEqual((len(finding), finding.company_id), (1, self.company))
        self.assertIn(self.company.name, finding.message)
        self.assertIn("journal", finding.message)
        self.assertFalse(finding.can_repair)
        self.assertTrue(finding.cure)
        self.journal.active = True
        self.recognise()
        self.assertFalse(self.check())
        self.assertEqual(self.get_balances()["2027-01"], 3300)

    def test_books_that_are_closed_beyond_today(self):
        self.recognise("2027-01-15")
        self.close_month("2099-12-31")
        self.assertFalse(self.recognise("2027-03-01"))
        self.assertIn("2099", self.check().message)
        self.close_month(False)
        self.recognise()
        self.assertEqual(self.get_balances(), {"2027-01": 3300, "2027-02": 3000})
        self.assertFalse(self.check())
        self.assertBooksWhole()

    def test_months_that_are_open_again_take_what_is_theirs(self):
        self.recognise("2027-01-15")
        self.close_month("2027-02-28")
        self.recognise("2027-03-10")
        self.close_month("2027-01-31")
        entries = self.recognise("2027-03-11")
        self.assertEqual([str(day) for day in entries.mapped("date")], ["2027-02-28"])
        self.assertBooksWhole()
