"""One worker against two: operating-system processes that share the contracts of a day."""

import collections
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from dateutil.relativedelta import relativedelta

from . import data, rounds, server

SCRIPT = Path(__file__).resolve().parents[1] / "bench.py"
# Often enough to see what takes long, seldom enough not to be work of its own.
LOOK_SECONDS = 0.1
MONTHS = 6
COUNTING_SECONDS = 3
COUNT = (
    "import time\nend = time.perf_counter() + {seconds}\ncount = 0\n"
    "while time.perf_counter() < end:\n    count += len(str(count * 7919))\nprint(count)"
)


def measure(registry, database, partners, *, log=print):
    """Let one process and two bill the same contracts, month by month.

    The ratio is the median of pairs of months that follow each other.

    :return: number of contracts, ratio, waits, and what two processes bring here that only count
    :rtype: dict
    """
    log(f"==> {len(partners):,} contracts by one worker and by two")
    with server.environment(registry) as env, server.clock(env, data.START):
        data.make_contracts(env, partners, data.START)
        env.cr.execute("ANALYZE")
        env.cr.commit()
    seconds, waits = {1: [], 2: []}, collections.Counter()
    for month in range(MONTHS):
        day = data.START + relativedelta(months=month)
        count = 1 + month % 2
        needed, seen = run_workers(registry, database, day, count)
        seconds[count].append(needed)
        if count == 2:
            waits.update(seen)
        log(f"    {count} worker(s): {needed / len(partners) * 1000:.1f} ms per invoice")
    return {
        "contracts": len(partners),
        "ratio": pair_ratio(seconds),
        "waits": dict(waits.most_common()),
        "processors": measure_processors(log=log),
    }


def pair_ratio(seconds):
    """Return how many times as fast two were: the median of pairs that follow each other."""
    return statistics.median(one / two for one, two in zip(seconds[1], seconds[2], strict=True))


def measure_processors(*, log=print):
    """Return how many times as much two processes count here as one: the most that can be had."""

    def count(number):
        """Return how far so many processes count together."""
        command = [sys.executable, "-c", COUNT.format(seconds=COUNTING_SECONDS)]
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            for _number in range(number)
        ]
        return sum(int(process.communicate()[0]) for process in running)

    found = statistics.median(count(2) / count(1) for _round in range(3))
    log(f"    two processes that only count: {found:.2f} times one")
    return found


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
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    waits = collections.Counter()
    with server.environment(registry) as env:
        while any(process.poll() is None for process in processes):
            waits.update(_sample(env.cr))
            time.sleep(LOOK_SECONDS)
    if any(process.returncode for process in processes):
        raise SystemExit("A worker failed: nothing was measured.")
    # What a process says of its work: how long it takes to end itself is no work.
    ended = [json.loads(process.stdout.read())["seconds"] for process in processes]
    return max(ended), dict(waits.most_common(6))


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
