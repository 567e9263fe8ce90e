"""A million contracts that are not due: what the run's own searches cost among them."""

import statistics

from odoo import sql_db

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


def capture(env, function):
    """Return the statements about contracts that a function sends, as they were sent."""
    sent, execute = [], sql_db.Cursor.execute

    def record(cursor, *args, **kwargs):
        result = execute(cursor, *args, **kwargs)
        text = cursor._obj.query.decode()
        if text.startswith("SELECT") and 'FROM "sale_order"' in text:
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
    found = []
    with server.environment(registry) as env, server.clock(env, day):
        orders = env["sale.order"]
        for label, function in (
            ("pick of 100", lambda: orders._pick_due_contracts(100)),
            ("number of due contracts", orders._count_due_contracts),
            ("states that the calendar moves", orders._refresh_due_states),
            ("contracts that wait for a draft", orders._release_waiting_contracts),
        ):
            for statement in capture(env, function):
                if "WHERE" not in statement or '"sale_order"."id" IN' in statement:
                    continue
                plan, ms = explain(env.cr, statement)
                scans = any("Seq Scan on sale_order" in line for line in plan)
                found.append({"what": label, "plan": plan, "ms": ms, "reads_all": scans})
        env.cr.rollback()
    return found
