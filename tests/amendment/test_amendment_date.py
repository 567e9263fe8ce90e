from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ...models.amendment.amendment_plan import AmendmentPlan
from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAmendmentDate(AmendmentCommon):
    """From when on an amendment holds: now, with the next period, on a day, in the past."""

    def prepare_once(self):
        super().prepare_once()
        self.bill(self.contract)
        self.travel("2027-02-15")

    def _amend_seats(self, quantity, **values):
        amendment = self.amend(**values)
        self.target(amendment, self.seats).product_uom_qty = quantity
        return amendment

    def _get_steps(self, line=None):
        return (line or self.seats).segment_ids.mapped(
            lambda step: (step.start_date.isoformat(), step.quantity)
        )

    def test_with_the_next_period(self):
        amendment = self._amend_seats(8, subscription_effective_mode="period")
        self.assertEqual(amendment.subscription_effective_preview_date, date(2027, 2, 28))
        self.assertFalse(amendment.amount_total, "nothing is due before its day")
        amendment.action_confirm()
        self.assertEqual(self._get_steps(), [("2027-01-31", 5), ("2027-02-28", 8)])
        self.assertEqual(self.seats.product_uom_qty, 5, "it has not changed yet")
        self.assertBillsNothing(self.contract)
        moves = self.bill(self.contract, "2027-02-28")
        lines = moves.invoice_line_ids.filtered(lambda line: line.sale_line_ids == self.seats)
        self.assertAlmostEqual(lines.price_subtotal, 80)
        self.assertEqual(self.seats.product_uom_qty, 8)

    def test_fewer_with_the_next_period_credits_nothing(self):
        amendment = self._amend_seats(2, subscription_effective_mode="period")
        amendment.action_confirm()
        self.assertBillsNothing(self.contract)
        moves = self.bill(self.contract, "2027-02-28")
        self.assertEqual(moves.mapped("move_type"), ["out_invoice"])
        self.assertAlmostEqual(moves.amount_untaxed, 20 + self.help.price_unit)

    def test_the_next_period_is_that_of_the_lines_that_change(self):
        contract = self.create_contract(
            self.line_values(self.seat, 5),
            self.line_values(self.hosting, 1, recurrence_id=self.year.id),
            day="2027-01-31",
        )
        self.bill(contract)
        self.travel("2027-02-15")
        amendment = self.amend(contract, subscription_effective_mode="period")
        seats, hosting = contract.order_line
        self.target(amendment, seats).product_uom_qty = 6
        self.assertEqual(amendment._get_effective_date(), date(2027, 2, 28))
        self.target(amendment, hosting).product_uom_qty = 2
        self.assertEqual(amendment._get_effective_date(), date(2028, 1, 31))

    def test_an_added_line_begins_with_the_next_period_of_any_line(self):
        amendment = self.amend(subscription_effective_mode="period")
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        self.assertFalse(amendment.amount_untaxed)
        amendment.action_confirm()
        added = self.contract.order_line - self.seats - self.help
        self.assertEqual(self._get_steps(added), [("2027-02-28", 1)])
        self.assertFalse(added.recurring_monthly, "not served yet")
        self.bill(self.contract, "2027-02-28")
        self.assertAlmostEqual(added.recurring_monthly, self.hosting.list_price)

    def test_on_a_day_to_come(self):
        amendment = self._amend_seats(
            8, subscription_effective_mode="date", subscription_effective_date="2027-03-10"
        )
        expected = self.currency.round(30 * 21 / 31)
        self.assertFalse(amendment.amount_total)
        amendment.action_confirm()
        moves = self.bill(self.contract, "2027-02-28")
        self.assertAlmostEqual(moves.amount_untaxed, 50 + self.help.price_unit)
        moves = self.bill(self.contract, "2027-03-10")
        self.assertAlmostEqual(moves.amount_untaxed, expected)
        self.assertBillsNothing(self.contract)

    def test_in_the_past_the_difference_is_billed_since_then(self):
        amendment = self._amend_seats(
            8, subscription_effective_mode="date", subscription_effective_date="2027-02-05"
        )
        moves = self.assertBillsAmount(amendment)
        self.assertEqual(moves.invoice_date, date(2027, 2, 15))
        line = moves.invoice_line_ids
        self.assertEqual(line.deferred_start_date, date(2027, 2, 5))
        self.assertAlmostEqual(line.price_subtotal, self.currency.round(30 * 23 / 28))

    def test_locked_books_date_the_document_today(self):
        self.bill(self.contract, "2027-02-28")
        self.travel("2027-03-10")
        self.company.sale_lock_date = date(2027, 2, 28)
        for quantity, kind in ((8, "out_invoice"), (3, "out_refund")):
            amendment = self._amend_seats(
                quantity,
                subscription_effective_mode="date",
                subscription_effective_date="2027-02-20",
            )
            moves = self.assertBillsAmount(amendment)
            self.assertEqual(set(moves.mapped("move_type")), {kind})
            self.assertEqual(set(moves.mapped("date")), {date(2027, 3, 10)})
            self.assertEqual(
                min(moves.invoice_line_ids.mapped("deferred_start_date")), date(2027, 2, 20)
            )

    def test_the_past_has_a_limit_per_group(self):
        self.company.write(
            {"subscription_backdate_days_user": 5, "subscription_backdate_days_manager": 10}
        )
        manager = new_test_user(
            self.env, "boss", groups="sale_recurring.group_subscription_manager"
        )
        amendment = self._amend_seats(
            8, subscription_effective_mode="date", subscription_effective_date="2027-02-07"
        )
        with self.assertRefused("at most 5 days back"):
            amendment.action_confirm()
        amendment.subscription_effective_date = "2027-02-01"
        with self.assertRefused("at most 10 days back"):
            amendment.with_user(manager).action_confirm()
        amendment.subscription_effective_date = "2027-02-07"
        amendment.with_user(manager).action_confirm()
        self.assertEqual(amendment.state, "sale")

    def test_a_day_after_the_end_is_refused(self):
        self.contract.subscription_end_date = "2027-03-31"
        amendment = self._amend_seats(
            8, subscription_effective_mode="date", subscription_effective_date="2027-03-31"
        )
        with self.assertRefused("ends before"):
            amendment.action_confirm()

    def test_a_missing_day_is_asked_for(self):
        amendment = self._amend_seats(8, subscription_effective_mode="date")
        with self.assertRefused("Choose the day"):
            amendment.action_confirm()

    def test_a_day_before_the_contract_counts_as_its_first(self):
        amendment = self._amend_seats(
            8, subscription_effective_mode="date", subscription_effective_date="2027-01-20"
        )
        self.assertBillsAmount(amendment)
        self.assertEqual(self._get_steps(), [("2027-01-31", 8)])

    def test_an_upcoming_contract_changes_from_its_first_day(self):
        contract = self.create_contract(
            self.line_values(self.seat, 5), subscription_start_date="2027-04-01"
        )
        amendment = self.amend(contract)
        self.target(amendment, contract.order_line).product_uom_qty = 8
        self.assertFalse(amendment.amount_total)
        self.assertAlmostEqual(AmendmentPlan(amendment).get_later_amount(), 36)
        amendment.action_confirm()
        self.assertEqual(self._get_steps(contract.order_line), [("2027-04-01", 8)])

    def test_planned_steps_keep_what_they_plan(self):
        self.contract._subscription_change_line(
            self.seats, date(2027, 2, 15), discount=50, until=date(2027, 5, 31)
        )
        self.contract._subscription_change_line(self.seats, date(2027, 7, 31), quantity=20)
        amendment = self._amend_seats(8)
        amendment.action_confirm()
        self.assertEqual(
            self.seats.segment_ids.mapped(
                lambda step: (step.start_date.isoformat(), step.quantity, step.discount)
            ),
            [
                ("2027-01-31", 5, 0),
                ("2027-02-15", 8, 50),
                ("2027-05-31", 8, 0),
                ("2027-07-31", 20, 0),
            ],
        )
