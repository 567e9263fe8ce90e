"""Published worked examples of figures, movements and cohorts (conformance.json has sources)."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from conformance import cases
from support import QUARTER, day, segment, terms

from engine.metrics.cohort import Cohort, cohorts_of_changes
from engine.metrics.kpi import (
    Totals,
    arr,
    gross_churn,
    logo_churn,
    net_churn,
    nrr,
    quick_ratio,
    ratio,
)
from engine.metrics.movement import Member, Piece, customer_kind, movements, revalue, worth_on
from engine.period import FOREVER
from engine.recurrence import Recurrence
from engine.segment import mrr

CASES = {**cases("kpi"), **cases("mrr_movement"), **cases("cohort")}
START = date(2027, 1, 1)


def rounded(value, step="0.01"):
    """Return a number as it is published."""
    return Decimal(value.numerator / Decimal(value.denominator)).quantize(
        Decimal(step), ROUND_HALF_UP
    )


def percent(value, step="0.1"):
    """Return a ratio as a published percentage."""
    return f"{rounded(value * 100, step).normalize():f}%"


def totals(inputs):
    """Return what a case moved; published losses bear no sign."""
    signs = {"new": 1, "expansion": 1, "contraction": -1, "churn": -1}
    flows = {name: sign * Decimal(inputs.get(name, 0)) for name, sign in signs.items()}
    return Totals(opening=Decimal(inputs.get("start_mrr", 0)), **flows)


def retention_ratio(inputs, expected):
    """Compare net revenue retention."""
    assert percent(nrr(totals(inputs))) == expected["nrr"]


def quick(inputs, expected):
    """Compare the quick ratio and net new MRR."""
    assert rounded(quick_ratio(totals(inputs))) == Decimal(expected["quick_ratio"])
    if "net_new_mrr" in expected:
        assert totals(inputs).net_new == Decimal(expected["net_new_mrr"])


def revenue_churn(inputs, expected):
    """Compare gross and net churn of MRR."""
    assert percent(gross_churn(totals(inputs))) == expected["gross_mrr_churn"]
    assert percent(net_churn(totals(inputs))) == expected["net_mrr_churn"]


def customers_lost(inputs, expected):
    """Compare churn of customers; the new ones are not in the denominator."""
    start = inputs.get("active_at_start", inputs.get("start"))
    lost = inputs.get("lost_in_30_days", start - inputs.get("end", start))
    found = Totals(customers=start, lost=lost, won=inputs.get("new_in_30_days", 0))
    assert percent(logo_churn(found)) == expected.get("customer_churn", expected.get("churn"))


def expansion(inputs, expected):
    """Compare the growth of customers who were there before."""
    start, end = Decimal(inputs["start"]), Decimal(inputs["end_same_customers"])
    found = Totals(opening=start, expansion=end - start)
    assert percent(nrr(found) - 1) == expected["expansion_rate"]


def sum_of_contracts(inputs, expected):
    """Add up monthly contracts."""
    values = [Decimal(text.split("/")[0]) for text in inputs["subscriptions"]]
    steps = [segment("2027-01-01", None, 1, terms(value)) for value in values]
    assert sum(map(mrr, steps)) == Decimal(expected["mrr"])


def downgrade(inputs, expected):
    """Move a contract from one price to another."""
    old, new = Decimal(inputs["old"]), Decimal(inputs["new"])
    pieces = (Piece(START, day("2027-03-01"), 1, old), Piece(day("2027-03-01"), FOREVER, 1, new))
    found = movements([Member(pieces)], day("2027-03-01"))[-1]
    assert (found.kind, found.amount) == (expected["type"], Decimal(expected["amount"]))
    assert customer_kind(old, new, had=True) == "contraction"


def life(inputs, expected):
    """Live through the published life: Gold cancelled, and back for three of it."""
    gold = mrr(segment("2027-01-01", None, 1, terms("500", QUARTER)))
    back = mrr(segment("2027-09-01", None, 3, terms("50")))
    pieces = (
        Piece(START, day("2027-07-01"), "gold", gold),
        Piece(day("2027-09-01"), FOREVER, "gold", back),
    )
    found = {move.kind: move for move in movements([Member(pieces)], day("2027-12-31"))}
    move = found[expected["type"]]
    assert rounded(Fraction(move.amount)) == Decimal(expected["amount"])
    worth = worth_on([Member(pieces)], move.day)
    assert rounded(Fraction(worth)) == Decimal(expected["mrr_after"])


def prorated_seat(inputs, expected):
    """Count a seat that begins inside a month with its whole price."""
    its_terms = terms("50")
    base = segment("2027-03-01", None, 1, its_terms)
    assert mrr(segment("2027-03-16", None, 1, its_terms)) == mrr(base) == 50


def short_recurrences(inputs, expected):
    """Count weeks and days, where the published product counts nothing."""
    found = [
        mrr(segment("2027-01-01", None, 1, terms("10", Recurrence(unit, count))))
        for unit, count in (("day", 1), ("week", 1), ("week", 2), ("day", 30))
    ]
    assert expected["killbill_mrr"] == 0
    assert [str(value) for value in found] == ["304.375000", "43.482143", "21.741071", "10.145833"]


def thirteen_months(inputs, expected):
    """Add up thirteen months; what the rates drifted between two of them is a movement."""
    flows = ("new", "upgrades", "downgrades", "delinquent_churn")
    before = Decimal(0)
    for number, existing in enumerate(map(Decimal, inputs["existing"])):
        drift = revalue(existing, before, Decimal(1), Decimal("0.01"))
        moved = [Decimal(inputs[flow][number]) for flow in flows]
        found = Totals(
            opening=before,
            new=moved[0],
            expansion=moved[1],
            contraction=moved[2],
            churn=moved[3],
            other=drift,
        )
        before = found.closing
        assert before == Decimal(expected["mrr"][number])
        assert arr(before) == Decimal(expected["arr"][number])


def hold(inputs, expected):
    """Count a paused contract in the two published ways."""
    from engine.metrics.movement import Break, Policy

    gap = Break(day("2027-03-01"), FOREVER, "pause")
    member = Member((Piece(START, FOREVER, 1, Decimal(30)),), (gap,))
    assert worth_on([member], gap.start) == 0
    assert worth_on([member], gap.start, Policy(paused_counts=True)) == 30
    kinds = [move.kind for move in movements([member], gap.start)]
    assert kinds == ["new", "pause"]


def refund(inputs, expected):
    """Move nothing for a refund: it is no piece and no break."""
    assert [move.kind for move in movements([Member((piece(30),))], FOREVER)] == ["new"]


def piece(amount):
    """Return a piece without an end."""
    return Piece(START, FOREVER, 1, Decimal(amount))


def no_data(inputs, expected):
    """Answer for nobody."""
    assert movements([], FOREVER) == []
    assert worth_on([], START) == 0


def first_month(inputs, expected):
    """Count the month of the signup with its whole price."""
    step = segment("2027-03-29", None, 1, terms(inputs["monthly"]))
    assert mrr(step) == Decimal(expected["mrr_march"])


def one_of_two(inputs, expected):
    """Cancel one of two contracts of a customer."""
    assert customer_kind(Decimal(150), Decimal(50), had=True) == expected["type"]


def discounted(inputs, expected):
    """Count a discount that ends by itself, net and gross."""
    gross = mrr(segment("2027-01-01", None, 1, terms(inputs["monthly"])))
    net = mrr(segment("2027-01-01", None, 1, terms(inputs["monthly"], discount=Decimal(10))))
    assert (gross, net) == (Decimal(expected["gross_mrr"]), Decimal(expected["net_mrr"]))
    assert (3 * gross, 3 * net) == (
        Decimal(expected["gross_tcv_3m"]),
        Decimal(expected["net_tcv_3m"]),
    )


def one_cohort(inputs, expected):
    """Compare a line of retention."""
    left = tuple(map(Decimal, inputs["active"]))
    found = Cohort(START, Decimal(inputs["size"]), left)
    assert [percent(kept) for kept in found.retention] == expected["retention"]


def triangle(inputs, expected):
    """Compare a table whose future is empty."""
    for name, active in inputs["active"].items():
        left = tuple(Decimal(value) for value in active if value is not None)
        found = Cohort(START, Decimal(inputs["sizes"][name]), left)
        shown = [percent(kept) for kept in found.retention]
        assert shown + [None] * (len(active) - len(shown)) == expected["table"][name]


def decay(inputs, expected):
    """Compare what is left of a cohort after steady losses."""
    if "monthly_churn" in inputs:
        rates = [Fraction(inputs["monthly_churn"].strip("%")) / 100] * 12
    else:
        early, months = Fraction(inputs["early_churn"].strip("%")) / 100, inputs["early_months"]
        steady = Fraction(inputs["steady_churn"].strip("%")) / 100
        rates = [early] * months + [steady] * (12 - months)
    left, changes = Decimal(1), [(START, START, Decimal(1))]
    for month, rate in enumerate(rates, 1):
        lost = left * rate.numerator / rate.denominator
        changes.append((START, date(2027 + month // 12, month % 12 + 1, 1), -lost))
        left -= lost
    [found] = cohorts_of_changes(changes, "month", date(2028, 1, 31))
    assert percent(found.retention[12]) == expected["m12_retention"]


def quarter(inputs, expected):
    """Compare the churn of a quarter, and of those who came and went inside it."""
    lost = inputs["start"] - inputs["end"]
    assert percent(logo_churn(Totals(customers=inputs["start"], lost=lost))) == expected["churn"]
    # Ours is the first definition; the second is the same ratio with other people in it.
    both = ratio(lost + inputs["new_lost"], inputs["start"])
    assert percent(both) == expected["churn_with_new"]


CHECKS = {
    "chargebee-mrr-3": expansion,
    "churn-1": customers_lost,
    "churn-3": quarter,
    "cm-9": revenue_churn,
    "main-1": customers_lost,
    "mrr-ext-1": sum_of_contracts,
    "nrr-1": retention_ratio,
    "nrr-4": retention_ratio,
    "qr-2": quick,
    "qr-3": quick,
    "qr-7": quick,
    "chargebee-mrr-2": downgrade,
    "cm-4": life,
    "cm-5": life,
    "cm-8": prorated_seat,
    "kb-mrr-3": short_recurrences,
    "ledger-13m": thirteen_months,
    "policy-4": hold,
    "policy-7": refund,
    "posthog-mrr-3": no_data,
    "recurly-mrr-1": first_month,
    "stripe-mrr-2": one_of_two,
    "zuora-mrr-2": discounted,
    "cohort-1": one_cohort,
    "cohort-10": triangle,
    "cohort-7": decay,
    "cohort-8": decay,
}


def test_every_case_is_checked():
    assert CHECKS.keys() == CASES.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_published_example(name):
    CHECKS[name](CASES[name]["inputs"], CASES[name]["expected"])
