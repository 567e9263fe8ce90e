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
    old = range(months - 3, months)
    found = {"contracts": count, "months": months}
    for name, values, unit in (("ms", side.seconds, 1000), ("queries", side.queries, 1)):
        for label, numbers in (("young", YOUNG), ("old", old)):
            middle = statistics.median(values[number] for number in numbers)
            found[f"{label}_{name}"] = middle / count * unit
    found["ratio"] = found["old_ms"] / found["young_ms"]
    return found
