from ..support.common_recognition import RecognitionCommon


class TestRecognitionChecks(RecognitionCommon):
    """The nightly check finds deferrals that are missing, doubled, late or edited, and repairs."""

    def prepare_once(self):
        super().prepare_once()
        self.invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-04-01")
        self.travel("2027-04-10")
        self.findings = self.env["subscription.finding"]

    def plant(self, query, *args):
        """Damage the database as no part of the program would."""
        self.env.flush_all()
        self.env.cr.execute(query, args)  # pylint: disable=sql-injection
        self.env.invalidate_all()

    def check(self):
        """Look at the whole database; return what is open and about revenue."""
        self.env.invalidate_all()
        self.findings._check_database()
        kinds = ("deferral", "deferral_entry")
        return self.findings.search([("state", "=", "open"), ("check", "in", kinds)])

    def assertRepaired(self, finding):
        """The repair books what is missing, posts no less, and nothing is found any more."""
        posted = self.get_entries().filtered(lambda move: move.state == "posted")
        self.assertTrue(finding.message)
        self.assertTrue(finding.cure)
        self.assertEqual(finding.company_id, self.company)
        finding.action_repair()
        self.assertEqual(finding.state, "resolved")
        self.assertFalse(self.check())
        self.assertFalse(posted - self.get_entries(), "nothing posted is deleted")
        self.assertEqual(set(posted.mapped("state")) - {"posted"}, set())
        self.assertEqual(self.get_balances()["2027-03"], 900)
        self.recognise("2028-01-01")
        self.assertBooksWhole()

    def test_healthy_book(self):
        self.assertFalse(self.check())

    def test_missing(self):
        self.env["subscription.recognition"].search([]).unlink()
        self.env["account.move"].search([("journal_id", "=", self.journal.id)]).button_draft()
        self.get_entries().with_context(force_delete=True).unlink()
        self.plant("UPDATE account_move SET write_date = '2027-01-01'")
        finding = self.check()
        self.assertEqual((finding.check, finding.move_id), ("deferral", self.invoice))
        self.assertIn(self.invoice.name, finding.message)
        self.assertRepaired(finding)

    def test_doubled(self):
        row = self.invoice.invoice_line_ids.recognition_ids[1]
        values = row.copy_data()[0]
        entry = row.move_id.copy({"date": row.date})
        entry.action_post()
        self.env["subscription.recognition"].create({**values, "move_id": entry.id})
        finding = self.check()
        self.assertEqual(finding.mapped("check"), ["deferral"])
        self.assertRepaired(finding)

    def test_edited_entry(self):
        entry = self.get_entries()[1]
        entry.button_draft()
        debit = entry.line_ids.filtered("debit")
        credit = entry.line_ids - debit
        entry.write({"line_ids": [(1, debit.id, {"debit": 70}), (1, credit.id, {"credit": 70})]})
        self.assertIn("no longer posted", self.check().message)
        entry.action_post()
        finding = self.check()
        self.assertEqual((finding.check, finding.move_id), ("deferral_entry", entry))
        self.assertIn("30.00", finding.message)
        self.assertRepaired(finding)

    def test_entry_that_was_reset(self):
        self.get_entries()[1].button_draft()
        finding = self.check()
        self.assertIn("no longer posted", finding.message)
        self.assertRepaired(finding)

    def test_entry_that_was_cancelled(self):
        entry = self.get_entries()[1]
        entry.button_draft()
        entry.button_cancel()
        finding = self.check()
        finding.action_repair()
        self.assertFalse(self.check())
        self.assertEqual(self.get_balances()["2027-03"], 900)
        self.recognise("2028-01-01")
        self.assertBooksWhole()

    def test_late(self):
        self.travel("2027-05-20")
        finding = self.check()
        self.assertIn("in time", finding.message)
        self.assertRepaired(finding)

    def test_entry_by_hand_needs_a_person(self):
        move = self.env["account.move"].create(
            {
                "journal_id": self.journal.id,
                "date": "2027-04-01",
                "line_ids": [
                    (0, 0, {"account_id": account.id, "balance": balance})
                    for account, balance in (
                        (self.deferred, -7),
                        (self.invoice.invoice_line_ids.account_id, 7),
                    )
                ],
            }
        )
        move.action_post()
        finding = self.check()
        self.assertEqual((finding.check, finding.can_repair), ("deferral_entry", False))
        self.assertEqual(finding.company_id, self.company)
