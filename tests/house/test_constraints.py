from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError, errors

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestConstraints(SubscriptionCommon):
    """What the database itself refuses. Odoo only logs a constraint that it could not create."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 2), day="2027-04-01")
        self.line = self.order.order_line
        self.bill(self.order)
        self.env.flush_all()

    def get_definition(self, name):
        self.env.cr.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        )
        return (self.env.cr.fetchone() or [None])[0]

    def get_index(self, name):
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        return (self.env.cr.fetchone() or [None])[0]

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def test_steps_of_a_line_exclude_each_other(self):
        definition = self.get_definition("subscription_segment_no_overlap")
        self.assertIn("EXCLUDE USING gist", definition)
        self.assertIn("DEFERRABLE INITIALLY DEFERRED", definition)

    @mute_logger("odoo.sql_db")
    def test_planted_overlap_is_refused(self):
        with self.assertRaises(errors.ExclusionViolation), self.env.cr.savepoint():
            self.plant_copy("subscription_segment", self.line.segment_ids)
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with self.assertRaises(errors.ExclusionViolation), self.env.cr.savepoint():
            self.plant_copy(
                "subscription_segment", self.line.segment_ids, start_date=date(2028, 5, 1)
            )
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_steps_that_meet_are_accepted(self):
        self.line.segment_ids.end_date = date(2027, 6, 1)
        self.env.flush_all()
        with self.env.cr.savepoint():
            self.plant_copy(
                "subscription_segment",
                self.line.segment_ids,
                start_date=date(2027, 6, 1),
                end_date=None,
            )
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        self.line.invalidate_recordset()
        self.assertEqual(len(self.line.segment_ids), 2)

    @mute_logger("odoo.sql_db")
    def test_overlap_through_the_orm_is_refused_on_the_spot(self):
        step = self.line.segment_ids._get_engine_segment()
        with self.assertRaises(errors.ExclusionViolation), self.env.cr.savepoint():
            self.order._replace_segments(self.line, [step, step])

    @mute_logger("odoo.sql_db")
    def test_steps_end_after_they_start_and_hold_no_negative_quantity(self):
        for changes in ({"end_date": date(2027, 4, 1)}, {"quantity": -1}):
            with self.assertRaises(errors.CheckViolation), self.env.cr.savepoint():
                self.plant_copy("subscription_segment", self.line.segment_ids, **changes)

    def test_steps_are_not_edited(self):
        with self.assertRaisesRegex(UserError, "A segment of a contract line cannot be edited"):
            self.line.segment_ids.quantity = 5

    # ------------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------------

    def test_ledger_has_its_unique_index(self):
        definition = self.get_index("subscription_billed_period_revision_unique")
        self.assertIn("CREATE UNIQUE INDEX", definition)
        self.assertIn("(line_id, revision, n)", definition)

    @mute_logger("odoo.sql_db")
    def test_planted_second_row_of_a_revision_is_refused(self):
        row = self.order.subscription_billed_period_ids
        with self.assertRaises(errors.UniqueViolation), self.env.cr.savepoint():
            self.plant_copy("subscription_billed_period", row)
        self.plant_copy("subscription_billed_period", row, n=row.n + 1)

    @mute_logger("odoo.sql_db")
    def test_two_processes_that_read_the_same_state_cannot_both_bill(self):
        row = self.order.subscription_billed_period_ids
        self.travel("2027-05-01")
        # Both have read which rows there are.
        self.order.order_line.sudo().mapped("open_billed_period_ids")
        # What another process has committed meanwhile: the next revision of this line.
        self.plant_copy(
            "subscription_billed_period",
            row,
            revision=row.revision + 1,
            start_date=date(2027, 5, 1),
            end_date=date(2027, 6, 1),
            full_start_date=date(2027, 5, 1),
            full_end_date=date(2027, 6, 1),
            invoice_line_id=None,
            move_id=None,
        )
        with self.assertRaises(errors.UniqueViolation), self.env.cr.savepoint():
            self.order._bill_subscriptions()

    @mute_logger("odoo.sql_db")
    def test_ledger_refuses_impossible_rows(self):
        row = self.order.subscription_billed_period_ids
        impossible = [
            {"start_date": date(2027, 3, 31)},
            {"end_date": date(2027, 5, 2)},
            {"start_date": date(2027, 5, 1)},
            {"kind": "credit"},
            {"reverses_id": row.id},
        ]
        for changes in impossible:
            with self.subTest(changes), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.plant_copy("subscription_billed_period", row, n=7, **changes)

    def test_ledger_is_never_edited_nor_deleted(self):
        row = self.order.subscription_billed_period_ids
        with self.assertRaisesRegex(UserError, "never edited, only added to"):
            row.start_date = date(2027, 4, 2)
        with self.assertRaisesRegex(UserError, "never deleted, only added to"):
            row.unlink()

    # ------------------------------------------------------------------
    # Interruptions
    # ------------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_pauses_of_a_contract_exclude_each_other(self):
        definition = self.get_definition("subscription_interruption_no_overlap")
        self.assertIn("EXCLUDE USING gist", definition)
        self.order._subscription_pause(date(2027, 5, 1), date(2027, 6, 1))
        Order = type(self.order)
        with (
            patch.object(Order, "_check_pause"),  # as if another process had been faster
            self.assertRaises(errors.ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self.order._subscription_pause(date(2027, 5, 31))
        self.order._subscription_pause(date(2027, 6, 1))
        self.assertEqual(len(self.order.subscription_interruption_ids), 2)
