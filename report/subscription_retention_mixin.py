from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.analytics.movement_scope import get_factor
from ..models.analytics.movement_totals import TINY

# What each day did to a member is read from these columns of the ledger.
MOVEMENT_COLUMNS = [
    "amount",
    "commercial_partner_id",
    "company_amount",
    "company_id",
    "country_id",
    "effective_date",
    "recorded_at",
    "team_id",
    "template_id",
    "user_id",
]


class SubscriptionRetentionMixin(models.AbstractModel):
    """What a member of a cohort began with, and how that changed: read from the ledger of MRR.

    A row is what one day did to one member: it came, left, came back, grew or shrank. A member
    began on the first day on which it was worth something, and is there while it is worth
    something. Sums of rows up to a day are what is there on that day, the same as in the ledger.

    Three measures are kept: 1 for each member, its MRR (net), and its MRR as far as it is not more
    than at the beginning (gross), so that growth hides no loss.

    A query and no table: nothing has to be kept in step with the ledger. It reads the movements
    that the reader may read, so a salesperson sees contracts from the day on which they came, until
    they were given away.
    """

    _name = "subscription.retention.mixin"
    _description = "Retention"
    _inherit = ["subscription.report.sales.mixin", "subscription.known.report.mixin"]

    cohort_date = fields.Date("Began On", readonly=True)
    effective_date = fields.Date("Day", readonly=True)
    is_first = fields.Boolean("Beginning", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one(help="Who looked after it at its last movement.")
    net_change = fields.Monetary(
        "MRR, Net",
        readonly=True,
        help="Monthly recurring revenue with all that grew, in the currency of your company.",
    )
    gross_change = fields.Monetary(
        "MRR, Gross",
        readonly=True,
        help="Monthly recurring revenue, of each at most what it began with: what grew hides no "
        "loss.",
    )

    def _get_money_factor(self, query):
        """Hook. Amounts of all rows are in the currency of the reader's company."""
        return SQL("1")

    def _get_cohort_today(self):
        """Hook. Return the day of the company: the ledger knows nothing later."""
        return self._get_last_day()

    def _get_cohort_source(self, domain):
        """Hook. Read the ledger as it was known on the day that the domain asks for."""
        return self._as_known(domain)

    def _get_member_columns(self):
        """Hook. Return the columns of the ledger that together name one member.

        :rtype: tuple[str]
        """
        raise NotImplementedError

    def _get_days_sql(self):
        """Return the SQL of what each day did to each member, of movements the reader may read."""
        Event = self.env["subscription.mrr.event"]
        members = self._get_member_columns()
        domain = Domain("company_id", "in", self.env.companies.ids) & Domain(
            members[-1], "!=", False
        )
        query = Event._search(domain)
        names = SQL(", ").join(SQL.identifier(Event._table, name) for name in members)
        return SQL(
            """
            SELECT %(id)s AS id, MAX(subscription_mrr_event.id) AS newest,
                   %(names)s, effective_date, SUM(amount) AS amount,
                   SUM(company_amount * %(factor)s) AS value
              FROM %(tables)s WHERE %(where)s AND %(known)s GROUP BY %(names)s, effective_date
            """,
            id=self._get_id_sql(SQL("MIN(subscription_mrr_event.id)")),
            names=names,
            factor=get_factor(self.env, SQL.identifier(Event._table, "company_id")),
            tables=query.from_clause,
            where=query.where_clause or SQL("TRUE"),
            known=self._get_known_sql(),
        )

    @property
    def _table_query(self):
        """Follow each member through the ledger: its worth after each day, and since when.

        PostgreSQL leaves out the columns that nobody asks for, and the last movement with them.
        """
        names = SQL(", ").join(map(SQL.identifier, self._get_member_columns()))
        return SQL(
            """
            SELECT step.*, step.effective_date <= step.cohort_date AS is_first,
                   %(currency)s AS currency_id,
                   (balance > %(tiny)s)::int - (balance - step.amount > %(tiny)s)::int
                     AS member_change,
                   value AS net_change,
                   LEAST(worth, beginning) - LEAST(worth - value, beginning) AS gross_change,
                   newest_event.user_id, newest_event.team_id, newest_event.template_id,
                   newest_event.country_id %(others)s
              FROM (
                SELECT known.*, SUM(value) FILTER (WHERE effective_date <= cohort_date)
                           OVER (PARTITION BY %(names)s) AS beginning
                  FROM (
                    SELECT balanced.*, MIN(effective_date) FILTER (WHERE balance > %(tiny)s)
                               OVER (PARTITION BY %(names)s) AS cohort_date
                      FROM (
                        SELECT moved.*, SUM(amount) OVER so_far AS balance,
                               SUM(value) OVER so_far AS worth,
                               LAST_VALUE(newest) OVER (so_far ROWS BETWEEN CURRENT ROW
                                   AND UNBOUNDED FOLLOWING) AS event_id
                          FROM (%(days)s) AS moved
                        WINDOW so_far AS (PARTITION BY %(names)s ORDER BY effective_date)
                      ) AS balanced
                  ) AS known
              ) AS step
              LEFT JOIN subscription_mrr_event AS newest_event ON newest_event.id = step.event_id
             WHERE cohort_date IS NOT NULL
            """,
            names=names,
            days=self._get_days_sql(),
            tiny=TINY,
            currency=self.env.company.currency_id.id,
            others=self._get_other_columns(),
        )

    def _get_other_columns(self):
        """Hook. Return the SQL of further columns of a member's last movement, after a comma."""
        return SQL("")
