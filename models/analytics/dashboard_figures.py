"""The figures of a range of days, read from the ledger of MRR with the rights of the reader."""

from fractions import Fraction

from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ...engine.metrics import kpi
from ...engine.metrics.definitions import DEFINITIONS
from .movement_totals import FLOWS, get_totals

MONTH_DAYS = Fraction("365.25") / 12
# Movements whose sum is above and below the line of a ratio; None: what was there at the start.
RATIOS = {
    "growth": (None, None),
    "gross_churn": (("churn", "contraction"), None),
    "net_churn": (("churn", "contraction", "expansion", "reactivation"), None),
    "nrr": (("expansion", "contraction", "churn"), None),
    "grr": (("contraction", "churn"), None),
    "quick_ratio": (("new", "expansion", "reactivation"), ("contraction", "churn")),
}
# Ratios of what is left of the start.
RETAINED = ("nrr", "grr")
# What figures count, so that their records are grouped by it.
COUNTED = {
    "customers": "commercial_partner_id",
    "average_customer": "commercial_partner_id",
    "logo_churn": "commercial_partner_id",
    "contracts": "origin_id",
    "average_contract": "origin_id",
}


class Figures:
    """Computes what the dashboard shows of one range, each figure with its formula filled in.

    :param Scope scope: which movements count
    :param date start: first day
    :param date end: last day
    :param Totals totals: of the range when they are known already
    """

    def __init__(self, scope, start, end, totals=None):
        self.scope, self.env, self.start, self.end = scope, scope.env, start, end
        self.currency = scope.currency
        self.totals = totals or get_totals(scope, [(start, end)])[0]

    @property
    def months(self):
        """Return the length of the range in months, as a fraction."""
        days = (self.end - self.start).days + 1
        return Fraction(days) / MONTH_DAYS

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def get_values(self):
        """Return the value of each figure; None where nobody can know it.

        :rtype: dict[str, Decimal | Fraction | int | None]
        """
        totals = self.totals
        customers = totals.closing_customers
        churn = kpi.logo_churn(totals)
        average = kpi.average_revenue(totals.closing, customers)
        return {
            "mrr": totals.closing,
            "arr": kpi.arr(totals.closing),
            "net_new": totals.net_new,
            "growth": kpi.growth(totals),
            "customers": customers,
            "contracts": totals.contracts,
            "average_contract": kpi.average_revenue(totals.closing, totals.contracts),
            "average_customer": average,
            "logo_churn": churn,
            "gross_churn": kpi.gross_churn(totals),
            "net_churn": kpi.net_churn(totals),
            "nrr": kpi.nrr(totals),
            "grr": kpi.grr(totals),
            "quick_ratio": kpi.quick_ratio(totals),
            "lifetime_value": kpi.lifetime_value(average, churn, self.months),
        }

    def get_filled(self):
        """Return the formula of each figure with the numbers of this range.

        :rtype: dict[str, str]
        """
        totals, money = self.totals, self.format_money
        customers = totals.closing_customers
        moved = " + ".join(money(getattr(totals, kind)) for kind in FLOWS)
        lost = f"{money(-totals.churn)} + {money(-totals.contraction)}"
        gained = f"{money(totals.expansion)} - {money(totals.reactivation)}"
        opening, closing = money(totals.opening), money(totals.closing)
        left = f"{money(-totals.contraction)} - {money(-totals.churn)}"
        return {
            "mrr": f"{opening} + {money(totals.closing - totals.opening)}",
            "arr": f"{closing} * 12",
            "net_new": moved,
            "growth": f"({closing} - {opening}) / {opening}",
            "customers": f"{totals.customers} + {totals.won} - {totals.lost} - {totals.paused}",
            "contracts": str(totals.contracts),
            "average_contract": f"{closing} / {totals.contracts}",
            "average_customer": f"{closing} / {customers}",
            "logo_churn": f"{totals.lost} / {totals.customers}",
            "gross_churn": f"({lost}) / {opening}",
            "net_churn": f"({lost} - {gained}) / {opening}",
            "nrr": f"({opening} + {money(totals.expansion)} - {left}) / {opening}",
            "grr": f"({opening} - {left}) / {opening}",
            "quick_ratio": f"({money(totals.new)} + {money(totals.expansion)} + "
            f"{money(totals.reactivation)}) / ({lost})",
            "lifetime_value": f"({closing} / {customers}) * {float(self.months):.2f} / "
            f"({totals.lost} / {totals.customers})",
        }

    def get_records(self, name):
        """Return the movements behind a figure: their sum is the figure, or one side of its ratio.

        :return: model, domain, that of the other side of a ratio (empty for others), and by what
            they are grouped where customers or contracts count
        :rtype: dict
        """
        inside = Domain("effective_date", ">=", self.start)
        domain, divisor = Domain.TRUE, []
        if name == "net_new":
            domain = inside & Domain("kind", "in", FLOWS)
        elif name in RATIOS:
            above, below = RATIOS[name]
            domain = inside & Domain("kind", "in", above) if above else inside
            before = Domain("effective_date", "<", self.start)
            if name in RETAINED:
                domain |= before
            divisor = self._serialize(inside & Domain("kind", "in", below) if below else before)
        return {
            "model": self.scope.model,
            "domain": self._serialize(domain),
            "divisor": divisor,
            "group": self._get_group(name),
        }

    def _get_group(self, name):
        """Return by what the records of a figure are grouped, to have as many groups as it counts.

        A customer of two companies is two.
        """
        if name not in COUNTED or self.scope.model != "subscription.mrr.event":
            return []
        key = COUNTED[name]
        is_shared = key == "commercial_partner_id" and len(self.env.companies) > 1
        return ["company_id", key] if is_shared else [key]

    def _serialize(self, domain):
        """Return the domain of movements up to the last day as JSON can carry it."""
        return self.scope.serialize(Domain("effective_date", "<=", self.end) & domain)

    def format_money(self, value):
        """Return an amount as the reader writes it, in the shown currency."""
        return formatLang(self.env, float(value), currency_obj=self.currency)

    def format(self, name, value):
        """Return a figure as the reader writes it, a dash where nobody can know it."""
        unit = DEFINITIONS[name].unit
        if value is None:
            return "-"
        if unit == "count":
            return formatLang(self.env, value, digits=0)
        if unit == "percent":
            return f"{formatLang(self.env, float(value * 100), digits=1)} %"
        if unit == "ratio":
            return formatLang(self.env, float(value), digits=2)
        return self.format_money(value)

    def get_texts(self):
        """Return the range as the reader writes it."""
        return {
            "start": format_date(self.env, self.start),
            "end": format_date(self.env, self.end),
        }
