from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_dunning import DunningCommon


@tagged("post_install", "-at_install")
class TestRecovered(DunningCommon):
    """Recovered money is money that is in: counted once, and taken back with the payment."""

    def get_money(self, invoice):
        """Return day, kind, step and amount of each row about money."""
        invoice.invalidate_recordset()
        events = invoice.subscription_dunning_event_ids.sorted("id")
        return [
            (event.date.strftime("%m-%d"), event.action, event.step_id.days, event.recovered_amount)
            for event in events.filtered("recovered_amount")
        ]

    def test_a_payment_that_is_undone_and_made_again_counts_once(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        self.book_payment(invoice)
        self.run_dunning("2027-02-04")
        self.assertEqual(self.get_money(invoice), [("02-04", "paid", 3, 36.0)])
        lines = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        lines.remove_move_reconcile()
        self.run_dunning("2027-02-07")
        self.book_payment(invoice)
        self.run_dunning("2027-02-08")
        self.assertEqual(
            self.get_money(invoice),
            [
                ("02-04", "paid", 3, 36.0),
                ("02-07", "lost", 3, -36.0),
                ("02-08", "paid", 7, 36.0),
            ],
        )
        self.assertEqual(sum(event[3] for event in self.get_money(invoice)), invoice.amount_total)

    def test_two_parts_count_for_the_steps_before_them(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        self.book_payment(invoice, amount=10)
        self.run_dunning("2027-02-04")
        self.run_dunning("2027-02-07")
        self.book_payment(invoice)
        self.run_dunning("2027-02-08")
        self.run_dunning("2027-02-09")
        self.assertEqual(
            self.get_money(invoice), [("02-04", "paid", 3, 10.0), ("02-08", "paid", 7, 26.0)]
        )

    def test_money_that_came_before_the_first_step_is_not_recovered(self):
        _order, invoice = self.create_late_contract()
        self.book_payment(invoice, amount=10)
        self.run_dunning("2027-02-03")
        self.book_payment(invoice)
        self.run_dunning("2027-02-04")
        self.assertEqual(self.get_money(invoice), [("02-04", "paid", 3, 26.0)])

    def test_the_report_says_what_each_step_recovered_of_what_was_at_risk(self):
        invoices = self.env["account.move"].union(
            *(self.create_late_contract()[1] for _number in range(2))
        )
        self.run_dunning("2027-02-03")
        self.book_payment(invoices[0], amount=9)
        self.run_dunning("2027-02-04")
        self.run_dunning("2027-02-07")
        self.book_payment(invoices[1])
        self.run_dunning("2027-02-08")
        rows = self.env["subscription.dunning.event"]._read_group(
            [("move_id", "in", invoices.ids), ("outcome", "=", "done")],
            ["counted_action"],
            ["at_risk_amount:sum", "recovered_amount:sum", "recovery_rate:avg"],
        )
        rows = {action: amounts for action, *amounts in rows}
        self.assertNotIn(False, rows)
        self.assertFalse({"paid", "lost"} & set(rows))
        risk, recovered, rate = rows["remind"]
        self.assertEqual((risk, recovered), (72 + 63, 45))
        self.assertAlmostEqual(rate, 100 * 45 / 135)

    def test_a_credit_note_is_no_money(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id}).refund_moves()
        credit = self.env["account.move"].browse(action["res_id"])
        credit.invoice_line_ids.price_unit = 10
        credit.invoice_line_ids.quantity = 1
        credit.action_post()
        (credit | invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(invoice.amount_residual, 24.0)
        self.book_payment(invoice)
        self.run_dunning("2027-02-04")
        self.assertEqual(self.get_money(invoice), [("02-04", "paid", 3, 24.0)])

    def get_loss_account(self):
        return self.env["account.account"].create(
            {"name": "Bad debts", "code": "BADD", "account_type": "expense"}
        )

    def test_what_a_payment_writes_off_is_no_money(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        self.book_payment(
            invoice,
            amount=27,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.get_loss_account().id,
        )
        self.assertEqual(invoice.amount_residual, 0.0)
        self.run_dunning("2027-02-04")
        self.assertEqual(self.get_money(invoice), [("02-04", "paid", 3, 27.0)])

    def test_what_is_written_off_of_two_invoices_paid_together_is_shared(self):
        invoices = self.env["account.move"].union(
            *(self.create_late_contract()[1] for _number in range(2))
        )
        self.run_dunning("2027-02-03")
        self.book_payment(
            invoices,
            group_payment=True,
            amount=54,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.get_loss_account().id,
        )
        self.run_dunning("2027-02-04")
        for invoice in invoices:
            self.assertEqual(self.get_money(invoice), [("02-04", "paid", 3, 27.0)])

    def test_an_entry_that_writes_off_an_invoice_is_no_money(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        self.book_payment(invoice, amount=6)
        due = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        values = {"partner_id": invoice.partner_id.id, "name": "Given up"}
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create({**values, "account_id": due.account_id.id, "credit": 30}),
                    Command.create(
                        {**values, "account_id": self.get_loss_account().id, "debit": 30}
                    ),
                ],
            }
        )
        entry.action_post()
        (due | entry.line_ids.filtered(lambda line: line.credit)).reconcile()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.run_dunning("2027-02-04")
        self.assertEqual(self.get_money(invoice), [("02-04", "paid", 3, 6.0)])

    def test_money_that_a_bank_statement_brings_counts(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        due = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.env["account.journal"]
                .search(
                    [("type", "=", "bank"), ("company_id", "=", invoice.company_id.id)], limit=1
                )
                .id,
                "payment_ref": invoice.name,
                "partner_id": invoice.partner_id.id,
                "amount": 36.0,
                "counterpart_account_id": due.account_id.id,
            }
        )
        (due | line.move_id.line_ids.filtered(lambda item: item.credit)).reconcile()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.run_dunning("2027-02-04")
        self.assertEqual(self.get_money(invoice), [("02-04", "paid", 3, 36.0)])

    def test_no_more_is_counted_than_the_invoice_is_about(self):
        _order, invoice = self.create_late_contract()
        self.run_dunning("2027-02-03")
        events = invoice.subscription_dunning_event_ids.sorted("id")
        with self.assertRaisesRegex(ValidationError, "More money"), self.env.cr.savepoint():
            invoice._log_money("paid", events[-1:], events[-1:].step_id, 36.01)
        with self.assertRaisesRegex(ValidationError, "More money"), self.env.cr.savepoint():
            invoice._log_money("lost", events[-1:], events[-1:].step_id, -1)
