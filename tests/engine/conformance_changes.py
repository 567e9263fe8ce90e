"""Checks of published cases in which a running line is changed, paused or ended."""

from decimal import Decimal

from conformance import grid_on_day
from conformance_stubs import cents, paid_line
from support import EUR, MONTH, YEAR, Line, day, period, segment, short, terms, with_terms

from engine.billing import Charge, LedgerRow, next_billing_date
from engine.period import ONE_DAY
from engine.recurrence import Grid, Recurrence, anchor_for
from engine.segment import end_at, mrr


def switch(inputs, expected):
    """Change price, recurrence or billing day of a paid line: stub of the new, rest of the old."""
    old, new = inputs.get("old") or {}, inputs.get("new") or {}
    paid = old.get("paid") or inputs["paid"]
    line = paid_line(
        old.get("price") or inputs["old_price"],
        paid,
        Recurrence("month", old.get("interval_months", 1)),
    )
    change = inputs.get("change") or inputs["upgrade"]
    recurrence = Recurrence("month", new.get("interval_months", 1))
    billing_day = inputs.get("new_billing_day") or day(paid[0]).day
    grid = grid_on_day(change, billing_day, recurrence)
    its_terms = terms(new.get("price") or inputs["new_price"], recurrence, grid.anchor)
    line.segments = with_terms(line.segments, day(change), its_terms)
    found = [[start, end, amount] for start, end, _count, amount in line.bill(change)]
    assert sorted(found) == sorted(expected["lines"])
    if "next" in expected:
        start, end, price = expected["next"]
        assert next_billing_date(line.segments, line.rows) == day(start)
        assert line.bill(start) == [(start, end, 1, price)]


def whole_periods(inputs, expected):
    """Catch up two whole periods in one run."""
    line = Line(segment(inputs["start"], None, 1, terms(inputs["price"], anchor=inputs["start"])))
    items = line.run(inputs["target_date"])
    assert len(items) == expected["items"]
    assert str(sum(item.amount for item in items)) == expected["total"]


def second_run(inputs, expected):
    """Bill nothing when the biller runs again before the next period."""
    line = Line(segment(inputs["start"], None, 1, terms(inputs["price"], anchor=inputs["start"])))
    assert line.run(inputs["first_run_target"])
    assert (line.run(inputs["second_run_target"]) or None) == expected["second_invoice"]


def cancelled(inputs, expected):
    """Give back the unused days of a paid period."""
    line = paid_line(inputs["price"], [inputs["start"], inputs["paid_through"]])
    line.segments = end_at(line.segments, day(inputs["cancel"]))
    [item] = line.run(inputs["cancel"])
    assert str(-item.amount) == expected["credit"]


def pause_of_a_year(inputs, expected):
    """Move the anchor at a resume: the same net, the credit and the charge cut elsewhere.

    Published: credit of the pause, then a stub from the old end to the new anchor. Ours: the new
    grid is new terms from the resume on. Net and next period are the same.
    """
    line = paid_line(inputs["price"], inputs["paid"], YEAR)
    resumed = terms(inputs["price"], YEAR, expected["next"][0])
    line.segments = (
        *end_at(line.segments, day(inputs["pause"])),
        segment(inputs["resume"], None, 1, resumed),
    )
    before = line.net
    line.run(inputs["resume"])
    assert str(line.net - before) == expected["payable"]
    start, end, price = expected["next"]
    assert line.bill(start) == [(start, end, 1, price)]


def price_migration(inputs, expected):
    """Raise the price of an existing contract on its own date."""
    first = terms(inputs["v1"]["price"], anchor=inputs["start"])
    line = Line(segment(inputs["start"], None, 1, first))
    for version in ("v2", "v3"):
        its_terms = terms(inputs[version]["price"], anchor=inputs["start"])
        since = day(inputs[version]["existing_from"])
        line.segments = with_terms(line.segments, since, its_terms)
    found = [[start[:7], amount] for start, _end, _count, amount in line.bill("2018-08-31")]
    assert found == expected["monthly"]


def manual_credit(inputs, expected):
    """Never credit more than was billed net of credits given by hand."""
    start, end, price = inputs["paid"]
    paid, booked = terms(price, anchor=start), Decimal(price)
    manual = -Decimal(inputs["manual_adjustment"])
    row = LedgerRow(
        1, paid, period(start, end), period(start, end), Decimal(1), booked, booked, manual=manual
    )
    line = Line(segment(start, None, 1, paid), rows=[row])
    its_terms = terms(inputs["new_price"], anchor=start)
    line.segments = with_terms(line.segments, day(inputs["downgrade_on"]), its_terms)
    credit, charge = line.run(inputs["downgrade_on"])
    assert str(-credit.amount) == expected["unused_credit"]
    assert [*short(charge)[:2], short(charge)[3]] == expected["new_line"]
    assert str(credit.amount - charge.amount) == expected["credit_generated"]


def two_upgrades_on_a_day(inputs, expected):
    """Upgrade twice on one day, each step billed before the next is known."""
    start, change = inputs["start"], inputs["upgrades"][0][:10]
    anchor = anchor_for(inputs["billing_time"], day(start), MONTH)
    prices = [terms(cents(price), anchor=anchor) for price in inputs["plans_cents"]]
    line = Line(segment(start, None, 1, prices[0]))
    items = list(line.run(start))
    for its_terms in prices[1:]:
        line.segments = with_terms(line.segments, day(change), its_terms)
        items += line.run(change)
    rate = Decimal(inputs["tax_rate"]) / 100
    charges = [item.amount for item in items if isinstance(item, Charge)]
    credits = [item.amount for item in items if not isinstance(item, Charge)]
    assert charges == [cents(fee) for fee in expected["fees_cents"]]
    with_tax = [amount + EUR.round(amount * rate) for amount in credits]
    assert with_tax == [cents(credit) for credit in expected["credits_incl_tax_cents"]]


def waiting_downgrade(inputs, expected):
    """Let a downgrade wait for the end of the period, then bill a stub of the yearly grid."""
    anchor = inputs["old"]["anchor"]
    line = Line(segment(anchor, None, 1, terms(cents(inputs["old"]["price_cents"]), anchor=anchor)))
    line.run(inputs["requested"])
    applied = Grid(MONTH, day(anchor)).next_boundary(day(inputs["requested"]))
    assert applied == day(expected["applied"])
    yearly = terms(cents(inputs["new"]["price_cents"]), YEAR, anchor)
    line.segments = with_terms(line.segments, applied, yearly)
    [item] = line.run(expected["applied"])
    assert item.amount == cents(expected["first_fee_cents"])
    shown = [item.span.start.isoformat(), item.span.last_day.isoformat()]
    assert shown == expected["period_inclusive"]


def classes_of_change(inputs, expected):
    """Tell upgrades from downgrades by the monthly value of a step."""

    def value(text):
        price, recurrence = text.split("/")
        known = {"month": MONTH, "year": YEAR}
        return mrr(segment("2027-01-01", None, 1, terms(price, known[recurrence])))

    current = value(inputs["current"])
    found = ["upgrade" if value(c) > current else "downgrade" for c in inputs["candidates"]]
    assert found == expected["kind"]


def weekly_credit(inputs, expected):
    """Give back six of seven days; the day of termination counts as used."""
    start = day(inputs["start_and_terminate"][:10])
    week = Recurrence("week", 1)
    its_terms = terms(cents(inputs["price_cents"]), week, anchor_for("calendar", start, week))
    line = Line(segment(start.isoformat(), None, 1, its_terms))
    line.run(start.isoformat())
    line.segments = end_at(line.segments, start + ONE_DAY)
    [item] = line.run((start + ONE_DAY).isoformat())
    assert item.amount == cents(expected["credit_net"])


def half_way(inputs, expected):
    """Change the price half way through a month."""
    line = paid_line(inputs["old_price"], ["2027-06-01", "2027-07-01"])
    its_terms = terms(inputs["new_price"], anchor="2027-06-01")
    line.segments = with_terms(line.segments, day("2027-06-16"), its_terms)
    assert [amount for *_rest, amount in line.bill("2027-06-16")] == expected["lines"]
