"""Totals of many ranges of days at once, read from the ledger of MRR in two statements."""

from bisect import bisect_right
from decimal import Decimal

from odoo.fields import Date, Domain
from odoo.tools import SQL

from ...engine.metrics.kpi import Totals
from ...engine.money import to_decimal

FLOWS = ("new", "expansion", "reactivation", "contraction", "churn")
TINY = SQL("0.000001")
# Who is worth something is asked of binary numbers, which are much faster to add up; no price is
# as small as what they are wrong by. Money itself is added up exactly.
TINY_FLOAT = SQL("0.00001")


def get_totals(scope, ranges):
    """Return what each range moved; the number of statements does not depend on how many.

    All movements are put into the spans between the days on which a range begins or is over. What
    a customer was worth on such a day is the sum of the spans before it.

    :param Scope scope: which movements
    :param list ranges: (first day, last day)
    :return: in the order of the ranges
    :rtype: list[Totals]
    """
    ends = [Date.add(end, days=1) for _start, end in ranges]
    cuts = sorted({*(start for start, _end in ranges), *ends})
    rows = SQL(
        "SELECT moved.*, width_bucket(effective_date, %s::date[]) AS span FROM (%s) AS moved",
        cuts,
        scope.get_rows(Domain("effective_date", "<", cuts[-1])),
    )
    spans = [
        (bisect_right(cuts, start), bisect_right(cuts, end))
        for (start, _end), end in zip(ranges, ends, strict=True)
    ]
    flows = _fetch_flows(scope.env, rows)
    contracts, counts = _fetch_counts(scope.env, rows, spans)
    return [
        _get_range(flows, contracts, first, last, **count)
        for (first, last), count in zip(spans, counts, strict=True)
    ]


def get_counted(scope, key, start, end, *, is_lost=False):
    """Return the customers or contracts that a range counts.

    :param Scope scope: which movements
    :param str key: 'commercial_partner_id' or 'origin_id'
    :param bool is_lost: those that were worth something before the range and are not after it,
        otherwise those that are worth something on its last day
    :return: ids in their order; None for movements that belong to nobody
    :rtype: list
    """
    query = SQL(
        """
        SELECT DISTINCT key FROM (
            SELECT %s AS key, SUM(amount) AS after,
                   SUM(amount) FILTER (WHERE effective_date < %s) AS before
              FROM (%s) AS moved GROUP BY 1, company_id) AS level
         WHERE %s ORDER BY 1
        """,
        SQL.identifier(key),
        start,
        scope.get_rows(Domain("effective_date", "<=", end)),
        SQL("before > %(least)s AND after <= %(least)s", least=TINY)
        if is_lost
        else SQL("after > %s", TINY),
    )
    return [found for (found,) in scope.env.execute_query(query)]


def _get_range(flows, contracts, first, last, **counts):
    """Return the totals of the spans from one to before another."""
    found = dict.fromkeys(("opening", "other", *FLOWS), Decimal(0))
    for (span, kind), value in flows.items():
        if span < first:
            found["opening"] += value
        elif span < last:
            found[kind if kind in FLOWS else "other"] += value
    running = sum(count for span, count in contracts.items() if span < last)
    return Totals(**found, **counts, contracts=running)


def _fetch_flows(env, rows):
    query = SQL("SELECT span, kind, SUM(value) FROM (%s) AS moved GROUP BY 1, 2", rows)
    return {(span, kind): to_decimal(value or 0) for span, kind, value in env.execute_query(query)}


def _fetch_counts(env, rows, spans):
    """Return who is worth something, contracts and customers, from one reading of the ledger.

    :return: by how many contracts changed in each span; and how many customers each range began
        with, lost and won
    :rtype: tuple[dict, list[dict]]
    """
    sums, counts = _get_customer_columns(spans)
    query = SQL(
        """
        WITH cell AS MATERIALIZED (
            SELECT company_id, commercial_partner_id, origin_id, span,
                   SUM(amount::float8) AS amount
              FROM (%(rows)s) AS moved GROUP BY 1, 2, 3, 4
        ), level AS (
            SELECT span, after > %(tiny)s AS is_after, after - amount > %(tiny)s AS is_before
              FROM (
                SELECT span, amount,
                       SUM(amount) OVER (PARTITION BY origin_id ORDER BY span
                                         ROWS UNBOUNDED PRECEDING) AS after
                  FROM cell WHERE origin_id IS NOT NULL
              ) AS reached
        ), customer AS (
            SELECT %(sums)s FROM cell GROUP BY company_id, commercial_partner_id
        )
        SELECT span, ARRAY[SUM(is_after::int - is_before::int)] FROM level GROUP BY 1
         UNION ALL
        SELECT NULL, ARRAY[%(counts)s] FROM customer
        """,
        rows=rows,
        tiny=TINY_FLOAT,
        sums=sums,
        counts=counts,
    )
    found = dict(env.execute_query(query))
    row = found.pop(None)
    return {span: count for span, [count] in found.items()}, [
        dict(zip(("customers", "lost", "won"), row[place : place + 3], strict=True))
        for place in range(0, len(row), 3)
    ]


def _get_customer_columns(spans):
    """Return the SQL of what a customer is worth at each level, and of what each range counts."""
    levels = sorted({number for pair in spans for number in pair})
    names = {level: SQL.identifier(f"level_{level}") for level in levels}
    sums = SQL(", ").join(
        SQL("SUM(amount) FILTER (WHERE span < %s) > %s AS %s", level, TINY_FLOAT, names[level])
        for level in levels
    )
    counts = SQL(", ").join(
        SQL(
            "COUNT(*) FILTER (WHERE %(a)s), COUNT(*) FILTER (WHERE %(a)s AND %(b)s IS NOT TRUE), "
            "COUNT(*) FILTER (WHERE %(b)s AND %(a)s IS NOT TRUE)",
            a=names[first],
            b=names[last],
        )
        for first, last in spans
    )
    return sums, counts
