"""Checks of published cases in which a part of a period is billed."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from conformance import grid_of_stub, grid_on_day
from support import EUR, MONTH, QUARTER, YEAR, Line, day, period, segment, share, terms

from engine.billing import next_billing_date
from engine.period import ONE_DAY, Period
from engine.proration import measure
from engine.recurrence import Grid, Recurrence, anchor_for
from engine.segment import cut_gaps, end_at

NINE = Decimal("0.000000001")


def nine(value):
    """Return a fraction with nine decimals, as published ratios are."""
    ratio = Decimal(value.numerator) / Decimal(value.denominator)
    return str(ratio.quantize(NINE, rounding=ROUND_HALF_UP))


def cents(value):
    """Return an amount that is given in cents."""
    return Decimal(value) / 100


def paid_line(price, span, recurrence=MONTH, **values):
    """Return a line that is billed for its first period."""
    its_terms = terms(price, recurrence, span[0], **values)
    line = Line(segment(span[0], None, 1, its_terms))
    [item] = line.run(span[0])
    assert item.span == period(*span)
    return line


def stub(inputs, expected):
    """Charge (or, when negative, credit) a part of a full period of so many days."""
    start, end = day(inputs["service_from"]), day(inputs["service_to_exclusive"])
    grid = grid_of_stub(start, end, inputs["full_period_days"])
    timing = "arrears" if inputs.get("mode") == "in_arrear" else "advance"
    its_terms = terms(inputs["price"], grid.recurrence, grid.anchor, timing=timing)
    full, amount = grid.period_at(start), Decimal(expected["amount"])
    if amount < 0:
        line = Line(segment(full.start.isoformat(), None, 1, its_terms))
        line.run(full.start.isoformat())
        line.segments = cut_gaps(line.segments, [Period(start, end)])
        [item] = line.run(start.isoformat())
        assert -item.amount == amount
        return
    line = Line(segment(start.isoformat(), end.isoformat(), 1, its_terms))
    [item] = line.run(end.isoformat() if timing == "arrears" else start.isoformat())
    assert item.amount == amount
    if "next_period" in inputs:
        first, last, price = inputs["next_period"]
        after = grid_on_day(first, inputs["new_billing_day"])
        line.segments += (segment(first, None, 1, terms(inputs["price"], MONTH, after.anchor)),)
        assert line.bill(first) == [(first, last, 1, price)]


def cycles(inputs, expected):
    """Sum the measures of everything that is billed up to the target date."""
    recurrence = Recurrence("month", inputs["interval_months"])
    grid = grid_on_day(inputs["start"], inputs["billing_day"], recurrence)
    timing = {"in_advance": "advance", "in_arrear": "arrears"}[inputs["mode"]]
    its_terms = terms("10", recurrence, grid.anchor, timing=timing)
    line = Line(segment(inputs["start"], inputs["end"], 1, its_terms))
    total = sum((item.fraction for item in line.run(inputs["target_date"])), Fraction(0))
    assert nine(total) == expected["billing_cycles"]


def fixed_ratio(inputs, expected):
    """Measure a stub on months of 30 days, and by actual days."""
    span = period(inputs["stub_start"], inputs["stub_end"])
    full = grid_on_day(inputs["stub_start"], inputs["billing_day"]).period_at(span.start)
    assert nine(measure("fixed_30", full, span)) == expected["ratio_fixed_30"]
    if "ratio_actual" in expected:
        assert nine(measure("actual", full, span)) == expected["ratio_actual"]


def fixed_money(inputs, expected):
    """Charge or credit a stub on months of 30 days."""
    recurrence = Recurrence("month", inputs["interval_months"])
    if "cancel" in inputs:
        line = paid_line(inputs["price"], inputs["period"], recurrence, convention="fixed_30")
        line.segments = end_at(line.segments, day(inputs["cancel"]))
        [item] = line.run(inputs["cancel"])
        assert str(-item.amount) == expected["amount"]
        return
    grid = grid_on_day(inputs["start"], inputs["billing_day"], recurrence)
    its_terms = terms(inputs["price"], recurrence, grid.anchor, convention="fixed_30")
    line = Line(segment(inputs["start"], None, 1, its_terms))
    assert line.bill(inputs["start"]) == [
        (inputs["start"], inputs["stub_end"], 1, expected["amount"])
    ]


def cancelled_in_arrears(inputs, expected):
    """Bill the days used of a period that was cancelled, the last one included."""
    its_terms = terms(inputs["price"], MONTH, inputs["start"], timing="arrears")
    end = day(inputs["cancel_example"]) + ONE_DAY
    line = Line(segment(inputs["start"], end.isoformat(), 1, its_terms))
    [item] = line.run(end.isoformat())
    assert str(item.amount) == expected["example"]


def after_a_trial(inputs, expected):
    """Bill the first paid stub of the calendar month on the day the trial ends."""
    start = inputs["start"][:10]
    end = expected["billed_at"][:10]
    anchor = anchor_for("calendar", day(start), MONTH)
    paid = terms(cents(inputs["price_cents"]), anchor=anchor)
    line = Line(
        segment(start, end, 1, terms("0", anchor=anchor), kind="trial"),
        segment(end, None, 1, paid),
    )
    assert (day(end) - day(start)).days == inputs["trial_days"]
    assert not any(item.amount for item in line.run(start))
    [item] = line.run(end)
    assert item.amount == cents(expected["fee_cents"])


def calendar_stub(inputs, expected):
    """Bill from the start of service to the end of the calendar period."""
    start = inputs["start"]
    if not start[0].isdigit():
        start = "2023-08-10"
        assert inputs["start"] == "August 10"
    anchor = anchor_for(inputs["billing_time"], day(start), MONTH)
    line = Line(segment(start, None, 1, terms(inputs["price"], anchor=anchor)))
    [item] = line.run(start)
    assert str(item.amount) == expected["fee"]
    if "tax" in expected:
        tax = EUR.round(item.amount * Decimal(inputs["tax_rate"]) / 100)
        assert [str(tax), str(item.amount + tax)] == [expected["tax"], expected["total"]]
    if "next" in expected:
        assert expected["next"] == "September 1"
        assert next_billing_date(line.segments, line.rows) == day("2023-09-01")


def commitment(inputs, expected):
    """Prorate a minimum commitment with the first stub, less the prorated fee."""
    recurrence = {"monthly calendar": MONTH, "quarterly calendar": QUARTER}[inputs["interval"]]
    start = day(inputs["start"])
    full = Grid(recurrence, anchor_for("calendar", start, recurrence)).period_at(start)
    part = measure("actual", full, Period(start, full.end))
    assert part == share(inputs["days"], inputs["period_days"])
    amounts = [
        EUR.round(Fraction(inputs[key], 100) * part)
        for key in ("minimum_commitment_cents", "plan_fee_cents")
    ]
    assert amounts[0] - amounts[1] == cents(expected["true_up_cents"])


def stub_then_months(inputs, expected):
    """Bill a leading stub and ten whole months."""
    grid = grid_on_day(inputs["from_"], inputs["period_starts_on_day"])
    end = day(inputs["to_inclusive"]) + ONE_DAY
    its_terms = terms(inputs["price"], MONTH, grid.anchor)
    line = Line(segment(inputs["from_"], end.isoformat(), 1, its_terms))
    items = line.run(end.isoformat())
    stub_days, days = expected["first_stub"].split("/")
    assert items[0].fraction == share(int(stub_days), int(days))
    total = Decimal(nine(sum(item.fraction for item in items)))
    assert str(total.quantize(Decimal("0.000001"))) == expected["term_count"]
    assert str(line.net) == expected["amount"]


def backdated(inputs, expected):
    """Measure the stub before the anchor; published with an imagined period of as many days."""
    full = Grid(MONTH, day("2027-03-01")).period_at(day("2027-02-15"))
    part = measure("actual", full, period("2027-02-15", "2027-03-01"))
    assert part == Fraction(expected["fraction"])


def year_in_two_parts(inputs, expected):
    """Cut a year at the billing day: divisors 365 and 366, as published.

    On an anniversary grid the year is one period, and parts of it add up to the price.
    """
    start = inputs["start"]
    end = YEAR.add_to(day(start)).isoformat()
    grid = Grid(YEAR, day("2019-08-01"))
    assert grid.anchor.day == inputs["billing_day"]
    line = Line(segment(start, end, 1, terms(inputs["annual_price"], YEAR, grid.anchor)))
    items = line.run(end)
    assert [[f"{i.span.days} days", str(i.amount)] for i in items] == expected["parts"]
    assert str(line.net) == expected["total"]
    conserving = Line(segment(start, end, 1, terms(inputs["annual_price"], YEAR, start)))
    conserving.run(end)
    assert str(conserving.net) == inputs["annual_price"]


def modes(inputs, expected):
    """Measure February by days and by 30/360; 'assume 30 days' without it is not offered."""
    end = day(inputs["service_to_inclusive"]) + ONE_DAY
    span = Period(day(inputs["service_from"]), end)
    full = Grid(MONTH, span.start).period_at(span.start)
    assert measure("actual", full, span) == Fraction(expected["actual_days"])
    assert measure("fixed_30", full, span) == Fraction(expected["assume_30_days_strict"])


def usage(inputs, expected):
    """Prorate a usage total by days."""
    first, last = inputs["period"]
    full = Period(day(first), day(last) + ONE_DAY)
    part = measure("actual", full, Period(day(inputs["charge_start"]), full.end))
    assert part * int(inputs["usage_total"]) == int(expected["prorated"])
