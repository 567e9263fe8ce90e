from fractions import Fraction

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, formatLang

from ...engine.metrics.forecast import Assumptions, error_of, forecast, measured, spread
from .dashboard_figures import Figures
from .movement_totals import get_totals

MONTHS_AHEAD = 12
MONTHS_MEASURED = (3, 6, 12)
MOST_TYPED = 10**9


class SubscriptionDashboard(models.AbstractModel):
    """Where recurring revenue goes when the next months are as the last ones were."""

    _inherit = "subscription.dashboard"

    @api.model
    def get_forecast(self, values):
        """Return the forecast of the next twelve months, for what the reader may read.

        :param dict values: ``months``, how many whole months are measured, and typed assumptions:
            ``new`` as an amount per month, ``expansion`` and ``loss`` in percent per month
        :return: the past, the months to come with their band and what is known already, the
            assumptions with the formula, and how far the same forecast was off a year ago
        :rtype: dict
        :raise AccessError: the reader may not read movements of MRR
        :raise UserError: an assumption is no number
        """
        self.env["subscription.mrr.event"].check_access("read")
        count = values.get("months")
        count = count if count in MONTHS_MEASURED else MONTHS_MEASURED[1]
        scope = self._get_scope(values)
        today = self.env.company._subscription_today()
        first = today.replace(day=1)
        months = self._get_month_totals(scope, first, count)
        assumptions = self._get_typed_assumptions(values, measured(months))
        now = Figures(scope, first, today)
        found = forecast(
            now.totals.closing,
            now.totals.contracts,
            assumptions,
            MONTHS_AHEAD,
            spread(months),
        )
        return {
            "past": self._get_past(scope, today),
            "months": self._get_months_ahead(now, found),
            "measured": count,
            "choices": list(MONTHS_MEASURED),
            "assumptions": {
                "new": round(float(assumptions.new), 2),
                "expansion": round(float(assumptions.expansion * 100), 2),
                "loss": round(float(assumptions.loss * 100), 2),
            },
            "formula": self.env._("MRR of a month = MRR before * (1 + expansion - loss) + new"),
            "filled": self._get_filled_forecast(now, assumptions, found[0]),
            "error": self._get_past_error(scope, first, count),
            "currency": self.env.company.currency_id.name,
        }

    @api.model
    def _get_months_ahead(self, now, found):
        """Return the months to come as the page shows them, next to what is agreed for them."""
        first = now.start
        days = [first + relativedelta(months=number + 2, days=-1) for number in range(MONTHS_AHEAD)]
        known = self._get_known_mrr(now.scope, days)
        return [
            {
                "label": format_date(self.env, day, date_format="MMM yy"),
                "value": round(float(month.mrr), 2),
                "low": round(float(month.low), 2),
                "high": round(float(month.high), 2),
                "known": round(known[day], 2),
                "contracts": round(float(month.contracts)),
                "text": now.format_money(month.mrr),
                "band": f"{now.format_money(month.low)} - {now.format_money(month.high)}",
                "known_text": now.format_money(known[day]),
            }
            for day, month in zip(days, found, strict=True)
        ]

    @api.model
    def _get_past(self, scope, today):
        """Return the MRR of the last months up to a day."""
        months = self._get_months(today)
        return self._get_trend(
            Figures(scope, *days, totals)
            for days, totals in zip(months, get_totals(scope, months), strict=True)
        )

    @api.model
    def _get_month_totals(self, scope, first, count):
        """Return what each of the whole months before a day moved, the oldest first."""
        starts = [first - relativedelta(months=number) for number in range(count, 0, -1)]
        return get_totals(
            scope, [(start, start + relativedelta(months=1, days=-1)) for start in starts]
        )

    @api.model
    def _get_typed_assumptions(self, values, found):
        """Return assumptions with what somebody typed instead of what was measured.

        :raise UserError: what is typed is no number, or none that can be meant
        """
        typed = {}
        for name, parts in (("new", 1), ("expansion", 100), ("loss", 100)):
            value = values.get(name)
            if value is None or value == "":
                typed[name] = getattr(found, name)
                continue
            if not isinstance(value, int | float) or not -MOST_TYPED < value < MOST_TYPED:
                raise UserError(self.env._("Type assumptions as numbers, or leave them empty."))
            typed[name] = Fraction(value) / parts
        return Assumptions(**typed, won=found.won, lost=found.lost)

    @api.model
    def _get_filled_forecast(self, figures, assumptions, first):
        """Return the formula with the numbers of the first month to come."""
        return self.env._(
            "%(before)s * (1 + %(expansion)s %% - %(loss)s %%) + %(new)s = %(after)s",
            before=figures.format_money(figures.totals.closing),
            expansion=formatLang(self.env, float(assumptions.expansion * 100)),
            loss=formatLang(self.env, float(assumptions.loss * 100)),
            new=figures.format_money(assumptions.new),
            after=figures.format_money(first.mrr),
        )

    @api.model
    def _get_past_error(self, scope, first, count):
        """Return how far the same forecast, made half a year ago, was off; empty when too young."""
        months = 6
        start = first - relativedelta(months=months)
        history = self._get_month_totals(scope, start, count)
        actual = self._get_month_totals(scope, first, months)
        if not history[0].closing or not actual[0].opening:
            return ""
        found = forecast(actual[0].opening, 0, measured(history), months)
        error = error_of([month.mrr for month in found], [totals.closing for totals in actual])
        if error is None:
            return ""
        return self.env._(
            "Made on %(day)s, this forecast would have been off by %(error)s %% on average.",
            day=format_date(self.env, start),
            error=formatLang(self.env, float(error * 100), digits=1),
        )

    @api.model
    def _get_known_mrr(self, scope, days):
        """Return what is agreed today for days to come: planned changes and ends, nothing else.

        :param Scope scope: the contracts are those that its movements belong to
        :param list days: days to come
        :return: MRR in the shown currency, by day
        :rtype: dict
        """
        origins = SQL("SELECT origin_id FROM (%s) AS moved", scope.get_rows())
        products = SQL("TRUE")
        if scope.products:
            products = SQL(
                "seg.line_id IN (SELECT id FROM sale_order_line WHERE product_id = ANY(%s))",
                scope.products,
            )
        found = self.env.execute_query(
            SQL(
                """
                SELECT day.day, seg.company_id, so.currency_id, SUM(seg.mrr)
                  FROM unnest(%(days)s::date[]) AS day (day)
                  JOIN subscription_segment seg
                    ON seg.start_date <= day.day
                   AND (seg.end_date IS NULL OR seg.end_date > day.day)
                  JOIN sale_order so ON so.id = seg.order_id
                 WHERE so.subscription_origin_id IN (%(origins)s)
                   AND %(products)s
                   AND NOT EXISTS (
                       SELECT 1 FROM subscription_interruption gap
                        WHERE gap.order_id = so.id AND gap.start_date <= day.day
                          AND (gap.end_date IS NULL OR gap.end_date > day.day))
                 GROUP BY 1, 2, 3
                """,
                days=days,
                origins=origins,
                products=products,
            )
        )
        known = dict.fromkeys(days, 0.0)
        for day, company, currency, amount in found:
            known[day] += self._convert_known(company, currency, amount)
        return known

    @api.model
    def _convert_known(self, company, currency, amount):
        """Return an amount of a contract in the shown currency, at the rate of today."""
        return (
            self.env["res.currency"]
            .browse(currency)
            ._convert(
                float(amount or 0),
                self.env.company.currency_id,
                self.env["res.company"].browse(company),
                self.env.company._subscription_today(),
                round=False,
            )
        )
