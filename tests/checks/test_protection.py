from odoo.tests import tagged

from ..support.common_finding import FindingCommon

# What money rests on; a declaration that disappears from the code is missed here.
NEEDED = {
    ("constraint", "subscription_segment_no_overlap"),
    ("constraint", "subscription_segment_starts_before_end"),
    ("constraint", "subscription_segment_quantity_not_negative"),
    ("constraint", "subscription_billed_period_span_valid"),
    ("constraint", "subscription_billed_period_reverses_row"),
    ("constraint", "subscription_interruption_no_overlap"),
    ("constraint", "subscription_interruption_starts_before_end"),
    ("constraint", "account_move_line_deferred_dates_both"),
    ("constraint", "res_company_subscription_batch_size_valid"),
    ("index", "subscription_billed_period_revision_unique"),
    ("index", "payment_transaction_one_open_charge"),
    ("index", "subscription_dunning_event_once_per_step"),
    ("index", "subscription_dunning_event_paid_once"),
    ("index", "account_move_waiting_for_payment"),
    ("index", "account_move_open_to_charge"),
    ("index", "subscription_finding_one_per_damage"),
    ("index", "sale_order__subscription_next_invoice_date_index"),
    ("index", "subscription_billed_period__line_id_index"),
    ("index", "subscription_billed_period__invoice_line_id_index"),
    ("index", "subscription_segment__line_id_index"),
    ("not_null", "subscription_segment.line_id"),
    ("not_null", "subscription_billed_period.line_id"),
    ("not_null", "subscription_billed_period.revision"),
    ("not_null", "sale_order.subscription_state"),
}


@tagged("post_install", "-at_install")
class TestProtection(FindingCommon):
    """Every constraint and index of the addon is in the database, and comes back when lost."""

    def get_drop(self, kind, name, model):
        table = self.env[model]._table
        if kind == "index":
            return f"DROP INDEX {name}"
        if kind == "not_null":
            column = name.partition(".")[2]
            return f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL"
        return f"ALTER TABLE {table} DROP CONSTRAINT {name}"

    def test_what_money_rests_on_is_declared(self):
        self.assertFalse(NEEDED - self.Finding._get_expected_protections().keys())

    def test_everything_declared_is_in_the_database(self):
        self.assertEqual(self.Finding._find_missing_protections(), [])

    def test_each_that_is_lost_is_found_and_created_again(self):
        expected = self.Finding._get_expected_protections()
        before = self.Finding._get_existing_protections()
        for kind, name in sorted(NEEDED):
            with self.subTest(name):
                self.plant(self.get_drop(kind, name, expected[kind, name][0]))
                finding = self.check()
                self.assertEqual(finding.check, "constraint")
                self.assertIn(name, finding.message)
                finding.with_user(self.manager).action_repair()
                self.assertFalse(self.check())
                after = self.Finding._get_existing_protections()
                self.assertEqual(after[kind, name], before[kind, name])

    def test_constraint_that_says_something_else_is_replaced(self):
        name = "subscription_segment_starts_before_end"
        self.plant(f"COMMENT ON CONSTRAINT {name} ON subscription_segment IS 'CHECK (true)'")
        finding = self.check()
        self.assertIn(name, finding.message)
        finding.with_user(self.manager).action_repair()
        self.assertFalse(self.check())
