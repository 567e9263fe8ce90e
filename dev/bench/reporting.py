"""Reports of recurring revenue over many movements, each against the plain SQL that answers it."""

import statistics
import time
from datetime import date

from odoo.tools import SQL

from . import data, rounds, server

DAY = date(2026, 6, 15)
BILLED = 300  # contracts of the run that is asked what the ledger costs
LIST_COUNT = 10_001  # up to where the web client lets a list count
CONTRACT = {
    **data.OWN_ORDER,
    "name": "'MRR/' || new.id",
    "subscription_state": "'active'",
    "subscription_origin_id": "new.id",
    "subscription_start_date": "DATE '2021-01-01' + mod(new.id, 1600)",
    "subscription_next_invoice_date": "NULL",
}
PARTNER = {
    "name": "'MRR customer ' || n",
    "complete_name": "'MRR customer ' || n",
    "commercial_partner_id": "currval('res_partner_id_seq')::int",
}
EVENTS = """
    INSERT INTO subscription_mrr_event (
        kind, effective_date, recorded_at, is_correction, revision, origin_id, order_id,
        company_id, currency_id, rate, amount, company_amount, partner_id,
        commercial_partner_id, country_id, user_id, template_id, is_voluntary, close_reason_id)
    SELECT step.kind, so.subscription_start_date + step.days, now() AT TIME ZONE 'UTC', FALSE, 0,
           so.id, so.id, so.company_id, %(currency)s, 1, step.amount, step.amount, so.partner_id,
           so.partner_id, %(country)s, %(user)s, so.subscription_template_id,
           step.kind = 'churn', CASE WHEN step.kind = 'churn' THEN %(reason)s END
      FROM sale_order so
      JOIN (VALUES ('new', 0, 100.0), ('expansion', 90, 20.0), ('contraction', 180, -10.0),
                   ('expansion', 270, 15.0), ('contraction', 300, -5.0), ('churn', 360, -120.0))
                AS step (kind, days, amount)
        ON step.kind != 'churn' OR mod(so.id, 4) = 0
     WHERE so.name LIKE 'MRR/%%'
"""
PARTS = """
    INSERT INTO subscription_mrr_part (event_id, product_id, amount, company_amount)
    SELECT id, %s, amount, company_amount FROM subscription_mrr_event
"""


def load(env, contracts):
    """Load contracts with their movements, by SQL.

    :param int contracts: how many; each has five or six movements
    :return: how many movements there are
    """
    cr = env.cr
    columns, values = data.copied_columns(cr, "res_partner", PARTNER)
    cr.execute("SELECT min(id) FROM res_partner WHERE name LIKE 'Bench customer%'")
    [partner] = cr.fetchone()
    cr.execute(
        f"INSERT INTO res_partner (id, {columns}) SELECT nextval('res_partner_id_seq')::int, "
        f"{values} FROM res_partner src, generate_series(1, %s) AS n WHERE src.id = %s",
        [contracts // 2, partner],
    )
    cr.execute("SELECT min(id) FROM res_partner WHERE name LIKE 'MRR customer%'")
    [first] = cr.fetchone()
    columns, values = data.copied_columns(cr, "sale_order", CONTRACT)
    cr.execute("SELECT min(id) FROM sale_order WHERE subscription_anchor_date IS NOT NULL")
    [source] = cr.fetchone()
    cr.execute(
        f"INSERT INTO sale_order (id, {columns}) SELECT new.id, {values} FROM sale_order src, "
        "(SELECT nextval('sale_order_id_seq')::int AS id, %s + mod(n, %s) AS partner_id "
        "FROM generate_series(1, %s) AS n) AS new WHERE src.id = %s",
        [first, contracts // 2, contracts, source],
    )
    values = {
        "currency": env.company.currency_id.id,
        "country": env.company.country_id.id or None,
        "user": env.ref("base.user_admin").id,
        "reason": env.ref("sale_recurring.close_reason_price").id,
    }
    cr.execute(EVENTS, values)
    count = cr.rowcount
    product = env["product.product"].search([("name", "=", "Bench seat")], limit=1)
    cr.execute(PARTS, [product.id])
    cr.commit()
    cr.execute("ANALYZE")
    cr.commit()
    return count


LIST_SQL = """
    SELECT count(*) FROM (SELECT 1 FROM subscription_mrr_event WHERE company_id = %s LIMIT 10001)
        AS counted;
    SELECT id, effective_date, kind, company_amount FROM subscription_mrr_event
     WHERE company_id = %s ORDER BY effective_date DESC, id DESC LIMIT 80
"""
CHART_SQL = """
    SELECT date_trunc('month', effective_date), kind, SUM(company_amount), COUNT(*)
      FROM subscription_mrr_event WHERE company_id = %s GROUP BY 1, 2
"""
MONTHS_SQL = """
    SELECT date_trunc('month', effective_date), SUM(company_amount),
           SUM((after > 0)::int - (after - amount > 0)::int)
      FROM (SELECT event.*, SUM(amount) OVER (PARTITION BY origin_id ORDER BY effective_date, id)
                   AS after
              FROM subscription_mrr_event event WHERE company_id = %s) AS level
     GROUP BY 1
"""
CUSTOMERS_SQL = """
    SELECT date_trunc('month', effective_date),
           CASE WHEN after = amount AND most > 0 THEN 'reactivation'
                WHEN after = amount THEN 'new' WHEN after = 0 THEN 'churn'
                WHEN amount > 0 THEN 'expansion' ELSE 'contraction' END, SUM(amount)
      FROM (SELECT level.*, MAX(after) OVER (
                       PARTITION BY commercial_partner_id ORDER BY effective_date
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS most
              FROM (SELECT commercial_partner_id, effective_date, SUM(company_amount) AS amount,
                           SUM(SUM(company_amount)) OVER (
                               PARTITION BY commercial_partner_id ORDER BY effective_date) AS after
                      FROM subscription_mrr_event WHERE company_id = %s GROUP BY 1, 2) AS level
           ) AS known
     GROUP BY 1, 2
"""
CHURN_SQL = """
    SELECT close_reason_id, -SUM(company_amount) FROM subscription_mrr_event
     WHERE company_id = %s AND kind = 'churn' GROUP BY 1
"""


def get_questions(env):
    """Return what is asked: label, by the report, by plain SQL."""

    def read_group(report, groups, sums):
        return lambda: env[f"subscription.{report}"].formatted_read_group([], groups, sums)

    fields = {"effective_date": {}, "kind": {}, "company_amount": {}}
    return [
        (
            "list of movements",
            lambda: env["subscription.mrr.event"].web_search_read(
                [], fields, limit=80, count_limit=LIST_COUNT
            ),
            LIST_SQL,
        ),
        (
            "chart of movements by month and kind",
            read_group("mrr.event", ["effective_date:month", "kind"], ["company_amount:sum"]),
            CHART_SQL,
        ),
        (
            "MRR by month",
            read_group(
                "mrr.report", ["month:month"], ["opening:sum", "closing:sum", "contracts:sum"]
            ),
            MONTHS_SQL,
        ),
        (
            "movements of customers by month",
            read_group("customer.report", ["date:month", "kind"], ["amount:sum"]),
            CUSTOMERS_SQL,
        ),
        (
            "churn by reason",
            read_group("churn.report", ["close_reason_id"], ["lost_amount:sum"]),
            CHURN_SQL,
        ),
    ]


def measure_ledger(registry, log):
    """Let the run bill, and count what the ledger of MRR does before each commit of it.

    :return: share of the run's time, and queries of the ledger per commit at which it was asked
    :rtype: dict
    """
    with server.environment(registry) as env, server.clock(env, data.START):
        ids = data.make_contracts(env, data.make_partners(env, BILLED), data.START)
    Event, found = registry["subscription.mrr.event"], {"seconds": 0.0, "queries": 0, "asked": 0}
    record = Event._record_remembered

    def watched(self):
        queries, begun = server.query_count(), time.perf_counter()
        record(self)
        found["seconds"] += time.perf_counter() - begun
        found["queries"] += server.query_count() - queries
        found["asked"] += 1

    Event._record_remembered = watched
    try:
        begun = time.perf_counter()
        made = rounds.bill(registry, data.START)
        seconds = time.perf_counter() - begun
    finally:
        Event._record_remembered = record
    if made != len(ids):
        raise SystemExit(f"{made} invoices instead of {len(ids)}: nothing was measured.")
    ledger = {
        "share": found["seconds"] / seconds,
        "queries": found["queries"] / max(found["asked"], 1),
        "asked": found["asked"],
    }
    log("ledger of MRR: {share:.1%} of the run, asked {asked} times".format(**ledger))
    return ledger


def measure(registry, contracts, log):
    """Load movements, and time each report against plain SQL.

    :return: number of movements, the reports with their times, seconds of the dashboard
    :rtype: dict
    """
    ledger = measure_ledger(registry, log)
    with server.environment(registry) as env:
        movements = load(env, contracts)
    found = []
    with server.environment(registry) as env, server.clock(env, DAY):
        for label, by_report, plain in get_questions(env):
            ours, theirs = [], []
            for _number in range(4):
                env.invalidate_all()
                ours.append(_time(by_report))
                args = [env.company.id] * plain.count("%s")
                theirs.append(_time(lambda plain=plain, args=args: _ask(env, plain, args)))
            # The first round warms up.
            row = {
                "what": label,
                "report_ms": statistics.median(ours[1:]) * 1000,
                "plain_ms": statistics.median(theirs[1:]) * 1000,
            }
            row["ratio"] = row["report_ms"] / row["plain_ms"]
            found.append(row)
            log("{what}: {report_ms:.0f} ms, plain {plain_ms:.0f} ms, {ratio:.2f} x".format(**row))
        values = {"start": "2026-01-01", "end": "2026-06-15"}
        Dashboard = env["subscription.dashboard"]
        times = [_time(lambda: Dashboard.get_dashboard(values)) for _number in range(4)]
        log(f"dashboard: {statistics.median(times[1:]):.2f} s")
    return {
        "contracts": contracts,
        "movements": movements,
        "reports": found,
        "ledger": ledger,
        "dashboard": statistics.median(times[1:]),
    }


def _ask(env, plain, args):
    """Answer by plain SQL, all rows fetched."""
    place = 0
    for statement in plain.split(";"):
        count = statement.count("%s")
        env.execute_query(SQL(statement.strip(), *args[place : place + count]))
        place += count


def _time(function):
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun
