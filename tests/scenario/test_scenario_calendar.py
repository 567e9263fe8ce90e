from datetime import date, timedelta
from fractions import Fraction

from odoo.tests import tagged

from ..support.scenario_calc import boundary, part, regular, rounded, row
from ..support.scenario_common import ScenarioCase, Story


@tagged("post_install", "-at_install")
class TestScenarioCalendar(ScenarioCase):
    """Three years and more of undisturbed contracts: only the calendar moves."""

    # ------------------------------------------------------------------
    # Ends of months
    # ------------------------------------------------------------------

    def test_contracts_of_the_31st_keep_the_ends_of_months_for_36_months(self):
        several = self.story_of_several_recurrences()
        order = several.order
        self.live(order, "2027-01-30")
        last = self.story_of_the_last_of_january()
        self.live(order | last.order, "2027-02-09")
        self.assertStories("2030-01-30", several, last, self.story_of_billing_day_31())
        self.assertEqual(last.order.subscription_next_invoice_date, date(2030, 1, 31))
        self.assertEqual(len(order.invoice_ids), 41, "what falls due on a day is one invoice")
        totals = {move.invoice_date: move.amount_untaxed for move in order.invoice_ids}
        self.assertEqual(totals[date(2026, 8, 31)], 231.56)
        self.assertEqual(totals[date(2026, 9, 30)], 10.0)
        self.assertEqual(totals[date(2026, 11, 30)], 76.66)
        self.assertEqual(totals[date(2027, 8, 31)], 196.56)
        self.assertEqual(totals[date(2028, 8, 31)], 231.56)

    def story_of_several_recurrences(self):
        start = date(2026, 8, 31)
        two_years = self.env.ref("sale_recurring.recurrence_two_years")
        self.template.recurrence_ids |= two_years
        order = self.create_contract(
            self.seat,
            self.line_values(self.support, 2, recurrence_id=self.quarter.id),
            self.line_values(self.hosting, recurrence_id=self.year.id),
            self.line_values(self.domain_name, recurrence_id=two_years.id),
            day=start,
        )
        expected = [
            *regular(start, range(41), 10),
            *regular(start, range(14), 33.33, 2, every=3),
            *regular(start, range(4), 119.9, every=12),
            *regular(start, range(2), 35, every=24),
        ]
        return Story("month, quarter, year and two years in one contract", order, expected)

    def story_of_the_last_of_january(self):
        start = date(2027, 1, 31)
        order = self.create_contract(self.line_values(self.seat, 3), day=start)
        expected = regular(start, range(36), 10, 3)
        self.assertEqual([r[0] for r in expected[:3]], ["2027-01-31", "2027-02-28", "2027-03-31"])
        self.assertEqual(expected[13][:3], ("2028-02-29", "2028-02-29", "2028-03-30"))
        return Story("anniversary of 31 January", order, expected)

    def story_of_billing_day_31(self):
        template = self._create_template("On the 31st", alignment="day", billing_day=31)
        start = date(2027, 2, 10)
        order = self.create_contract(
            self.line_values(self.hosting, recurrence_id=self.month.id),
            day=start,
            template=template,
        )
        anchor, stop = date(2027, 1, 31), date(2027, 2, 28)
        expected = [
            row(start, start, stop, 1, part("119.90", start, stop, anchor, stop)),
            *regular(anchor, range(1, 36), "119.90"),
        ]
        self.assertEqual(expected[0][4], 77.08)
        self.assertEqual(expected[13][:3], ("2028-02-29", "2028-02-29", "2028-03-30"))
        return Story("billing day 31, begun with a part", order, expected)

    def test_leap_day_comes_back_after_four_years(self):
        start = date(2028, 2, 29)
        half_year = self.env.ref("sale_recurring.recurrence_half_year")
        self.template.recurrence_ids |= half_year
        order = self.create_contract(
            self.line_values(self.seat, recurrence_id=self.quarter.id),
            self.line_values(self.support, recurrence_id=half_year.id),
            self.line_values(self.hosting, recurrence_id=self.year.id),
            day=start,
        )
        expected = [
            *regular(start, range(17), 10, every=3),
            *regular(start, range(9), 33.33, every=6),
            *regular(start, range(5), 119.9, every=12),
        ]
        yearly = [r[:3] for r in expected[-5:]]
        self.assertEqual(yearly[0], ("2028-02-29", "2028-02-29", "2029-02-27"))
        self.assertEqual(yearly[1], ("2029-02-28", "2029-02-28", "2030-02-27"))
        self.assertEqual(yearly[3], ("2031-02-28", "2031-02-28", "2032-02-28"))
        self.assertEqual(yearly[4], ("2032-02-29", "2032-02-29", "2033-02-27"))
        self.assertStories("2032-02-29", Story("29 February", order, expected))

    # ------------------------------------------------------------------
    # Other grids
    # ------------------------------------------------------------------

    def test_calendar_quarters_and_years_begin_in_january(self):
        template = self._create_template("Calendar", alignment="calendar")
        start = date(2027, 2, 20)
        order = self.create_contract(
            self.line_values(self.seat, 7, recurrence_id=self.quarter.id),
            self.line_values(self.hosting, recurrence_id=self.year.id),
            day=start,
            template=template,
        )
        new_year = date(2027, 1, 1)
        quarter, year = date(2027, 4, 1), date(2028, 1, 1)
        self.assertEqual(rounded(Fraction(70) * 40 / 90), Fraction("31.11"))
        expected = [
            row(start, start, quarter, 7, part(70, start, quarter, new_year, quarter)),
            *regular(new_year, range(1, 13), 10, 7, every=3),
            row(start, start, year, 1, part("119.90", start, year, new_year, year)),
            *regular(new_year, range(1, 4), "119.90", every=12),
        ]
        self.assertStories("2030-02-19", Story("calendar", order, expected))

    def test_weeks_and_days_are_counted_not_months(self):
        lengths = {"week": (6, 42, 10), "day": (126, 126, 33.33)}
        recurrences = {
            unit: self.env["subscription.recurrence"].create(
                {"name": f"Every {count} {unit}s", "unit": unit, "count": count}
            )
            for unit, (count, _days, _price) in lengths.items()
        }
        self.template.recurrence_ids |= recurrences["week"] | recurrences["day"]
        start, end = date(2027, 3, 31), date(2030, 3, 30)
        order = self.create_contract(
            self.line_values(self.seat, recurrence_id=recurrences["week"].id),
            self.line_values(self.support, recurrence_id=recurrences["day"].id),
            day=start,
        )
        expected = []
        for _count, length, price in lengths.values():
            step = timedelta(days=length)
            for number in range((end - start).days // length + 1):
                first = start + number * step
                expected.append(row(first, first, first + step, 1, price))
        self.assertEqual(len(expected), 27 + 9)
        self.assertStories(end, Story("weeks and days", order, expected))

    def test_daily_runs_find_nothing_between_two_due_days(self):
        order = self.create_contract(self.seat, day="2027-01-31")
        self.bill(order)
        for day in range(1, 28):
            self.travel(date(2027, 2, day))
            self.assertBillsNothing(order)
        self.assertEqual(len(self.bill(order, boundary(date(2027, 1, 31), 1))), 1)
