"""Read the published worked examples, and say which of them the engine refuses."""

import json
from pathlib import Path

from support import MONTH, day

from engine.recurrence import Grid, Recurrence, anchor_on_day

REFUSED = {
    "erp-9": "a limit of that product: our lines carry their own recurrence, mixing is a feature",
    "kb-greedy-1": "a timing of its own, 'in arrears but for the running period too'; a contract "
    "that wants the running period billed chooses 'advance'",
    "kb-greedy-2": "as kb-greedy-1",
    "kb-adj-1": "account credit is set off by accounting when the invoice is posted",
    "kb-fixed28": "only months of 30 days are offered, no other fixed length",
    "lago-10": "refund or credit depends on what was paid and used: decided where payments are",
    "lago-gated-1": "a start date that waits for the first payment is decided by the contract, the "
    "engine bills from the start that it is given",
    "lago-tax-1": "coupons over several lines and taxes belong to the invoice",
    "stripe-sec-1": "prorated by the second: our periods are days",
}
"""Cases of the kinds billing_dates and proration that are refused on purpose, with the reason."""


def cases(kind):
    """Return the cases of a kind by id."""
    path = Path(__file__).with_name("conformance.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    return {case["id"]: case for case in found if case["kind"] == kind}


def grid_on_day(start, billing_day, recurrence=MONTH):
    """Return the grid of a service that starts on a day and is billed on a day of the month."""
    return Grid(recurrence, anchor_on_day(day(start), billing_day, recurrence))


def grid_of_stub(start, end, days):
    """Return a grid whose full period of a number of days holds a stub.

    A leading stub ends on a boundary, a trailing one starts on one.
    """
    for months in (1, 3, 6, 12, 24):
        for anchor in (end, start):
            grid = Grid(Recurrence("month", months), anchor)
            full = grid.period_at(start)
            if full.days == days and full.end >= end:
                return grid
    raise LookupError(f"no grid with {days} days round {start}..{end}")
