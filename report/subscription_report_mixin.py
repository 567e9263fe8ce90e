from odoo import fields, models


class SubscriptionReportMixin(models.AbstractModel):
    """What all reports of the addon are grouped and filtered by.

    Reports are queries and no tables: a change of the past is in them at once, without a job.
    """

    _name = "subscription.report.mixin"
    _description = "Report of Subscriptions"
    _inherit = ["subscription.protected.mixin"]

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)


class SubscriptionReportSalesMixin(models.AbstractModel):
    """Whom a row of a report belongs to, so that each sees own rows only."""

    _name = "subscription.report.sales.mixin"
    _description = "Report of Subscriptions by Salesperson"
    _inherit = ["subscription.report.mixin"]

    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    template_id = fields.Many2one("subscription.template", "Subscription Template", readonly=True)
