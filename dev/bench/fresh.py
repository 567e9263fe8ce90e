"""The first batch after an import: the database knows nothing of its tables yet."""

import statistics
import time

from dateutil.relativedelta import relativedelta

from . import data, server
from .rounds import bill

CONTRACTS = 500  # a few batches


def measure(registry, partner_ids):
    """Bill contracts before the database has statistics, then a month later with them.

    :return: ms per contract of the first batch and, medians, of the other batches and of those
        after ANALYZE
    :rtype: dict
    """
    with server.environment(registry) as env, server.clock(env, data.START):
        data.make_contracts(env, partner_ids, data.START)
    first, *rest = measure_batches(registry, data.START)
    with server.environment(registry) as env:
        env.cr.execute("ANALYZE")
        env.cr.commit()
    _first, *later = measure_batches(registry, data.START + relativedelta(months=1))
    return {
        "contracts": len(partner_ids),
        "first_ms": first,
        "rest_ms": statistics.median(rest),
        "analyzed_ms": statistics.median(later),
    }


def measure_batches(registry, day):
    """Let the scheduled job bill a day, and return ms per contract of each of its batches."""
    # Odoo finds the addon once its configuration is read, which is after this module is imported.
    from odoo.addons.sale_recurring.models.billing.billing_run import BillingRun

    found, bill_next = [], BillingRun._bill_next

    def record(run, limit, skip):
        begun = time.perf_counter()
        orders = bill_next(run, limit, skip)
        if orders:
            found.append((time.perf_counter() - begun) / len(orders) * 1000)
        return orders

    BillingRun._bill_next = record
    try:
        bill(registry, day)
    finally:
        BillingRun._bill_next = bill_next
    return found


def facts(result):
    """Return what was measured as lines of Markdown."""
    found = result.get("fresh")
    if not found:
        return []
    return [
        f"- The first batch on a fresh database, before it has statistics: {found['first_ms']:.0f} "
        f"ms per contract, the next ones {found['rest_ms']:.0f}, and {found['analyzed_ms']:.0f} "
        "after `ANALYZE`, which belongs at the end of every import."
    ]
