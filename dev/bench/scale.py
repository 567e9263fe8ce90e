"""Many contracts, loaded by SQL: the searches of the run among them, the nightly check of them."""

import statistics
import time

from odoo import sql_db
from odoo.tools import SQL

from . import data, server

# Nine in ten run and are due within the next months, the others have ended.
IDLE = {
    **data.OWN_ORDER,
    "name": "'IDLE/' || new.id",
    "subscription_state": "CASE WHEN mod(new.id, 10) = 0 THEN 'closed' ELSE 'active' END",
    "subscription_start_date": "DATE '2020-01-01'",
    "subscription_end_date": "CASE WHEN mod(new.id, 10) = 0 "
    "THEN DATE '2023-01-01' + mod(new.id, 300) END",
    "subscription_next_invoice_date": "CASE WHEN mod(new.id, 10) > 0 "
    "THEN DATE '2035-01-01' + mod(new.id, 400) END",
}


OWN_MOVE = {
    "name": "'COPY/' || made.id",
    "sequence_prefix": "'COPY/'",
    "sequence_number": "made.id",
    "partner_id": "made.partner_id",
    "commercial_partner_id": "made.partner_id",
    "partner_shipping_id": "made.partner_id",
    "access_token": "NULL",
}
OWN_MOVE_LINE = {"move_id": "made.id", "partner_id": "made.partner_id"}
OWN_ROW = {
    "line_id": "line.id",
    "order_id": "line.order_id",
    "move_id": "made.id",
    "invoice_line_id": "billed.id",
}
BILLED = ("account_move", "account_move_line", "subscription_billed_period")


def load_idle(cr, count):
    """Copy orders that nothing is due of, by SQL, a few at a time.

    :param int count: how many
    """
    columns, values = data.copied_columns(cr, "sale_order", IDLE)
    cr.execute("SELECT min(id), max(id) FROM res_partner WHERE name LIKE 'Bench customer%'")
    first, last = cr.fetchone()
    cr.execute("SELECT min(id) FROM sale_order WHERE subscription_anchor_date IS NOT NULL")
    [source] = cr.fetchone()
    for done in range(0, count, 100_000):
        cr.execute(
            f"INSERT INTO sale_order (id, {columns}) SELECT new.id, {values} FROM sale_order src, "
            "(SELECT nextval('sale_order_id_seq')::int AS id, %s + mod(n, %s) AS partner_id "
            "FROM generate_series(1, %s) AS n) AS new WHERE src.id = %s",
            [first, last - first + 1, min(100_000, count - done), source],
        )
        cr.commit()
    cr.execute("ANALYZE sale_order")
    cr.commit()


def load_billed(env, partner_ids, day, count):
    """Copy a contract with its first invoice and its ledger, by SQL, a few at a time.

    :param date day: the day of that invoice, on which nothing else is due
    :param int count: how many
    """
    with server.clock(env, day):
        [order_id] = data.make_contracts(env, partner_ids[:1], day)
        order = env["sale.order"].browse(order_id)
        move = order._bill_subscriptions()
        env.flush_all()
    for done in range(0, count, 20_000):
        size = min(20_000, count - done)
        partners = [partner_ids[number % len(partner_ids)] for number in range(size)]
        ids = data.copy_contracts(env.cr, order.id, partners)
        copy_invoice(env.cr, order.id, move.id, ids)
        env.cr.commit()
    for table in ("sale_order", "sale_order_line", "subscription_segment", *BILLED):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.cr.commit()


def copy_invoice(cr, order_id, move_id, ids):
    """Copy the invoice of a contract, and its ledger, for copies of the contract.

    The contract has one line per product, and the invoice bills each once.
    """
    cr.execute(
        "CREATE TEMP TABLE made ON COMMIT DROP AS SELECT made.id AS order_id, made.partner_id, "
        "nextval('account_move_id_seq')::int AS id FROM sale_order made WHERE made.id = ANY(%s)",
        [ids],
    )
    lines = (
        "made JOIN sale_order_line line ON line.order_id = made.order_id JOIN sale_order_line old "
        "ON old.order_id = %s AND old.product_id = line.product_id "
    )
    for table, own, source, args in (
        ("account_move", OWN_MOVE, "made, account_move src WHERE src.id = %s", [move_id]),
        (
            "account_move_line",
            OWN_MOVE_LINE,
            "made, account_move_line src WHERE src.move_id = %s ORDER BY made.id, src.id",
            [move_id],
        ),
        (
            "subscription_billed_period",
            OWN_ROW,
            f"{lines} JOIN subscription_billed_period src ON src.line_id = old.id JOIN "
            "account_move_line billed ON billed.move_id = made.id "
            "AND billed.product_id = line.product_id",
            [order_id],
        ),
    ):
        columns, values = data.copied_columns(cr, table, own)
        if table == "account_move":
            columns, values = f"id, {columns}", f"made.id, {values}"
        cr.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {source}", args)
    cr.execute(
        "INSERT INTO sale_order_line_invoice_rel (order_line_id, invoice_line_id) "
        "SELECT row.line_id, row.invoice_line_id FROM subscription_billed_period row "
        "JOIN made ON made.order_id = row.order_id"
    )
    cr.execute(
        "INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id) "
        "SELECT line.id, tax.account_tax_id FROM made JOIN account_move_line line "
        "ON line.move_id = made.id JOIN account_move_line old ON old.move_id = %s "
        "AND old.product_id = line.product_id JOIN account_move_line_account_tax_rel tax "
        "ON tax.account_move_line_id = old.id",
        [move_id],
    )
    cr.execute("DROP TABLE made")


def check(registry, partner_ids, day, count):
    """Let the nightly check go through contracts that are all healthy.

    :return: how many contracts, the seconds and queries it took, and the findings
    :rtype: dict
    """
    with server.environment(registry) as env:
        # Those of the rounds are on different days; what is not a contract is not checked.
        env.cr.execute("UPDATE sale_order SET subscription_anchor_date = NULL")
        load_billed(env, partner_ids, day, count)
    with server.environment(registry) as env, server.clock(env, day):
        queries, begun = server.query_count(), time.perf_counter()
        env["subscription.finding"]._cron_check_billing()
        seconds = time.perf_counter() - begun
        return {
            "contracts": count + 1,
            "seconds": seconds,
            "queries": server.query_count() - queries,
            "findings": env["subscription.finding"].search_count([]),
        }


def capture(env, function):
    """Return the statements about contracts that a function sends, as they were sent."""
    sent, execute = [], sql_db.Cursor.execute

    def record(cursor, *args, **kwargs):
        result = execute(cursor, *args, **kwargs)
        text = cursor._obj.query.decode()
        if text.startswith("SELECT") and 'FROM "sale_order' in text:
            sent.append(text)
        return result

    sql_db.Cursor.execute = record
    try:
        function()
    finally:
        sql_db.Cursor.execute = execute
    return sent


def explain(cr, statement):
    """Return the plan of a statement as lines, and the ms it takes, the median of five."""
    times, lines = [], []
    for _number in range(5):
        cr.execute("EXPLAIN (ANALYZE, BUFFERS) " + statement.replace("%", "%%"))
        lines = [row[0] for row in cr.fetchall()]
        times.append(float(lines[-1].split(":")[1].split()[0]))
    return lines, statistics.median(times)


def measure(registry, day, count):
    """Explain every search of the start of a run, and the pick of its first batch.

    :return: what is searched, the plan, and the ms it takes
    :rtype: list[dict]
    """
    # Odoo finds the addon once its configuration is read, which is after this module is imported.
    from odoo.addons.sale_recurring.models.billing.billing_run import BillingRun

    found = []
    with server.environment(registry) as env, server.clock(env, day):
        orders = env["sale.order"]
        for label, function in (
            ("pick of 100", lambda: BillingRun(orders.env).pick(100)),
            ("number of due contracts", BillingRun(orders.env).count_due),
            ("states that the calendar moves", BillingRun(orders.env).refresh_states),
            ("contracts that wait for a draft", orders._release_waiting_contracts),
            ("lines that are sold once", orders._refresh_one_off_dates),
        ):
            for statement in capture(env, function):
                if "WHERE" not in statement or '"sale_order"."id" IN' in statement:
                    continue
                plan, ms = explain(env.cr, statement)
                scans = any("Seq Scan on sale_order" in line for line in plan)
                found.append({"what": label, "plan": plan, "ms": ms, "reads_all": scans})
        env.cr.rollback()
    return found
