from odoo import fields, models
from odoo.tools import SQL


class SubscriptionRecognitionRevenue(models.Model):
    """What was earned in a month, what was invoiced in it, and the MRR at its end.

    Earned and invoiced are those of invoice lines with a period of service, without taxes, in the
    currency of the company; MRR is that of the ledger of MRR.
    """

    _name = "subscription.recognition.revenue"
    _description = "Revenue Earned, Invoiced and Recurring"
    _inherit = ["subscription.protected.mixin"]
    _auto = False
    _order = "date desc, company_id"
    _rec_name = "date"
    _depends = {
        "subscription.recognition": [
            "date",
            "company_id",
            "invoiced_amount",
            "credited_amount",
            "recognised_amount",
        ],
        "subscription.mrr.event": ["effective_date", "company_id", "company_amount"],
    }

    date = fields.Date("Month", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    recognised_amount = fields.Monetary("Earned", readonly=True)
    invoiced_amount = fields.Monetary("Invoiced", readonly=True)
    mrr_amount = fields.Monetary("MRR", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH flow AS (
                SELECT (date_trunc('month', date) + interval '1 month - 1 day')::date AS date,
                       company_id, MIN(id) AS id, SUM(recognised_amount) AS recognised_amount,
                       SUM(invoiced_amount + credited_amount) AS invoiced_amount
                  FROM subscription_recognition GROUP BY 1, 2
            ), moved AS (
                SELECT (date_trunc('month', effective_date) + interval '1 month - 1 day')::date
                       AS date, company_id, SUM(company_amount) AS amount
                  FROM subscription_mrr_event GROUP BY 1, 2
            )
            SELECT flow.id, flow.date, flow.company_id,
                   flow.recognised_amount, flow.invoiced_amount,
                   COALESCE((SELECT SUM(moved.amount) FROM moved
                              WHERE moved.company_id = flow.company_id
                                AND moved.date <= flow.date), 0) AS mrr_amount
              FROM flow
            """
        )
