from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_combo import ComboCase


@tagged("post_install", "-at_install")
class TestOneOffOnce(ComboCase):
    """What is sold once is billed once, whatever happens to its invoice, unless somebody asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fee = cls._create_product("Set-up", 50.0, is_recurring=False)

    def create_billed(self, quantity=1):
        order = self.create_contract(
            self.line_values(self.seat, 10), self.line_values(self.fee, quantity), day="2027-04-01"
        )
        self.invoice = self.bill(order)
        self.assertEqual(self.invoice.amount_untaxed, 100.0 + 50.0 * quantity)
        return order

    def reverse(self, effect, invoice=None, modify=False):
        """Go through core's wizard; return the credit note, posted, or the corrected invoice."""
        invoice = invoice or self.invoice
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "subscription_credit_effect": effect})
        )
        self.assertTrue(wizard.subscription_has_periods, "the choice is shown")
        wizard.modify_moves() if modify else wizard.refund_moves()
        wizard.new_move_ids.filtered(lambda move: move.state == "draft").action_post()
        return wizard.new_move_ids

    def assertNextIsThePeriod(self, order):
        self.assertFalse(self.bill(order, "2027-04-02"))
        self.run_cron("2027-04-02")
        self.assertBillsNothing(order)
        self.run_cron("2027-05-01")
        last = order.invoice_ids.sorted("id")[-1]
        self.assertEqual((last.move_type, last.amount_untaxed), ("out_invoice", 100.0))

    def test_a_price_adjustment_of_the_whole_invoice_bills_nothing_again(self):
        order = self.create_billed()
        self.reverse("adjust")
        self.assertNextIsThePeriod(order)

    def test_a_period_not_wanted_bills_nothing_again(self):
        order = self.create_billed()
        self.reverse("waive")
        self.assertNextIsThePeriod(order)

    def test_bill_again_bills_it_again_once(self):
        order = self.create_billed()
        self.reverse("again")
        again = self.bill(order, "2027-04-02")
        self.assertEqual(again.amount_untaxed, 150.0)
        self.assertNextIsThePeriod(order)

    def test_a_credit_note_stays_once_what_it_gave_back_is_billed_again(self):
        """Without it both invoices would ask for the fee."""
        for door in ("cancel", "delete", "reverse"):
            with self.subTest(door=door), self.env.cr.savepoint() as kept:
                order = self.create_billed()
                note = self.reverse("again")
                again = self.bill(order, "2027-04-02")

                def undo(note=note, door=door):
                    """Take the credit note back through one of core's buttons."""
                    if door == "reverse":
                        self.reverse("adjust", note)
                        return
                    note.button_draft()
                    note.button_cancel() if door == "cancel" else note.unlink()

                with (
                    self.assertRefused(f"{again.name} ({order.name}) asks"),
                    self.env.cr.savepoint(),
                ):
                    undo()
                again.button_cancel()
                undo()
                self.bill(order)
                asked = order.invoice_ids.filtered(lambda move: move.state == "posted")
                self.assertEqual(sum(asked.mapped("amount_untaxed_signed")), 150.0)
                self.assertBillsNothing(order)
                self.assertNothingFound(order)
                kept.rollback()

    def test_a_cancelled_invoice_comes_back_only_where_nothing_else_asks_for_it(self):
        order = self.create_contract(self.line_values(self.seat, 10), day="2027-04-01")
        self.bill(order)
        order.order_line = [Command.create(self.line_values(self.fee))]
        invoice = self.bill(order)
        note = self.reverse("again", invoice)
        again = self.bill(order)
        again.button_cancel()
        note.button_cancel()
        with self.assertRefused(f"{invoice.name} ({order.name}) asks"), self.env.cr.savepoint():
            again.button_draft()
        invoice.button_cancel()
        again.button_draft()
        again.action_post()
        self.assertNothingFound(order)
        self.assertNextIsThePeriod(order)

    def test_a_credit_note_that_is_taken_back_before_the_run_bills_nothing(self):
        for door in ("cancel", "reverse"):
            with self.subTest(door=door), self.env.cr.savepoint() as kept:
                order = self.create_billed()
                note = self.reverse("again")
                note.button_cancel() if door == "cancel" else self.reverse("adjust", note)
                self.assertNextIsThePeriod(order)
                kept.rollback()

    def test_a_second_bill_that_a_price_adjustment_gave_back_is_asked_for_no_more(self):
        order = self.create_billed()
        self.reverse("again")
        again = self.bill(order, "2027-04-02")
        again.button_draft()
        again.invoice_line_ids.filtered(lambda line: line.product_id == self.fee).quantity = 2
        again.action_post()
        self.assertEqual(self.find(order), [("once_twice", order.id)])
        self.reverse("adjust", again)
        self.assertNothingFound(order)

    def test_a_corrected_invoice_takes_it_over(self):
        order = self.create_billed()
        self.reverse("adjust", modify=True)
        self.assertNextIsThePeriod(order)

    def test_an_invoice_with_nothing_but_what_is_sold_once(self):
        order = self.create_contract(self.line_values(self.seat, 10), day="2027-04-01")
        self.bill(order)
        order.order_line = [Command.create(self.line_values(self.fee))]
        self.invoice = self.bill(order)
        self.assertEqual(self.invoice.amount_untaxed, 50.0)
        self.reverse("adjust")
        self.assertNextIsThePeriod(order)

    def test_a_cancelled_invoice_bills_it_not_by_itself(self):
        order = self.create_billed()
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.run_cron("2027-04-02")
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_untaxed, 100.0)
        self.assertBillsNothing(order)

    def test_a_deleted_draft_gives_it_back(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_contract(
            self.line_values(self.seat, 10),
            self.line_values(self.fee),
            template=template,
            day="2027-04-01",
        )
        self.bill(order).unlink()
        self.assertEqual(self.bill(order, "2027-04-02").amount_untaxed, 150.0)

    def test_the_heading_of_a_combo_is_one_again_only_where_it_is_billed_again(self):
        for effect, quantities in (("adjust", [2, 0]), ("again", [2, 2, 0])):
            with self.subTest(effect=effect):
                self.travel("2027-04-01")
                order = self.create_combo(2)
                order.action_confirm()
                self.invoice = self.bill(order)
                # An item that ended is no more wanted than invoiced: core asks for the combo.
                order.order_line[1].product_uom_qty = 0
                self.reverse(effect)
                self.bill(order, "2027-04-02")
                self.bill(order, "2027-05-01")
                invoices = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
                lines = invoices.sorted("id").invoice_line_ids & order.order_line[0].invoice_lines
                self.assertEqual(lines.mapped("quantity"), quantities)
                self.assertNothingFound(order)

    def test_more_of_it_bills_the_difference_after_a_credit(self):
        order = self.create_billed(2)
        self.reverse("adjust")
        order.order_line[1].product_uom_qty = 3
        self.assertEqual(self.bill(order, "2027-04-02").amount_untaxed, 50.0)
        self.assertBillsNothing(order)

    def test_a_recurring_line_on_an_order_with_a_down_payment_is_refused(self):
        order = self.create_order(self.line_values(self.fee, 20))
        order.order_line.recurrence_id = False
        order.action_confirm()
        self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        ).create({"advance_payment_method": "percentage", "amount": 30}).create_invoices()
        with self.assertRaisesRegex(UserError, "down payment"):
            order.order_line = [Command.create(self.line_values(self.seat))]

    def test_a_down_payment_on_an_order_with_a_recurring_line_is_refused(self):
        order = self.create_contract(self.line_values(self.seat))
        down = self.line_values(self.fee, 0, is_downpayment=True, price_unit=30.0)
        with self.assertRaisesRegex(UserError, "down payment"):
            order.order_line = [Command.create(down)]
        line = order.order_line.create({**self.line_values(self.fee), "order_id": order.id})
        with self.assertRaisesRegex(UserError, "down payment"):
            line.is_downpayment = True
