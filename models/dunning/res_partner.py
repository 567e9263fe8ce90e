from odoo import api, fields, models, tools
from odoo.fields import Domain

from ... import const

STAFF = "sales_team.group_sale_salesman,account.group_account_invoice"


class ResPartner(models.Model):
    """Customers who are left out of dunning for a while, and why."""

    _inherit = "res.partner"

    subscription_left_out = fields.Boolean(
        "Leave Out of Dunning",
        groups=STAFF,
        help="Nobody reminds this customer of unpaid invoices of contracts, charges again, "
        "suspends or closes.",
        prefetch=const.SELDOM,
    )
    subscription_left_out_until = fields.Date(
        "Left Out Until",
        groups=STAFF,
        help="Last day of that. Empty: until somebody ends it.",
        prefetch=const.SELDOM,
    )
    subscription_left_out_reason = fields.Char(
        "Left Out Because", groups=STAFF, prefetch=const.SELDOM
    )

    subscription_count = fields.Integer(
        "Running Subscriptions",
        compute="_compute_subscription_totals",
        groups=STAFF,
        help="Contracts of this customer that run, as far as you may see them.",
    )
    subscription_mrr_total = fields.Monetary(
        "MRR",
        compute="_compute_subscription_totals",
        currency_field="subscription_currency_id",
        groups=STAFF,
        help="Per month, without taxes, other currencies at the rate of today.",
    )
    subscription_overdue_total = fields.Monetary(
        "Overdue",
        compute="_compute_subscription_totals",
        currency_field="subscription_currency_id",
        groups=STAFF,
        help="What is late of the invoices of contracts.",
    )
    subscription_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Subscriptions",
        compute="_compute_subscription_totals",
        groups=STAFF,
    )

    _left_out_with_reason = models.Constraint(
        "CHECK (subscription_left_out IS NOT TRUE OR subscription_left_out_reason IS NOT NULL)",
        "Say why this customer is left out of dunning.",
    )

    @api.constrains("subscription_left_out")
    def _check_left_out_remembered(self):
        """Look at customers again, for one of them was left out, or is no more."""
        self.env.registry.clear_cache()

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_subscription_totals(self):
        """Sum up contracts of each customer and its contacts, in the currency of the company."""
        company = self.env.company
        for partner in self:
            partner.subscription_count = 0
            partner.subscription_mrr_total = partner.subscription_overdue_total = 0.0
            partner.subscription_currency_id = company.currency_id
        orders = self.env["sale.order"].search(
            Domain("partner_id", "child_of", self.ids)
            & Domain("subscription_state", "in", const.RUNNING_STATES)
            & Domain("company_id", "in", self.env.companies.ids)
        )
        today = company._subscription_today()
        convert = {"to_currency": company.currency_id, "company": company, "date": today}
        for order in orders:
            mrr = order.currency_id._convert(order.subscription_mrr, **convert)
            for partner in self & order.partner_id._get_with_parents():
                partner.subscription_count += 1
                partner.subscription_mrr_total += mrr
        for move in self._get_late_invoices(orders, today):
            late = move.currency_id._convert(move._get_amount_due_now(), **convert)
            for partner in self & move.partner_id._get_with_parents():
                partner.subscription_overdue_total += late

    def _get_late_invoices(self, orders, today):
        """Return the invoices of contracts that should have been paid before a day."""
        # sudo: salespeople see what their customers owe, without rights on the books
        Move = self.env["account.move"].sudo()
        return Move.search(
            Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
            & Move._get_due_domain("<", today)
            & Domain("invoice_line_ids.sale_line_ids.order_id", "in", orders.ids)
        )

    def _get_with_parents(self):
        """Return this contact and the companies that it belongs to."""
        found, partners = self.browse(), self
        while partners:
            found |= partners
            partners = partners.parent_id - found
        return found

    @api.model
    @tools.ormcache()
    def _is_anybody_left_out(self):
        """Return whether customers have to be looked at at all."""
        # sudo: asked by the run and by whoever looks at contracts
        partners = self.sudo().with_context(active_test=False)
        return bool(partners.search_count([("subscription_left_out", "=", True)], limit=1))
