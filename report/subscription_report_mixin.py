from odoo import fields, models
from odoo.tools import SQL


class SubscriptionReportMixin(models.AbstractModel):
    """What all reports of the addon are grouped and filtered by.

    Reports are queries and no tables: a change of the past is in them at once, without a job.
    """

    _name = "subscription.report.mixin"
    _description = "Report of Subscriptions"
    _inherit = ["subscription.protected.mixin", "subscription.company.money.mixin"]

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


class SubscriptionReportContractMixin(models.AbstractModel):
    """What rows about a contract say of it: they belong to whoever looks after it now.

    So the last month of such a report says the same as the list of contracts.
    """

    _name = "subscription.report.contract.mixin"
    _description = "Report of Subscriptions by Contract"
    _inherit = ["subscription.report.sales.mixin"]
    _depends = {
        "sale.order": [
            "company_id",
            "partner_id",
            "subscription_template_id",
            "team_id",
            "user_id",
        ],
        "res.company": ["currency_id", "subscription_tz"],
        "res.partner": ["commercial_partner_id", "country_id"],
    }

    order_id = fields.Many2one("sale.order", "Contract", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)

    @staticmethod
    def _get_contract_columns():
        """Return the SQL of what rows say of their contract, see :meth:`_get_contract_tables`."""
        return SQL(
            """
            so.company_id, company.currency_id, so.user_id, so.team_id,
            so.subscription_template_id AS template_id,
            partner.commercial_partner_id AS partner_id, partner.country_id
            """
        )

    @staticmethod
    def _get_contract_tables(order):
        """Return the SQL that joins contracts, with their company and customer.

        :param SQL order: the column with the id of the contract
        :rtype: odoo.tools.SQL
        """
        return SQL(
            """
            JOIN sale_order so ON so.id = %s
            JOIN res_company company ON company.id = so.company_id
            JOIN res_partner partner ON partner.id = so.partner_id
            """,
            order,
        )
