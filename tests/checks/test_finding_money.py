from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_finding import FindingCommon


@tagged("post_install", "-at_install")
class TestFindingMoney(FindingCommon):
    """The nightly check compares what goes back with what was asked, and what is sold once."""

    def test_credit_note_by_hand_that_gives_back_too_much(self):
        invoice = self.rows[-1].move_id
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )
        wizard.reverse_moves()
        note = wizard.new_move_ids
        note.invoice_line_ids.price_unit = 12.5
        note.action_post()
        finding = self.assertFound("over_given")
        self.assertIn("6.00", finding.message)
        self.assertNotRepairable(finding)

    def test_one_tax_that_gives_back_too_much_is_found_below_the_total(self):
        self.travel("2027-06-01")
        for quantity in (1, 0):
            self.line.product_uom_qty = quantity
            self.bill(self.order)
        note = self.rows[-1].reversed_by_ids.move_id.sorted("id")[-1:]
        tax_line = note.line_ids.filtered("tax_line_id")
        self.plant(
            "UPDATE account_move_line SET amount_currency = amount_currency + 0.02,"
            " balance = balance + 0.02 WHERE id = %s",
            tax_line.id,
        )
        self.assertNotRepairable(self.assertFound("over_given"))

    def test_line_that_was_given_back_whole_and_leaves_a_cent(self):
        self.travel("2027-06-01")
        self.line.product_uom_qty = 0
        note = self.bill(self.order)
        self.assertTrue(note.reversed_entry_id)
        tax_line = note.line_ids.filtered("tax_line_id")
        self.plant(
            "UPDATE account_move_line SET amount_currency = amount_currency - 0.01,"
            " balance = balance - 0.01 WHERE id = %s",
            tax_line.id,
        )
        finding = self.assertFound("open_rest")
        self.assertIn("0.01", finding.message)
        self.assertNotRepairable(finding)

    def test_what_is_sold_once_and_billed_twice(self):
        order = self.create_contract(self.seat, self.setup_service)
        once = order.order_line[1]
        invoice = self.bill(order)
        self.orders = order | self.bystander
        self.assertFalse(self.check())
        line = invoice.invoice_line_ids.filtered(lambda line: line.sale_line_ids == once)
        copy = invoice.copy()
        twin = copy.invoice_line_ids.filtered(lambda other: other.product_id == line.product_id)
        (copy.invoice_line_ids - twin).unlink()
        twin.sale_line_ids = once
        self.order = order
        self.assertNotRepairable(self.assertFound("once_twice"))
        copy.button_cancel()
        self.assertFalse(self.check())

    def modify(self, order):
        """Reverse the invoice of a contract, and draft the corrected one."""
        invoice = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )
        wizard.modify_moves()
        self.order = order
        self.orders |= order

    def test_invoice_that_is_corrected_after_a_part_of_it_was_given_back(self):
        order = self.create_contract(self.line_values(self.seat, 3, price_unit=21.83))
        self.assertEqual(self.bill(order).amount_tax, 13.1)
        order.order_line.product_uom_qty = 2
        # 13.10 / 3 = 4.3667, and of the tax of the reversal 13.10 x 2 / 3 = 8.7333: 13.10 in cents.
        self.assertEqual(self.bill(order).amount_tax, 4.37)
        self.modify(order)
        self.assertFalse(self.check())

    def test_what_is_sold_once_and_credited_before_its_invoice_is_corrected(self):
        order = self.create_contract(
            self.line_values(self.seat, 2), self.line_values(self.setup_service)
        )
        invoice = self.bill(order)
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()
        self.modify(order)
        corrected = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        corrected = corrected - invoice
        corrected.action_post()
        self.assertFalse(self.check())
        # Nothing of it is left, and that is what another credit note gives back.
        again = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(corrected.ids)], "journal_id": corrected.journal_id.id}
        )
        again.reverse_moves()
        self.assertEqual(again.new_move_ids.amount_total, 0.0)

    def test_invoice_that_was_due_before_its_own_day(self):
        self.plant(
            "UPDATE account_move SET invoice_date_due = %s WHERE id = %s",
            date(2027, 5, 31),
            self.rows[-1].move_id.id,
        )
        self.assertNotRepairable(self.assertFound("due_day"))

    def test_what_is_sold_once_and_given_back_twice(self):
        order = self.create_contract(
            self.line_values(self.seat, 2), self.line_values(self.setup_service)
        )
        invoice = self.bill(order)
        fee = invoice.invoice_line_ids.filtered(lambda line: line.product_id == self.setup_service)
        for _time in range(2):
            credit = invoice._reverse_moves([{"invoice_date": "2027-06-10"}])
            others = credit.invoice_line_ids.filtered(
                lambda line: line.product_id != self.setup_service
            )
            others.unlink()
            credit.invoice_line_ids.price_unit = fee.price_unit
            credit.action_post()
        self.order = order
        self.orders |= order
        self.assertFound("over_given")
