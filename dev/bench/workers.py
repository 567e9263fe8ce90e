"""One worker against two: operating-system processes that share the contracts of a day."""

import collections
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from . import rounds, server

SCRIPT = Path(__file__).resolve().parents[1] / "bench.py"


def work(database, day, job):
    """Be one worker: load Odoo, say so, wait for the start, bill or charge, say how much."""
    registry = server.start(database)
    with server.environment(registry) as env:  # what every process does once
        env["sale.order"].search_count([("subscription_next_invoice_date", "!=", False)])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun = time.perf_counter()
    if job == "charge":
        with server.environment(registry) as env, server.clock(env, day):
            env["account.move"]._cron_charge_subscriptions()
    else:
        rounds.bill(registry, day)
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - begun}) + "\n")
    sys.stdout.flush()


def run_workers(registry, database, day, count, job="bill"):
    """Let processes bill, or charge, a day together.

    :return: seconds until the last one was done, and how often which wait was seen
    :rtype: tuple[float, dict]
    """
    processes = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), "--worker", database, day.isoformat(), job],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        for _number in range(count)
    ]
    for process in processes:
        process.stdout.readline()
    begun = time.perf_counter()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    waits = collections.Counter()
    with server.environment(registry) as env:
        while any(process.poll() is None for process in processes):
            waits.update(_sample(env.cr))
            time.sleep(0.02)
    seconds = time.perf_counter() - begun
    if any(process.returncode for process in processes):
        raise SystemExit("A worker failed: nothing was measured.")
    return seconds, dict(waits.most_common(6))


def _sample(cr):
    """Return what the other sessions of this database wait for, or do, at this moment."""
    cr.execute(
        "SELECT CASE WHEN state <> 'active' THEN 'the process itself' "
        "WHEN wait_event IS NULL THEN 'the database works' "
        "ELSE wait_event_type || ' ' || wait_event END "
        "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND xact_start IS NOT NULL"
    )
    found = [row[0] for row in cr.fetchall()]
    cr.rollback()
    return found
