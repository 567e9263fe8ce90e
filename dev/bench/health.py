"""The job that watches over customers: facts, verdicts and history of many contracts at night."""

import os
import time
from datetime import date, timedelta

from odoo import fields

from . import scale, server

FIRST = date(2024, 6, 1)
# Six rules, none of which is cheap to say no to; the last one decides about most contracts.
RULES = [
    ("bad", [("subscription_fact_failed", ">", 2)]),
    ("bad", [("subscription_fact_mrr_percent", "<", -25)]),
    ("bad", [("subscription_fact_overdue_days", ">", 20), ("partner_id.country_id", "!=", 1)]),
    ("neutral", [("order_line.product_id.name", "ilike", "nothing like it")]),
    ("good", [("message_ids.body", "ilike", "thank you")]),
    ("good", [("subscription_fact_overdue_amount", "=", 0)]),
]
# What each night is about, and how many days after the first.
NIGHTS = [
    ("the first, all contracts are new", 0),
    ("the next, only days went by", 1),
    ("all contracts turn bad", 55),
]


def measure(registry, partners, count, *, log=print):
    """Let the job run on some nights.

    :param list partners: ids of customers
    :param int count: number of contracts
    :return: seconds, those of both processors, and queries of each night
    :rtype: dict
    """
    log(f"==> The health of {count:,} contracts under {len(RULES)} rules")
    with server.environment(registry) as env:
        # Those that were measured before are on different days.
        env.cr.execute("UPDATE sale_order SET subscription_state = 'draft'")
        # The planner takes a table that was just made for a small one.
        env.cr.execute("SET enable_nestloop = off")
        scale.load_billed(env, partners, FIRST, count - 1)
        env.cr.execute("SET enable_nestloop = on")
        set_up(env)
    nights = []
    for what, days in NIGHTS:
        night = watch(registry, FIRST + timedelta(days=days))
        if night["contracts"] != count:
            raise SystemExit(f"{night}: nothing was measured.")
        nights.append(night | {"what": what})
        log(
            f"    {what}: {night['seconds']:.1f} s ({night['cpu']:.1f} s of processors), "
            f"{night['queries']} queries; {night['verdicts']}"
        )
    return {"contracts": count, "rules": len(RULES), "nights": nights}


def set_up(env):
    """Give the contracts rules, and switch on each flag that is ready-made."""
    env["subscription.template"].search([("name", "=", "Bench")]).health_rule_ids = [
        (
            0,
            0,
            {
                "name": f"Rule {place}",
                "sequence": place,
                "verdict": verdict,
                "contract_domain": str(domain),
            },
        )
        for place, (verdict, domain) in enumerate(RULES)
    ]
    env["subscription.alert"].search([]).action_switch_on()
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def watch(registry, day):
    """Let the job run on a day, as the scheduler does."""
    with server.environment(registry) as env, server.clock(env, day):
        queries, begun, cpu = server.query_count(), time.perf_counter(), _get_cpu(env)
        env["subscription.health"]._cron_watch_customers()
        env.cr.commit()
        found = {
            "seconds": time.perf_counter() - begun,
            "cpu": _get_cpu(env) - cpu,
            "queries": server.query_count() - queries,
        }
        groups = env["subscription.health"]._read_group(
            [("facts_date", "=", fields.Date.to_string(day))], ["verdict"], ["__count"]
        )
    verdicts = {verdict or "none": number for verdict, number in groups}
    return found | {"contracts": sum(verdicts.values()), "verdicts": verdicts}


def _get_cpu(env):
    """Return the seconds that this process and its database backend worked so far."""
    env.cr.execute("SELECT pg_backend_pid()")
    [pid] = env.cr.fetchone()
    try:
        with open(f"/proc/{pid}/stat") as stream:
            user, system = stream.read().rpartition(")")[2].split()[11:13]
    except OSError:  # the database works elsewhere
        user = system = 0
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def facts(found):
    """Return what was found as lines of Markdown."""
    nights = "; ".join(
        f"{night['what']}: {night['seconds']:.0f} s ({night['cpu']:.0f} s of processors), "
        f"{night['queries']:,} queries"
        for night in found["nights"]
    )
    return [
        f"- The health of {found['contracts']:,} contracts under {found['rules']} rules, with "
        f"facts, verdicts, history and flags. {nights}."
    ]
