from odoo import fields, models
from odoo.tools import SQL

from ..models.health.verdicts import VERDICTS


class SubscriptionHealthReport(models.Model):
    """Health of contracts month by month: each counts as what it was on the last day of a month.

    The current month counts as it is today.
    """

    _name = "subscription.health.report"
    _description = "Health by Month"
    _auto = False
    _inherit = ["subscription.report.contract.mixin"]
    _rec_name = "order_id"
    _order = "month desc, id"
    _depends = {
        "subscription.health.event": ["kind", "moment", "order_id", "verdict", "reason"],
    }

    month = fields.Date(readonly=True)
    verdict = fields.Selection(VERDICTS, "Health", readonly=True)
    reason = fields.Char(readonly=True)
    contracts = fields.Integer("Contracts at the End", readonly=True)
    good_percent = fields.Float(
        "Good (%)", readonly=True, aggregator="avg", help="Share of the contracts with a verdict."
    )
    neutral_percent = fields.Float("Neutral (%)", readonly=True, aggregator="avg")
    bad_percent = fields.Float("Bad (%)", readonly=True, aggregator="avg")
    score = fields.Float(readonly=True, aggregator="avg", help="100 good, 50 neutral, 0 bad.")

    @property
    def _table_query(self):
        return SQL(
            """
            WITH turned AS (
                SELECT event.order_id, event.verdict, event.reason,
                       (event.moment AT TIME ZONE 'UTC' AT TIME ZONE
                           COALESCE(company.subscription_tz, 'UTC'))::date AS day,
                       LEAD((event.moment AT TIME ZONE 'UTC' AT TIME ZONE
                           COALESCE(company.subscription_tz, 'UTC'))::date) OVER (
                           PARTITION BY event.order_id ORDER BY event.moment, event.id) AS stop
                  FROM subscription_health_event event
                  JOIN res_company company ON company.id = event.company_id
                 WHERE event.kind = 'health'
            ), level AS (
                SELECT turned.*, generate_series(
                           date_trunc('month', day::timestamp),
                           COALESCE(date_trunc('month', stop::timestamp) - interval '1 month',
                                    %(today)s::timestamp),
                           '1 month')::date AS month
                  FROM turned WHERE verdict IS NOT NULL
            )
            SELECT ROW_NUMBER() OVER (ORDER BY level.month, level.order_id) AS id, level.month,
                   level.order_id, level.verdict, level.reason, %(columns)s, 1 AS contracts,
                   CASE level.verdict WHEN 'good' THEN 100.0 ELSE 0.0 END AS good_percent,
                   CASE level.verdict WHEN 'neutral' THEN 100.0 ELSE 0.0 END AS neutral_percent,
                   CASE level.verdict WHEN 'bad' THEN 100.0 ELSE 0.0 END AS bad_percent,
                   CASE level.verdict WHEN 'good' THEN 100.0 WHEN 'bad' THEN 0.0 ELSE 50.0
                        END AS score
              FROM level %(tables)s
            """,
            columns=self._get_contract_columns(),
            tables=self._get_contract_tables(SQL("level.order_id")),
            today=self.env.company._subscription_today(),
        )
