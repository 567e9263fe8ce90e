"""Rules of billing, one by one: timing, conventions, changes, credits, ledger."""

from dataclasses import replace
from decimal import Decimal

import pytest
from support import YEAR, day, line, net, period, segment, terms, with_quantity, with_terms

from engine.billing import (
    Credit,
    Entry,
    apply,
    billed_until,
    catch_up,
    due,
    ledger,
    next_billing_date,
)
from engine.errors import OverlappingSegments, UnknownConvention, UnknownRow
from engine.segment import cut_gaps, end_at

TEN = terms("10")


class TestAdvance:
    def test_an_upsell_charges_only_the_added_seats(self):
        seats = line("99.99", quantity=5)
        assert seats.bill("2027-01-01") == [("2027-01-01", "2027-02-01", 5, "499.95")]
        seats.segments = with_quantity(seats.segments, day("2027-01-16"), 8)
        assert seats.bill("2027-01-16") == [("2027-01-16", "2027-02-01", 3, "154.82")]
        assert seats.bill("2027-02-01") == [("2027-02-01", "2027-03-01", 8, "799.92")]

    def test_a_known_downgrade_bills_the_smaller_plan_ahead(self):
        seats = line(quantity=5)
        seats.segments = with_quantity(seats.segments, day("2027-01-16"), 2)
        assert seats.bill("2027-01-01") == [
            ("2027-01-01", "2027-01-16", 5, "24.19"),
            ("2027-01-16", "2027-02-01", 2, "10.33"),
        ]

    def test_a_known_upgrade_waits_for_its_day(self):
        seats = line(quantity=5)
        seats.segments = with_quantity(seats.segments, day("2027-01-16"), 8)
        assert seats.bill("2027-01-01") == [("2027-01-01", "2027-02-01", 5, "50.00")]
        assert next_billing_date(seats.segments, seats.rows) == day("2027-01-16")
        assert seats.bill("2027-01-16") == [("2027-01-16", "2027-02-01", 3, "15.48")]

    def test_a_late_run_gives_each_item_its_own_date(self):
        seats = line(quantity=5)
        seats.segments = with_quantity(seats.segments, day("2027-01-16"), 8)
        found = [(item.on.isoformat(), int(item.quantity)) for item in seats.run("2027-02-20")]
        assert found == [("2027-01-01", 5), ("2027-01-16", 3), ("2027-02-01", 8)]

    def test_an_early_credit_does_not_run_ahead_of_a_known_end(self):
        seats = line(quantity=5)
        seats.run("2027-01-01")
        seats.segments = end_at(seats.segments, day("2027-01-16"))
        assert seats.bill("2027-01-15") == []
        assert next_billing_date(seats.segments, seats.rows) == day("2027-01-16")
        assert seats.bill("2027-01-16") == [("2027-01-16", "2027-02-01", -5, "-25.81")]
        assert next_billing_date(seats.segments, seats.rows) is None
        assert billed_until(seats.segments, seats.rows) == day("2027-01-16")

    def test_a_line_that_starts_later_is_due_on_its_first_day(self):
        late = line(start="2027-01-20", anchor="2027-01-01")
        assert late.bill("2027-01-19") == []
        assert next_billing_date(late.segments, ()) == day("2027-01-20")
        assert billed_until(late.segments, ()) is None
        assert late.bill("2027-01-20") == [("2027-01-20", "2027-02-01", 1, "3.87")]

    def test_a_pause_gives_back_and_a_resume_bills_the_rest_of_the_period(self):
        paused = line("31")
        paused.run("2027-01-01")
        running = paused.segments
        paused.segments = end_at(running, day("2027-01-11"))
        assert paused.bill("2027-01-11") == [("2027-01-11", "2027-02-01", -1, "-21.00")]
        paused.segments = cut_gaps(running, [period("2027-01-11", "2027-01-21")])
        assert next_billing_date(paused.segments, paused.rows) == day("2027-01-21")
        assert paused.bill("2027-01-21") == [("2027-01-21", "2027-02-01", 1, "11.00")]
        assert billed_until(paused.segments, paused.rows) == day("2027-02-01")

    def test_a_switch_values_the_old_span_on_the_old_price(self):
        yearly = line("600", anchor="2027-01-01")
        yearly.segments = (segment("2027-01-01", None, 1, terms("600", YEAR)),)
        yearly.run("2027-01-01")
        yearly.segments = with_terms(yearly.segments, day("2027-12-01"), TEN)
        assert yearly.bill("2027-12-01") == [
            ("2027-12-01", "2028-01-01", -1, "-50.96"),
            ("2027-12-01", "2028-01-01", 1, "10.00"),
        ]

    def test_a_renewal_that_moves_the_anchor_by_whole_periods_bills_nothing_again(self):
        running = line("12", anchor="2027-01-01")
        running.run("2027-03-01")
        renewed = terms("12", anchor="2027-03-01")
        running.segments = with_terms(running.segments, day("2027-03-10"), renewed)
        assert running.bill("2027-03-20") == []

    def test_free_periods_are_items_too(self):
        free = line("0")
        assert free.bill("2027-01-01") == [("2027-01-01", "2027-02-01", 1, "0.00")]
        assert next_billing_date(free.segments, free.rows) == day("2027-02-01")

    def test_a_step_of_no_quantity_bills_nothing(self):
        empty = line(quantity=0)
        assert empty.bill("2027-05-01") == []
        assert next_billing_date(empty.segments, ()) is None
        assert billed_until(empty.segments, ()) is None

    def test_no_line_at_all_bills_nothing(self):
        assert due((), (), day("2027-01-01")) == catch_up((), (), day("2027-01-01")) == ()
        assert next_billing_date((), ()) is None
        assert billed_until((), ()) is None

    def test_a_negative_price_is_given_back_when_it_ends(self):
        rebate = line("-31")
        assert rebate.bill("2027-01-01") == [("2027-01-01", "2027-02-01", 1, "-31.00")]
        rebate.segments = end_at(rebate.segments, day("2027-01-11"))
        assert rebate.bill("2027-01-11") == [("2027-01-11", "2027-02-01", -1, "21.00")]
        assert rebate.net == -10

    def test_overlapping_steps_are_refused(self):
        with pytest.raises(OverlappingSegments):
            due((segment("2027-01-01", None, 1, TEN),) * 2, (), day("2027-01-01"))

    def test_the_next_date_after_a_day_assumes_what_is_due_until_then(self):
        seats = line()
        assert next_billing_date(seats.segments, (), day("2027-03-15")) == day("2027-04-01")


class TestCredits:
    def test_an_edited_amount_is_credited_as_it_was_booked(self):
        edited = line("100")
        edited.run("2027-01-01")
        edited.rows = (replace(edited.rows[0], booked=Decimal("90.00")),)
        assert edited.bill("2027-01-10") == []
        edited.segments = end_at(edited.segments, day("2027-01-16"))
        [credit] = edited.run("2027-01-16")
        assert (str(credit.amount), str(credit.computed_amount)) == ("46.45", "51.61")

    def test_a_credit_is_capped_by_credits_given_by_hand(self):
        adjusted = line("100")
        adjusted.run("2027-01-01")
        adjusted.rows = (replace(adjusted.rows[0], manual=Decimal("80.00")),)
        adjusted.segments = end_at(adjusted.segments, day("2027-01-02"))
        assert adjusted.bill("2027-01-02")[0][3] == "-20.00"

    def test_the_newest_row_is_undone_first(self):
        seats = line("31", quantity=5)
        seats.run("2027-01-01")
        full = seats.segments
        seats.segments = with_quantity(full, day("2027-01-11"), 8)
        seats.run("2027-01-11")
        seats.segments = with_quantity(full, day("2027-01-21"), 4)
        items = seats.run("2027-01-21")
        found = [(i.on.isoformat(), i.row_key, int(i.quantity), str(i.amount)) for i in items]
        assert found == [
            ("2027-01-01", ("new", 1), 3, "63.00"),
            ("2027-01-21", ("new", 0), 1, "11.00"),
        ]
        assert seats.net == 31 * 5 - 11

    def test_a_credit_in_two_parts_names_both_spans(self):
        holes = line("31")
        holes.run("2027-01-01")
        holes.segments = cut_gaps(
            holes.segments,
            [period("2027-01-05", "2027-01-10"), period("2027-01-15", "2027-01-20")],
        )
        assert holes.bill("2027-01-25") == [
            ("2027-01-05", "2027-01-10", -1, "-5.00"),
            ("2027-01-15", "2027-01-20", -1, "-5.00"),
        ]

    def test_given_up_days_are_not_billed_again(self):
        closed = line("31")
        closed.run("2027-01-01")
        row = closed.rows[0]
        entries = [
            Entry(
                1, "charge", row.terms, row.full, row.span, row.quantity, row.computed, row.booked
            ),
            Entry(
                2,
                "forfeit",
                row.terms,
                row.full,
                period("2027-01-11", "2027-02-01"),
                row.quantity,
                Decimal("-21.00"),
                Decimal("-21.00"),
                reverses=1,
            ),
        ]
        rows = ledger(entries)
        closed.segments = end_at(closed.segments, day("2027-01-11"))
        assert catch_up(closed.segments, rows, day("2027-01-20")) == ()
        closed.segments = (segment("2027-01-01", None, 1, row.terms),)
        [charge] = catch_up(closed.segments, rows, day("2027-01-20"))
        assert charge.amount == Decimal("21.00")

    def test_a_waived_span_is_covered_and_worth_nothing(self):
        waived = line("31")
        its_terms, full = waived.segments[0].terms, period("2027-01-01", "2027-02-01")
        free = period("2027-01-01", "2027-01-11")
        waived.rows = ledger(
            [Entry(1, "waive", its_terms, full, free, Decimal(1), Decimal(0), Decimal(0))]
        )
        assert waived.bill("2027-01-01") == [("2027-01-11", "2027-02-01", 1, "21.00")]
        waived.segments = end_at(waived.segments, day("2027-01-06"))
        assert waived.bill("2027-01-06") == [
            ("2027-01-11", "2027-02-01", -1, "-21.00"),
            ("2027-01-06", "2027-01-11", -1, "0"),
        ]


class TestLedger:
    def test_the_ledger_folds_what_apply_books(self):
        seats = line("99.99", quantity=5)
        seats.run("2027-01-01")
        seats.segments = with_quantity(seats.segments, day("2027-01-16"), 2)
        [credit] = catch_up(seats.segments, seats.rows, day("2027-01-16"))
        [row] = seats.rows
        values = (row.terms, row.full)
        for sign in (1, -1):  # stored credits may be negative or positive
            folded = ledger(
                [
                    Entry(
                        row.key, "charge", *values, row.span, row.quantity, row.computed, row.booked
                    ),
                    Entry(
                        "credit",
                        "credit",
                        *values,
                        credit.span,
                        credit.quantity,
                        sign * credit.computed_amount,
                        sign * credit.amount,
                        reverses=row.key,
                    ),
                ]
            )
            assert folded == apply(seats.rows, [credit])

    def test_a_deleted_draft_gives_its_period_back(self):
        draft = line()
        [charge] = draft.run("2027-01-01")
        [row] = draft.rows
        undo = Credit(
            charge.on,
            row.key,
            row.terms,
            row.full,
            row.span,
            row.quantity,
            row.booked,
            row.computed,
            charge.fraction,
        )
        draft.rows = apply(draft.rows, [undo])
        assert draft.rows[0].live == ()
        assert draft.bill("2027-01-02") == [("2027-01-01", "2027-02-01", 1, "10.00")]
        assert net(draft.rows) == 10

    def test_a_moved_row_is_a_charge(self):
        entry = Entry(
            1,
            "move",
            TEN,
            period("2027-01-01", "2027-02-01"),
            period("2027-01-01", "2027-02-01"),
            Decimal(1),
            Decimal(10),
            Decimal(9),
            manual=Decimal(2),
        )
        [row] = ledger([entry])
        assert (row.booked, row.manual, row.amount_free) == (9, 2, False)

    def test_wrong_entries_are_refused(self):
        full = period("2027-01-01", "2027-02-01")
        entry = Entry(1, "credit", TEN, full, full, Decimal(1), Decimal(1), Decimal(1), reverses=7)
        with pytest.raises(UnknownRow) as caught:
            ledger([entry])
        assert caught.value.key == 7
        with pytest.raises(UnknownConvention):
            ledger([replace(entry, kind="gift")])
        credit = Credit(
            full.start, 7, TEN, full, full, Decimal(1), Decimal(1), Decimal(1), Decimal(1)
        )
        with pytest.raises(UnknownRow):
            apply((), [credit])

    def test_rows_keep_their_identity_and_new_ones_get_their_place(self):
        seats = line()
        seats.run("2027-02-01")
        assert [row.key for row in seats.rows] == [("new", 0), ("new", 1)]
