from odoo import fields, models
from odoo.tools import SQL

from ..models.analytics.subscription_mrr_event import KINDS


class SubscriptionCustomerReport(models.Model):
    """What MRR did seen from customers: one movement per commercial partner, company and day.

    Who orders a second contract is no new customer but worth more, and who ends one of two is not
    lost. It is read from the movements of contracts, so the sums are the same; only their kinds
    differ, see `engine.metrics.movement.customer_kind`. Whether a customer is worth something is
    asked of the amounts agreed, which no exchange rate moves.
    """

    _name = "subscription.customer.report"
    _description = "MRR Movement of a Customer"
    _auto = False
    _inherit = ["subscription.report.mixin"]
    _rec_name = "partner_id"
    _order = "date desc, id desc"
    _depends = {
        "subscription.mrr.event": [
            "amount",
            "commercial_partner_id",
            "company_amount",
            "country_id",
            "effective_date",
            "kind",
        ],
        "res.company": ["currency_id"],
    }

    date = fields.Date("Day", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    kind = fields.Selection(KINDS, "Movement", readonly=True)
    amount = fields.Monetary("MRR Change", readonly=True)
    customers = fields.Integer("Change of Customers", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH moved AS (
                SELECT MIN(id) AS id, company_id, commercial_partner_id AS partner_id,
                       MAX(country_id) AS country_id, effective_date AS date,
                       kind = 'fx' AS is_drift, SUM(company_amount) AS amount,
                       SUM(amount) AS worth,
                       BOOL_AND(kind IN ('pause', 'resume')) AS is_break,
                       BOOL_AND(kind = 'transfer') AS is_transfer
                  FROM subscription_mrr_event
                 GROUP BY company_id, commercial_partner_id, effective_date, kind = 'fx'
            ), level AS (
                SELECT moved.*, SUM(worth) OVER (
                           PARTITION BY company_id, partner_id ORDER BY date, is_drift) AS after
                  FROM moved
            ), known AS (
                SELECT level.*, after - worth AS before, MAX(after) OVER (
                           PARTITION BY company_id, partner_id ORDER BY date, is_drift
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS most
                  FROM level
            )
            SELECT known.id, known.company_id, company.currency_id, known.partner_id,
                   known.country_id, known.date, known.amount,
                   (after > 0)::int - (before > 0)::int AS customers,
                   CASE WHEN is_drift THEN 'fx' WHEN is_transfer THEN 'transfer'
                        WHEN is_break AND amount < 0 THEN 'pause' WHEN is_break THEN 'resume'
                        WHEN before <> 0 AND after <> 0 AND amount > 0 THEN 'expansion'
                        WHEN before <> 0 AND after <> 0 THEN 'contraction'
                        WHEN before <> 0 THEN 'churn'
                        WHEN COALESCE(most, 0) > 0 THEN 'reactivation' ELSE 'new' END AS kind
              FROM known JOIN res_company company ON company.id = known.company_id
             WHERE amount <> 0
            """
        )
