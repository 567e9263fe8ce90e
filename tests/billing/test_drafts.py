from datetime import date

from odoo.tests import tagged

from ..common import SubscriptionCommon
from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestDrafts(SubscriptionCommon):
    """A change of the contract rebuilds a draft, unless somebody is busy with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reviewed = cls._create_template("Reviewed", invoice_mode="draft")

    def create_drafted(self, *lines, day="2027-04-01", **values):
        values.setdefault("template", self.reviewed)
        order = self.create_contract(
            *(lines or (self.line_values(self.seat, 5),)), day=day, **values
        )
        return order, self.bill(order)

    def change(self, order, day, quantity):
        self.travel(day)
        order.order_line[:1].product_uom_qty = quantity

    def get_drafts(self, order):
        return order.invoice_ids.filtered(lambda move: move.state == "draft")

    # ------------------------------------------------------------------
    # Rebuild
    # ------------------------------------------------------------------

    def test_upgrade_rebuilds_an_untouched_draft(self):
        order, draft = self.create_drafted()
        self.change(order, "2027-04-16", 8)
        rebuilt = self.bill(order)
        self.assertFalse(draft.exists())
        self.assertEqual(self.get_drafts(order), rebuilt)
        self.assertEqual(
            self.get_table(order),
            [("2027-04-01", "2027-04-30", 5, 50), ("2027-04-16", "2027-04-30", 3, 15)],
        )
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_closing_rebuilds_an_untouched_draft(self):
        order, draft = self.create_drafted()
        self.travel("2027-04-16")
        order._subscription_close(date(2027, 4, 16))
        rebuilt = self.bill(order)
        self.assertFalse(draft.exists())
        self.assertEqual(rebuilt.amount_untaxed, 25.0)
        rebuilt.action_post()
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_closing_on_the_first_day_leaves_no_draft(self):
        order, draft = self.create_drafted()
        order._subscription_close(date(2027, 4, 1))
        self.assertFalse(self.bill(order))
        self.assertFalse(draft.exists())
        self.assertBillsNothing(order)

    def test_the_next_period_leaves_the_draft_of_the_last_one_alone(self):
        order, draft = self.create_drafted()
        self.bill(order, "2027-05-01")
        self.assertTrue(draft.exists())
        self.assertEqual(len(self.get_drafts(order)), 2)
        self.assertBillsNothing(order)

    def test_a_change_of_the_second_period_leaves_the_first_draft_alone(self):
        order, draft = self.create_drafted()
        second = self.bill(order, "2027-05-01")
        self.change(order, "2027-05-16", 8)
        rebuilt = self.bill(order)
        self.assertTrue(draft.exists())
        self.assertFalse(second.exists())
        self.assertEqual(rebuilt.amount_untaxed, 50 + round(30 * 16 / 31, 2))
        self.assertEqual(len(self.get_drafts(order)), 2)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_grouped_draft_is_rebuilt_for_all_its_contracts(self):
        template = self._create_template("Shared", group_invoices=True, invoice_mode="draft")
        first, one = self.create_drafted(template=template)
        second, two = self.create_drafted(self.support, template=template)
        (one | two).action_post()
        shared = self.bill(first | second, "2027-05-01")
        self.assertEqual(len(shared), 1)
        self.change(first, "2027-05-16", 3)
        self.bill(first)
        self.assertFalse(shared.exists())
        rows = (first | second).subscription_billed_period_ids
        self.assertEqual(
            sum(rows.filtered(lambda row: row.move_id.state == "draft").mapped("booked_amount")),
            30 + round(20 * 15 / 31, 2) + 33.33,
        )
        self.assertBillsNothing(first | second)
        self.assertLedgerWhole(first | second)

    def test_draft_credit_note_goes_away_when_the_change_is_undone(self):
        order, draft = self.create_drafted()
        draft.action_post()
        self.change(order, "2027-04-16", 3)
        note = self.bill(order)
        self.assertEqual((note.move_type, note.state), ("out_refund", "draft"))
        self.change(order, "2027-04-16", 5)
        self.assertFalse(self.bill(order))
        self.assertFalse(note.exists())
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)
        self.assertEqual(sum(order.subscription_billed_period_ids.mapped("booked_amount")), 50)

    # ------------------------------------------------------------------
    # Wait
    # ------------------------------------------------------------------

    def test_edited_draft_makes_the_change_wait_and_asks_once(self):
        order, draft = self.create_drafted()
        draft.invoice_line_ids.price_unit = 9.0
        self.change(order, "2027-04-16", 8)
        self.assertFalse(self.bill(order))
        self.assertFalse(self.bill(order))
        self.assertEqual(order.subscription_waiting_move_id, draft)
        self.assertEqual(len(draft.activity_ids), 1)
        self.assertIn(order.name, draft.activity_ids.note)
        due = self.env["sale.order"].search(
            self.env["sale.order"]._get_due_contracts_domain(date(2027, 4, 16))
        )
        self.assertNotIn(order, due)
        with self.assertRefused("draft"):
            order._create_invoices()
        draft.action_post()
        self.assertFalse(order.subscription_waiting_move_id)
        self.assertEqual(self.bill(order).amount_untaxed, 15.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_any_edit_counts(self):
        edits = (
            {"ref": "PO 4711"},
            {"narration": "<p>Thank you</p>"},
            {"invoice_date": "2027-04-02"},
        )
        for edit in edits:
            _order, draft = self.create_drafted()
            self.assertFalse(draft._is_draft_edited())
            draft.write(edit)
            self.assertTrue(draft._is_draft_edited(), edit)
        _order, draft = self.create_drafted()
        draft.invoice_line_ids.name = "Something else"
        self.assertTrue(draft._is_draft_edited())
        _order, draft = self.create_drafted()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(draft._is_draft_edited())
        draft._portal_ensure_token()
        note = "A note is no edit"
        draft.message_post(body=note)
        self.assertFalse(draft._is_draft_edited())

    def test_deleting_an_edited_draft_lets_the_contract_go_on(self):
        order, draft = self.create_drafted()
        draft.ref = "PO 4711"
        self.change(order, "2027-04-16", 8)
        self.assertFalse(self.bill(order))
        draft.unlink()
        self.assertFalse(order.subscription_waiting_move_id)
        self.assertEqual(self.bill(order).amount_untaxed, 65.0)
        self.assertBillsNothing(order)

    def test_taking_the_change_back_ends_the_waiting(self):
        order, draft = self.create_drafted()
        draft.ref = "PO 4711"
        self.change(order, "2027-04-16", 8)
        self.assertFalse(self.bill(order))
        self.change(order, "2027-04-16", 5)
        self.env["sale.order"]._release_waiting_contracts()
        self.assertFalse(order.subscription_waiting_move_id)
        self.assertFalse(self.bill(order))
        self.assertTrue(draft.exists())

    def test_draft_that_is_being_paid_waits(self):
        order, draft = self.create_drafted()
        # A promise to pay by hand, as by wire transfer, holds nothing.
        provider = PaymentCommon._enable_demo_provider(self.env, self.company)
        method = self.env.ref("payment_demo.payment_method_demo")
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": draft.amount_total,
                "currency_id": draft.currency_id.id,
                "partner_id": draft.partner_id.id,
                "invoice_ids": draft.ids,
                "reference": "in flight",
                "state": "pending",
                # begun so long ago that no bank is at work on it, it would count as left
                "last_state_change": "2027-04-14 12:00:00",
            }
        )
        self.change(order, "2027-04-16", 8)
        self.assertFalse(self.bill(order))
        self.assertTrue(draft.exists())
        self.assertEqual(order.subscription_waiting_move_id, draft)
        self.assertFalse(draft.activity_ids)
        transaction.state = "error"
        self.env["sale.order"]._release_waiting_contracts()
        self.assertFalse(order.subscription_waiting_move_id)
        self.assertEqual(self.bill(order).amount_untaxed, 65.0)
        self.assertFalse(draft.exists())

    # ------------------------------------------------------------------
    # Deleted, cancelled, cut
    # ------------------------------------------------------------------

    def test_deleting_a_draft_gives_the_period_back(self):
        order, draft = self.create_drafted()
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 1))
        draft.unlink()
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 4, 1))
        row, credit = order.subscription_billed_period_ids
        self.assertEqual((credit.kind, credit.reverses_id), ("credit", row))
        self.assertFalse(credit.invoice_line_id)
        self.assertEqual(self.bill(order).amount_untaxed, 50.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_cancelling_a_draft_gives_the_period_back(self):
        order, draft = self.create_drafted()
        draft.button_cancel()
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 4, 1))
        again = self.bill(order)
        self.assertEqual(again.amount_untaxed, 50.0)
        self.assertBillsNothing(order)
        with self.assertRefused("given back"):
            draft.button_draft()
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_cancelled_draft_takes_its_period_again_if_nobody_else_did(self):
        order, draft = self.create_drafted()
        for _round in range(2):
            draft.button_cancel()
            draft.button_draft()
            self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 1))
            self.assertBillsNothing(order)
        draft.action_post()
        self.assertLedgerWhole(order)
        draft.button_draft()
        draft.unlink()
        self.assertEqual(self.bill(order).amount_untaxed, 50.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_removing_one_line_of_a_draft_gives_only_its_span_back(self):
        order, draft = self.create_drafted(self.seat, self.support)
        draft.invoice_line_ids[0].unlink()
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 4, 1))
        again = self.bill(order)
        self.assertEqual(again.amount_untaxed, 10.0)
        self.assertEqual(draft.amount_untaxed, 33.33)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_removing_a_line_in_the_form_gives_its_span_back(self):
        order, draft = self.create_drafted(self.seat, self.support)
        draft.write({"invoice_line_ids": [(2, draft.invoice_line_ids[1].id)]})
        self.assertEqual(self.bill(order).amount_untaxed, 33.33)
        self.assertBillsNothing(order)

    def test_deleting_a_draft_with_a_netted_credit_gives_both_back(self):
        order, draft = self.create_drafted()
        draft.action_post()
        self.book_payment(draft)
        self.change(order, "2027-04-16", 3)
        netted = self.bill(order, "2027-05-01")
        self.assertEqual(netted.amount_untaxed, 20.0)
        netted.unlink()
        again = self.bill(order)
        self.assertEqual(again.amount_untaxed, 20.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)
        again.button_cancel()
        with self.assertRefused("given back"):
            again.button_draft()
        self.assertEqual(self.bill(order).amount_untaxed, 20.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_invoice_that_a_credit_note_is_about_cannot_be_cancelled(self):
        order, invoice = self.create_drafted()
        invoice.action_post()
        self.change(order, "2027-04-16", 3)
        note = self.bill(order)
        note.action_post()
        with self.assertRefused(note.name):
            invoice.button_cancel()
        (invoice | note).button_cancel()
        self.assertEqual(sum(order.subscription_billed_period_ids.mapped("booked_amount")), 0)
        self.assertEqual(self.bill(order).amount_untaxed, 40.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_cancelling_a_posted_invoice_bills_its_period_again(self):
        order, invoice = self.create_drafted()
        invoice.action_post()
        invoice.button_cancel()
        self.assertEqual(self.bill(order).amount_untaxed, 50.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_cancelled_credit_note_is_made_again(self):
        order, invoice = self.create_drafted()
        invoice.action_post()
        self.change(order, "2027-04-16", 3)
        note = self.bill(order)
        note.action_post()
        note.button_cancel()
        again = self.bill(order)
        self.assertEqual(again.amount_untaxed, 10.0)
        self.assertEqual(again.reversed_entry_id, invoice)
        again.action_post()
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_draft_does_not_become_a_document_of_another_kind(self):
        order, draft = self.create_drafted()
        with self.assertRefused(f"periods of {order.name}"), self.env.cr.savepoint():
            draft.action_switch_move_type()
        draft.action_post()
        self.change(order, "2027-04-16", 3)
        note = self.bill(order)
        with self.assertRefused(f"periods of {order.name}"), self.env.cr.savepoint():
            note.action_switch_move_type()
        note.action_post()
        self.assertEqual(
            [(move.move_type, move.amount_untaxed) for move in draft | note],
            [("out_invoice", 50.0), ("out_refund", 10.0)],
        )
        self.assertLedgerWhole(order)

    def test_updated_taxes_reach_an_untouched_draft(self):
        order, draft = self.create_drafted()
        tax = self.seat.taxes_id[:1].copy({"name": "Other", "amount": 10})
        self.seat.taxes_id = tax
        order.action_update_taxes()
        rebuilt = self.bill(order)
        self.assertEqual(rebuilt.invoice_line_ids.tax_ids, tax)
        self.assertFalse(draft.exists())
