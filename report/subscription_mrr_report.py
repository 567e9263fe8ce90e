from odoo import fields, models
from odoo.tools import SQL

FLOWS = ("new", "expansion", "reactivation", "contraction", "churn")
KEYS = ("company_id", "user_id", "team_id", "template_id", "country_id")


class SubscriptionMrrReport(models.Model):
    """MRR and contracts month by month: opening + movements = closing, for whoever they belong to.

    Each month has its row, also when nothing moved. Openings and closings of several months are
    levels and no sums: look at them by month.
    """

    _name = "subscription.mrr.report"
    _description = "MRR by Month"
    _auto = False
    _inherit = ["subscription.report.sales.mixin", "subscription.known.report.mixin"]
    _rec_name = "month"
    _order = "month desc, id"
    _depends = {
        "subscription.mrr.event": [
            "amount",
            "company_amount",
            "effective_date",
            "kind",
            "origin_id",
            "recorded_at",
            *KEYS,
        ],
        "res.company": ["currency_id"],
    }

    month = fields.Date(readonly=True)
    opening = fields.Monetary("MRR at the Start", readonly=True)
    new = fields.Monetary(readonly=True)
    expansion = fields.Monetary(readonly=True)
    reactivation = fields.Monetary(readonly=True)
    contraction = fields.Monetary(readonly=True)
    churn = fields.Monetary(readonly=True)
    net_new = fields.Monetary("Net New MRR", readonly=True)
    other = fields.Monetary(
        "Pauses, Transfers and Rates",
        readonly=True,
        help="What contracts that pause, change hands or follow an exchange rate moved.",
    )
    closing = fields.Monetary("MRR at the End", readonly=True)
    contracts = fields.Integer(
        "Contracts at the End",
        readonly=True,
        help="Contracts that are worth something on the last day of the month.",
    )

    @property
    def _table_query(self):
        names = SQL(", ").join(SQL.identifier(key) for key in KEYS)
        return SQL(
            """
            WITH moved AS (%(moved)s), span AS (
                SELECT %(names)s,
                       generate_series(MIN(month), GREATEST(MAX(month), %(last)s::date),
                                       '1 month')::date AS month
                  FROM moved GROUP BY %(names)s
            ), filled AS (
                SELECT %(names)s, month, COALESCE(new, 0) AS new,
                       COALESCE(expansion, 0) AS expansion,
                       COALESCE(reactivation, 0) AS reactivation,
                       COALESCE(contraction, 0) AS contraction, COALESCE(churn, 0) AS churn,
                       COALESCE(moved, 0) AS moved, SUM(moved) OVER total AS closing,
                       SUM(contracts) OVER total AS contracts
                  FROM span LEFT JOIN moved USING (%(names)s, month)
                WINDOW total AS (PARTITION BY %(names)s ORDER BY month)
            )
            SELECT %(id)s AS id, filled.company_id,
                   company.currency_id, NULLIF(user_id, 0) AS user_id,
                   NULLIF(team_id, 0) AS team_id, NULLIF(template_id, 0) AS template_id,
                   NULLIF(country_id, 0) AS country_id, month, new, expansion, reactivation,
                   contraction, churn, closing, contracts,
                   new + expansion + reactivation + contraction + churn AS net_new,
                   closing - moved AS opening,
                   moved - new - expansion - reactivation - contraction - churn AS other
              FROM filled JOIN res_company company ON company.id = filled.company_id
            """,
            moved=self._get_moved(names),
            names=names,
            id=self._get_id_sql(SQL("ROW_NUMBER() OVER (ORDER BY month, %s)", names)),
            last=self._get_last_day(),
        )

    def _get_moved(self, names):
        """Return the query of what moved in each month, 0 for who it belongs to where nobody is.

        Movements are grouped by their columns as they are: the planner knows how many values these
        have. Of expressions it expects too many, and compiles for longer than it reads.
        """
        return SQL(
            """
            WITH level AS (
                SELECT %(names)s, kind, company_amount, amount,
                       date_trunc('month', effective_date::timestamp)::date AS month,
                       SUM(amount) OVER (
                           PARTITION BY origin_id ORDER BY effective_date, id) AS after
                  FROM subscription_mrr_event WHERE %(known)s
            ), cell AS (
                SELECT %(names)s, month, kind, SUM(company_amount) AS moved,
                       SUM((after > 0)::int - (after - amount > 0)::int) AS contracts
                  FROM level GROUP BY %(names)s, month, kind
            )
            SELECT %(keys)s, month, %(flows)s, SUM(moved) AS moved, SUM(contracts) AS contracts
              FROM cell GROUP BY %(names)s, month
            """,
            names=names,
            known=self._get_known_sql(),
            keys=SQL(", ").join(
                SQL("COALESCE(%s, 0) AS %s", *[SQL.identifier(key)] * 2) for key in KEYS
            ),
            flows=SQL(", ").join(
                SQL("SUM(moved) FILTER (WHERE kind = %s) AS %s", kind, SQL.identifier(kind))
                for kind in FLOWS
            ),
        )
