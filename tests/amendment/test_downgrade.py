from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestDowngrade(AmendmentCommon):
    """What a reduction gives back: at once, with the next invoice, and never too much."""

    def prepare_once(self):
        super().prepare_once()
        self.template.credit_on_downgrade = "now"
        self.invoice = self.bill(self.contract)
        self.travel("2027-02-15")

    def _reduce(self, quantity=2, confirm=True):
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = quantity
        if confirm:
            amendment.action_confirm()
        return amendment

    def test_at_once_is_a_credit_note_on_the_open_invoice(self):
        amendment = self._reduce()
        moves = self.bill(self.contract)
        self.assertEqual(moves.move_type, "out_refund")
        self.assertEqual(moves.reversed_entry_id, self.invoice)
        self.assertAlmostEqual(-moves.amount_total, amendment.amount_total)
        self.assertAlmostEqual(
            self.invoice.amount_residual, self.invoice.amount_total - moves.amount_total
        )

    def test_taken_off_the_next_invoice(self):
        self.template.credit_on_downgrade = "offset"
        amendment = self._reduce(confirm=False)
        self.assertIn("next invoice", amendment._get_due_now_title())
        credit = amendment.amount_untaxed
        self.assertAlmostEqual(credit, -self.currency.round(30 * 13 / 28))
        amendment.action_confirm()
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 2, 28))
        self.assertBillsNothing(self.contract)
        self.assertIn("wait to be taken off", str(self.contract.subscription_preview["reasons"]))
        self.travel("2027-02-22")
        self.assertNothingFound(self.contract)
        move = self.bill(self.contract, "2027-02-28")
        self.assertEqual(move.move_type, "out_invoice")
        self.assertAlmostEqual(move.amount_untaxed, 20 + self.help.price_unit + credit)
        self.assertBillsNothing(self.contract)
        self.assertLedgerWhole(self.contract)
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 3, 31))

    def test_the_day_of_the_next_invoice_stays_when_it_comes(self):
        """The night before the run of that day the check finds nothing, nor days after it."""
        self.template.credit_on_downgrade = "offset"
        self._reduce()
        for day in ("2027-02-27", "2027-02-28", "2027-03-02"):
            with self.subTest(day=day):
                self.travel(day)
                self.assertNothingFound(self.contract)
                self.contract._update_subscription_dates()
                self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 2, 28))

    def test_what_is_more_than_the_next_invoice_becomes_a_credit_note_next_to_it(self):
        self.template.credit_on_downgrade = "offset"
        contract = self.create_contract(
            self.line_values(self.seat, 1),
            self.line_values(self.hosting, 1),
            self.line_values(self.support, 2),
            day="2027-03-01",
        )
        self.bill(contract)
        amendment = self.amend(contract)
        self.target(amendment, contract.order_line[1]).unlink()
        self.target(amendment, contract.order_line[2]).unlink()
        amendment.action_confirm()
        self.assertBillsNothing(contract)
        moves = self.bill(contract, "2027-04-01")
        invoice = moves.filtered(lambda move: move.move_type == "out_invoice")
        notes = moves - invoice
        self.assertEqual(invoice.amount_untaxed, 10, "neither credit fits on an invoice of 10")
        self.assertEqual(set(notes.mapped("move_type")), {"out_refund"})
        given = sum(notes.mapped("amount_untaxed"))
        paid = self.hosting.list_price + 2 * self.support.list_price
        self.assertAlmostEqual(given, paid, msg="all of it is given back by the next invoice")
        self.assertBillsNothing(contract)
        self.assertLedgerWhole(contract)

    def test_a_contract_that_is_closed_gets_its_credit_at_once(self):
        self.template.credit_on_downgrade = "offset"
        self._reduce()
        self.contract._subscription_close(date(2027, 2, 20))
        moves = self.bill(self.contract, "2027-02-20")
        self.assertEqual(moves.move_type, "out_refund")
        self.assertBillsNothing(self.contract)
        self.assertLedgerWhole(self.contract)

    def test_an_upgrade_takes_a_waiting_credit_off(self):
        self.template.credit_on_downgrade = "offset"
        self._reduce(4)
        credit = self.currency.round(10 * 13 / 28)
        amendment = self.amend()
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        amendment.action_confirm()
        move = self.bill(self.contract)
        charge = self.currency.round(self.hosting.list_price * 13 / 28)
        self.assertAlmostEqual(move.amount_untaxed, charge - credit)
        self.assertBillsNothing(self.contract)

    def test_a_credit_never_exceeds_what_manual_credit_notes_left(self):
        line = self.invoice.invoice_line_ids.filtered(lambda line: line.sale_line_ids == self.seats)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids.filtered(lambda other: other.product_id != line.product_id).unlink()
        note.invoice_line_ids.write({"quantity": 1, "price_unit": 45.0})
        note.action_post()
        amendment = self._reduce(0, confirm=False)
        self.target(amendment, self.seats).unlink()
        self.assertAlmostEqual(amendment.amount_untaxed, -5.0, msg="50 were billed, 45 given back")
        moves = self.assertBillsAmount(amendment)
        self.assertAlmostEqual(sum(moves.mapped("amount_untaxed")), 5.0)
        booked = sum(self.seats.billed_period_ids.mapped("booked_amount"))
        self.assertGreaterEqual(round(booked - 45.0, 2), 0)

    def test_change_and_undo_later_nets_to_the_days_used(self):
        self._reduce(8)
        self.bill(self.contract)
        self.travel("2027-02-20")
        self._reduce(5)
        self.bill(self.contract)
        booked = sum(self.seats.billed_period_ids.mapped("booked_amount"))
        self.assertAlmostEqual(booked, 50 + 30 * 5 / 28, 1)
        self.assertLedgerWhole(self.contract)

    def test_what_another_customer_paid_goes_back_to_that_customer(self):
        """Guards of the default hold where credits wait for the next invoice, too."""
        self.template.credit_on_downgrade = "offset"
        self.travel("2027-04-01")
        contract = self.create_contract(self.line_values(self.seat, 2, price_unit=30.0))
        first = self.bill(contract, "2027-04-01")
        self.book_payment(first)
        other = self.env["res.partner"].create({"name": "Other payer"})
        self.travel("2027-04-10")
        contract.partner_invoice_id = other
        self.travel("2027-04-16")
        contract.order_line.product_uom_qty = 1
        credit = self.bill(contract, "2027-04-16")
        self.assertEqual((credit.move_type, credit.partner_id), ("out_refund", first.partner_id))
        self.assertEqual(credit.amount_untaxed, 15.0)
        following = self.bill(contract, "2027-05-01")
        self.assertEqual((following.partner_id, following.amount_untaxed), (other, 30.0))
        self.assertLedgerWhole(contract)

    def test_a_credit_is_not_taken_off_what_bears_another_tax(self):
        self.template.credit_on_downgrade = "offset"
        other_tax = self._create_tax(5)
        self.travel("2027-04-01")
        contract = self.create_contract(
            self.line_values(self.seat, 2, price_unit=30.0),
            self.line_values(self.support, 1, tax_ids=[Command.set(other_tax.ids)]),
        )
        self.book_payment(self.bill(contract, "2027-04-01"))
        self.travel("2027-04-16")
        contract.order_line[0].product_uom_qty = 0
        moves = self.bill(contract, "2027-05-01")
        for move in moves:
            taxes = move.line_ids.filtered("tax_line_id")
            self.assertTrue(
                all(line.balance <= 0 for line in taxes) or move.move_type == "out_refund"
            )
        self.assertIn("out_refund", moves.mapped("move_type"))
