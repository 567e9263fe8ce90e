"""Which movements of MRR a reader asks for: filters, companies, products, as known at a moment."""

from odoo.fields import Domain
from odoo.tools import SQL

from .dashboard_text import serialize

EVENT = "subscription_mrr_event"
ONE = SQL("1")
COLUMNS = (
    "id",
    "kind",
    "effective_date",
    "origin_id",
    "company_id",
    "commercial_partner_id",
    "close_reason_id",
)


class Scope:
    """Finds movements by the filters of a page, with the rights of the reader.

    With products only what they moved counts: a movement of two products is counted in part.

    :param env: environment of the reader: record rules decide what counts
    :param Domain domain: on movements
    :param list products: ids, empty for all
    :param currency: `res.currency` that amounts are shown in, that of the company when empty
    """

    def __init__(self, env, domain, products=(), currency=None):
        self.env, self.domain, self.products = env, domain, list(products)
        self.currency = currency or env.company.currency_id

    @property
    def model(self):
        """Return the name of the model whose records add up to the figures."""
        return f"subscription.mrr.{'part' if self.products else 'event'}"

    def get_domain(self, more=()):
        """Return the domain on records of :attr:`model`.

        :param more: a further domain on movements
        :rtype: Domain
        """
        domain = self.domain & Domain(more)
        if not self.products:
            return domain
        return Domain("product_id", "in", self.products) & Domain("event_id", "any", domain)

    def serialize(self, more=()):
        """Return the domain as JSON can carry it.

        :rtype: list
        """
        if not self.products:
            return serialize(self.get_domain(more))
        inner = serialize(self.domain & Domain(more))
        return ["&", ["product_id", "in", self.products], ["event_id", "any", inner]]

    def get_rows(self, more=()):
        """Return a query of the movements: columns, amount, and value in the shown currency.

        :param more: a further domain on movements
        :rtype: odoo.tools.SQL
        """
        query = self.env[self.model]._search(self.get_domain(more))
        source = SQL.identifier(f"subscription_mrr_{'part' if self.products else 'event'}")
        columns = SQL(", ").join(SQL.identifier(EVENT, column) for column in COLUMNS)
        value = SQL("%s.company_amount", source)
        factor = get_factor(self.env, SQL.identifier(EVENT, "company_id"), self.currency)
        if factor is not ONE:  # a million products by one take their time, too
            value = SQL("%s * %s", value, factor)
        amounts = SQL("%s.amount, %s AS value", source, value)
        where = query.where_clause or SQL("TRUE")
        if not self.products:
            return SQL("SELECT %s, %s FROM %s WHERE %s", columns, amounts, query.from_clause, where)
        return SQL(
            "SELECT %s, %s FROM subscription_mrr_part JOIN subscription_mrr_event "
            "ON subscription_mrr_event.id = subscription_mrr_part.event_id "
            "WHERE subscription_mrr_part.id IN %s",
            columns,
            amounts,
            query.subselect(),
        )


def get_factor(env, company, currency=None):
    """Return the SQL of the shown currency for one unit of that of a row's company, as of today.

    :param SQL company: the column of the company
    :param currency: `res.currency` that is shown, that of the company of the page when empty
    :rtype: odoo.tools.SQL
    """
    currency = currency or env.company.currency_id
    today = env.company._subscription_today()
    cases = [
        SQL(
            "WHEN %s = %s THEN %s::numeric",
            company,
            other.id,
            env["res.currency"]._get_conversion_rate(
                other.currency_id, currency, env.company, today
            ),
        )
        for other in env.companies
        if other.currency_id != currency
    ]
    return SQL("CASE %s ELSE 1 END", SQL(" ").join(cases)) if cases else ONE
