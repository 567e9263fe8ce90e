from odoo import api, models
from odoo.fields import Date
from odoo.tools import SQL

from ...engine.metrics.kpi import renewal_rate
from .document_figures import get_sums
from .subscription_dashboard import FILTERS

# Share that goes on after the ends of its term up to a day, by how many ends lie in between.
RENEWED = """
    CASE WHEN so.subscription_term_end_date IS NULL OR so.subscription_term_count = 0
           OR so.subscription_term_end_date > day.day THEN 1
         ELSE POWER(%s::float, 1 + (day.day - so.subscription_term_end_date)
              / (so.subscription_term_count * CASE so.subscription_term_unit
                 WHEN 'day' THEN 1 WHEN 'week' THEN 7 WHEN 'month' THEN 30 ELSE 365 END)) END
    """
# What ends with its term alone, and not because somebody ended it.
ENDS_WITH_TERM = """
    so.subscription_end_date = so.subscription_term_end_date
    AND seg.end_date = so.subscription_end_date AND seg.end_date > %s AND seg.end_date <= day.day
    AND so.subscription_end_action != 'renew' AND so.subscription_close_credit_rule IS NULL
    AND NOT EXISTS (SELECT 1 FROM sale_order renewal
                     WHERE renewal.subscription_parent_id = so.id AND renewal.state = 'sale'
                       AND renewal.subscription_order_type = 'renewal')
    """
# What a segment counts by the choices of its company, see `engine.metrics.movement.Policy`: after
# the last change of taxes, or what its quantity costs without its trial or limited discount.
WORTH = SQL("""
    CASE WHEN CASE seg.discount_kind WHEN 'trial' THEN company.subscription_trials_count
                   WHEN 'limited' THEN company.subscription_before_discounts END
         THEN seg.quantity * (
              SELECT usual.mrr / usual.quantity FROM subscription_segment usual
               WHERE usual.line_id = seg.line_id AND usual.discount_kind = 'permanent'
                 AND usual.quantity > 0
               ORDER BY usual.start_date > seg.start_date DESC,
                        ABS(usual.start_date - seg.start_date) LIMIT 1)
         ELSE COALESCE((seg.mrr_changes -> -1 ->> 1)::numeric, seg.mrr) END
    """)
# Days on which a contract counts nothing by these choices.
IS_OUT = SQL("""
    EXISTS (
        SELECT 1 FROM subscription_interruption gap
         WHERE gap.order_id = so.id AND gap.start_date <= day.day
           AND (gap.end_date IS NULL OR gap.end_date > day.day)
           AND CASE gap.kind WHEN 'pause' THEN company.subscription_paused_counts
               WHEN 'suspension' THEN company.subscription_suspended_counts END IS NOT TRUE)
    OR (company.subscription_churn_at_cancellation AND so.subscription_cancelled_date <= day.day)
    """)


class SubscriptionDashboard(models.AbstractModel):
    """What is agreed already for the next months, and how much of it is renewed by experience."""

    _inherit = "subscription.dashboard"

    @api.model
    def _get_renewal_rate(self, scope, values):
        """Return the share of MRR that was renewed at the end of terms in the last twelve months.

        :param Scope scope: see :meth:`_get_scope`
        :return: None when no term ended
        :rtype: Fraction | None
        """
        today = self.env.company._subscription_today()
        filters = {f"{name}_id": values.get(name) for name in FILTERS if name != "product"}
        [sums] = get_sums(scope, filters, [(Date.subtract(today, years=1), today)])
        return renewal_rate(sums["due_amount"], sums["renewed_amount"])

    @api.model
    def _get_known_mrr(self, scope, values, days, rate=None):
        """Return what is agreed today for days to come: planned changes and ends, nothing new.

        :param Scope scope: the contracts are those that its movements belong to
        :param dict values: the same filters, for contracts that have not begun
        :param list days: days to come
        :param Fraction rate: share of MRR that goes on after the end of a term; None: what renews
            itself goes on, what ends with its term ends
        :return: MRR in the shown currency, by day
        :rtype: dict
        """
        share, stays = SQL("1"), SQL("FALSE")
        if rate is not None:
            share = SQL(RENEWED, float(rate))
            stays = SQL(ENDS_WITH_TERM, self.env.company._subscription_today())
        products = SQL("TRUE")
        if scope.products:
            products = SQL(
                "seg.line_id IN (SELECT id FROM sale_order_line WHERE product_id = ANY(%s))",
                scope.products,
            )
        found = self.env.execute_query(
            SQL(
                """
                SELECT day.day, seg.company_id, so.currency_id, SUM(%(worth)s * %(share)s)
                  FROM unnest(%(days)s::date[]) AS day (day)
                  JOIN subscription_segment seg ON seg.start_date <= day.day
                  JOIN sale_order so ON so.id = seg.order_id
                  JOIN res_company company ON company.id = seg.company_id
                 WHERE (seg.end_date IS NULL OR seg.end_date > day.day OR %(stays)s)
                   AND (so.subscription_origin_id IN (%(origins)s) OR so.id IN %(upcoming)s)
                   AND %(products)s
                   AND (%(is_out)s) IS NOT TRUE
                 GROUP BY 1, 2, 3
                """,
                days=days,
                share=share,
                worth=WORTH,
                is_out=IS_OUT,
                upcoming=self._get_upcoming(values),
                stays=stays,
                origins=SQL("SELECT origin_id FROM (%s) AS moved", scope.get_rows()),
                products=products,
            )
        )
        known = dict.fromkeys(days, 0.0)
        for day, company, currency, amount in found:
            known[day] += self._convert_known(scope, company, currency, amount)
        return known

    @api.model
    def _get_upcoming(self, values):
        """Return the SQL of the contracts of the filters that are agreed and have not begun."""
        self.env["sale.order"].check_access("read")
        query = self.env["sale.order"]._search(
            [
                ("subscription_state", "=", "upcoming"),
                ("company_id", "in", self.env.companies.ids),
                *((FILTERS[name][1], "in", values[name]) for name in FILTERS if values.get(name)),
            ]
        )
        return query.subselect()

    @api.model
    def _convert_known(self, scope, company, currency, amount):
        """Return an amount of a contract in the shown currency, at the rate of today."""
        return (
            self.env["res.currency"]
            .browse(currency)
            ._convert(
                float(amount or 0),
                scope.currency,
                self.env["res.company"].browse(company),
                self.env.company._subscription_today(),
                round=False,
            )
        )
