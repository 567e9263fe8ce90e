from odoo import fields, models
from odoo.tools import SQL

TENURES = [
    ("0", "Up to 3 Months"),
    ("3", "3 to 6 Months"),
    ("6", "6 to 12 Months"),
    ("12", "1 to 2 Years"),
    ("24", "Over 2 Years"),
]


class SubscriptionChurnReport(models.Model):
    """What was lost: movements of churn, with the time that the contract lasted.

    The time counts from the first day on which the chain of contracts was worth something.
    """

    _name = "subscription.churn.report"
    _description = "Churn"
    _auto = False
    _inherit = ["subscription.report.sales.mixin", "subscription.known.report.mixin"]
    _rec_name = "order_id"
    _order = "date desc, id desc"
    _depends = {
        "subscription.mrr.event": [
            "amount",
            "close_reason_id",
            "company_amount",
            "effective_date",
            "is_voluntary",
            "kind",
            "recorded_at",
            "revision",
            "user_id",
        ],
        "res.company": ["currency_id"],
    }

    date = fields.Date("Day", readonly=True)
    recorded_at = fields.Datetime("Recorded On", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    order_id = fields.Many2one("sale.order", "Contract", readonly=True)
    close_reason_id = fields.Many2one("subscription.close.reason", readonly=True)
    choice = fields.Selection(
        [("voluntary", "Voluntary"), ("involuntary", "Involuntary")],
        "Chosen by the Customer",
        readonly=True,
    )
    tenure = fields.Selection(TENURES, "Time as a Customer", readonly=True)
    tenure_months = fields.Float("Months as a Customer", readonly=True, aggregator="avg")
    lost_amount = fields.Monetary("Lost MRR", readonly=True)
    lost_count = fields.Integer("Lost Contracts", readonly=True)

    @property
    def _table_query(self):
        # A corrected churn has several rows: the contract is lost once, or not at all after all.
        return SQL(
            """
            SELECT %(id)s AS id, lost.effective_date AS date, lost.recorded_at, lost.order_id,
                   lost.company_id, company.currency_id, lost.user_id, lost.team_id,
                   lost.template_id, lost.commercial_partner_id AS partner_id, lost.country_id,
                   lost.close_reason_id,
                   CASE WHEN lost.is_voluntary THEN 'voluntary' ELSE 'involuntary' END AS choice,
                   lost.days / 30.4375 AS tenure_months,
                   CASE WHEN lost.days < 91 THEN '0' WHEN lost.days < 183 THEN '3'
                        WHEN lost.days < 365 THEN '6' WHEN lost.days < 730 THEN '12'
                        ELSE '24' END AS tenure,
                   -lost.company_amount AS lost_amount,
                   (lost.after <> 0)::int - (lost.after <> lost.amount)::int AS lost_count
              FROM (SELECT event.*, event.effective_date - first.day AS days,
                           SUM(event.amount) OVER (
                               PARTITION BY event.origin_id, event.effective_date
                               ORDER BY event.revision) AS after
                      FROM subscription_mrr_event event
                      LEFT JOIN LATERAL (
                           SELECT MIN(effective_date) AS day FROM subscription_mrr_event begun
                            WHERE begun.origin_id = event.origin_id AND %(known)s) first ON TRUE
                     WHERE event.kind = 'churn' AND %(known)s) lost
              JOIN res_company company ON company.id = lost.company_id
            """,
            id=self._get_id_sql(SQL("lost.id")),
            known=self._get_known_sql(),
        )
