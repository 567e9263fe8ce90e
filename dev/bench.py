"""Measure the billing run against plain Odoo: make bench ARGS="--sizes 100,1000 --rounds 3".

Both sides create and post the same invoices, in turn, in this one process. The work is in the
package ``bench`` next to this file.
"""

import argparse
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

from bench import (
    charges,
    chart,
    data,
    fresh,
    health,
    history,
    operations,
    peers,
    plain,
    recognition,
    report,
    reporting,
    rounds,
    scale,
    server,
    shop,
    workers,
)
from bootstrap.databases import Databases
from bootstrap.settings import Settings
from bootstrap.workplace import prepare

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "dev" / "bench" / "results.json"
DATABASE = "sale_recurring_bench"
HEALTH = 10_000  # contracts


def say(text):
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def parse():
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,1000,5000", help="numbers of contracts")
    parser.add_argument("--rounds", type=int, default=5, help="rounds per size")
    parser.add_argument("--large-rounds", type=int, default=5, help="rounds above 1,000 contracts")
    parser.add_argument("--idle", type=int, default=1_000_000, help="contracts that are not due")
    parser.add_argument("--check", type=int, default=100_000, help="contracts of the check")
    parser.add_argument("--workers", type=int, default=3000, help="contracts that workers share")
    parser.add_argument("--reports", type=int, default=200_000, help="contracts of the reports")
    parser.add_argument("--only-reports", action="store_true", help="the reports, and no more")
    parser.add_argument("--only-workers", action="store_true", help="one against two, no more")
    parser.add_argument("--charges", type=int, default=500, help="charges of either side")
    parser.add_argument("--charge-workers", type=int, default=1600, help="charges to be shared")
    parser.add_argument("--history", type=int, default=100, help="contracts that grow old")
    parser.add_argument("--months", type=int, default=61, help="how old they become")
    parser.add_argument("--recognition", type=int, default=10_000, help="invoice lines to earn")
    parser.add_argument("--watched", type=int, default=HEALTH, help="contracts of the health")
    parser.add_argument(
        "--health",
        type=int,
        nargs="?",
        const=HEALTH,
        help="watch over so many contracts, and measure nothing else",
    )
    parser.add_argument("--huge", type=int, nargs="?", const=100_000, help="one more size, once")
    parser.add_argument("--peers", type=int, nargs="?", const=1000, help="only beside a peer")
    parser.add_argument("--database", default=DATABASE)
    parser.add_argument("--no-write", action="store_true", help="leave README and results alone")
    parser.add_argument("--worker", nargs=3, metavar=("DB", "DAY", "JOB"), help=argparse.SUPPRESS)
    parser.add_argument("--operations", action="store_true", help="what people do, and no more")
    parser.add_argument("--scale", type=int, default=10_000, help="records of the largest step")
    parser.add_argument(
        "--operations-side", nargs=3, metavar=("DB", "SIDE", "SCALE"), help=argparse.SUPPRESS
    )
    parser.add_argument("--shop", action="store_true", help="pages of the shop, and no more")
    parser.add_argument("--shop-side", nargs=2, metavar=("DB", "SIDE"), help=argparse.SUPPRESS)
    parser.add_argument("--plain", metavar="DB", help=argparse.SUPPRESS)
    parser.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def be_part(options):
    """Do what another process of this benchmark asks for, and tell whether it asked."""
    if options.worker:
        database, day, job = options.worker
        workers.work(database, date.fromisoformat(day), job)
    elif options.plain:
        plain.count(options.plain)
    elif options.operations_side:
        database, side, scale = options.operations_side
        operations.measure_side(database, side, int(scale))
    elif options.shop_side:
        shop.measure_side(*options.shop_side)
    elif options.peer:
        database, paths, count = options.peer
        peers.work(database, paths, int(count))
    else:
        return False
    return True


def measure_alone(databases, options):
    """Measure one thing and nothing else, and tell whether that was asked for."""
    if options.operations:
        measure_operations(databases, options)
    elif options.shop:
        measure_shop(databases, options)
    elif options.health:
        measure_health(databases, options)
    elif options.only_reports:
        measure_reports(databases, options)
    elif options.only_workers:
        measure_workers(databases, options)
    elif options.peers:
        measure_peers(databases, options)
    else:
        return False
    return True


def main():
    """Measure everything and write it down."""
    options = parse()
    if be_part(options):
        return
    databases = Databases(prepare(Settings.load()))
    if measure_alone(databases, options):
        return
    databases.new(options.database)
    result = {"plain_orders": measure_plain_orders(databases, options.database)}
    registry = server.start(options.database)
    sizes = [*map(int, options.sizes.split(",")), *filter(None, [options.huge])]
    with server.environment(registry) as env:
        data.make_company(env)
        most = max(*sizes, options.charges, options.charge_workers, fresh.CONTRACTS)
        partners = data.make_partners(env, most)
        env.cr.execute("SHOW server_version")
        result["machine"] = report.machine(server.release(), env.cr.fetchone()[0].split()[0])
    result["commit"] = report.commit(ROOT)
    result["fresh"] = fresh.measure(registry, partners[: fresh.CONTRACTS])
    say("\n".join(fresh.facts(result)))
    release_contracts(registry)
    if options.charges:
        result["charges"] = charges.measure(registry, partners[: options.charges], log=say)
        if options.charge_workers:
            release_contracts(registry)
            result["charge_workers"] = charges.share(
                registry, options.database, partners[: options.charge_workers], log=say
            )
        say("\n".join(report.charge_facts(result)))
        release_contracts(registry)
    if options.recognition:
        result["recognition"] = recognition.measure(registry, options.recognition, log=say)
        say("\n".join(recognition.facts(result["recognition"])))
        recognition.switch_off(registry)
    measure_sizes(registry, [partners[:size] for size in sizes], result, options)
    keep(result, options)
    measure_more(registry, partners, result, options)
    say("\n" + "\n".join([*report.table(result), "", *report.facts(result)]))
    databases.drop(options.database)


def measure_health(databases, options):
    """Measure the job that watches over customers, alone."""
    databases.new(options.database)
    registry = server.start(options.database)
    with server.environment(registry) as env:
        data.make_company(env)
        partners = data.make_partners(env, 100)
    result = json.loads(RESULTS.read_text())
    result["health"] = health.measure(registry, partners, options.health, log=say)
    keep(result, options)
    say("\n" + "\n".join(health.facts(result["health"])))
    databases.drop(options.database)


def measure_reports(databases, options):
    """Measure the reports alone, and what their ledger costs the run; the rest stays."""
    databases.new(options.database)
    registry = server.start(options.database)
    with server.environment(registry) as env:
        data.make_company(env)
    result = json.loads(RESULTS.read_text())
    result["reports"] = reporting.measure(registry, options.reports, say)
    keep(result, options)
    databases.drop(options.database)


def measure_workers(databases, options):
    """Let one process and two share the work, of billing and of charging; the rest stays."""
    databases.new(options.database)
    registry = server.start(options.database)
    with server.environment(registry) as env:
        data.make_company(env)
        partners = data.make_partners(env, max(options.workers, options.charge_workers))
    result = json.loads(RESULTS.read_text())
    shared = partners[: options.workers]
    result["workers"] = workers.measure(registry, options.database, shared, log=say)
    release_contracts(registry)
    shared = partners[: options.charge_workers]
    result["charge_workers"] = charges.share(registry, options.database, shared, log=say)
    keep(result, options)
    say("\n" + "\n".join([*report.worker_facts(result), *report.charge_facts(result)]))
    databases.drop(options.database)


def measure_operations(databases, options):
    """Measure what people do, in a database of its own; the rest of what is known stays."""
    databases.new(options.database)
    rows = operations.measure(databases, options.database, options.scale, log=say)
    databases.drop(options.database)
    say("\n" + "\n".join(report.operations_table(rows)))
    if options.no_write:
        return
    result = {**json.loads(RESULTS.read_text()), "operations": rows}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    report.write_operations(ROOT / "README.md", rows)


def measure_shop(databases, options):
    """Open pages of the shop in databases of their own; the rest of what is known stays."""
    databases.new(options.database)
    rows = shop.measure(databases, options.database, log=say)
    databases.drop(options.database)
    say("\n".join(["", *shop.table(rows), *shop.dear_pages(rows)]))
    if not options.no_write:
        result = {**json.loads(RESULTS.read_text()), "shop": rows}
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")
        report.write_between(ROOT / "README.md", *report.SHOP, shop.table(rows))


def measure_peers(databases, options):
    """Bill the same work with us, with plain Odoo and with another addon; keep the rest."""
    databases.new(options.database)
    registry = server.start(options.database)
    with server.environment(registry) as env:
        data.make_company(env)
        partners = data.make_partners(env, options.peers)
    say(f"==> {options.peers:,} contracts beside {peers.PEER}, {options.rounds} rounds")
    found = peers.measure(registry, databases, partners, options.database, options.rounds, log=say)
    say("\n".join(peers.table({"peers": found})))
    databases.drop(options.database)
    if not options.no_write:
        result = json.loads(RESULTS.read_text())
        keep({**result, "peers": found}, options)


def measure_more(registry, partners, result, options):
    """Measure what contracts cost besides their invoices, each part unless it is switched off."""
    if options.history:
        say(f"==> {options.history:,} contracts over {options.months} months")
        result["history"] = history.measure(
            registry, partners[: options.history], data.START, options.months, log=say
        )
        keep(result, options)
    if options.idle:
        measure_idle(registry, options.idle, result)
        keep(result, options)
    if options.workers:
        shared = partners[: options.workers]
        result["workers"] = workers.measure(registry, options.database, shared, log=say)
        keep(result, options)
    if options.check:
        say(f"==> The nightly check of {options.check:,} contracts")
        result["check"] = scale.check(registry, partners, date(2024, 6, 1), options.check)
        keep(result, options)
    if options.watched:
        result["health"] = health.measure(registry, partners, options.watched, log=say)
        keep(result, options)
    if options.reports:
        say(f"==> Reports of {options.reports:,} contracts")
        result["reports"] = reporting.measure(registry, options.reports, say)
        keep(result, options)


def measure_plain_orders(databases, name):
    """Count the queries of a plain order in a database without the addon, and in this one."""
    bare = f"{name}_bare"
    databases.clone(databases.base(), bare)
    counts = {}
    for label, database in (("without", bare), ("with", name)):
        done = subprocess.run(
            [sys.executable, __file__, "--plain", database],
            capture_output=True,
            text=True,
            check=True,
        )
        counts[label] = json.loads(done.stdout.splitlines()[-1])
    databases.drop(bare)
    return counts


def release_contracts(registry):
    """Take what was measured out of the way of the next measurement."""
    with server.environment(registry) as env:
        env["subscription.template"].search([("name", "=", "Bench")]).payment_mode = "manual"
        env.cr.execute("UPDATE sale_order SET subscription_next_invoice_date = NULL")
        env.cr.commit()


def measure_sizes(registry, groups, result, options):
    """Compare both sides for each number of contracts."""
    result["sizes"] = []
    for partners in groups:
        result["sizes"].append(measure_size(registry, partners, options))
    result["sizes"] = with_known_sizes(result["sizes"])
    result["peak_mib"] = server.peak_memory()
    ratios = {size["contracts"]: size["ratio"] for size in result["sizes"]}
    largest = max(ratios)
    if 1000 in ratios and largest > 1000:
        result["flat"] = ratios[largest] / ratios[1000] - 1


def with_known_sizes(measured):
    """Return sizes with those that this run left out, as they were measured the last time."""
    rows = {size["contracts"]: size for size in json.loads(RESULTS.read_text())["sizes"]}
    rows |= {size["contracts"]: size for size in measured}
    return [rows[count] for count in sorted(rows)]


def measure_size(registry, partners, options):
    """Compare both sides for one number of contracts."""
    count = len(partners)
    number = options.rounds if count <= 1000 else options.large_rounds
    number = 1 if count == options.huge else number
    say(f"==> {count:,} contracts, {number} rounds")
    with server.environment(registry) as env, server.clock(env, data.START):
        ids = data.make_contracts(env, partners, data.START)
        env.cr.execute("ANALYZE")
        env.cr.commit()
    side, run = rounds.compare(registry, ids, data.START, number, log=say)
    with server.environment(registry) as env:
        env.cr.execute(
            "UPDATE sale_order SET subscription_next_invoice_date = NULL WHERE id = ANY(%s)", [ids]
        )
    return {
        "contracts": count,
        "rounds": number,
        "plain_ms": side.per_invoice,
        "run_ms": run.per_invoice,
        "ratio": run.per_invoice / side.per_invoice,
        "plain_queries": side.queries_per_invoice,
        "run_queries": run.queries_per_invoice,
        "peak_mib": server.peak_memory(),
    }


def measure_idle(registry, count, result):
    """Explain the searches of the run among contracts that are not due."""
    say(f"==> {count:,} contracts that are not due")
    with server.environment(registry) as env:
        scale.load_idle(env.cr, count)
    result["idle"] = count
    result["searches"] = scale.measure(registry, date(2024, 6, 1), count)
    for search in result["searches"]:
        say(f"\n{search['what']}: {search['ms']:.2f} ms")
        say("\n".join(f"    {line}" for line in search["plan"]))
    if any(search["reads_all"] for search in result["searches"]):
        raise SystemExit("A search of the run reads all contracts.")


def keep(result, options):
    """Write down what is known so far, unless told otherwise; parts not measured stay."""
    if options.no_write:
        return
    for part, known in json.loads(RESULTS.read_text()).items():
        result.setdefault(part, known)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    rows = [
        (f"{size['contracts']:,} contracts", size["plain_ms"], size["run_ms"])
        for size in result["sizes"]
    ]
    svg = chart.draw(rows, "Milliseconds per invoice, created and posted")
    (ROOT / "static" / "description" / "bench.svg").write_text(svg)
    report.write_readme(ROOT / "README.md", result)


if __name__ == "__main__":
    main()
