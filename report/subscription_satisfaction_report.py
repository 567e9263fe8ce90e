from odoo import fields, models
from odoo.tools import SQL

# From 4 and from 3 on, as core reads answers.
ANSWERS = [("happy", "Happy"), ("so_so", "So-so"), ("unhappy", "Unhappy")]


class SubscriptionSatisfactionReport(models.Model):
    """What customers answered about contracts: one row for each answer, of the day it was given.

    An answer that is given again counts once, as it was given last.
    """

    _name = "subscription.satisfaction.report"
    _description = "Satisfaction"
    _auto = False
    _inherit = ["subscription.report.contract.mixin"]
    _rec_name = "order_id"
    _order = "date desc, id desc"
    _depends = {
        "rating.rating": ["consumed", "feedback", "rated_on", "rating", "res_id", "res_model"],
        "sale.order": ["is_subscription"],
    }

    date = fields.Date("Day", readonly=True)
    answer = fields.Selection(ANSWERS, readonly=True)
    feedback = fields.Text("Comment", readonly=True)
    rating = fields.Float(
        "Satisfaction",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="1 unhappy, 3 so-so, 5 happy.",
    )
    answers = fields.Integer(readonly=True)
    happy_percent = fields.Float("Happy (%)", readonly=True, aggregator="avg")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT rated.id, rated.res_id AS order_id, rated.rating, rated.feedback,
                   (rated.rated_on AT TIME ZONE 'UTC' AT TIME ZONE
                       COALESCE(company.subscription_tz, 'UTC'))::date AS date,
                   CASE WHEN rated.rating >= 4 THEN 'happy' WHEN rated.rating >= 3 THEN 'so_so'
                        ELSE 'unhappy' END AS answer,
                   1 AS answers, CASE WHEN rated.rating >= 4 THEN 100.0 ELSE 0.0 END
                       AS happy_percent, %(columns)s
              FROM rating_rating rated %(tables)s
             WHERE rated.res_model = 'sale.order' AND rated.consumed AND rated.rating >= 1
               AND so.is_subscription
            """,
            columns=self._get_contract_columns(),
            tables=self._get_contract_tables(SQL("rated.res_id")),
        )
