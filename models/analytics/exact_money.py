"""Amounts in the currencies of companies: kept exactly, and added up over companies of several."""

from odoo import api, fields, models
from odoo.tools import SQL, float_repr

from .movement_scope import get_factor

DIGITS = 6


class ExactMonetary(fields.Monetary):
    """Money with more decimals than its currency has: a month of a price per year is no amount.

    Everything else is as of any amount of money, so that whatever adds it up knows its currency.
    """

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        """Keep what comes in, to the sixth decimal."""
        return float_repr(float(value or 0.0), DIGITS)

    def convert_to_cache(self, value, record, validate=True):
        """Take what comes in as it is."""
        return float(value or 0.0)


class SubscriptionCompanyMoneyMixin(models.AbstractModel):
    """Rows with amounts in the currency of their company.

    Over companies with several currencies sums are told in that of the company that the reader
    works in, at today's rate: as on the dashboard. Odoo itself divides by the rate, which is that
    currency only where its own rate is 1.
    """

    _name = "subscription.company.money.mixin"
    _description = "Amounts in the Currencies of Companies"
    _money_currency = "currency_id"

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Add up amounts of several currencies at the rates of the dashboard."""
        if aggregate_spec.endswith(":sum_currency"):
            name = aggregate_spec.partition(":")[0]
            if getattr(self._fields.get(name), "type", "") == "monetary":
                amount = self._field_to_sql(self._table, name, query)
                return SQL("SUM(%s * %s)", amount, self._get_money_factor(query))
        if aggregate_spec == f"{self._money_currency}:array_agg_distinct" and not self.env.su:
            # Who reads one currency only need not look for it in each row.
            currency = self.env.companies.currency_id
            if len(currency) == 1:
                return SQL("ARRAY[%s]", currency.id)
        return super()._read_group_select(aggregate_spec, query)

    def _get_money_factor(self, query):
        """Hook. Return the SQL of the reader's currency for one unit of that of a row.

        :param odoo.tools.Query query: the rows
        :rtype: odoo.tools.SQL
        """
        return get_factor(self.env, self._field_to_sql(self._table, "company_id", query))
