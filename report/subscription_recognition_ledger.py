from odoo import fields, models
from odoo.tools import SQL


class SubscriptionRecognitionLedger(models.Model):
    """What posted entries say on the accounts for deferred and accrued revenue, and the schedule.

    One row per entry and account. In a healthy book no row has a difference, so that the sums of
    every day agree as well. Amounts are positive for what is owed (deferred) and negative for what
    is still to be invoiced (accrued). What is older than the recognition of a company is left out.
    """

    _name = "subscription.recognition.ledger"
    _description = "Deferred Revenue against the Ledger"
    _inherit = ["subscription.protected.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_id"
    _depends = {
        "subscription.recognition": [
            "company_id",
            "move_id",
            "deferred_account_id",
            "accrued_account_id",
            "deferred_amount",
            "accrued_amount",
        ],
        "account.move.line": ["move_id", "account_id", "balance", "parent_state", "date"],
        "account.move": ["state", "date"],
        "res.company": [
            "recognition_mode",
            "recognition_from_date",
            "recognition_account_id",
            "recognition_accrued_account_id",
        ],
    }

    date = fields.Date("Day", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    account_id = fields.Many2one("account.account", readonly=True)
    move_id = fields.Many2one("account.move", "Entry", readonly=True)
    ledger_amount = fields.Monetary("Ledger", readonly=True)
    schedule_amount = fields.Monetary("Schedule", readonly=True)
    difference_amount = fields.Monetary("Difference", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH account AS (
                SELECT company_id, deferred_account_id AS id FROM subscription_recognition
                 UNION
                SELECT company_id, accrued_account_id FROM subscription_recognition
                 UNION
                SELECT id, recognition_account_id FROM res_company WHERE recognition_mode != 'off'
                 UNION
                SELECT id, recognition_accrued_account_id FROM res_company
                 WHERE recognition_mode != 'off'
            ), told AS (
                SELECT id, company_id, move_id, deferred_account_id AS account_id,
                       deferred_amount AS amount
                  FROM subscription_recognition WHERE deferred_amount != 0
                 UNION ALL
                SELECT id, company_id, move_id, accrued_account_id, -accrued_amount
                  FROM subscription_recognition WHERE accrued_amount != 0
            ), schedule AS (
                SELECT told.company_id, told.move_id, told.account_id,
                       SUM(told.amount) AS amount, MIN(told.id) AS id
                  FROM told JOIN account_move move ON move.id = told.move_id
                 WHERE move.state = 'posted' GROUP BY 1, 2, 3
            ), ledger AS (
                SELECT line.company_id, line.move_id, line.account_id,
                       -SUM(line.balance) AS amount, MIN(line.id) AS id
                  FROM account_move_line line
                  JOIN account ON account.id = line.account_id
                   AND account.company_id = line.company_id
                  JOIN res_company company ON company.id = line.company_id
                 WHERE line.parent_state = 'posted'
                   AND line.date >= company.recognition_from_date
                 GROUP BY 1, 2, 3
            )
            SELECT both_sides.*, move.date, ledger_amount - schedule_amount AS difference_amount
              FROM (
                SELECT COALESCE(ledger.id, -schedule.id) AS id, company_id, account_id, move_id,
                       COALESCE(ledger.amount, 0) AS ledger_amount,
                       COALESCE(schedule.amount, 0) AS schedule_amount
                  FROM ledger FULL JOIN schedule USING (company_id, move_id, account_id)
              ) both_sides
              JOIN account_move move ON move.id = both_sides.move_id
            """
        )
