"""Totals of many ranges of days at once, read from the ledger of MRR in two statements."""

from bisect import bisect_right
from dataclasses import replace
from decimal import Decimal

from odoo.fields import Date, Domain
from odoo.tools import SQL

from ...engine.metrics.kpi import Totals
from ...engine.money import to_decimal
from .customer_levels import TINY_FLOAT, get_customers

FLOWS = ("new", "expansion", "reactivation", "contraction", "churn")
TINY = SQL("0.000001")


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


def add_contracts(scope, ranges, totals):
    """Return totals that also know with how many contracts a range began, and how it went on.

    Who pauses or comes back from a pause is neither lost nor won; who ends while on pause is lost,
    and who pauses in the range of the beginning was won.

    :param Scope scope: which movements
    :param list ranges: (first day, last day), one after the other without a gap
    :param list totals: of these ranges
    :rtype: list[Totals]
    """
    cuts = [*(start for start, _end in ranges), Date.add(ranges[-1][1], days=1)]
    rows = SQL(
        "SELECT moved.*, width_bucket(effective_date, %s::date[]) AS span FROM (%s) AS moved",
        cuts,
        scope.get_rows(Domain("effective_date", "<", cuts[-1])),
    )
    query = SQL(
        """
        WITH level AS (
            SELECT span, breaks, after > %(tiny)s AS is_after,
                   after - amount > %(tiny)s AS is_before
              FROM (
                SELECT span, SUM(amount) AS amount,
                       SUM(CASE WHEN kind IN ('pause', 'resume') THEN SIGN(amount) END) AS breaks,
                       SUM(SUM(amount)) OVER (PARTITION BY origin_id ORDER BY span) AS after
                  FROM (
                    SELECT origin_id, span, kind, SUM(amount) AS amount
                      FROM (%(rows)s) AS moved WHERE origin_id IS NOT NULL
                     GROUP BY origin_id, span, effective_date, kind
                  ) AS day GROUP BY origin_id, span
              ) AS reached
        )
        SELECT span, SUM(is_after::int - is_before::int),
               COUNT(*) FILTER (WHERE NOT is_before AND is_after::int > COALESCE(breaks, 0)),
               COUNT(*) FILTER (WHERE NOT is_after AND is_before::int > -COALESCE(breaks, 0))
          FROM level GROUP BY span
        """,
        rows=rows,
        tiny=TINY,
    )
    spans = {span: counts for span, *counts in scope.env.execute_query(query)}
    found, before = [], spans.get(0, [0])[0]
    for number, one in enumerate(totals, 1):
        change, won, lost = spans.get(number, (0, 0, 0))
        counts = {"contracts_before": before, "contracts_won": won, "contracts_lost": lost}
        found.append(replace(one, **counts))
        before += change
    return found


def get_counted(scope, key, end):
    """Return the customers or contracts that are worth something on a day.

    :param Scope scope: which movements
    :param str key: 'commercial_partner_id' or 'origin_id'
    :return: ids in their order; None for movements that belong to nobody
    :rtype: list
    """
    query = SQL(
        """
        SELECT DISTINCT key FROM (
            SELECT %s AS key, SUM(amount) AS after
              FROM (%s) AS moved GROUP BY 1, company_id) AS level
         WHERE after > %s ORDER BY 1
        """,
        SQL.identifier(key),
        scope.get_rows(Domain("effective_date", "<=", end)),
        TINY,
    )
    return [found for (found,) in scope.env.execute_query(query)]


def get_lost(scope, start, end):
    """Return the customers that a range began with and that are gone on its last day.

    :param Scope scope: which movements
    :return: ids in their order; None for movements that belong to nobody
    :rtype: list
    """
    rows = SQL(
        "SELECT moved.*, (effective_date >= %s)::int AS span FROM (%s) AS moved",
        start,
        scope.get_rows(Domain("effective_date", "<=", end)),
    )
    query = SQL(
        "WITH %s SELECT DISTINCT commercial_partner_id FROM customer WHERE here & 3 = 1 ORDER BY 1",
        get_customers(rows, [1, 2]),
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
        with, lost and won, and how many are on pause at its end
    :rtype: tuple[dict, list[dict]]
    """
    levels = sorted({number for pair in spans for number in pair})
    query = SQL(
        """
        WITH %(customers)s, level AS (
            SELECT span, after > %(tiny)s AS is_after, after - amount > %(tiny)s AS is_before
              FROM (
                SELECT span, amount,
                       SUM(amount) OVER (PARTITION BY origin_id ORDER BY span
                                         ROWS UNBOUNDED PRECEDING) AS after
                  FROM cell WHERE origin_id IS NOT NULL
              ) AS reached
        )
        SELECT span, NULL, NULL, SUM(is_after::int - is_before::int) FROM level GROUP BY 1
         UNION ALL
        SELECT NULL, worth, here, COUNT(*) FROM customer GROUP BY 2, 3
        """,
        customers=get_customers(rows, levels),
        tiny=TINY_FLOAT,
    )
    contracts, groups = {}, []
    # Its many short expressions take longer to compile than to work out.
    env.cr.execute("SET LOCAL jit = off")
    for span, worth, here, count in env.execute_query(query):
        if span is None:
            groups.append((worth, here, count))
        else:
            contracts[span] = count
    bits = {level: 1 << place for place, level in enumerate(levels)}
    return contracts, [_get_counts(groups, bits[first], bits[last]) for first, last in spans]


def _get_counts(groups, first, last):
    """Return how many customers a range has.

    :param list groups: bits of the levels at which customers were worth something, those at which
        they were there, and how many they are
    :param int first: bit of the level at which the range begins
    :param int last: bit of the level at which it is over
    """
    found = dict.fromkeys(("customers", "lost", "won", "paused"), 0)
    for worth, here, count in groups:
        found["customers"] += count if here & first else 0
        found["lost"] += count if here & first and not here & last else 0
        found["won"] += count if here & last and not here & first else 0
        found["paused"] += count if here & last and not worth & last else 0
    return found
