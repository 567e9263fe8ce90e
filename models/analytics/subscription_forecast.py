from fractions import Fraction

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ...engine.metrics.forecast import Assumptions, error_of, forecast, measured, spread
from .dashboard_figures import Figures
from .movement_totals import add_contracts, get_totals

MONTHS_AHEAD = 12
MONTHS_MEASURED = (3, 6, 12)
MONTHS_TESTED = 6
MOST_SCENARIOS = 8
MOST_TYPED = 10**9


class SubscriptionDashboard(models.AbstractModel):
    """Where recurring revenue goes when the next months are as the last ones were."""

    _inherit = "subscription.dashboard"

    @api.model
    def get_forecast(self, values):
        """Return the forecast of the next twelve months, for what the reader may read.

        :param dict values: ``months``, how many whole months are measured, and typed assumptions:
            ``new`` as an amount per month, ``expansion`` and ``loss`` in percent per month;
            ``tested``, a day in the past month on which the forecast is tested
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
        rate = self._get_renewal_rate(scope, values)
        found = forecast(
            now.totals.closing,
            now.totals.contracts,
            assumptions,
            MONTHS_AHEAD,
            spread(months),
        )
        return {
            "past": self._get_past(scope, today),
            "months": self._get_months_ahead(values, now, found, rate),
            "measured": count,
            "choices": list(MONTHS_MEASURED),
            "assumptions": {
                "new": round(float(assumptions.new), 2),
                "expansion": round(float(assumptions.expansion * 100), 2),
                "loss": round(float(assumptions.loss * 100), 2),
            },
            "formula": self.env._("MRR of a month = MRR before * (1 + expansion - loss) + new"),
            "filled": self._get_filled_forecast(now, assumptions, found[0]),
            "error": self._get_past_error(scope, self._get_tested_month(values, first), count),
            "scenarios": self._get_scenarios(now, assumptions),
            "rate": self._get_rate_text(now, rate),
            "currency": scope.currency.name,
        }

    @api.model
    def _get_months_ahead(self, values, now, found, rate):
        """Return the months to come as the page shows them, next to what is agreed for them."""
        first = now.start
        days = [first + relativedelta(months=number + 2, days=-1) for number in range(MONTHS_AHEAD)]
        known = self._get_known_mrr(now.scope, values, days)
        renewed = self._get_known_mrr(now.scope, values, days, rate) if rate is not None else known
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
                "renewed": round(renewed[day], 2),
                "renewed_text": now.format_money(renewed[day]),
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
        ranges = [(start, start + relativedelta(months=1, days=-1)) for start in starts]
        return add_contracts(scope, ranges, get_totals(scope, ranges))

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
    def _get_rate_text(self, figures, rate):
        """Return which renewal rate the second line of what is agreed takes, in a sentence."""
        if rate is None:
            return self.env._(
                "No term ended in the last twelve months: what renews itself goes on."
            )
        return self.env._(
            "After the end of a term %(rate)s of its MRR goes on, as in the last twelve months.",
            rate=figures.format("renewed_mrr", rate),
        )

    @api.model
    def _get_scenarios(self, now, measured_ones):
        """Return the own scenarios with the line that each of them gives from today's MRR.

        Contracts are won and lost as measured: a scenario is about money, in the currency of the
        company.
        """
        company, found = self.env.company, []
        rate = company.currency_id._get_conversion_rate(
            company.currency_id, now.currency, company, company._subscription_today()
        )
        for scenario in self.env["subscription.forecast.scenario"].search(
            [("company_id", "=", self.env.company.id)], limit=MOST_SCENARIOS
        ):
            assumptions = Assumptions(
                new=Fraction(scenario.new * rate),
                expansion=Fraction(scenario.expansion) / 100,
                loss=Fraction(scenario.loss) / 100,
                won=measured_ones.won,
                lost=measured_ones.lost,
            )
            months = forecast(now.totals.closing, now.totals.contracts, assumptions, MONTHS_AHEAD)
            found.append(
                {
                    "id": scenario.id,
                    "name": scenario.name,
                    "values": [round(float(month.mrr), 2) for month in months],
                    "text": now.format_money(months[-1].mrr),
                    "filled": self._get_filled_forecast(now, assumptions, months[0]),
                }
            )
        return found

    @api.model
    def _get_tested_month(self, values, first):
        """Return the first day of the month in which the tested forecast was made.

        :param date first: of this month; without a choice the test begins half a year before
        :raise UserError: no month of the past was chosen
        """
        text = values.get("tested")
        if not text:
            return first - relativedelta(months=MONTHS_TESTED)
        try:
            day = fields.Date.to_date(text).replace(day=1)
            is_past = first - relativedelta(years=30) <= day < first
        except (ValueError, TypeError, AttributeError):
            is_past = False
        if not is_past:
            raise UserError(self.env._("Choose a month of the past to test the forecast on."))
        return day

    @api.model
    def _get_past_error(self, scope, start, count):
        """Return how far the same forecast, made in a past month, was off; empty when too young.

        :param date start: first day of that month
        :param int count: how many months before it were measured
        """
        today = self.env.company._subscription_today()
        passed = (today.year - start.year) * 12 + today.month - start.month
        months = min(MONTHS_TESTED, passed)
        history = self._get_month_totals(scope, start, count)
        actual = self._get_month_totals(scope, start + relativedelta(months=months), months)
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
