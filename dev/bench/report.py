"""What was measured as text, and in the README between two marks."""

import os
import platform
import re
import subprocess

from . import fresh, health, paper, peers, recognition

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
OPERATIONS = "<!-- operations: begin -->", "<!-- operations: end -->"
SHOP = "<!-- shop: begin -->", "<!-- shop: end -->"
NEAREST = {
    "confirm": "confirm an order",
    "confirm_many": "confirm 100 orders",
    "cancel": "cancel an order",
    "cancel_many": "cancel {many} orders",
    "raise_prices": "write the prices of {many} quotations",
    "form": "open an order",
    "list": "open a list of 80",
    "kanban": "open a kanban of 80",
    "portal": "open the customer's list",
}


def machine(release, postgres):
    """Return facts about this machine that explain its numbers."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as stream:
            name = re.search(r"model name\s*:\s*(.+)", stream.read()).group(1)
    except (OSError, AttributeError):
        pass
    return {
        "processor": name,
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "postgresql": postgres,
        "odoo": release,
    }


def commit(root):
    """Return the short name of the commit that was measured."""
    done = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def table(result):
    """Return the table of all sizes as Markdown lines."""
    lines = [
        "| contracts | plain Odoo, ms per invoice | the run, ms per invoice | ratio "
        "| queries, plain | queries, run | rounds |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {size['contracts']:,} | {size['plain_ms']:.1f} | {size['run_ms']:.1f} "
        f"| **{size['ratio']:.2f}** | {size['plain_queries']:.1f} | {size['run_queries']:.1f} "
        f"| {size['rounds']} |"
        for size in result["sizes"]
    ]
    return lines


def by_label(searches):
    """Return searches by what they look for, in their order."""
    found = {}
    for search in searches:
        found.setdefault(search["what"], []).append(search)
    return found


def facts(result):
    """Return what else was found, one line each."""
    lines = size_facts(result)
    if "history" in result:
        found = result["history"]
        lines.append(
            f"- History: after {found['months']} billed months an invoice takes "
            f"{found['ratio']:.2f} times what it took in the second to fourth "
            f"({found['young_ms']:.1f} → {found['old_ms']:.1f} ms, "
            f"{found['young_queries']:.1f} → {found['old_queries']:.1f} queries)."
        )
    lines += fresh.facts(result)
    lines += worker_facts(result)
    for what, searches in by_label(result.get("searches", ())).items():
        how = "reads the whole table" if any(one["reads_all"] for one in searches) else "by index"
        count = f" ({len(searches)} searches)" if len(searches) > 1 else ""
        lines.append(
            f"- Among {result['idle']:,} contracts that are not due: {what}{count}, {how}, "
            f"{sum(one['ms'] for one in searches):.2f} ms."
        )
    if "check" in result:
        check = result["check"]
        lines.append(
            f"- The nightly check of {check['contracts']:,} contracts with an invoice each takes "
            f"{check['seconds']:.0f} s ({check['seconds'] / check['contracts'] * 1000:.1f} ms and "
            f"{check['queries'] / check['contracts']:.2f} queries per contract) and finds "
            f"{check['findings'] or 'nothing'}."
        )
    if "plain_orders" in result:
        without, with_addon = result["plain_orders"]["without"], result["plain_orders"]["with"]
        steps = ", ".join(f"{name} {without[name]} → {with_addon[name]}" for name in without)
        lines.append(f"- Queries of an order without recurring lines, without and with: {steps}.")
    lines += charge_facts(result)
    if "recognition" in result:
        lines += recognition.facts(result["recognition"])
    if "health" in result:
        lines += health.facts(result["health"])
    lines += report_facts(result)
    lines.append(f"- Peak memory of the measuring process: {result['peak_mib']:.0f} MiB.")
    return lines


def worker_facts(result):
    """Return what a second worker brings, as lines of Markdown."""
    found = result.get("workers")
    if not found:
        return []
    bound = ""
    if "processors" in found:
        bound = f"; two processes that only count bring {found['processors']:.2f} here"
    return [
        f"- Two workers are {found['ratio']:.2f} times as fast as one ({found['contracts']:,} "
        f"contracts, two processes{bound}). What they were seen at: "
        f"{wait_shares(found['waits'])}."
    ]


def wait_shares(waits):
    """Return what workers were seen at, in percent."""
    seen = sum(waits.values()) or 1
    return ", ".join(f"{name} {times / seen:.0%}" for name, times in waits.items())


def size_facts(result):
    """Return how the run scales from one number of contracts to another, as lines of Markdown."""
    if "flat" not in result:
        return []
    largest = max(size["contracts"] for size in result["sizes"])
    memory = ", ".join(
        f"{size['peak_mib']:.0f} MiB" for size in result["sizes"] if "peak_mib" in size
    )
    return [
        f"- From 1,000 to {largest:,} contracts the ratio changes by {result['flat']:+.0%}"
        + (f"; peak memory after each size: {memory}." if memory else ".")
    ]


def charge_facts(result):
    """Return what a charge costs, as lines of Markdown."""
    found = result.get("charges")
    if not found or "odoo_queries" not in found:
        return []
    lines = [
        f"- {found['charges']:,} charges through the demo provider: {found['ms']:.0f} ms and "
        f"{found['queries']:.0f} queries each by the run, {found['odoo_ms']:.0f} ms and "
        f"{found['odoo_queries']:.0f} queries by Odoo's own steps one by one (**ratio "
        f"{found['ms'] / found['odoo_ms']:.2f}**; {found['queries_first']:.0f} queries in the "
        f"first round, {found['queries_last']:.0f} in the last)."
    ]
    if shared := result.get("charge_workers"):
        lines.append(
            f"- Two workers charge {shared['ratio']:.2f} times as fast as one "
            f"({shared['charges']:,} charges at a time). What they were seen at: "
            f"{wait_shares(shared['waits'])}."
        )
    return lines


def report_facts(result):
    """Return what reports cost against the plain SQL for the same question, as lines."""
    found = result.get("reports")
    if not found:
        return []
    each = "; ".join(
        f"{row['what']} {row['report_ms']:.0f} ms ({row['ratio']:.2f} x)"
        for row in found["reports"]
    )
    return [
        f"- Reports over {found['movements']:,} movements of {found['contracts']:,} contracts, and "
        f"how many times the plain SQL that answers the same: {each}. The dashboard takes "
        f"{found['dashboard']:.1f} s. The ledger of MRR takes {found['ledger']['share']:.1%} of "
        f"the billing run and {found['ledger']['queries']:.0f} queries per commit."
    ]


def write_readme(path, result):
    """Replace the measured part of the README."""
    host = result["machine"]
    measured = (
        f"Measured on {host['processors']} processors ({host['processor']}), "
        f"Python {host['python']}, PostgreSQL {host['postgresql']}, Odoo {host['odoo']}, "
        f"load {host['load']} when it began."
    )
    parts = [*table(result), "", *facts(result), *peers.table(result), *paper.lines(result)]
    write_between(path, BEGIN, END, [*parts, "", measured])


def operations_table(rows):
    """Return what people do with contracts, next to plain Odoo, as lines of Markdown."""
    lines = [
        "| what | ms | queries | nearest in plain Odoo | ms | queries | ratio | it does more |",
        "|---|---:|---:|---|---:|---:|---:|---|",
    ]
    lines += [
        f"| {row['what']} | {row['ours']['ms']:.1f} | {row['ours']['queries']:.1f} "
        f"| {NEAREST[row['nearest']].format(**row['counts'])} "
        f"| {row['plain']['ms']:.1f} | {row['plain']['queries']:.1f} "
        f"| {row['ours']['ms'] / row['plain']['ms']:.2f} | {row['reason']} |"
        for row in rows
    ]
    return lines


def write_operations(path, rows):
    """Replace the table of what people do in the README."""
    write_between(path, *OPERATIONS, operations_table(rows))


def write_between(path, begin, end, lines):
    """Replace what stands between two marks, where they are."""
    text = path.read_text()
    if begin in text:
        head, rest = text.split(begin)
        body = "\n".join(lines)
        path.write_text(f"{head}{begin}\n{body}\n{end}{rest.split(end)[1]}")
