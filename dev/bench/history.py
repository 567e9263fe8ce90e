"""What an invoice costs when its contract is young, and when it is five years old."""

import statistics

from dateutil.relativedelta import relativedelta

from . import data, server
from .rounds import Side, bill

YOUNG = range(1, 4)


def measure(registry, partner_ids, start, months, *, log=print):
    """Bill contracts month by month.

    :param date start: first day of service
    :param int months: how old they become
    :return: milliseconds and queries per invoice of the second to fourth and of the last three
        months, medians
    :rtype: dict
    """
    count = len(partner_ids)
    with server.environment(registry) as env, server.clock(env, start):
        ids = data.make_contracts(env, partner_ids, start)
        env.cr.execute("ANALYZE")
        env.cr.commit()
        size = database_size(env)
    side = Side(count)
    for number in range(months):
        day = start + relativedelta(months=number)
        side.measure(lambda day=day: bill(registry, day))
        if not (number + 1) % 12:
            log(f"    month {number + 1}: {side.seconds[-1] / count * 1000:.1f} ms per invoice")
            with server.environment(registry) as env:
                env.cr.execute("ANALYZE")
                env.cr.commit()
    with server.environment(registry) as env:
        env.cr.execute(
            "UPDATE sale_order SET subscription_next_invoice_date = NULL WHERE id = ANY(%s)", [ids]
        )
        env.cr.commit()
        grown, index = database_size(env) - size, largest_index(env)
    old = range(months - 3, months)
    found = {"contracts": count, "months": months}
    for name, values, unit in (("ms", side.seconds, 1000), ("queries", side.queries, 1)):
        for label, numbers in (("young", YOUNG), ("old", old)):
            middle = statistics.median(values[number] for number in numbers)
            found[f"{label}_{name}"] = middle / count * unit
    found["ratio"] = found["old_ms"] / found["young_ms"]
    found["bytes"] = grown / count / months
    found["index"] = {"name": index[0], "bytes": index[1]}
    return found


def database_size(env):
    """Return the bytes of the database, dead rows included: they too take room."""
    env.cr.execute("SELECT pg_database_size(current_database())")
    return env.cr.fetchone()[0]


def largest_index(env):
    """Return the index that takes most room among journal items, and its bytes per invoice."""
    env.cr.execute(
        "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid)::float / "
        "(SELECT count(*) FROM account_move) FROM pg_index "
        "WHERE indrelid = 'account_move_line'::regclass "
        "ORDER BY pg_relation_size(indexrelid) DESC LIMIT 1"
    )
    return env.cr.fetchone()
