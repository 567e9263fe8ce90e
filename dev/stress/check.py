"""What must hold after everybody has finished, and the facts to compare two databases by."""

from collections import Counter
from datetime import date

from odoo.addons.sale_recurring.engine import billing, errors
from odoo.addons.sale_recurring.engine.ledger import apply

# Kinds with one document in each month that nobody edits.
MONTHLY = ("plain", "arrears", "aligned", "draft", "one-off", "quarter", "planned")

HOLES = """
SELECT sequence_prefix || ': ' || count(*) || ' numbers up to ' || max(sequence_number)
  FROM account_move
 WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund')
 GROUP BY journal_id, sequence_prefix
HAVING count(*) <> max(sequence_number) OR count(DISTINCT sequence_number) <> count(*)
"""
UNEVEN = """
SELECT line.id || ' of ' || move.name || ': ' || line.price_subtotal || ' in the books, ' ||
       coalesce(sum(row.booked_amount), 0) || ' in the ledger'
  FROM account_move_line line
  JOIN account_move move ON move.id = line.move_id
  JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
  JOIN sale_order_line ordered ON ordered.id = rel.order_line_id
  LEFT JOIN subscription_billed_period row ON row.invoice_line_id = line.id
 WHERE ordered.recurrence_id IS NOT NULL AND move.state <> 'cancel'
 GROUP BY line.id, move.id
HAVING abs(coalesce(sum(row.booked_amount), 0)
           - line.price_subtotal * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END) > 0.001
"""
TWICE = """
SELECT 'line ' || line_id || ' from ' || start_date || ': ' || count(*) || ' charges'
  FROM subscription_billed_period row
  JOIN sale_order ON sale_order.id = row.order_id
 WHERE kind = 'charge' AND client_order_ref LIKE 'left %'
 GROUP BY line_id, start_date HAVING count(*) > 1
"""
DOCUMENTS = """
SELECT sale_order.partner_id, coalesce(move.invoice_date, move.date), client_order_ref,
       count(DISTINCT move.id), count(DISTINCT sale_order.id),
       bool_and(template.group_invoices)
  FROM subscription_billed_period row
  JOIN sale_order ON sale_order.id = row.order_id
  JOIN subscription_template template ON template.id = sale_order.subscription_template_id
  JOIN account_move move ON move.id = row.move_id
 WHERE client_order_ref LIKE 'left %' AND row.kind = 'charge'
 GROUP BY 1, 2, 3
"""


def findings(env, day, days):
    """Return everything that is wrong, in words.

    :param list days: the days on which the run has worked
    :return: sentences; empty when all is well
    :rtype: list[str]
    """
    today = date.fromisoformat(day)
    orders = env["sale.order"].search([("is_subscription", "=", True)])
    found = [
        f"{order.name} is in quarantine: {order.subscription_quarantine_reason}"
        for order in orders.filtered("subscription_quarantined_at")
    ]
    waiting = orders.filtered("subscription_waiting_move_id")
    found += [f"{order.name} waits for a draft" for order in waiting]
    for order in orders:
        found += [f"{order.name} {text}" for text in _missed(order, today)]
        if order.client_order_ref.startswith("left "):
            found += [f"{order.name} {text}" for text in _differences(order, days)]
    for query in (HOLES, UNEVEN, TWICE):
        env.cr.execute(query)
        found += [text for (text,) in env.cr.fetchall()]
    return found + _documents(env, days)


def _missed(order, today):
    """Say what the engine still wants of one contract, and whether its date is right."""
    found = [
        f"still has to bill {due.amount} from {due.item.span.start}"
        for due in order._get_order_due_items()
    ]
    dates = []
    for line in order._get_recurring_lines():
        rows = line.billed_period_ids._get_engine_rows()
        dates.append(billing.next_billing_date(order._get_effective_segments(line), rows))
    expected = min((day for day in dates if day), default=None)
    stored = order.subscription_next_invoice_date or None
    if stored != expected or (stored and stored <= today):
        found.append(f"bills next on {stored}, should be {expected}")
    return found


def _differences(order, days):
    """Compare the ledger of a contract that nobody edited with what the engine asks for."""
    found = []
    for line in order._get_recurring_lines():
        segments, rows, wanted = order._get_effective_segments(line), (), Counter()
        for day in days:
            try:
                items = billing.catch_up(segments, rows, date.fromisoformat(day))
            except errors.EngineError as error:
                return [f"cannot be computed: {error}"]
            rows = apply(rows, items)
            wanted.update(
                (str(item.span.start), str(item.span.end), float(item.quantity), float(item.amount))
                for item in items
            )
        have = Counter(
            (str(row.start_date), str(row.end_date), row.quantity, row.computed_amount)
            for row in line.billed_period_ids
        )
        found += [f"lacks {item}" for item in (wanted - have).elements()]
        found += [f"has too much: {item}" for item in (have - wanted).elements()]
    return found


def _documents(env, days):
    """Count the documents of each customer on each day.

    The first one of a contract is its own; after it contracts share one if they may.
    """
    env.cr.execute(DOCUMENTS)
    return [
        f"customer {partner} has {documents} invoices of {day} for {contracts} contracts"
        for partner, day, ref, documents, contracts, shared in env.cr.fetchall()
        if ref.split()[1] in MONTHLY
        and documents != (1 if shared and str(day) != days[0] else contracts)
    ]


def rebuilt(env, _day):
    """Return how often a draft was made anew."""
    return env["mail.message"].search_count([("body", "like", "is made anew")])


def facts(env, _day):
    """Return everything that was billed, in terms that two databases have in common.

    :rtype: list
    """
    rows = env["subscription.billed.period"].search([])
    spans = [
        [
            row.order_id.name,
            row.line_id.product_id.default_code,
            row.kind,
            str(row.start_date),
            str(row.end_date),
            row.quantity,
            row.booked_amount,
            row.move_id.state or "none",
            row.move_id.move_type or "none",
            str(row.move_id.invoice_date),
            row.move_id.amount_total,
            row.move_id.amount_residual,
            row.move_id.invoice_origin or "",
        ]
        for row in rows
    ]
    once = env["account.move.line"].search(
        [("product_id.default_code", "=", "setup"), ("parent_state", "!=", "cancel")]
    )
    sold = [
        [line.sale_line_ids.order_id.name, "setup", line.quantity, line.price_subtotal]
        for line in once
    ]
    orders = env["sale.order"].search([("is_subscription", "=", True)])
    dates = [
        [order.name, str(order.subscription_next_invoice_date), order.subscription_state]
        for order in orders
    ]
    moves = env["account.move"].search_count([("move_type", "in", ("out_invoice", "out_refund"))])
    env.cr.execute(HOLES)
    rest = [f"{moves} documents", str(env.cr.fetchall())]
    return [*sorted(map(str, spans + sold + dates)), *rest]
