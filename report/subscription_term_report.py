from odoo import fields, models
from odoo.tools import SQL


class SubscriptionTermReport(models.Model):
    """Terms of contracts that ended, and whether the contract went on; the rows of renewal rates.

    A contract goes on when it renews itself or when another one of its chain holds on that day. An
    end inside of a term is churn and no term that was due. MRR is that of the ledger on the eve and
    on the day; what was renewed is at most what was due, growth is expansion.
    """

    _name = "subscription.term.report"
    _description = "Ended Term"
    _auto = False
    _inherit = ["subscription.report.sales.mixin"]
    _rec_name = "order_id"
    _order = "date desc, id desc"
    _depends = {
        "sale.order": [
            "partner_id",
            "state",
            "subscription_end_date",
            "subscription_origin_id",
            "subscription_start_date",
            "subscription_template_id",
            "subscription_term_anchor_date",
            "subscription_term_count",
            "subscription_term_unit",
            "team_id",
            "user_id",
        ],
        "subscription.mrr.event": ["company_amount", "effective_date", "origin_id"],
        "res.company": ["currency_id"],
        "res.partner": ["commercial_partner_id", "country_id"],
    }

    date = fields.Date("End of the Term", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    order_id = fields.Many2one("sale.order", "Contract", readonly=True)
    outcome = fields.Selection(
        [("renewed", "Renewed"), ("ended", "Not Renewed")], "Renewal", readonly=True
    )
    due_count = fields.Integer("Due for Renewal", readonly=True)
    renewed_count = fields.Integer("Renewed Contracts", readonly=True)
    due_amount = fields.Monetary("MRR before the End", readonly=True)
    renewed_amount = fields.Monetary("Renewed MRR", readonly=True)
    rate = fields.Float(
        "Renewal Rate",
        readonly=True,
        aggregator="avg",
        help="Renewed contracts / contracts whose term ended.",
    )

    @property
    def _table_query(self):
        today = self.env.company._subscription_today()
        return SQL(
            """
            SELECT due.order_id::bigint * 10000 + due.number AS id, due.order_id, due.day AS date,
                   due.company_id, company.currency_id, due.user_id, due.team_id,
                   due.template_id, partner.commercial_partner_id AS partner_id,
                   partner.country_id, 1 AS due_count, due.renewed::int AS renewed_count,
                   due.renewed::int::float AS rate,
                   CASE WHEN due.renewed THEN 'renewed' ELSE 'ended' END AS outcome,
                   worth.before AS due_amount,
                   CASE WHEN due.renewed THEN LEAST(worth.before, worth.after) ELSE 0
                    END AS renewed_amount
              FROM (
                SELECT so.id AS order_id, so.company_id, so.user_id, so.team_id, so.partner_id,
                       so.subscription_template_id AS template_id, term.number, term.day,
                       so.subscription_origin_id AS origin_id,
                       (so.subscription_end_date IS NULL OR so.subscription_end_date > term.day
                        OR EXISTS (
                           SELECT 1 FROM sale_order other
                            WHERE other.subscription_origin_id = so.subscription_origin_id
                              AND other.id != so.id AND other.state = 'sale'
                              AND other.subscription_start_date <= term.day
                              AND (other.subscription_end_date IS NULL
                                OR other.subscription_end_date > term.day))) AS renewed
                  FROM sale_order so
                  JOIN LATERAL (%(ends)s) term
                    ON term.day > so.subscription_start_date AND term.day <= %(today)s
                   AND (so.subscription_end_date IS NULL OR term.day <= so.subscription_end_date)
                 WHERE so.state = 'sale' AND so.subscription_term_count > 0
                   AND so.subscription_term_anchor_date <= %(today)s
              ) due
              JOIN res_company company ON company.id = due.company_id
              JOIN res_partner partner ON partner.id = due.partner_id
              LEFT JOIN LATERAL (
                   SELECT COALESCE(SUM(company_amount) FILTER (WHERE effective_date < due.day), 0)
                              AS before,
                          COALESCE(SUM(company_amount), 0) AS after
                     FROM subscription_mrr_event event
                    WHERE event.origin_id = due.origin_id AND event.effective_date <= due.day
              ) worth ON TRUE
            """,
            today=today,
            ends=self._get_ends_sql(today),
        )

    def _get_ends_sql(self, today):
        """Return the numbers and ends of the terms of an order, counted from its anchor.

        :param date today: no later end is wanted
        """
        return SQL(
            """
            SELECT number, (so.subscription_term_anchor_date + number * so.subscription_term_count
                   * ('1 ' || so.subscription_term_unit)::interval)::date AS day
              FROM generate_series(1, 1 + (%(today)s - so.subscription_term_anchor_date)
                   / (so.subscription_term_count * CASE so.subscription_term_unit
                      WHEN 'day' THEN 1 WHEN 'week' THEN 7 WHEN 'month' THEN 28 ELSE 365 END)
                   ) AS number
            """,
            today=today,
        )
