from odoo import fields, models
from odoo.tools import SQL


class SubscriptionRecognitionBalance(models.Model):
    """Deferred revenue month by month: opening + invoiced + credited - recognised = closing.

    Months to come hold what is planned. The balance is what is deferred less what is accrued.
    """

    _name = "subscription.recognition.balance"
    _description = "Deferred Revenue Balance"
    _inherit = ["subscription.protected.mixin"]
    _auto = False
    _order = "date desc, account_id"
    _rec_name = "date"
    _depends = {
        "subscription.recognition": [
            "date",
            "company_id",
            "deferred_account_id",
            "invoiced_amount",
            "credited_amount",
            "recognised_amount",
            "deferred_amount",
            "accrued_amount",
        ],
    }

    date = fields.Date("Month", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    account_id = fields.Many2one("account.account", readonly=True)
    opening_amount = fields.Monetary("Opening", readonly=True)
    invoiced_amount = fields.Monetary("Invoiced", readonly=True)
    credited_amount = fields.Monetary("Credited", readonly=True)
    recognised_amount = fields.Monetary("Recognised", readonly=True)
    closing_amount = fields.Monetary("Closing", readonly=True)
    closing_deferred_amount = fields.Monetary("Deferred", readonly=True)
    closing_accrued_amount = fields.Monetary("Accrued", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT id, date, company_id, account_id,
                   invoiced_amount, credited_amount, recognised_amount,
                   SUM(deferred - accrued) OVER before_it - deferred + accrued AS opening_amount,
                   SUM(deferred - accrued) OVER before_it AS closing_amount,
                   SUM(deferred) OVER before_it AS closing_deferred_amount,
                   SUM(accrued) OVER before_it AS closing_accrued_amount
              FROM (
                SELECT MIN(id) AS id, company_id, deferred_account_id AS account_id,
                       (date_trunc('month', date) + interval '1 month - 1 day')::date AS date,
                       SUM(invoiced_amount) AS invoiced_amount,
                       SUM(credited_amount) AS credited_amount,
                       SUM(recognised_amount) AS recognised_amount,
                       SUM(deferred_amount) AS deferred, SUM(accrued_amount) AS accrued
                  FROM subscription_recognition GROUP BY 2, 3, 4
              ) month
            WINDOW before_it AS (PARTITION BY company_id, account_id ORDER BY date)
            """
        )
