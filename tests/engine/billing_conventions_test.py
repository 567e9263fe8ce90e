"""Rules of the timings and conventions: arrears, whole periods, months of thirty days."""

from dataclasses import replace
from decimal import Decimal

from support import Line, day, line, period, segment, terms, with_quantity, with_terms

from engine.billing import billed_until, next_billing_date
from engine.recurrence import Recurrence
from engine.segment import cut_gaps, end_at


class TestArrears:
    def test_a_period_is_billed_when_it_ends(self):
        used = line(timing="arrears")
        assert next_billing_date(used.segments, ()) == day("2027-02-01")
        assert used.bill("2027-01-31") == []
        assert used.bill("2027-02-01") == [("2027-01-01", "2027-02-01", 1, "10.00")]

    def test_service_that_stops_is_billed_on_the_day_it_stops(self):
        used = line("31", timing="arrears", end="2027-01-11")
        assert next_billing_date(used.segments, ()) == day("2027-01-11")
        assert used.bill("2027-01-11") == [("2027-01-01", "2027-01-11", 1, "10.00")]

    def test_a_pause_with_a_known_end_waits_for_the_period(self):
        used = line("31", timing="arrears")
        used.segments = cut_gaps(used.segments, [period("2027-01-11", "2027-01-21")])
        assert used.bill("2027-01-31") == []
        assert used.bill("2027-02-01") == [
            ("2027-01-01", "2027-01-11", 1, "10.00"),
            ("2027-01-21", "2027-02-01", 1, "11.00"),
        ]

    def test_a_change_of_quantity_is_billed_with_the_period(self):
        used = line("31", timing="arrears")
        used.segments = with_quantity(used.segments, day("2027-01-11"), 2)
        assert used.bill("2027-02-01") == [
            ("2027-01-01", "2027-01-11", 1, "10.00"),
            ("2027-01-11", "2027-02-01", 2, "42.00"),
        ]

    def test_a_change_of_price_closes_the_old_price_on_its_day(self):
        used = line("31", timing="arrears")
        dear = terms("62", timing="arrears")
        used.segments = with_terms(used.segments, day("2027-01-11"), dear)
        assert used.bill("2027-01-11") == [("2027-01-01", "2027-01-11", 1, "10.00")]
        assert used.bill("2027-02-01") == [("2027-01-11", "2027-02-01", 1, "42.00")]

    def test_a_late_end_gives_back_what_was_billed(self):
        used = line("31", timing="arrears")
        used.run("2027-03-01")
        used.segments = end_at(used.segments, day("2027-02-15"))
        assert used.bill("2027-03-02") == [("2027-02-15", "2027-03-01", -1, "-15.50")]


class TestNone:
    def test_a_line_that_begins_inside_a_period_pays_it_whole(self):
        whole = line(start="2027-01-20", anchor="2027-01-01", convention="none")
        assert whole.bill("2027-01-20") == [("2027-01-20", "2027-02-01", 1, "10.00")]
        assert whole.bill("2027-02-01") == [("2027-02-01", "2027-03-01", 1, "10.00")]

    def test_changes_and_ends_wait_for_the_next_period(self):
        whole = line(convention="none", quantity=5)
        whole.run("2027-01-01")
        whole.segments = with_quantity(whole.segments, day("2027-01-10"), 8)
        assert whole.bill("2027-01-31") == []
        assert whole.bill("2027-02-01") == [("2027-02-01", "2027-03-01", 8, "80.00")]
        whole.segments = end_at(whole.segments, day("2027-02-10"))
        assert whole.bill("2027-03-01") == []
        assert billed_until(whole.segments, whole.rows) == day("2027-03-01")

    def test_a_pause_inside_a_period_changes_nothing(self):
        whole = line(convention="none")
        whole.segments = cut_gaps(whole.segments, [period("2027-01-10", "2027-01-20")])
        assert whole.bill("2027-01-25") == [("2027-01-01", "2027-02-01", 1, "10.00")]

    def test_a_period_that_begins_in_a_pause_is_free(self):
        whole = line(convention="none")
        whole.segments = cut_gaps(whole.segments, [period("2027-01-10", "2027-02-10")])
        assert [item[:2] for item in whole.bill("2027-03-01")] == [
            ("2027-01-01", "2027-02-01"),
            ("2027-03-01", "2027-04-01"),
        ]

    def test_a_pause_that_ends_with_a_period_bills_the_next(self):
        whole = line(convention="none")
        whole.segments = cut_gaps(whole.segments, [period("2027-01-10", "2027-03-01")])
        assert [item[0] for item in whole.bill("2027-03-01")] == ["2027-01-01", "2027-03-01"]

    def test_a_switch_to_days_waits_for_the_period_too(self):
        daily = terms("31")
        whole = line(convention="none", end="2027-01-20")
        whole.segments += (
            segment("2027-01-20", "2027-02-15", 1, daily),
            segment("2027-02-20", "2027-03-10", 1, daily),
        )
        assert whole.bill("2027-03-20") == [
            ("2027-01-01", "2027-02-01", 1, "10.00"),
            ("2027-02-01", "2027-02-15", 1, "15.50"),
            ("2027-02-20", "2027-03-01", 1, "9.96"),
            ("2027-03-01", "2027-03-10", 1, "9.00"),
        ]

    def test_a_line_taken_back_is_credited_whole(self):
        whole = line(convention="none")
        whole.run("2027-01-01")
        whole.segments = ()
        assert whole.bill("2027-01-02") == [("2027-01-01", "2027-02-01", -1, "-10.00")]

    def test_a_part_before_the_end_of_the_period_is_worth_nothing(self):
        whole = line(start="2027-01-20", anchor="2027-01-01", convention="none")
        whole.run("2027-01-20")
        earlier = replace(whole.segments[0], start=day("2027-01-05"))
        whole.segments = (earlier,)
        assert whole.bill("2027-01-25") == [("2027-01-05", "2027-01-20", 1, "0.00")]
        whole.segments = ()
        assert whole.bill("2027-01-26") == [
            ("2027-01-05", "2027-01-20", -1, "0"),
            ("2027-01-20", "2027-02-01", -1, "-10.00"),
        ]


class TestFixed30:
    def test_every_month_has_thirty_days(self):
        fixed = line("30", convention="fixed_30", start="2027-02-16", anchor="2027-02-01")
        assert fixed.bill("2027-02-16") == [("2027-02-16", "2027-03-01", 1, "15.00")]

    def test_a_grid_of_the_31st_keeps_its_position_in_short_months(self):
        fixed = line("30", convention="fixed_30", anchor="2027-01-31", start="2027-01-31")
        fixed.segments = end_at(fixed.segments, day("2027-03-15"))
        assert fixed.bill("2027-03-15") == [
            ("2027-01-31", "2027-02-28", 1, "30.00"),
            ("2027-02-28", "2027-03-15", 1, "15.00"),
        ]

    def test_a_31st_alone_is_worth_nothing_and_can_be_given_back(self):
        values = {"anchor": "2027-01-15", "convention": "fixed_30"}
        one = line("30", "2027-01-30", "2027-01-31", **values)
        assert one.bill("2027-01-30") == [("2027-01-30", "2027-01-31", 1, "0.00")]
        edited = replace(one.rows[0], booked=Decimal("5.00"))
        one.segments, one.rows = (), (edited,)
        assert one.bill("2027-01-31") == [("2027-01-30", "2027-01-31", -1, "-5.00")]

    def test_the_parts_beside_a_31st_make_up_the_whole_price(self):
        values = {"anchor": "2027-01-15", "convention": "fixed_30"}
        one = line("30", "2027-01-30", "2027-01-31", **values)
        one.run("2027-01-30")
        one.segments = line("30", "2027-01-15", **values).segments
        assert one.bill("2027-01-31") == [
            ("2027-01-15", "2027-01-30", 1, "15.00"),
            ("2027-01-31", "2027-02-15", 1, "15.00"),
        ]

    def test_weeks_count_real_days(self):
        weekly = terms("7", Recurrence("week", 1), "2027-01-04", convention="fixed_30")
        week = Line(segment("2027-01-06", None, 1, weekly))
        assert week.bill("2027-01-06") == [("2027-01-06", "2027-01-11", 1, "5.00")]
