"""The figures of a range of days, read from the ledger of MRR with the rights of the reader."""

from decimal import Decimal
from fractions import Fraction

from odoo.fields import Date, Domain
from odoo.tools import SQL, format_date, formatLang

from ...engine.metrics import kpi
from ...engine.metrics.kpi import Totals
from ...engine.money import to_decimal

FLOWS = ("new", "expansion", "reactivation", "contraction", "churn")
TABLE = "subscription_mrr_event"
COLUMNS = (
    "kind",
    "effective_date",
    "origin_id",
    "amount",
    "company_id",
    "commercial_partner_id",
)
TINY = "0.000001"
MONTH_DAYS = Fraction("365.25") / 12


class Figures:
    """Computes what the dashboard shows of one range, each figure with its formula filled in.

    :param env: environment of the reader: record rules decide what counts
    :param Domain domain: filters on movements
    :param date start: first day
    :param date end: last day
    """

    def __init__(self, env, domain, start, end):
        self.env, self.domain, self.start, self.end = env, domain, start, end
        self.currency = env.company.currency_id
        self.totals = self._get_totals()

    @property
    def months(self):
        """Return the length of the range in months, as a fraction."""
        days = (self.end - self.start).days + 1
        return Fraction(days) / MONTH_DAYS

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _get_rate_sql(self):
        """Return the SQL that turns an amount of a movement's company into the shown currency."""
        today = Date.context_today(self.env.user)
        cases = [
            SQL(
                "WHEN subscription_mrr_event.company_id = %s THEN %s::numeric",
                company.id,
                self.env["res.currency"]._get_conversion_rate(
                    company.currency_id, self.currency, self.env.company, today
                ),
            )
            for company in self.env.companies
            if company.currency_id != self.currency
        ]
        if not cases:
            return SQL("company_amount")
        return SQL("company_amount * CASE %s ELSE 1 END", SQL(" ").join(cases))

    def _get_totals(self):
        """Return what the range moved, in two statements whatever its length.

        :rtype: Totals
        """
        Event = self.env["subscription.mrr.event"]
        domain = self.domain & Domain("effective_date", "<=", self.end)
        query = Event._search(domain)
        rows = SQL(
            "SELECT %s, %s AS value FROM %s WHERE %s",
            SQL(", ").join(SQL.identifier(TABLE, column) for column in COLUMNS),
            self._get_rate_sql(),
            query.from_clause,
            query.where_clause or SQL("TRUE"),
        )
        flows = self._fetch_flows(rows)
        return Totals(
            opening=flows.pop("opening"),
            **{kind: flows[kind] for kind in FLOWS},
            other=sum((flows[kind] for kind in flows if kind not in FLOWS), Decimal(0)),
            **self._fetch_counts(rows),
        )

    def _fetch_flows(self, rows):
        """Return the sum of each kind of movement inside the range, and the worth before it."""
        query = SQL(
            "SELECT CASE WHEN effective_date < %s THEN 'opening' ELSE kind END, SUM(value) "
            "FROM (%s) AS moved GROUP BY 1",
            self.start,
            rows,
        )
        flows = dict.fromkeys(("opening", *FLOWS), Decimal(0))
        for kind, value in self.env.execute_query(query):
            flows[kind] = to_decimal(value or 0)
        return flows

    def _fetch_counts(self, rows):
        """Return how many customers and contracts were worth something before and after."""
        query = SQL(
            """
            WITH moved AS (%(rows)s), customer AS (
                SELECT SUM(amount) FILTER (WHERE effective_date < %(start)s) > %(tiny)s AS before,
                       SUM(amount) > %(tiny)s AS after
                  FROM moved GROUP BY company_id, commercial_partner_id
            )
            SELECT COUNT(*) FILTER (WHERE before),
                   COUNT(*) FILTER (WHERE before AND after IS NOT TRUE),
                   COUNT(*) FILTER (WHERE after AND before IS NOT TRUE),
                   (SELECT COUNT(*) FROM (SELECT 1 FROM moved WHERE origin_id IS NOT NULL
                     GROUP BY origin_id HAVING SUM(amount) > %(tiny)s) AS running)
              FROM customer
            """,
            rows=rows,
            start=self.start,
            tiny=SQL(TINY),
        )
        [(customers, lost, won, contracts)] = self.env.execute_query(query)
        return {"customers": customers, "lost": lost, "won": won, "contracts": contracts}

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
        kept = f"{money(totals.churn)} + {money(totals.contraction)}"
        return {
            "mrr": f"{opening} + {money(totals.closing - totals.opening)}",
            "arr": f"{closing} * 12",
            "net_new": moved,
            "growth": f"({closing} - {opening}) / {opening}",
            "customers": f"{totals.customers} + {totals.won} - {totals.lost}",
            "contracts": str(totals.contracts),
            "average_contract": f"{closing} / {totals.contracts}",
            "average_customer": f"{closing} / {customers}",
            "logo_churn": f"{totals.lost} / {totals.customers}",
            "gross_churn": f"({lost}) / {opening}",
            "net_churn": f"({lost} - {gained}) / {opening}",
            "nrr": f"({opening} + {money(totals.expansion)} + {kept}) / {opening}",
            "grr": f"({opening} + {kept}) / {opening}",
            "quick_ratio": f"({money(totals.new)} + {money(totals.expansion)} + "
            f"{money(totals.reactivation)}) / ({lost})",
            "lifetime_value": f"({closing} / {customers}) * {float(self.months):.2f} / "
            f"({totals.lost} / {totals.customers})",
        }

    def convert(self, amount, company):
        """Return an amount of a company in the shown currency, at the rate of today.

        :rtype: float
        """
        today = Date.context_today(self.env.user)
        return company.currency_id._convert(
            amount, self.currency, self.env.company, today, round=False
        )

    def format_money(self, value):
        """Return an amount as the reader writes it, in the shown currency."""
        return formatLang(self.env, float(value), currency_obj=self.currency)

    def format(self, name, value):
        """Return a figure as the reader writes it, a dash where nobody can know it."""
        unit = UNITS[name]
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


UNITS = {
    "mrr": "money",
    "arr": "money",
    "net_new": "money",
    "growth": "percent",
    "customers": "count",
    "contracts": "count",
    "average_contract": "money",
    "average_customer": "money",
    "logo_churn": "percent",
    "gross_churn": "percent",
    "net_churn": "percent",
    "nrr": "percent",
    "grr": "percent",
    "quick_ratio": "ratio",
    "lifetime_value": "money",
}
# Figures that are better when they are lower.
LOW_IS_GOOD = frozenset({"logo_churn", "gross_churn", "net_churn"})


def serialize(domain):
    """Return a domain as JSON can carry it.

    :rtype: list
    """
    return [
        [leaf[0], leaf[1], leaf[2].isoformat() if hasattr(leaf[2], "isoformat") else leaf[2]]
        if isinstance(leaf, tuple | list)
        else leaf
        for leaf in list(domain)
    ]
