from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_finding import FindingCommon


@tagged("post_install", "-at_install")
class TestFinding(FindingCommon):
    """The nightly check finds each kind of damage, exactly that one, and repairs what it can."""

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def test_overlapping_steps(self):
        self.plant(
            "ALTER TABLE subscription_segment DROP CONSTRAINT subscription_segment_no_overlap"
        )
        self.plant_copy("subscription_segment", self.line.segment_ids, start_date=date(2027, 6, 1))
        protection, overlap = self.assertFound("constraint", "overlap")
        self.assertIn("06/01/2027", overlap.message)
        self.assertNotRepairable(overlap)
        with self.subTest("the constraint cannot come back before the data is mended"):
            protection.with_user(self.manager).action_repair()
            self.assertEqual(protection.state, "open")
            self.assertIn("conflicts with", protection.message_ids[0].body)
        self.plant("DELETE FROM subscription_segment WHERE start_date = '2027-06-01'")
        self.assertRepaired(self.assertFound("constraint"))
        self.assertEqual(overlap.state, "resolved")

    def test_steps_that_meet_or_belong_to_other_lines_are_fine(self):
        self.line.product_uom_qty = 5
        self.bill(self.order)
        self.assertFalse(self.check())

    def test_line_without_steps(self):
        self.plant("DELETE FROM subscription_segment WHERE line_id = %s", self.line.id)
        found = {finding.check for finding in self.check()}
        self.assertIn("no_steps", found)
        self.assertNotRepairable(self.check().filtered(lambda f: f.check == "no_steps"))

    def test_history_that_cannot_be_computed(self):
        self.plant(
            "UPDATE subscription_segment SET convention = 'lunar' WHERE line_id = %s", self.line.id
        )
        self.assertNotRepairable(self.assertFound("history"))

    # ------------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------------

    def test_two_rows_of_one_revision(self):
        self.plant("DROP INDEX subscription_billed_period_revision_unique")
        row = self.rows[0]
        self.plant_copy(
            "subscription_billed_period",
            row,
            quantity=0,
            computed_amount=0,
            booked_amount=0,
        )
        findings = self.assertFound("constraint", "duplicate_row")
        self.assertNotRepairable(findings[1])
        findings[0].with_user(self.manager).action_repair()
        self.assertIn("is duplicated", findings[0].message_ids[0].body)

    def test_credited_more_than_billed(self):
        row = self.rows[0]
        self.plant_copy(
            "subscription_billed_period",
            row,
            n=7,
            kind="credit",
            reverses_id=row.id,
            quantity=0,
            computed_amount=-20.01,
            booked_amount=-20.01,
            invoice_line_id=None,
            move_id=None,
        )
        # Such a credit is on no credit note either.
        findings = self.assertFound("over_credited", "row_without_line")
        self.assertIn("20.01", findings[0].message)
        self.assertNotRepairable(findings)

    def test_ledger_says_something_else_than_the_invoice(self):
        self.plant(
            "UPDATE subscription_billed_period SET booked_amount = 19.99 WHERE id = %s",
            self.rows[1].id,
        )
        finding = self.assertFound("amount")
        self.assertIn("0.01", finding.message)
        self.assertRepaired(finding)
        self.assertEqual(self.rows[1].booked_amount, 20.0)

    def test_posted_invoice_says_something_else_than_the_ledger(self):
        line = self.rows[1].invoice_line_id
        self.plant("UPDATE account_move_line SET price_unit = 12 WHERE id = %s", line.id)
        finding = self.assertFound("amount")
        self.assertEqual(finding.move_id, line.move_id)
        self.assertRepaired(finding)
        self.assertEqual(self.rows[1].booked_amount, 24.0)

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    def test_invoice_line_and_row_that_lost_each_other(self):
        row, invoice_line = self.rows[1], self.rows[1].invoice_line_id
        self.plant(
            "UPDATE subscription_billed_period SET invoice_line_id = NULL, move_id = NULL "
            "WHERE id = %s",
            row.id,
        )
        findings = self.assertFound("line_without_row", "row_without_line")
        self.assertEqual(findings[0].move_id, invoice_line.move_id)
        self.assertEqual(findings[1].row_id, row)
        self.assertRepaired(findings[1])
        self.assertEqual(row.invoice_line_id, invoice_line)
        self.assertEqual(findings[0].state, "resolved")

    def test_ambiguous_links_are_left_to_a_person(self):
        invoice_line = self.rows[1].invoice_line_id
        self.plant(
            "UPDATE subscription_billed_period SET invoice_line_id = NULL, move_id = NULL "
            "WHERE id = %s",
            self.rows[1].id,
        )
        copy = invoice_line.copy({"move_id": self.rows[0].move_id.copy().id})
        copy.write(
            {
                "deferred_start_date": invoice_line.deferred_start_date,
                "deferred_end_date": invoice_line.deferred_end_date,
                "sale_line_ids": [Command.set(self.line.ids)],
            }
        )
        findings = self.assertFound("line_without_row", "line_without_row", "row_without_line")
        self.assertNotRepairable(findings)

    def plant_cancelled(self, move):
        """Cancel a document without the program that takes its periods back."""
        self.plant("UPDATE account_move SET state = 'cancel' WHERE id = %s", move.id)
        self.plant(
            "UPDATE account_move_line SET parent_state = 'cancel' WHERE move_id = %s", move.id
        )

    def test_cancelled_invoice_that_was_not_undone(self):
        self.plant_cancelled(self.rows[2].move_id)
        self.assertRepaired(self.assertFound("cancelled"))
        self.assertEqual(len(self.order.invoice_ids), 4, "the days are billed again")

    def test_cancelled_credit_note_that_was_not_undone(self):
        self.line.product_uom_qty = 1
        note = self.bill(self.order)
        self.assertEqual(note.move_type, "out_refund")
        self.assertFalse(self.check())
        self.plant_cancelled(note)
        self.assertRepaired(self.assertFound("cancelled"))
        self.assertEqual(len(self.order.invoice_ids), 5, "it is credited again")


@tagged("post_install", "-at_install")
class TestFindingDates(FindingCommon):
    """Damage to what is stored but follows from steps and ledger."""

    def test_wrong_next_date(self):
        self.plant(
            "UPDATE sale_order SET subscription_next_invoice_date = '2027-08-01' WHERE id = %s",
            self.order.id,
        )
        finding = self.assertFound("next_date")
        self.assertIn("08/01/2027", finding.message)
        self.assertIn("07/01/2027", finding.message)
        self.assertRepaired(finding)
        self.assertEqual(self.order.subscription_next_invoice_date, date(2027, 7, 1))

    def test_lost_next_date(self):
        self.plant(
            "UPDATE sale_order SET subscription_next_invoice_date = NULL WHERE id = %s",
            self.order.id,
        )
        self.assertIn("no date", self.assertFound("next_date").message)

    def test_wrong_billed_until_date(self):
        self.plant(
            "UPDATE sale_order_line SET billed_until_date = '2027-06-15' WHERE id = %s",
            self.line.id,
        )
        self.assertRepaired(self.assertFound("billed_until"))
        self.assertEqual(self.line.billed_until_date, date(2027, 7, 1))

    def test_line_that_differs_from_its_step(self):
        for name, value in (("product_uom_qty", 3), ("price_unit", 11), ("discount", 5)):
            with self.subTest(name):
                before = self.line[name]
                query = f"UPDATE sale_order_line SET {name} = %s WHERE id = %s"  # noqa: S608
                self.plant(query, value, self.line.id)
                finding = self.assertFound("mirror")
                self.assertIn(f"{value} instead of {before:g}", finding.message)
                self.assertRepaired(finding)
                self.assertEqual(self.line[name], before)

    def test_step_that_took_effect_lately_is_mirrored_without_a_finding(self):
        template = self._create_template("Arrears", timing="arrears")
        order = self.create_contract(self.line_values(self.seat, 2), template=template)
        order._subscription_change_line(order.order_line, date(2027, 6, 20), quantity=3)
        self.travel("2027-06-21")
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertNothingFound(order)
        self.assertEqual(order.order_line.product_uom_qty, 3)

    def test_wrong_state(self):
        for state in ("paused", "upcoming", "draft"):
            with self.subTest(state):
                self.plant(
                    "UPDATE sale_order SET subscription_state = %s WHERE id = %s",
                    state,
                    self.order.id,
                )
                finding = self.assertFound("state")
                self.assertIn(f"“{state.capitalize()}”", finding.message)
                self.assertRepaired(finding)
                self.assertEqual(self.order.subscription_state, "active")

    def test_closed_contract_comes_back_by_hand_only(self):
        self.plant(
            "UPDATE sale_order SET subscription_state = 'closed' WHERE id = %s", self.order.id
        )
        self.assertNotRepairable(self.assertFound("state"))

    def test_state_of_yesterday_waits_for_the_billing_run(self):
        self.order._subscription_pause(date(2027, 6, 20))
        self.bill(self.order)
        self.travel("2027-06-20")
        self.assertEqual(self.order.subscription_state, "active")
        self.assertFalse(self.check())
        self.travel("2027-06-21")
        self.assertFound("state")

    # ------------------------------------------------------------------
    # Due
    # ------------------------------------------------------------------

    def test_missed_billing(self):
        self.bill(self.bystander, "2027-07-01")
        self.travel("2027-07-03")
        self.assertFalse(self.check())
        self.travel("2027-07-04")
        finding = self.assertFound("missed")
        self.assertIn("20.00", finding.message)
        self.assertRepaired(finding)
        self.assertEqual(len(self.order.invoice_ids), 4)
        self.assertBillsNothing(self.order)

    def test_what_waits_with_a_reason_is_not_missed(self):
        self.bill(self.bystander, "2027-07-01")
        draft = self.rows[0].move_id
        self.travel("2027-07-10")
        for field, value in (
            ("subscription_quarantined_at", "2027-07-02"),
            ("subscription_waiting_move_id", draft.id),
            ("write_date", "2027-07-10 09:00:00"),
        ):
            with self.subTest(field):
                query = f"UPDATE sale_order SET {field} = %s WHERE id = %s"  # noqa: S608
                self.plant(query, value, self.order.id)
                self.assertFalse(self.check())
                self.plant(query, None, self.order.id) if field != "write_date" else None

    def test_repair_of_missed_billing_says_why_it_failed(self):
        self.bill(self.bystander, "2027-07-01")
        self.travel("2027-07-10")
        finding = self.assertFound("missed")
        self.plant(
            "UPDATE subscription_segment SET convention = 'lunar' WHERE line_id = %s", self.line.id
        )
        finding.with_user(self.manager).action_repair()
        self.assertNotIn("missed", self.check().mapped("check"))

    def test_cover_beyond_what_is_wanted(self):
        self.plant("UPDATE subscription_segment SET quantity = 1 WHERE line_id = %s", self.line.id)
        self.order._mirror_segments()
        self.order._update_subscription_dates()
        finding = self.assertFound("excess")
        self.assertIn("30.00", finding.message)
        self.assertRepaired(finding)
        self.assertEqual(sum(self.rows.reversed_by_ids.mapped("booked_amount")), -30.0)
