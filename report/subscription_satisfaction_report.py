from odoo import fields, models
from odoo.tools import SQL

# From 4 and from 3 on, as core reads answers.
ANSWERS = [("happy", "Happy"), ("so_so", "So-so"), ("unhappy", "Unhappy")]


class SubscriptionSatisfactionReport(models.Model):
    """What customers answered about contracts: one row for each answer, of the day it was given.

    An answer that is given again counts once, as it was given last. It belongs to whoever looks
    after the contract now.
    """

    _name = "subscription.satisfaction.report"
    _description = "Satisfaction"
    _auto = False
    _inherit = ["subscription.report.sales.mixin"]
    _rec_name = "order_id"
    _order = "date desc, id desc"
    _depends = {
        "rating.rating": ["consumed", "feedback", "rated_on", "rating", "res_id", "res_model"],
        "sale.order": [
            "company_id",
            "is_subscription",
            "partner_id",
            "subscription_template_id",
            "team_id",
            "user_id",
        ],
        "res.company": ["currency_id", "subscription_tz"],
        "res.partner": ["commercial_partner_id", "country_id"],
    }

    date = fields.Date("Day", readonly=True)
    order_id = fields.Many2one("sale.order", "Contract", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
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
                       AS happy_percent,
                   so.company_id, company.currency_id, so.user_id, so.team_id,
                   so.subscription_template_id AS template_id,
                   partner.commercial_partner_id AS partner_id, partner.country_id
              FROM rating_rating rated
              JOIN sale_order so ON so.id = rated.res_id AND so.is_subscription
              JOIN res_company company ON company.id = so.company_id
              JOIN res_partner partner ON partner.id = so.partner_id
             WHERE rated.res_model = 'sale.order' AND rated.consumed AND rated.rating >= 1
            """
        )
