"""Figures that are read from invoices and ended terms, next to those of the ledger of MRR."""

from bisect import bisect_right
from decimal import Decimal

from odoo.fields import Date, Domain
from odoo.tools import SQL

from ...engine.metrics import kpi
from ...engine.money import to_decimal
from .dashboard_figures import Figures
from .dashboard_text import serialize
from .movement_scope import get_factor

# Report by figure, its domain beside the filters, and what is counted.
SOURCES = {
    "subscription.term.report": (
        "order_id.order_line.product_id",
        ("due_count", "renewed_count", "due_amount", "renewed_amount"),
    ),
    "subscription.revenue.report": ("product_id", ("amount", "recurring_amount")),
}
MODELS = {
    "renewal_rate": "subscription.term.report",
    "renewed_mrr": "subscription.term.report",
    "net_revenue": "subscription.revenue.report",
    "non_recurring": "subscription.revenue.report",
}


class DocumentFigures(Figures):
    """Computes the figures of one range of days that documents tell.

    :param dict filters: ids by name of field
    :param dict sums: what the reports add up to, see :func:`get_sums`
    """

    def __init__(self, scope, start, end, filters, sums):
        super().__init__(scope, start, end, totals=sums)
        self.filters = filters

    def get_values(self):
        """Return the value of each figure; None where nobody can know it."""
        sums = self.totals
        return {
            "renewal_rate": kpi.renewal_rate(int(sums["due_count"]), int(sums["renewed_count"])),
            "renewed_mrr": kpi.renewal_rate(sums["due_amount"], sums["renewed_amount"]),
            "net_revenue": sums["amount"],
            "non_recurring": sums["amount"] - sums["recurring_amount"],
        }

    def get_filled(self):
        """Return the formula of each figure with the numbers of this range."""
        sums, money = self.totals, self.format_money
        recurring, amount = sums["recurring_amount"], sums["amount"]
        return {
            "renewal_rate": f"{int(sums['renewed_count'])} / {int(sums['due_count'])}",
            "renewed_mrr": f"{money(sums['renewed_amount'])} / {money(sums['due_amount'])}",
            "net_revenue": f"{money(recurring)} + {money(amount - recurring)}",
            "non_recurring": f"{money(amount)} - {money(recurring)}",
        }

    def get_records(self, name):
        """Return the rows behind a figure."""
        domain = get_domain(MODELS[name], self.filters, self.start, self.end)
        if name == "non_recurring":
            domain &= Domain("kind", "!=", "recurring")
        # Renewals are divided by what was due, which is told by the same rows.
        return {"model": MODELS[name], "domain": serialize(domain), "divisor": [], "group": []}


def get_domain(model, filters, start, end):
    """Return the rows of a report in a range of days.

    :rtype: Domain
    """
    domain = Domain("date", ">=", start) & Domain("date", "<=", end)
    for name, ids in filters.items():
        if ids:
            domain &= Domain(SOURCES[model][0] if name == "product_id" else name, "in", ids)
    return domain


def get_sums(scope, filters, ranges):
    """Return what the reports add up to in each range, in one statement for each report.

    :param Scope scope: whose reader and currency count
    :param dict filters: ids by name of field
    :param list ranges: (first day, last day)
    :rtype: list[dict]
    """
    found = [{} for _range in ranges]
    ends = [Date.add(end, days=1) for _start, end in ranges]
    cuts = sorted({*(start for start, _end in ranges), *ends})
    spans = [
        (bisect_right(cuts, start), bisect_right(cuts, end))
        for (start, _end), end in zip(ranges, ends, strict=True)
    ]
    for model, (_product, names) in SOURCES.items():
        rows = _fetch(scope, model, filters, cuts, names)
        for sums, (first, last) in zip(found, spans, strict=True):
            inside = [values for span, *values in rows if first <= span < last]
            for place, name in enumerate(names):
                sums[name] = sum((to_decimal(row[place]) for row in inside), Decimal(0))
    return found


def _fetch(scope, model, filters, cuts, names):
    """Return the sums of a report between days, each with the number of its span."""
    env = scope.env
    env[model].check_access("read")
    last = Date.subtract(cuts[-1], days=1)
    query = env[model]._search(get_domain(model, filters, cuts[0], last))
    table = query.table
    factor = get_factor(env, SQL.identifier(table, "company_id"), scope.currency)
    sums = SQL(", ").join(
        SQL("SUM(%s * %s)", SQL.identifier(table, name), factor)
        if name.endswith("amount")
        else SQL("SUM(%s)", SQL.identifier(table, name))
        for name in names
    )
    return env.execute_query(
        SQL(
            "SELECT width_bucket(%s, %s::date[]), %s FROM %s WHERE %s GROUP BY 1",
            SQL.identifier(table, "date"),
            cuts,
            sums,
            query.from_clause,
            query.where_clause,
        )
    )
