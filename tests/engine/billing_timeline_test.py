"""Steps that are known ahead, and lines whose start was moved: what falls due when."""

from support import day, line, period, segment, short, with_quantity

from engine.billing import Credit, apply, due, next_billing_date
from engine.segment import cut_gaps, end_at


class TestKnownAhead:
    def test_a_resume_that_is_known_ahead_waits_for_its_day(self):
        paused = line("31")
        paused.run("2027-01-01")
        running = paused.segments
        paused.segments = end_at(running, day("2027-01-11"))
        paused.run("2027-01-11")
        paused.segments = cut_gaps(running, [period("2027-01-11", "2027-01-21")])
        for date in ("2027-01-12", "2027-01-20"):
            assert paused.bill(date) == []
            assert due(paused.segments, paused.rows, day(date)) == ()

    def test_a_known_gap_in_the_first_period_is_left_out_of_its_first_bill(self):
        paused = line("31")
        paused.segments = cut_gaps(paused.segments, [period("2027-01-11", "2027-01-21")])
        expected = [
            ("2027-01-01", "2027-01-11", 1, "10.00"),
            ("2027-01-21", "2027-02-01", 1, "11.00"),
        ]
        assert paused.bill("2027-01-15") == expected

    def test_an_upgrade_behind_a_downgrade_waits_for_its_day(self):
        seats = line("31", quantity=5)
        seats.run("2027-01-01")
        full = seats.segments
        seats.segments = with_quantity(full, day("2027-01-11"), 2)
        seats.run("2027-01-11")
        seats.segments = with_quantity(seats.segments, day("2027-01-21"), 5)
        assert next_billing_date(seats.segments, seats.rows) == day("2027-01-21")
        assert seats.bill("2027-01-20") == []
        assert seats.bill("2027-01-21") == [("2027-01-21", "2027-02-01", 3, "33.00")]

    def test_an_end_behind_an_upgrade_is_credited_on_its_day(self):
        seats = line("31", quantity=5)
        seats.run("2027-01-01")
        seats.segments = (
            segment("2027-01-01", "2027-01-11", 2, seats.segments[0].terms),
            segment("2027-01-11", "2027-01-21", 4, seats.segments[0].terms),
        )
        found = [(item.on.isoformat(), *short(item)) for item in seats.run("2027-01-25")]
        assert found == [
            ("2027-01-01", "2027-01-01", "2027-01-11", -3, "-30.00"),
            ("2027-01-01", "2027-01-11", "2027-02-01", -1, "-21.00"),
            ("2027-01-21", "2027-01-21", "2027-02-01", -4, "-44.00"),
        ]

    def test_a_downgrade_behind_an_upgrade_gives_back_what_it_no_longer_wants(self):
        seats = line("31", quantity=5)
        seats.run("2027-01-01")
        its_terms = seats.segments[0].terms
        seats.segments = (
            segment("2027-01-01", "2027-01-11", 5, its_terms),
            segment("2027-01-11", "2027-01-21", 8, its_terms),
            segment("2027-01-21", None, 2, its_terms),
        )
        found = [(item.on.isoformat(), *short(item)) for item in seats.run("2027-01-25")]
        assert found == [
            ("2027-01-11", "2027-01-11", "2027-01-21", 3, "30.00"),
            ("2027-01-21", "2027-01-21", "2027-02-01", -3, "-33.00"),
        ]

    def test_nothing_is_dated_before_its_period_opens(self):
        seats = line("31", quantity=2)
        for date, quantity in (("2027-01-21", 5), ("2027-02-11", 8)):
            seats.segments = with_quantity(seats.segments, day(date), quantity)
        items = seats.run("2027-02-05")
        draft = seats.rows[-1]
        undo = Credit(
            draft.span.start,
            draft.key,
            draft.terms,
            draft.full,
            draft.span,
            draft.quantity,
            draft.booked,
            draft.computed,
            items[-1].fraction,
        )
        seats.rows = apply(seats.rows, [undo])
        found = [(item.on.isoformat(), *short(item)) for item in seats.run("2027-02-15")]
        assert found == [
            ("2027-02-01", "2027-02-01", "2027-03-01", 5, "155.00"),
            ("2027-02-11", "2027-02-11", "2027-03-01", 3, "59.79"),
        ]


class TestStartMoved:
    def test_days_before_a_start_that_moved_later_are_given_back(self):
        moved = line("31")
        moved.run("2027-01-01")
        moved.segments = (segment("2027-01-11", None, 1, moved.segments[0].terms),)
        assert next_billing_date(moved.segments, moved.rows) == day("2027-01-01")
        assert moved.bill("2027-01-05") == [("2027-01-01", "2027-01-11", -1, "-10.00")]

    def test_a_late_run_gives_them_back_too(self):
        moved = line("31")
        moved.run("2027-01-01")
        moved.segments = (segment("2027-01-11", None, 1, moved.segments[0].terms),)
        [credit] = moved.run("2027-01-20")
        assert credit.on == day("2027-01-01")

    def test_a_line_that_was_taken_back_is_credited_at_once(self):
        gone = line("31")
        gone.run("2027-01-01")
        gone.segments = ()
        assert next_billing_date((), gone.rows) == day("2027-01-01")
        assert gone.bill("2027-01-05") == [("2027-01-01", "2027-02-01", -1, "-31.00")]
        assert gone.net == 0

    def test_a_period_paid_ahead_is_not_credited_before_its_own_day(self):
        ahead = line("31")
        ahead.run("2027-01-01")
        ahead.run("2027-02-01")
        ahead.segments = end_at(ahead.segments, day("2027-01-11"))
        found = [(item.on.isoformat(), str(item.amount)) for item in ahead.run("2027-02-10")]
        assert found == [("2027-01-11", "21.00"), ("2027-02-01", "31.00")]

    def test_a_row_ahead_of_the_run_is_credited_on_the_day_of_the_run(self):
        gone = line("31")
        gone.run("2027-02-01")
        gone.segments = ()
        found = [(item.on.isoformat(), str(item.amount)) for item in gone.run("2027-01-15")]
        assert found == [("2027-01-01", "31.00"), ("2027-01-15", "31.00")]

    def test_rows_that_were_given_back_do_not_date_the_next_credit(self):
        moved = line("31")
        moved.run("2027-02-01")
        its_terms = moved.segments[0].terms
        moved.segments = (segment("2027-02-01", None, 1, its_terms),)
        moved.run("2027-02-01")
        moved.segments = (segment("2027-03-01", None, 1, its_terms),)
        assert next_billing_date(moved.segments, moved.rows) == day("2027-02-01")
