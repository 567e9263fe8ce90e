from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAmendmentAnchor(AmendmentCommon):
    """A switch of recurrence begins a full period; what the terms say of days goes before it."""

    def prepare_once(self):
        super().prepare_once()
        self.bill(self.contract)
        self.travel("2027-02-15")

    def _switch(self, contract=None, recurrence=None, **values):
        contract = contract or self.contract
        amendment = self.amend(contract, **values)
        amendment.subscription_all_recurrence_id = recurrence or self.year
        return amendment

    def _get_spans(self, line):
        """Return the days that were charged of a line, the last day included."""
        lines = line.billed_period_ids.filtered(lambda row: row.kind == "charge").invoice_line_id
        return sorted(
            (line.deferred_start_date.isoformat(), line.deferred_end_date.isoformat())
            for line in lines
        )

    def _get_line(self, recurrence, contract=None):
        lines = (contract or self.contract).order_line
        return lines.filtered(lambda line: line.recurrence_id == recurrence)

    def test_monthly_to_yearly_bills_a_full_year_and_then_the_next_one(self):
        amendment = self._switch()
        amendment._get_recurring_lines().write({"price_unit": 100})
        rest = self.currency.round(50 * 13 / 28) + self.currency.round(33.33 * 13 / 28)
        self.assertAlmostEqual(amendment.amount_untaxed, 600 - rest)
        self.assertBillsAmount(amendment)
        self.assertAlmostEqual(self.contract.subscription_mrr, 50)
        seats = self._get_line(self.year)[0]
        self.assertEqual(self._get_spans(seats), [("2027-02-15", "2028-02-14")])
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2028, 2, 15))
        self.assertEqual(self.contract.subscription_anchor_date, date(2027, 2, 15))
        self.assertAlmostEqual(self.bill(self.contract, "2028-02-15").amount_untaxed, 600)
        self.assertEqual(self._get_spans(seats)[1], ("2028-02-15", "2029-02-14"))
        self.assertBillsNothing(self.contract)
        self.assertNothingFound(self.contract)

    def test_on_a_day_to_come_nothing_moves_before(self):
        amendment = self._switch(
            subscription_effective_mode="date", subscription_effective_date="2027-03-10"
        )
        self.assertFalse(amendment.amount_total)
        amendment.action_confirm()
        self.bill(self.contract, "2027-02-28")
        self.bill(self.contract, "2027-03-10")
        self.assertEqual(
            self._get_spans(self.seats),
            [("2027-01-31", "2027-02-27"), ("2027-02-28", "2027-03-09")],
        )
        self.assertEqual(
            self._get_spans(self._get_line(self.year)[0]), [("2027-03-10", "2028-03-09")]
        )
        self.assertBillsNothing(self.contract)

    def test_calendar_and_billing_day_go_before(self):
        for values, first, last in (
            ({"alignment": "calendar"}, "2027-02-15", "2027-12-31"),
            ({"alignment": "day", "billing_day": 20}, "2027-02-15", "2027-02-19"),
        ):
            template = self._create_template("Aligned", **values)
            contract = self.create_contract(self.line_values(self.seat, 1), template=template)
            self.bill(contract)
            self.assertBillsAmount(self._switch(contract), contract)
            self.assertEqual(self._get_spans(self._get_line(self.year, contract)), [(first, last)])

    def test_what_is_added_later_joins_the_switched_lines(self):
        amendment = self.amend()
        self.target(amendment, self.seats).recurrence_id = self.year
        self.assertBillsAmount(amendment)
        self.assertEqual(self.contract.subscription_anchor_date, date(2027, 1, 31), "help goes on")
        self.travel("2027-06-01")
        self.bill(self.contract)
        amendment = self.amend()
        amendment.order_line = [
            Command.create({"product_id": self.hosting.id, "recurrence_id": self.year.id}),
            Command.create({"product_id": self.support.id, "recurrence_id": self.month.id}),
        ]
        self.assertBillsAmount(amendment)
        hosting, support = self.contract.order_line[-2:]
        self.assertEqual(self._get_spans(hosting), [("2027-06-01", "2028-02-14")])
        self.assertEqual(self._get_spans(support), [("2027-06-01", "2027-06-29")])

    def test_a_second_amendment_leaves_the_periods_of_a_switched_line(self):
        self.assertBillsAmount(self._switch())
        self.travel("2027-05-01")
        template = self._create_template("Other", convention="fixed_30")
        amendment = self.amend(subscription_template_id=template.id)
        amendment._get_recurring_lines()[0].product_uom_qty = 6
        self.assertBillsAmount(amendment)
        line = self._get_line(self.year)[0]
        self.assertEqual(set(line.segment_ids.mapped("anchor_date")), {date(2027, 2, 15)})

    def test_another_product_keeps_the_periods(self):
        amendment = self.amend()
        self.target(amendment, self.seats).product_id = self.hosting
        self.assertBillsAmount(amendment)
        line = self.contract.order_line[-1]
        self.assertEqual(self._get_spans(line), [("2027-02-15", "2027-02-27")])

    def test_a_renewal_goes_on_with_the_periods_of_a_switched_line(self):
        self.assertBillsAmount(self._switch())
        renewal = self.contract._create_renewal_quotation()
        self.assertEqual(renewal.subscription_start_date, date(2028, 2, 15))
        self.travel("2028-02-15")
        renewal.action_confirm()
        self.bill(self.contract | renewal)
        self.assertEqual(
            set(map(tuple, map(self._get_spans, renewal.order_line))),
            {(("2028-02-15", "2029-02-14"),)},
        )

    def test_a_switch_in_the_trial_begins_when_the_trial_ends(self):
        template = self._create_template("Trial", trial_count=14, trial_unit="day")
        contract = self.create_contract(self.line_values(self.seat, 1), template=template)
        self.travel("2027-02-20")
        amendment = self._switch(contract)
        self.assertFalse(amendment.amount_total)
        amendment.action_confirm()
        self.bill(contract, "2027-03-01")
        self.assertEqual(
            self._get_spans(self._get_line(self.year, contract))[-1], ("2027-03-01", "2028-02-29")
        )

    def test_there_and_back_on_one_day_leaves_the_periods_as_they_were(self):
        self.assertBillsAmount(self._switch())
        self.assertBillsAmount(self._switch(recurrence=self.month))
        self.assertEqual(self.contract.subscription_anchor_date, date(2027, 1, 31))
        booked = sum(self.contract.subscription_billed_period_ids.mapped("booked_amount"))
        self.assertAlmostEqual(booked, 83.33)
        self.bill(self.contract, "2027-02-28")
        line = self.contract.order_line[-1]
        self.assertEqual(self._get_spans(line)[-1], ("2027-02-28", "2027-03-30"))
