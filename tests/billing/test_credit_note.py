from datetime import date
from itertools import product

from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestCreditNote(SubscriptionCommon):
    """Hand-made credit notes ask what they mean; corrected invoices take the periods over."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        self.invoice = self.bill(self.order)

    def reverse(self, effect="adjust", invoice=None, modify=False):
        """Go through core's wizard; return the credit note, or the corrected invoice."""
        invoice = invoice or self.invoice
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "subscription_credit_effect": effect})
        )
        self.assertTrue(wizard.subscription_has_periods)
        wizard.modify_moves() if modify else wizard.refund_moves()
        return wizard.new_move_ids

    def change(self, day, quantity):
        self.travel(day)
        self.order.order_line.product_uom_qty = quantity

    def assertSettled(self):
        self.assertBillsNothing(self.order)
        self.assertLedgerWhole(self.order)

    @property
    def rows(self):
        return self.order.subscription_billed_period_ids

    # ------------------------------------------------------------------
    # Price adjustment
    # ------------------------------------------------------------------

    def test_price_adjustment_keeps_the_cover(self):
        note = self.reverse()
        self.assertEqual(note.subscription_credit_effect, "adjust")
        self.assertEqual(self.order.subscription_next_invoice_date, date(2027, 5, 1))
        note.invoice_line_ids.price_unit = 2.0
        note.action_post()
        self.assertEqual(self.rows.manual_credit_amount, 10.0)
        self.assertEqual(self.rows.booked_amount, 50.0)
        self.assertSettled()

    def test_price_adjustment_caps_later_credits(self):
        note = self.reverse()
        note.invoice_line_ids.price_unit = 8.0
        note.action_post()
        self.change("2027-04-16", 0)
        credit = self.bill(self.order)
        self.assertEqual(credit.amount_untaxed, 10.0)
        self.assertSettled()

    def test_deleted_price_adjustment_no_longer_caps(self):
        self.reverse().unlink()
        self.assertEqual(self.rows.manual_credit_amount, 0.0)
        cancelled = self.reverse()
        cancelled.button_cancel()
        self.assertEqual(self.rows.manual_credit_amount, 0.0)
        cancelled.button_draft()
        self.assertEqual(self.rows.manual_credit_amount, 50.0)
        cancelled.button_cancel()
        self.change("2027-04-16", 0)
        self.assertEqual(self.bill(self.order).amount_untaxed, 25.0)
        self.assertSettled()

    def test_credit_note_proposes_only_what_is_left(self):
        self.change("2027-04-16", 3)
        self.assertEqual(self.bill(self.order).amount_untaxed, 10.0)
        for effect in ("adjust", "waive", "again"):
            note = self.reverse(effect)
            self.assertEqual(note.amount_untaxed, 40.0)
            note.unlink()
        self.assertSettled()

    # ------------------------------------------------------------------
    # Period not wanted
    # ------------------------------------------------------------------

    def test_period_not_wanted_is_free_and_never_billed_again(self):
        note = self.reverse("waive")
        self.assertSettled()
        note.action_post()
        self.assertEqual(note.amount_untaxed, 50.0)
        self.assertEqual(self.rows.mapped("kind"), ["charge", "credit", "waive"])
        self.assertEqual(self.order.subscription_next_invoice_date, date(2027, 5, 1))
        self.assertSettled()
        self.change("2027-04-16", 3)
        self.assertFalse(self.bill(self.order))
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_untaxed, 30.0)
        self.assertSettled()

    def test_deleting_the_credit_note_takes_the_waiver_back(self):
        self.reverse("waive").unlink()
        self.assertSettled()
        self.change("2027-04-16", 3)
        self.assertEqual(self.bill(self.order).amount_untaxed, 10.0)
        self.assertSettled()

    # ------------------------------------------------------------------
    # Bill again
    # ------------------------------------------------------------------

    def test_bill_again_bills_the_period_in_the_next_run(self):
        note = self.reverse("again")
        self.assertEqual(self.order.subscription_next_invoice_date, date(2027, 4, 1))
        note.action_post()
        again = self.bill(self.order)
        self.assertEqual((again.move_type, again.amount_untaxed), ("out_invoice", 50.0))
        self.assertSettled()

    def test_deleted_before_the_run_nothing_is_billed_again(self):
        self.reverse("again").unlink()
        self.assertEqual(self.order.subscription_next_invoice_date, date(2027, 5, 1))
        self.assertSettled()

    def test_cancelled_after_the_run_the_second_bill_is_credited(self):
        note = self.reverse("again")
        again = self.bill(self.order)
        note.button_cancel()
        credit = self.bill(self.order)
        self.assertEqual((credit.move_type, credit.amount_untaxed), ("out_refund", 50.0))
        self.assertIn(credit.reversed_entry_id, self.invoice | again)
        self.assertSettled()
        with self.assertRefused("given back"):
            note.button_draft()

    def test_part_credited_by_hand_leaves_the_rest_booked(self):
        note = self.reverse("again")
        note.invoice_line_ids.price_unit = 4.0
        note.action_post()
        self.assertEqual(sum(self.rows.mapped("booked_amount")), 30.0)
        self.assertEqual(self.bill(self.order).amount_untaxed, 50.0)
        self.assertSettled()

    def test_removing_a_line_of_the_credit_note_keeps_that_period(self):
        order = self.create_contract(self.seat, self.support, day="2027-04-01")
        invoice = self.bill(order)
        note = self.reverse("again", invoice)
        note.invoice_line_ids[0].unlink()
        note.action_post()
        self.assertEqual(self.bill(order).amount_untaxed, 33.33)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    # ------------------------------------------------------------------
    # Reverse and modify
    # ------------------------------------------------------------------

    def test_corrected_invoice_takes_the_periods_over(self):
        corrected = self.reverse(modify=True)
        self.assertEqual((corrected.move_type, corrected.state), ("out_invoice", "draft"))
        self.assertEqual(corrected.amount_untaxed, 50.0)
        self.assertEqual(self.invoice.reversal_move_ids.subscription_credit_effect, "move")
        self.assertSettled()
        corrected.invoice_line_ids.price_unit = 9.0
        corrected.action_post()
        move = self.rows.filtered(lambda row: row.invoice_line_id in corrected.invoice_line_ids)
        self.assertEqual((move.kind, move.booked_amount), ("move", 45.0))
        self.assertSettled()
        self.change("2027-04-16", 0)
        credit = self.bill(self.order)
        self.assertEqual(credit.amount_untaxed, 22.5)
        self.assertEqual(credit.reversed_entry_id, corrected)
        self.assertSettled()

    def test_corrected_invoice_carries_the_covered_days(self):
        corrected = self.reverse(modify=True)
        line = corrected.invoice_line_ids
        self.assertEqual(
            (line.deferred_start_date, line.deferred_end_date),
            (date(2027, 4, 1), date(2027, 4, 30)),
        )

    def test_deleting_the_corrected_invoice_bills_the_period_again(self):
        self.reverse(modify=True).unlink()
        again = self.bill(self.order)
        self.assertEqual(again.amount_untaxed, 50.0)
        self.assertSettled()

    def test_correcting_twice_moves_the_periods_twice(self):
        corrected = self.reverse(modify=True)
        corrected.action_post()
        second = self.reverse(invoice=corrected, modify=True)
        second.action_post()
        self.assertSettled()
        self.change("2027-04-16", 3)
        credit = self.bill(self.order)
        self.assertEqual(credit.reversed_entry_id, second)
        self.assertEqual(credit.amount_untaxed, 10.0)
        self.assertSettled()

    def test_earlier_credits_follow_to_the_corrected_invoice(self):
        self.change("2027-04-16", 3)
        self.assertEqual(self.bill(self.order).amount_untaxed, 10.0)
        adjustment = self.reverse()
        adjustment.invoice_line_ids.price_unit = 1.0
        adjustment.action_post()
        self.assertEqual(adjustment.amount_untaxed, 5.0)
        corrected = self.reverse(modify=True)
        corrected.action_post()
        self.assertEqual(corrected.amount_untaxed, 50.0)
        self.assertSettled()
        move = self.rows.filtered(lambda row: row.kind == "move")
        self.assertEqual(move.manual_credit_amount, 5.0)
        self.change("2027-04-16", 0)
        self.assertEqual(self.bill(self.order).amount_untaxed, 15.0)
        self.assertSettled()

    def test_invoice_with_a_netted_credit_can_be_corrected(self):
        self.book_payment(self.invoice)
        self.change("2027-04-16", 3)
        netted = self.bill(self.order, "2027-05-01")
        self.assertEqual(netted.amount_untaxed, 20.0)
        corrected = self.reverse(invoice=netted, modify=True)
        corrected.action_post()
        self.assertEqual(corrected.amount_untaxed, 20.0)
        self.assertSettled()
        for effect in ("adjust", "waive", "again"):
            note = self.reverse(effect, corrected)
            self.assertEqual(note.amount_untaxed, 20.0)
            note.unlink()
            self.assertSettled()

    def test_billing_again_an_invoice_with_a_netted_credit_gives_the_same_again(self):
        self.book_payment(self.invoice)
        self.change("2027-04-16", 3)
        netted = self.bill(self.order, "2027-05-01")
        note = self.reverse("again", netted)
        note.action_post()
        again = self.bill(self.order)
        self.assertEqual(sum(again.mapped("amount_untaxed_signed")), 20.0)
        self.assertSettled()

    def test_netted_credit_that_goes_back_with_its_invoice_is_owed_again(self):
        """Of April 50.00 - 10.00 are left, of May nothing but where it is billed again."""
        for effect, worth in (("adjust", 40.0), ("waive", 40.0), ("again", 70.0)):
            with self.subTest(effect=effect):
                self.order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
                self.book_payment(self.bill(self.order))
                self.change("2027-04-16", 3)
                netted = self.bill(self.order, "2027-05-01")
                self.assertEqual(netted.amount_untaxed, 20.0)
                note = self.reverse(effect, netted)
                note.action_post()
                self.assertEqual(note.amount_untaxed, 20.0)
                self.bill(self.order)
                moves = self.order.order_line.invoice_lines.move_id
                self.assertEqual(sum(moves.mapped("amount_untaxed_signed")), worth)
                self.assertSettled()
                note = self.reverse("adjust", self.bill(self.order, "2027-06-01"))
                note.unlink()
                self.assertSettled()

    def test_netted_credit_that_is_owed_again_is_not_given_twice(self):
        """The credit note was a mistake: May is asked for again, before or after the run."""
        for effect, is_given in product(("adjust", "waive"), (False, True)):
            with self.subTest(effect=effect, is_given=is_given):
                self.order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
                self.book_payment(self.bill(self.order))
                self.change("2027-04-16", 3)
                note = self.reverse(effect, self.bill(self.order, "2027-05-01"))
                note.action_post()
                if is_given:
                    self.assertEqual(self.bill(self.order).amount_untaxed, 10.0)
                back = self.reverse(effect, note)
                back.action_post()
                asked = 30.0 if is_given else 20.0
                self.assertEqual((back.amount_untaxed, back.amount_tax), (asked, asked / 5))
                self.assertFalse(self.bill(self.order))
                moves = self.order.order_line.invoice_lines.move_id
                self.assertEqual(sum(moves.mapped("amount_untaxed_signed")), 70.0)
                self.assertSettled()

    def test_netted_credit_of_a_credit_note_that_is_deleted_is_not_owed_again(self):
        self.book_payment(self.invoice)
        self.change("2027-04-16", 3)
        netted = self.bill(self.order, "2027-05-01")
        note = self.reverse("adjust", netted)
        note.unlink()
        self.assertSettled()
        note = self.reverse("adjust", netted)
        note.invoice_line_ids.filtered(lambda line: line.quantity < 0).unlink()
        note.action_post()
        self.assertEqual(note.amount_untaxed, 30.0)
        self.assertSettled()

    def test_plain_invoices_are_reversed_as_ever(self):
        plain = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [(0, 0, {"product_id": self.setup_service.id})],
            }
        )
        plain.action_post()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=plain.ids)
            .create({"journal_id": plain.journal_id.id})
        )
        self.assertFalse(wizard.subscription_has_periods)
        wizard.modify_moves()
        self.assertEqual(wizard.new_move_ids.amount_untaxed, 250.0)
        self.assertFalse(plain.reversal_move_ids.subscription_credit_effect)

    def test_clerk_needs_no_rights_on_contracts(self):
        clerk = self.env["res.users"].create(
            {
                "name": "Bill Clerk",
                "login": "bill.clerk",
                "group_ids": [(6, 0, self.env.ref("account.group_account_invoice").ids)],
            }
        )
        wizard = (
            self.env["account.move.reversal"]
            .with_user(clerk)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create(
                {"journal_id": self.invoice.journal_id.id, "subscription_credit_effect": "again"}
            )
        )
        wizard.refund_moves()
        note = wizard.new_move_ids
        note.action_post()
        self.assertEqual(self.bill(self.order).amount_untaxed, 50.0)
        self.assertSettled()
        latest = self.order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        self.reverse("again", latest.sorted("id")[-1]).with_user(clerk).unlink()
        self.assertSettled()

    def test_credit_of_an_invoice_in_an_archived_journal(self):
        for stays in (False, True):
            with self.subTest(stays=stays):
                journal = self.env["account.journal"].create(
                    {"name": f"Old sales {stays}", "code": f"OLD{stays:d}", "type": "sale"}
                )
                order = self.create_contract(
                    self.line_values(self.seat, 10), day="2027-01-01", journal_id=journal.id
                )
                invoice = self.bill(order)
                self.travel("2027-01-16")
                if not stays:
                    order.journal_id = False
                journal.active = False
                order.order_line.product_uom_qty = 5
                note = self.bill(order)
                self.assertEqual(
                    (note.move_type, note.state, note.amount_untaxed),
                    ("out_refund", "posted", 25.81),
                )
                self.assertTrue(note.journal_id.active)
                self.assertEqual(note.reversed_entry_id, invoice)
                self.assertEqual(invoice.amount_residual, 120.0 - note.amount_total)

    def test_credit_of_an_invoice_on_an_archived_account(self):
        account = self.env["account.account"].create(
            {"name": "Old sales", "code": "OLDSALES", "account_type": "income"}
        )
        self.seat.property_account_income_id = account
        order = self.create_contract(self.line_values(self.seat, 10), day="2027-01-01")
        invoice = self.bill(order)
        self.assertEqual(invoice.invoice_line_ids.account_id, account)
        self.travel("2027-01-16")
        self.seat.property_account_income_id = False
        account.active = False
        order.order_line.product_uom_qty = 5
        note = self.bill(order)
        self.assertEqual((note.state, note.amount_untaxed), ("posted", 25.81))
        self.assertTrue(note.invoice_line_ids.account_id.active)
        self.assertLedgerWhole(order)
