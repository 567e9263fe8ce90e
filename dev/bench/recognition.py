"""Recognised revenue: what a line costs, against the same entries made and posted by plain Odoo."""

import time
from datetime import date

from dateutil.relativedelta import relativedelta

from . import server

FIRST = date(2024, 1, 1)
PER_INVOICE = 100  # lines
BATCH = 500


class Watch:
    """Measures what is done between its making and its stop."""

    def __init__(self, cr):
        self.cr = cr
        self.begun = self._read()

    def _read(self):
        return {
            "cpu": server.cpu_seconds(self.cr),
            "queries": server.query_count(),
            "seconds": time.perf_counter(),
        }

    def stop(self):
        """Return seconds, queries and seconds at work since the making."""
        return {key: value - self.begun[key] for key, value in self._read().items()}


def measure(registry, count, months=3, *, log=print):
    """Recognise some months of lines of a year, one entry per line, in turn with plain Odoo.

    :param int count: number of invoice lines
    :return: ms and queries per line of both sides; the first month includes the plan of all months
    :rtype: dict
    """
    log(f"==> Revenue of {count:,} invoice lines")
    with server.environment(registry) as env:
        set_up(env, count)
    found = []
    for number in range(months):
        day = FIRST + relativedelta(months=number + 1)
        ours, theirs = recognise(registry, day), None
        theirs = make_plain(registry, day)
        if ours["entries"] != count or theirs["entries"] != count:
            raise SystemExit(f"{ours} and {theirs}: nothing was measured.")
        found.append((ours, theirs))
        log(
            f"    month {number + 1}: plain {theirs['seconds'] / count * 1000:.1f}, the job "
            f"{ours['seconds'] / count * 1000:.1f} ms and {ours['queries'] / count:.2f} queries "
            f"per line; at work {theirs['cpu'] / count * 1000:.1f} and "
            f"{ours['cpu'] / count * 1000:.1f} ms"
        )
    whole = [sum(side["seconds"] for side in sides) for sides in zip(*found, strict=True)]
    cpu = [sum(side["cpu"] for side in sides) for sides in zip(*found, strict=True)]
    return {
        "lines": count,
        "months": months,
        "ms": whole[0] / count / months * 1000,
        "plain_ms": whole[1] / count / months * 1000,
        "ratio": whole[0] / whole[1],
        "ratio_first": found[0][0]["seconds"] / found[0][1]["seconds"],
        "cpu_ms": cpu[0] / count / months * 1000,
        "plain_cpu_ms": cpu[1] / count / months * 1000,
        "cpu_ratio": cpu[0] / cpu[1],
        "cpu_ratio_first": found[0][0]["cpu"] / found[0][1]["cpu"],
        "queries": sum(ours["queries"] for ours, _theirs in found) / count / months,
        "plain_queries": sum(theirs["queries"] for _ours, theirs in found) / count / months,
    }


def set_up(env, count):
    """Switch recognition on, and post invoices of as many lines."""
    company = env.company
    account = env["account.account"].create(
        {"code": "SR2401", "name": "Deferred", "account_type": "liability_current"}
    )
    journals = env["account.journal"].create(
        [
            {"name": name, "code": code, "type": "general"}
            for name, code in (("Earned", "SREAR"), ("Plain", "SRPLA"))
        ]
    )
    company.write(
        {
            "recognition_mode": "monthly",
            "recognition_is_grouped": False,
            "recognition_account_id": account.id,
            "recognition_journal_id": journals[0].id,
            "recognition_from_date": FIRST,
        }
    )
    line = {
        "name": "A year",
        "price_unit": 1200.0,
        "tax_ids": [],
        "deferred_start_date": FIRST,
        "deferred_end_date": FIRST + relativedelta(years=1, days=-1),
    }
    for _number in range(count // PER_INVOICE):
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": company.partner_id.id,
                "invoice_date": FIRST,
                "invoice_line_ids": [(0, 0, line)] * PER_INVOICE,
            }
        )
        move._post()
        env.cr.commit()
        env.invalidate_all()


def recognise(registry, day):
    """Let the job do a month, and count its entries."""
    with server.environment(registry) as env, server.clock(env, day):
        journal = env.company.recognition_journal_id
        before = env["account.move"].search_count([("journal_id", "=", journal.id)])
        watch = Watch(env.cr)
        env["subscription.recognition"]._cron_recognise_revenue()
        env.cr.commit()
        spent = watch.stop()
        made = env["account.move"].search_count([("journal_id", "=", journal.id)]) - before
    return {**spent, "entries": made}


def make_plain(registry, day):
    """Create and post the same entries with default settings, in batches, each committed."""
    with server.environment(registry) as env:
        journal = env["account.journal"].search([("code", "=", "SRPLA")])
        mine = env["account.move"].search(
            [
                ("journal_id", "=", env.company.recognition_journal_id.id),
                ("date", ">=", day - relativedelta(months=1)),
                ("date", "<", day),
            ]
        )
        values = [
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": move.date,
                "ref": move.ref,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": line.account_id.id,
                            "partner_id": line.partner_id.id,
                            "name": line.name,
                            "balance": line.balance,
                        },
                    )
                    for line in move.line_ids
                ],
            }
            for move in mine
        ]
        env.invalidate_all()
        watch = Watch(env.cr)
        for first in range(0, len(values), BATCH):
            env["account.move"].create(values[first : first + BATCH])._post()
            env.cr.commit()
            env.invalidate_all()
        spent = watch.stop()
    return {**spent, "entries": len(values)}


def switch_off(registry):
    """Leave the next measurements alone."""
    with server.environment(registry) as env:
        env.company.recognition_mode = "off"
        env.cr.commit()


def facts(found):
    """Return what was found as lines of Markdown."""
    return [
        f"- Revenue of {found['lines']:,} invoice lines, {found['months']} months, one entry per "
        f"line: {found['ms']:.1f} ms per line and month against {found['plain_ms']:.1f} for "
        f"creating and posting the same entries (**{found['ratio']:.2f}**; the first month, which "
        f"plans the year, {found['ratio_first']:.2f}; in seconds at work "
        f"{found['cpu_ratio']:.2f} and {found['cpu_ratio_first']:.2f}); {found['queries']:.2f} "
        f"queries against {found['plain_queries']:.2f}."
    ]
