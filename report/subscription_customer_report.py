from odoo import fields, models
from odoo.tools import SQL

from ..models.analytics.subscription_mrr_event import KINDS

# What a contract waits for: its pause took its worth, and nothing happened since. Only chains that
# ever paused are looked at.
PAUSES = """
    SELECT company_id, origin_id, effective_date, kind, SUM(amount) AS amount,
           MIN(commercial_partner_id) AS partner_id
      FROM subscription_mrr_event
     WHERE kind <> 'fx' AND %(known)s
       AND origin_id IN (SELECT origin_id FROM subscription_mrr_event WHERE kind = 'pause')
     GROUP BY 1, 2, 3, 4 HAVING SUM(amount) <> 0
"""


class SubscriptionCustomerReport(models.Model):
    """What MRR did seen from customers: movements per commercial partner, company and day.

    Who orders a second contract is no new customer but worth more, and who ends one of two is not
    lost. It is read from the movements of contracts, so the sums are the same; only their kinds
    differ, see `engine.metrics.movement.customer_kind`. Whether a customer is worth something is
    asked of the amounts agreed, which no exchange rate moves.

    What pauses did on a day stands in a row of its own. A customer on pause is no lost one: who
    orders something else meanwhile is worth more and not won, and who leaves is lost on that day,
    after what waited came back. Who is on pause and takes over another contract is worth more, too.
    A contract that changes hands during its pause comes back as a contract of whoever has it then.

    - sum of `customers` up to a day = customers who are worth something on that day
    - the same without pauses, returns, expansion and contraction = those on pause included
    """

    _name = "subscription.customer.report"
    _description = "MRR Movement of a Customer"
    _auto = False
    _inherit = ["subscription.report.mixin", "subscription.known.report.mixin"]
    _rec_name = "partner_id"
    _order = "date desc, id desc"
    _depends = {
        "subscription.mrr.event": [
            "amount",
            "commercial_partner_id",
            "company_amount",
            "country_id",
            "effective_date",
            "kind",
            "origin_id",
            "recorded_at",
        ],
        "res.company": ["currency_id"],
    }

    date = fields.Date("Day", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    kind = fields.Selection(KINDS, "Movement", readonly=True)
    amount = fields.Monetary("MRR Change", readonly=True)
    customers = fields.Integer("Change of Customers", readonly=True)

    @property
    def _table_query(self):
        known = self._get_known_sql()
        return SQL(
            """
            WITH moved AS (
                SELECT MIN(id) AS id, company_id, commercial_partner_id AS partner_id,
                       MAX(country_id) AS country_id, effective_date AS date,
                       kind = 'fx' AS is_drift, kind IN ('pause', 'resume') AS is_break,
                       SUM(company_amount) AS amount, SUM(amount) AS worth, 0 AS waiting,
                       BOOL_AND(kind = 'transfer') AS is_transfer
                  FROM subscription_mrr_event WHERE %(known)s
                 GROUP BY company_id, commercial_partner_id, effective_date, kind = 'fx',
                          kind IN ('pause', 'resume')
            ), turned AS (%(turns)s), step AS (
                SELECT moved.*, CASE WHEN is_drift THEN 3 WHEN NOT is_break THEN 1
                                     WHEN worth > 0 THEN 0 ELSE 2 END AS place
                  FROM moved
                 UNION ALL
                SELECT NULL, company_id, partner_id, NULL, date, FALSE, FALSE, NULL, 0, waiting,
                       FALSE, CASE WHEN waiting < 0 THEN -1 ELSE 2 END
                  FROM turned
            ), level AS (
                SELECT step.*, SUM(worth) OVER so_far AS after, SUM(waiting) OVER so_far AS waits
                  FROM step WINDOW so_far AS (
                       PARTITION BY company_id, partner_id ORDER BY date, place)
            ), known AS (
                SELECT level.*, after - worth AS before, MAX(after) OVER (
                           PARTITION BY company_id, partner_id ORDER BY date, place
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS most
                  FROM level
            )
            SELECT %(id)s AS id, known.company_id, company.currency_id, known.partner_id,
                   known.country_id, known.date, known.amount,
                   (after > 0)::int - (before > 0)::int AS customers,
                   CASE WHEN is_drift THEN 'fx'
                        WHEN is_transfer AND (waits <= 0 OR (before <> 0 AND after <> 0))
                             THEN 'transfer'
                        WHEN is_break AND amount < 0 THEN 'pause' WHEN is_break THEN 'resume'
                        WHEN before <> 0 AND after <> 0 AND amount > 0 THEN 'expansion'
                        WHEN before <> 0 AND after <> 0 THEN 'contraction'
                        WHEN before <> 0 AND waits > 0 THEN 'contraction'
                        WHEN before <> 0 THEN 'churn'
                        WHEN waits > 0 THEN 'expansion'
                        WHEN COALESCE(most, 0) > 0 THEN 'reactivation' ELSE 'new' END AS kind
              FROM known JOIN res_company company ON company.id = known.company_id AND amount <> 0
            """,
            id=self._get_id_sql(SQL("known.id")),
            known=known,
            turns=self._get_turns(known),
        )

    @staticmethod
    def _get_turns(known):
        """Return the query of the days on which contracts of customers begin or cease to wait.

        A contract waits from the day on which a pause took its worth until anything else happens.

        :param SQL known: which movements count
        """
        return SQL(
            """
            SELECT company_id, partner_id, edge.date, edge.waiting
              FROM (
                SELECT company_id, origin_id, effective_date,
                       MIN(partner_id) FILTER (WHERE kind = 'pause') AS partner_id,
                       COALESCE(BOOL_AND(kind = 'pause' AND amount < 0), FALSE) AND
                           SUM(SUM(amount)) OVER chain <= 0 AS is_waiting,
                       LEAD(effective_date) OVER chain AS next_date
                  FROM (%(pauses)s) AS day
                 GROUP BY company_id, origin_id, effective_date
                WINDOW chain AS (PARTITION BY origin_id ORDER BY effective_date)
              ) AS state
              CROSS JOIN LATERAL (VALUES (effective_date, 1), (next_date, -1))
                   AS edge (date, waiting)
             WHERE is_waiting AND edge.date IS NOT NULL
            """,
            pauses=SQL(PAUSES, known=known),
        )
