"""One million contracts on paper, from what was measured."""

CONTRACTS = 1_000_000
WINDOW = 4  # hours of a night
GIB = 2**30


def lines(result):
    """Return the calculation as lines of Markdown, nothing when a figure for it is missing."""
    history, workers = result.get("history", {}), result.get("workers")
    if not result.get("sizes") or not workers or "bytes" not in history:
        return []
    each = result["sizes"][-1]["run_ms"]
    hours = each * CONTRACTS / 3_600_000
    # What two workers cannot do at the same time, as a share of the work (Amdahl).
    serial = max(2 / workers["ratio"] - 1, 0.001)
    count = next(
        (number for number in range(1, 100) if hours * (serial + (1 - serial) / number) <= WINDOW),
        None,
    )
    least = hours * serial
    year = history["bytes"] * CONTRACTS * 12 / GIB
    index = history["index"]
    return [
        "",
        f"**One million contracts, on paper.** A month is {CONTRACTS:,} invoices x {each:.1f} ms = "
        f"{hours:.1f} hours for one worker; spread over the days of a month that is "
        f"{hours * 60 / 30:.0f} minutes a day.",
        "",
        f"- All on one day: two workers are {workers['ratio']:.2f} times one, so at most "
        f"{serial:.0%} of the work waits for the next number of the journal; "
        + (
            f"{count} {'worker is' if count == 1 else 'workers are'} done within {WINDOW} hours"
            if count
            else f"no number of workers is done within {WINDOW} hours"
        )
        + f", and however many there are, one journal takes {least:.1f}. Then a journal per "
        "company: contracts of different companies never wait for each other.",
        f"- Database: {history['bytes'] / 1024:.1f} KiB per posted invoice with its ledger, "
        f"{year:,.0f} GiB a year. `{index['name']}` grows most, "
        f"{index['bytes'] * CONTRACTS * 12 / GIB:,.0f} GiB a year; the index that the run picks by "
        "holds due contracts only and does not grow.",
        f"- What a run reads does not grow with the years: {history['ratio']:.2f} times the time "
        f"after {history['months']} months.",
        "- One PostgreSQL ends where its memory no longer holds the newest months of journal "
        f"items ({year / 12:,.0f} GiB a month). Then, in this order: reports on a read replica "
        "(Odoo's `db_replica_host`), since they read all months and the run only the last; and "
        "companies in databases of their own, since contracts never reach across companies.",
    ]
