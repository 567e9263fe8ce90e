from odoo import fields, models
from odoo.tools import SQL


class SubscriptionRevenueReport(models.Model):
    """What was invoiced without taxes, recurring and once, line by line of posted documents.

    Sum of the lines of a document = its untaxed amount in the company's currency, credit notes
    below 0. A line is recurring when it bills, credits or corrects a line that recurs.
    """

    _name = "subscription.revenue.report"
    _description = "Invoiced Revenue"
    _auto = False
    _inherit = ["subscription.report.sales.mixin"]
    _rec_name = "move_id"
    _order = "date desc, id desc"
    _depends = {
        "account.move": [
            "state",
            "move_type",
            "invoice_date",
            "invoice_user_id",
            "team_id",
            "commercial_partner_id",
        ],
        "account.move.line": [
            "balance",
            "display_type",
            "product_id",
            "sale_line_ids",
            "subscription_origin_line_id",
        ],
        "sale.order.line": ["recurrence_id", "order_id"],
        "sale.order": ["is_subscription", "subscription_template_id"],
        "res.partner": ["country_id"],
        "res.company": ["currency_id"],
    }

    date = fields.Date("Invoice Date", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    move_type = fields.Selection(
        [("out_invoice", "Invoice"), ("out_refund", "Credit Note")], "Document", readonly=True
    )
    kind = fields.Selection(
        [
            ("recurring", "Recurring"),
            ("once", "Sold Once with a Contract"),
            ("other", "Without a Contract"),
        ],
        "Revenue",
        readonly=True,
    )
    order_id = fields.Many2one("sale.order", "Contract", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    amount = fields.Monetary("Net Revenue", readonly=True)
    recurring_amount = fields.Monetary("Recurring Revenue", readonly=True)
    once_amount = fields.Monetary("Non-recurring Revenue", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, move.id AS move_id, move.move_type, move.invoice_date AS date,
                   move.company_id, company.currency_id,
                   move.invoice_user_id AS user_id, move.team_id,
                   move.commercial_partner_id AS partner_id, partner.country_id,
                   line.product_id, sold.order_id, sold.template_id,
                   CASE WHEN sold.recurs THEN 'recurring'
                        WHEN sold.order_id IS NOT NULL THEN 'once' ELSE 'other' END AS kind,
                   -line.balance AS amount,
                   CASE WHEN sold.recurs THEN -line.balance ELSE 0 END AS recurring_amount,
                   CASE WHEN sold.recurs THEN 0 ELSE -line.balance END AS once_amount
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN res_company company ON company.id = move.company_id
              LEFT JOIN res_partner partner ON partner.id = move.commercial_partner_id
              LEFT JOIN LATERAL (
                   SELECT so.id AS order_id, so.subscription_template_id AS template_id,
                          sol.recurrence_id IS NOT NULL AS recurs
                     FROM sale_order_line_invoice_rel rel
                     JOIN sale_order_line sol ON sol.id = rel.order_line_id
                     JOIN sale_order so ON so.id = sol.order_id AND so.is_subscription
                    WHERE rel.invoice_line_id
                          IN (line.id, COALESCE(line.subscription_origin_line_id, line.id))
                    ORDER BY (sol.recurrence_id IS NULL), sol.id
                    LIMIT 1
              ) sold ON TRUE
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND line.display_type IN ('product', 'rounding')
            """
        )
