"""Published worked examples of billing dates (conformance.json names each source)."""

import pytest
from conformance import REFUSED, cases, grid_on_day
from support import MONTH, QUARTER, YEAR, Line, day, period, segment, terms

from engine.billing import billed_until, next_billing_date
from engine.period import ONE_DAY
from engine.recurrence import Grid, Recurrence, anchor_for, anchor_on_day

CASES = cases("billing_dates")


def recurrence_of(inputs):
    """Return the recurrence of a case, a month unless it says otherwise."""
    return Recurrence("month", inputs.get("interval_months", 1))


def due_day_of_month(inputs, expected):
    """Return the next day of a 'day n of the month' rule, strictly after a date."""
    start = day(inputs["from_date"])
    number = int(inputs["rule"].split()[1])
    grid = Grid(MONTH, anchor_on_day(start, number, MONTH))
    assert grid.next_boundary(start) == day(expected["next"])


def in_arrears(inputs, expected):
    """Bill an open or ended line in arrears up to the target date."""
    grid = grid_on_day(inputs["start"], inputs["billing_day"])
    its_terms = terms("10", grid.recurrence, grid.anchor, timing="arrears")
    line = Line(segment(inputs["start"], inputs["end"], 1, its_terms))
    assert next_billing_date(line.segments, ()) == day(expected["first_billing_date"])
    line.run(inputs["target_date"])
    assert billed_until(line.segments, line.rows) == day(expected["bill_to"])
    # published next dates ignore the end of service: compare with the grid, and with our own
    # next date where the line is open
    target = day(inputs["target_date"])
    assert grid.next_boundary(target) == day(expected["next_billing_date"])
    if inputs["end"] is None:
        assert next_billing_date(line.segments, line.rows) == grid.next_boundary(target)


def first_boundary(inputs, expected):
    """Return the first billing day on or after the start of service."""
    wanted = expected["first_billing_date"]
    if isinstance(wanted, str):
        wanted = {"monthly": wanted}
    recurrences = {"monthly": MONTH, "quarterly": QUARTER, "annual": YEAR}
    for name, date in wanted.items():
        grid = grid_on_day(inputs["start"], inputs["billing_day"], recurrences[name])
        assert grid.next_boundary(day(inputs["start"]) - ONE_DAY) == day(date)


def periods_inclusive(inputs, expected):
    """Tile a contract into periods, shown with their last day."""
    recurrence = recurrence_of(inputs)
    start = day(inputs["start"])
    grid = Grid(recurrence, anchor_for("anniversary", start, recurrence))
    wanted = expected["periods_inclusive"]
    found = list(grid.periods(start, grid.boundary(len(wanted))))
    assert [[p.start.isoformat(), p.last_day.isoformat()] for p in found] == wanted
    if "billed_on" in expected:
        its_terms = terms("10", recurrence, start, timing="arrears")
        line = Line(segment(inputs["start"], None, 1, its_terms))
        for date in expected["billed_on"]:
            assert next_billing_date(line.segments, line.rows) == day(date)
            assert len(line.run(date)) == 1


def start_of_period(inputs, expected):
    """Return the first day of the period that holds a day."""
    looked_at = inputs.get("looked_at") or inputs["billed_on"]
    grid = Grid(MONTH, day(inputs["start"]))
    assert grid.period_at(day(looked_at)).start == day(expected["from_"])


def anniversary_dates(inputs, expected):
    """Bill a contract on each of its dates, and on no other day."""
    wanted = expected.get("billing_dates") or expected["dates"]
    its_terms = terms("10", recurrence_of(inputs), inputs["start"])
    line = Line(segment(inputs["start"], None, 1, its_terms))
    if wanted[0] != inputs["start"]:
        assert len(line.run(inputs["start"])) == 1
    for date in wanted:
        assert next_billing_date(line.segments, line.rows) == day(date)
        assert len(line.run(date)) == 1


def whole_periods(inputs, expected):
    """Count the complete periods between two dates."""
    known = {"monthly": MONTH, "quarterly": QUARTER, "annual": YEAR}
    text = inputs["period"]
    recurrence = known.get(text) or Recurrence("day", int(text.split()[0]))
    found = recurrence.index_at(day(inputs["start"]), day(inputs["end"]))
    assert found == expected["whole_periods"]


def trial(inputs, expected):
    """Start the paid periods on the day after the last day of the trial."""
    assert expected["current_invoice_start"] == "e + 1 day"
    free, paid = terms("0", anchor="2027-01-15"), terms("10", anchor="2027-01-15")
    line = Line(
        segment("2027-01-01", "2027-01-15", 1, free, kind="trial"),
        segment("2027-01-15", None, 1, paid),
    )
    assert {str(item.amount) for item in line.run("2027-01-14")} == {"0.00"}
    assert next_billing_date(line.segments, line.rows) == day("2027-01-15")
    assert line.bill("2027-01-15") == [("2027-01-15", "2027-02-15", 1, "10.00")]


def fixed_term(inputs, expected):
    """Stop a line by itself after its last period while the other one goes on."""
    start = inputs["start"]
    addon = terms(inputs["addon"]["price"], anchor=start)
    end = Recurrence("month", 12).add_to(day(start), 1).isoformat()
    line = Line(segment(start, end, 1, addon))
    items = line.run("2020-01-01")
    assert len(items) == expected["addon_recurring_lines"]
    assert items[-1].span == period(*expected["last_addon_period"])
    free_until = inputs["base"]["free_trial_until"]
    base = Line(segment(free_until, None, 1, terms(inputs["base"]["price"], anchor=free_until)))
    assert [str(item.amount) for item in base.run(end) if item.on == day(end)] == (
        expected["invoice_2016_04_01"]
    )


def idempotent(inputs, expected):
    """Make one invoice, however often the biller runs on a day."""
    line = Line(segment("2027-01-01", None, 1, terms("10")))
    runs = [line.run("2027-01-01") for _run in range(3)]
    assert len([items for items in runs if items]) == expected["invoices"]


CHECKS = {
    "erp-5": trial,
    "in-due": due_day_of_month,
    "kb-arreardates": in_arrears,
    "kb-dates": first_boundary,
    "kb-firstanchor": first_boundary,
    "kb-term": fixed_term,
    "kb-wholeperiods": whole_periods,
    "lago-3": periods_inclusive,
    "lago-bound-1": periods_inclusive,
    "lago-bound": start_of_period,
    "lago-dates-11": idempotent,
    "lago-dates": anniversary_dates,
    "stripe-anchor": anniversary_dates,
}


def check_of(case_id):
    """Return the check of a case: by its id, else by its family."""
    return CHECKS.get(case_id) or CHECKS.get(case_id.rpartition("-")[0])


@pytest.mark.parametrize("case_id", [name for name in CASES if name not in REFUSED])
def test_published_billing_dates_are_met(case_id):
    case = CASES[case_id]
    check_of(case_id)(case["inputs"], case["expected"])


def test_every_published_case_is_met_or_refused_for_a_reason():
    covered = {name for name in CASES if name not in REFUSED and check_of(name)}
    assert covered | (CASES.keys() & REFUSED.keys()) == CASES.keys()
    assert all(REFUSED.values())
