"""The same work done by us, by plain Odoo and by another addon, in turn, month by month.

The other addon comes from the package index into a folder of its own and into a database of its
own; nothing of it is read, and it never meets this addon.
"""

import json
import os
import subprocess
import sys
import time
import zipfile
from datetime import date
from pathlib import Path

from dateutil.relativedelta import relativedelta

from . import data, rounds, server

SCRIPT = Path(__file__).resolve().parents[1] / "bench.py"
PEER = "OCA contract"
MODULE = "contract"
PACKAGE = "odoo-addon-contract==19.0.*"
UNDONE = {
    "plain": "Everything but the invoices: it is handed complete values, and keeps no dates, no "
    "record of what was billed, and nothing to bill a change by.",
    "peer": "Posting: its job leaves drafts, which are posted here in batches of 100 (counted). It "
    "keeps a next date per line and no record of the periods that were billed.",
    "run": "Nothing: picked, compared with the ledger, prorated, texted, taxed as of the day, "
    "posted, followed and dated; a second run finds nothing.",
}


def fetch(place):
    """Unpack the other addon into the cache and return the folder with addons.

    :rtype: Path
    """
    folder = place.settings.cache / "peers"
    addons = folder / "odoo" / "addons"
    if not (addons / MODULE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                *(place.settings.python, "-m", "pip", "download", "--quiet", "--no-deps"),
                *("--dest", folder, PACKAGE),
            ],
            check=True,
        )
        for wheel in folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
    return addons


def version(addons):
    """Return the version of the other addon, by the name of its folder of facts."""
    [facts] = addons.parents[1].glob("odoo_addon_contract-*.dist-info")
    return facts.name.split("-")[1].removesuffix(".dist")


class Peer:
    """The other addon in a process of its own, told to bill day after day."""

    def __init__(self, databases, name, count):
        addons = fetch(databases.place)
        self.version = version(addons)
        self.count = count
        self.databases, self.name = databases, name
        paths = [*databases.place.source.addons_paths, addons]
        joined = ",".join(str(path) for path in paths)
        databases.clone(databases.base(), name)
        databases.odoo("-d", name, "-i", MODULE, "--addons-path", joined, log=f"install-{name}")
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "--peer", name, joined, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        if not self.process.stdout.readline():
            raise SystemExit(f"{PEER} does not start: nothing was measured.")

    def bill(self, day):
        """Let it bill and post what is due on a day.

        :return: seconds for its drafts, seconds for posting them, and queries of both
        """
        self.process.stdin.write(f"{day.isoformat()}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{PEER} failed: nothing was measured.")
        found = json.loads(answer)
        if found["made"] != self.count:
            raise SystemExit(f"{found['made']} invoices instead of {self.count} by {PEER}.")
        return found

    def stop(self):
        """End its process and drop its database."""
        self.process.stdin.close()
        self.process.wait()
        self.databases.drop(self.name)


def work(database, paths, count):
    """Be the process of the other addon: make contracts, then bill each day that is asked for."""
    registry = server.start(database, paths)
    with server.environment(registry) as env:
        make_contracts(env, count)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        found = bill(registry, date.fromisoformat(line.strip()))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def make_contracts(env, count):
    """Make contracts of two lines, one customer each, with the tax and term of the others."""
    products = data.make_products(env)
    partners = data.make_partners(env, count)
    values = [
        {
            "name": f"Bench {partner_id}",
            "partner_id": partner_id,
            "contract_type": "sale",
            "line_recurrence": False,
            "date_start": data.START,
            "recurring_next_date": data.START,
            "recurring_rule_type": "monthly",
            "recurring_interval": 1,
            "recurring_invoicing_type": "pre-paid",
            "payment_term_id": env.ref("account.account_payment_term_30days").id,
            "contract_line_ids": [
                (
                    0,
                    0,
                    {
                        "product_id": product.id,
                        "name": product.name,
                        "quantity": 2,
                        "specific_price": product.list_price,
                        "date_start": data.START,
                        "recurring_next_date": data.START,
                    },
                )
                for product in products
            ],
        }
        for partner_id in partners
    ]
    quiet = env["contract.contract"].with_context(tracking_disable=True)
    for first in range(0, count, 500):
        quiet.create(values[first : first + 500])
        env.cr.commit()
        env.invalidate_all()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def bill(registry, day):
    """Let the other addon's job make its drafts of a day, then post them in batches."""
    queries, begun = server.query_count(), time.perf_counter()
    with server.environment(registry) as env:
        env["contract.contract"].cron_recurring_create_invoice(day)
        env.cr.commit()
    made = time.perf_counter()
    with server.environment(registry) as env:
        drafts = env["account.move"].search([("state", "=", "draft")], order="id")
        for first in range(0, len(drafts), rounds.BATCH):
            drafts[first : first + rounds.BATCH].action_post()
            env.cr.commit()
    done = time.perf_counter()
    with server.environment(registry) as env:
        posted = env["account.move"].browse(drafts.ids)
        taxed = posted.filtered(lambda move: len(move.line_ids) == 4 and move.state == "posted")
    return {
        "made": len(taxed),
        "draft": made - begun,
        "post": done - made,
        "queries": server.query_count() - queries,
    }


def measure(registry, databases, partner_ids, name, number, *, log=print):
    """Bill contracts with all three, in turn, each month in another order.

    :param int number: rounds
    :return: what each needed per invoice, and what it leaves undone
    :rtype: dict
    """
    count = len(partner_ids)
    peer = Peer(databases, f"{name}_peer", count)
    with server.environment(registry) as env, server.clock(env, data.START):
        ids = data.make_contracts(env, partner_ids, data.START)
        env.cr.execute("ANALYZE")
        env.cr.commit()
        values = rounds.read_values(env, ids)
    sides = {key: rounds.Side(count) for key in UNDONE}
    drafts = []
    ours = {
        "plain": lambda day: rounds.make_plain_invoices(registry, values, day),
        "run": lambda day: rounds.bill(registry, day),
    }
    for month in range(number):
        day = data.START + relativedelta(months=month)
        keys = [*sides][month % 3 :] + [*sides][: month % 3]
        for key in keys:
            if key in ours:
                sides[key].measure(lambda key=key, day=day: ours[key](day))
                continue
            found = peer.bill(day)
            drafts.append(found["draft"])
            sides[key].seconds.append(found["draft"] + found["post"])
            sides[key].queries.append(found["queries"])
        log(
            f"    round {month + 1}: "
            + ", ".join(f"{key} {sides[key].seconds[-1] / count * 1000:.1f}" for key in keys)
            + " ms per posted invoice"
        )
    peer.stop()
    drafts = sorted(drafts)[len(drafts) // 2] / count * 1000
    return {
        "contracts": count,
        "rounds": number,
        "version": peer.version,
        "draft_ms": drafts,
        "ms": {key: side.per_invoice for key, side in sides.items()},
        "queries": {key: side.queries_per_invoice for key, side in sides.items()},
    }


def table(result):
    """Return what was measured as lines of Markdown, nothing when it was not."""
    found = result.get("peers")
    if not found:
        return []
    names = {
        "plain": "plain Odoo",
        "peer": f"{PEER} {found['version']} ({found['draft_ms']:.1f} ms of it for drafts)",
        "run": "the run",
    }
    lines = [
        "",
        f"{found['contracts']:,} contracts of two lines, {found['rounds']} months, the three in "
        "turn in one run (`make bench ARGS=--peers`):",
        "",
        "| who | ms per posted invoice | times the run | queries | what it leaves undone |",
        "|---|---:|---:|---:|---|",
    ]
    for key, name in names.items():
        times = found["ms"][key] / found["ms"]["run"]
        lines.append(
            f"| {name} | {found['ms'][key]:.1f} | {times:.1f} | {found['queries'][key]:.1f} "
            f"| {UNDONE[key]} |"
        )
    return lines
