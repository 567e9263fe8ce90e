"""What must be true of the history: the seed fails loudly when it is not."""

from collections import Counter

from .errors import demand
from .life_checks import check_lives

WANTED_CONTRACTS = 120
# The least number of contracts in each state, and of records in each list, of a full history.
WANTED_STATES = {"upcoming": 3, "active": 80, "paused": 2, "closed": 12}
CURRENCIES = {"EUR", "USD", "CHF"}


def check_history(env, progress, *, full):
    """Check the history.

    :param bool full: also check that it is long enough for every list to have something
    :raise UntrueError: something is wrong; the message says what
    """
    orders = env["sale.order"].search([("is_subscription", "=", True), ("state", "=", "sale")])
    contracts = orders.filtered(lambda order: order.subscription_order_type != "amendment")
    _check_second_run(env)
    _check_ledger(env)
    _check_nothing_due(orders)
    _check_dates(contracts)
    _check_findings(env)
    _check_recognition(env, full=full)
    check_lives(env)
    if full:
        _check_numbers(env, contracts)
        _check_lists(env)
    states = Counter(contracts.mapped("subscription_state"))
    progress.say(f"{len(contracts)} contracts: {dict(states)}")
    progress.say(f"currencies: {dict(Counter(order.currency_id.name for order in contracts))}")


def _check_second_run(env):
    """A second run on the same day creates neither a document nor a ledger row."""
    counts = [_count_results(env)]
    env["sale.order"]._cron_bill_subscriptions()
    counts.append(_count_results(env))
    demand(counts[0] == counts[1], "A second run went from %s to %s documents and rows.", *counts)


def _count_results(env):
    return (
        env["account.move"].search_count([]),
        env["subscription.billed.period"].search_count([]),
    )


def _check_ledger(env):
    """Credits stay below their charges; books and ledger say the same of every line."""
    rows = env["subscription.billed.period"].search([])
    credited = Counter()
    for row in rows.filtered("reverses_id"):
        credited[row.reverses_id] -= row.booked_amount
    for row, amount in credited.items():
        demand(
            amount <= row.booked_amount + 0.005,
            "%s: %s credited of %s",
            row.display_name,
            amount,
            row.booked_amount,
        )
    recurring = env["account.move.line"].search(
        [("deferred_start_date", "!=", False), ("parent_state", "=", "posted")]
    )
    booked = Counter()
    for row in rows.filtered("invoice_line_id"):
        booked[row.invoice_line_id] += row.booked_amount
    for line in recurring:
        signed = -line.move_id.direction_sign * line.price_subtotal
        demand(line in booked, "%s has no row in the ledger", line.display_name)
        demand(
            line.currency_id.is_zero(booked[line] - signed),
            "%s: %s in the ledger, %s on the invoice",
            line.display_name,
            booked[line],
            signed,
        )


def _check_nothing_due(orders):
    """Nothing is due, neither on contracts nor on the amendments that changed them."""
    orders = orders.filtered(lambda order: not order.subscription_quarantined_at)
    due = [order.name for order, items in orders._get_due_items().items() if items]
    demand(not due, "Still due after the last run: %s", due)


def _check_dates(contracts):
    """The stored dates are those that follow from steps and ledger."""
    contracts = contracts.filtered(lambda order: not order.subscription_quarantined_at)
    stored = {order: order.subscription_next_invoice_date for order in contracts}
    contracts._update_subscription_dates()
    moved = [
        order.name for order in contracts if stored[order] != order.subscription_next_invoice_date
    ]
    demand(not moved, "The next invoice date was wrong: %s", moved)


def _check_findings(env):
    """The nightly check of all contracts finds charges that nobody answered, nothing else."""
    env["subscription.finding"]._cron_check_billing()
    findings = env["subscription.finding"].search([("check", "!=", "lost_charge")])
    kinds = env["subscription.mrr.event"]._read_group([], ["kind"])
    demand(len(kinds) >= 7, "Only these movements of MRR: %s", kinds)
    demand(not findings, "The nightly check found: %s", findings.mapped("display_name"))


def _check_recognition(env, *, full):
    """What is deferred in the schedule stands on its account, and a second run adds nothing."""
    entries = [("journal_id", "=", env.company.recognition_journal_id.id)]
    count = env["account.move"].search_count(entries)
    env["subscription.recognition"]._cron_recognise_revenue()
    demand(count == env["account.move"].search_count(entries), "Revenue was recognised twice")
    demand(not full or count >= 12, "Only %s entries of recognised revenue", count)
    ledger = env["subscription.recognition.ledger"].search([("difference_amount", "!=", 0)])
    demand(not ledger, "Schedule and ledger differ: %s", ledger.mapped("difference_amount"))


def _check_numbers(env, contracts):
    demand(len(contracts) >= WANTED_CONTRACTS, "Only %s contracts", len(contracts))
    states = Counter(contracts.mapped("subscription_state"))
    for state, wanted in WANTED_STATES.items():
        demand(states[state] >= wanted, "Only %s contracts are %s", states[state], state)
    currencies = set(contracts.mapped("currency_id.name"))
    demand(currencies == CURRENCIES, "Contracts in %s", currencies)
    templates = contracts.subscription_template_id
    demand(len(templates) >= 9, "Contracts on %s templates only", len(templates))
    sellers = contracts.user_id
    demand(len(sellers) >= 4, "Contracts of %s salespeople only", len(sellers))


def _check_lists(env):
    """Every list of the app has something to show."""
    invoices = [("move_type", "=", "out_invoice")]
    posted = [*invoices, ("state", "=", "posted")]
    lists = {
        "quarantine": ("sale.order", [("subscription_quarantined_at", "!=", False)], 3),
        "draft quotations": (
            "sale.order",
            [("is_subscription", "=", True), ("state", "=", "draft")],
            3,
        ),
        "sent quotations": (
            "sale.order",
            [("is_subscription", "=", True), ("state", "=", "sent")],
            5,
        ),
        "ends to come": (
            "sale.order",
            [("subscription_state", "=", "active"), ("subscription_end_date", "!=", False)],
            5,
        ),
        "close reasons": ("sale.order", [("subscription_close_reason_id", "!=", False)], 12),
        "saved cards": ("sale.order", [("subscription_payment_token_id", "!=", False)], 5),
        "steps to come": ("subscription.segment", [("start_date", ">", _today(env))], 5),
        "pauses": ("subscription.interruption", [], 6),
        "billed periods": ("subscription.billed.period", [("kind", "=", "charge")], 600),
        "credits": ("subscription.billed.period", [("kind", "=", "credit")], 15),
        "forfeits": ("subscription.billed.period", [("kind", "=", "forfeit")], 1),
        "draft invoices": ("account.move", [*invoices, ("state", "=", "draft")], 2),
        "credit notes": ("account.move", [("move_type", "=", "out_refund")], 5),
        "paid": ("account.move", [*posted, ("payment_state", "=", "paid")], 300),
        "partly paid": ("account.move", [*posted, ("payment_state", "=", "partial")], 2),
        "overdue": (
            "account.move",
            [
                *posted,
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", _today(env)),
            ],
            8,
        ),
    }
    for name, (model, domain, wanted) in lists.items():
        found = env[model].search_count(domain)
        demand(found >= wanted, "%s: %s records, wanted %s", name, found, wanted)


def _today(env):
    return env.company._subscription_today()
