from odoo.tests import tagged

from ..support.common_given_back import GivenBackCommon


@tagged("post_install", "-at_install")
class TestCreditNoteReversed(GivenBackCommon):
    """Who takes a credit note back by a document asks for its money again, and once."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 10), day="2027-04-01")
        self.invoice = self.bill(self.order)

    def reverse(self, move, effect="adjust", price=None, modify=False):
        """Return what a clerk takes a document back by, posted; by default with the usual choice.

        :param float price: per seat, where it takes back less
        """
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "subscription_credit_effect": effect})
        )
        wizard.modify_moves() if modify else wizard.refund_moves()
        if price:
            wizard.new_move_ids.invoice_line_ids.price_unit = price
        if wizard.new_move_ids.state == "draft":
            wizard.new_move_ids.action_post()
        return wizard.new_move_ids

    def assertAsked(self, *amounts):
        """Documents ask for so much together: untaxed, tax, total; and the run does nothing."""
        self.assertEqual(self.sum_up(self.order.invoice_ids), amounts)
        self.assertBillsNothing(self.order)
        self.assertLedgerWhole(self.order)

    def assertRestGoesBack(self):
        """The contract ends after 10 of 30 days: 33.33 and its taxes stay."""
        self.order._subscription_close(self.travel("2027-04-11"))
        self.bill(self.order)
        self.assertAsked(33.33, 6.67, 40.0)

    def test_price_adjustment(self):
        for price in (None, 4.0):
            with self.subTest(price=price), self.env.cr.savepoint() as kept:
                self.reverse(self.reverse(self.invoice, price=price))
                self.bill(self.order)
                self.assertAsked(100.0, 20.0, 120.0)
                self.assertRestGoesBack()
                kept.rollback()

    def test_price_adjustment_and_invoice_are_given_back_together_once(self):
        """What takes the adjustment back asks for a part of the invoice: it is given back once."""
        for first in ("invoice", "reversal"):
            for modify in (False, True):
                with self.subTest(first=first, modify=modify), self.env.cr.savepoint() as kept:
                    note = self.reverse(self.invoice, price=4.0)
                    asks_again = self.reverse(note, modify=modify)
                    corrected = note.browse()
                    if modify:
                        corrected = asks_again
                        asks_again = note.reversal_move_ids
                    moves = [self.invoice, asks_again]
                    for move in moves if first == "invoice" else reversed(moves):
                        self.reverse(move)
                    self.assertAsked(0.0, 0.0, 0.0)
                    self.assertEqual(corrected.amount_total, 48.0 if modify else 0.0)
                    kept.rollback()

    def test_period_that_was_not_wanted(self):
        self.reverse(self.reverse(self.invoice, "waive"))
        self.bill(self.order)
        self.assertAsked(100.0, 20.0, 120.0)
        self.assertRestGoesBack()

    def test_bill_again_before_the_run(self):
        self.reverse(self.reverse(self.invoice, "again"))
        self.assertFalse(self.bill(self.order, "2027-04-02"))
        self.assertAsked(100.0, 20.0, 120.0)
        self.assertRestGoesBack()

    def test_bill_again_after_the_run(self):
        note = self.reverse(self.invoice, "again")
        self.assertEqual(self.bill(self.order, "2027-04-02").amount_untaxed, 100.0)
        self.reverse(note)
        back = self.bill(self.order, "2027-04-03")
        self.assertEqual((back.move_type, back.amount_total), ("out_refund", 120.0))
        self.assertAsked(100.0, 20.0, 120.0)
        self.assertRestGoesBack()

    def test_reversal_that_is_reversed_is_a_price_adjustment(self):
        self.reverse(self.reverse(self.reverse(self.invoice, "waive")))
        self.bill(self.order)
        self.assertAsked(0.0, 0.0, 0.0)

    def test_credit_of_the_run_that_a_clerk_takes_back_stays_taken_back(self):
        """5 of 10 seats for 20 of 30 days are asked for all the same, not those of 10 days more."""
        self.travel("2027-04-11")
        self.order.order_line.product_uom_qty = 5
        self.reverse(self.bill(self.order))
        self.assertFalse(self.bill(self.order))
        self.assertAsked(100.0, 20.0, 120.0)
        self.order._subscription_close(self.travel("2027-04-21"))
        self.bill(self.order)
        self.assertAsked(83.33, 16.67, 100.0)

    def test_corrected_credit_note(self):
        note = self.reverse(self.invoice, "again")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=note.ids)
            .create({"journal_id": note.journal_id.id})
        )
        wizard.modify_moves()
        wizard.new_move_ids.action_post()
        self.assertEqual(wizard.new_move_ids.subscription_credit_effect, "again")
        self.reverse(wizard.new_move_ids)
        self.assertFalse(self.bill(self.order))
        self.assertAsked(100.0, 20.0, 120.0)
        self.assertRestGoesBack()

    def test_invoice_whose_price_was_adjusted_is_not_billed_again(self):
        """Else the adjustment would be given for a period that the run gives back as well."""
        note = self.reverse(self.invoice)
        with self.assertRefused(f"because {note.name}"), self.env.cr.savepoint():
            self.invoice.button_cancel()
        note.button_cancel()
        self.invoice.button_cancel()
        self.bill(self.order)
        self.assertAsked(100.0, 20.0, 120.0)

    def test_invoice_whose_adjustment_was_taken_back_may_be_cancelled(self):
        self.reverse(self.reverse(self.invoice))
        self.invoice.button_cancel()
        self.assertEqual(self.invoice.state, "cancel")
