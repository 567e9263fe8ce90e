from datetime import date

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .dashboard_figures import Figures
from .movement_scope import Scope
from .movement_totals import FLOWS, get_totals
from .subscription_known_mixin import get_known_moment

# What may be filtered: by which field of a movement, by which of a contract, and what it holds.
FILTERS = {
    "company": ("company_id", "company_id", "res.company"),
    "user": ("user_id", "user_id", "res.users"),
    "team": ("team_id", "team_id", "crm.team"),
    "template": ("template_id", "subscription_template_id", "subscription.template"),
    "country": ("country_id", "partner_id.country_id", "res.country"),
    "product": ("", "order_line.product_id", "product.product"),
}
TREND_MONTHS = 13
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
MOST_ID = 2**31
MOST_OPTIONS = 80
MOST_LISTED = 8


class SubscriptionDashboard(models.AbstractModel):
    """What the dashboard of recurring revenue shows, for the contracts that the reader may read."""

    _name = "subscription.dashboard"
    _description = "Subscription Dashboard"

    @api.model
    def get_dashboard(self, values):
        """Return the dashboard of a range of days.

        :param dict values: ``start`` and ``end`` as ISO dates, both included, ``compare`` with the
            range before ('previous') or the same days a year ago ('year'), and ids by filter
        :return: tiles, charts and lists, everything in words and numbers as the reader writes them
        :rtype: dict
        :raise AccessError: the reader may not read movements of MRR
        :raise UserError: the range is no range
        """
        self.env["subscription.mrr.event"].check_access("read")
        start, end = self._get_range(values)
        scope = self._get_scope(values)
        months = self._get_months(end)
        ranges = [(start, end), self._get_range_before(values, start, end), *months]
        now, before, *past = (
            Figures(scope, *days, totals)
            for days, totals in zip(ranges, get_totals(scope, ranges), strict=True)
        )
        return {
            "tiles": self._get_tiles(now, before, past),
            "waterfall": self._get_waterfall(now),
            "trend": self._get_trend(past),
            "reasons": self._get_reasons(now),
            "top": self._get_top(now),
            "renewals": self._get_renewals(values, now),
            **self._get_options(),
            "currency": scope.currency.name,
            "shown": self._get_shown(scope.currency),
            "compared": before.get_texts(),
            "range": now.get_texts(),
            "filtered": self._get_filtered(values),
            "is_empty": not self.env["subscription.mrr.event"].search_count([], limit=1),
            "is_pending": not self.env.company.subscription_mrr_date
            and bool(
                self.env["sale.order"].search_count(
                    [
                        ("company_id", "=", self.env.company.id),
                        ("subscription_anchor_date", "!=", False),
                    ],
                    limit=1,
                )
            ),
            "recorded": format_date(self.env, self.env.company.subscription_mrr_date),
        }

    # ------------------------------------------------------------------
    # What is asked for
    # ------------------------------------------------------------------

    @api.model
    def _get_range(self, values):
        """Return the first and the last day, this month without any."""
        today = self.env.company._subscription_today()
        try:
            start = fields.Date.to_date(values.get("start") or today.replace(day=1))
            end = fields.Date.to_date(values.get("end") or today)
            is_range = EARLIEST <= start <= end <= LATEST
        except (ValueError, TypeError, AttributeError):
            is_range = False
        if not is_range:
            raise UserError(self.env._("Choose a first day that is not after the last one."))
        return start, end

    @api.model
    def _get_range_before(self, values, start, end):
        """Return the range to compare with: the one before, or the same days a year ago.

        What begins with a month is compared with as many months before, as far as it goes.
        """
        if values.get("compare") == "year":
            return start - relativedelta(years=1), end - relativedelta(years=1)
        if start.day == 1:
            months = (end.year - start.year) * 12 + end.month - start.month + 1
            is_whole = (end + relativedelta(days=1)).day == 1
            last = start - relativedelta(days=1) if is_whole else end - relativedelta(months=months)
            return start - relativedelta(months=months), last
        return start - (end - start) - relativedelta(days=1), start - relativedelta(days=1)

    @api.model
    def _get_months(self, end):
        """Return the last months up to a day, each as its first and last day."""
        first = end.replace(day=1) - relativedelta(months=TREND_MONTHS - 1)
        starts = [first + relativedelta(months=number) for number in range(TREND_MONTHS)]
        return [(day, min(end, day + relativedelta(months=1, days=-1))) for day in starts]

    @api.model
    def _get_scope(self, values):
        """Return the movements of the chosen filters and companies, as known at a moment.

        :rtype: Scope
        :raise UserError: a filter holds something that is no id, or no day
        """
        domain = Domain("company_id", "in", self.env.companies.ids)
        for name, (field, _on_order, _model) in FILTERS.items():
            ids = self._get_chosen(values, name)
            if ids and name != "product":
                domain &= Domain(field, "in", ids)
        known = self._get_known_at(values)
        if known:
            domain &= Domain("recorded_at", "<", known)
        products = self._get_chosen(values, "product")
        return Scope(self.env, domain, products, self._get_currency(values))

    @api.model
    def _get_chosen(self, values, name):
        """Return the ids that a filter lets through, none when it lets everything through.

        :rtype: list[int]
        :raise UserError: it holds something that is no id
        """
        ids = values.get(name) or []
        if isinstance(ids, list) and all(type(one) is int and 0 < one < MOST_ID for one in ids):
            return ids
        raise UserError(self.env._("This filter is not known. Choose one of the list."))

    @api.model
    def _get_currency(self, values):
        """Return the currency that amounts are shown in.

        :rtype: recordset of `res.currency`
        :raise UserError: it is not one of the active ones
        """
        ids = self._get_chosen(values, "currency")
        currency = self.env["res.currency"].search([("id", "in", ids)])
        if len(ids) > 1 or len(currency) != len(ids):
            raise UserError(self.env._("This filter is not known. Choose one of the list."))
        return currency or self.env.company.currency_id

    @api.model
    def _get_known_at(self, values):
        """Return the end of the day until which what was recorded counts, None for everything."""
        text = values.get("known")
        if not text:
            return None
        try:
            day = fields.Date.to_date(text)
            is_day = EARLIEST <= day <= LATEST
        except (ValueError, TypeError, AttributeError):
            is_day = False
        if not is_day:
            raise UserError(self.env._("Choose the day until which changes were known."))
        return get_known_moment(self.env.company, day)

    @api.model
    def _get_shown(self, currency):
        """Return the shown currency, and its rate for amounts that the browser adds up.

        Odoo adds up several currencies in units whose rate is 1, which need not be the company's.
        """
        company = self.env.company
        rates = currency._get_rates(company, company._subscription_today())
        return {"id": currency.id, "rate": rates.get(currency.id) or 1.0}

    @api.model
    def _get_options(self):
        """Return what the filters offer: what movements that the reader may read belong to.

        Where that is more than a list can hold, the page searches for it.

        :return: ``options`` by filter, and in ``searched`` the model of filters with more of them
        :rtype: dict
        """
        Event = self.env["subscription.mrr.event"]
        asked = {name: FILTERS[name] for name in ("user", "team", "template", "country")}
        fields_ = [field for field, _on_order, _model in asked.values()]
        # One reading of the ledger: whatever belongs together is one row.
        groups = Event._read_group([], fields_)
        found = {
            "company": self.env.companies,
            # What is no longer sold may still be billed, and was.
            "product": self.env["product.product"]
            .with_context(active_test=False)
            .search(
                [("is_recurring", "=", True)],
                order="active desc, default_code, name, id",
                limit=MOST_OPTIONS + 1,
            ),
            "currency": self.env["res.currency"].search([], limit=MOST_OPTIONS),
        }
        for place, (name, (_field, _on_order, model)) in enumerate(asked.items()):
            ids = sorted({row[place].id for row in groups} - {False})[: MOST_OPTIONS + 1]
            found[name] = self.env[model].browse(ids)
        for name in ("company", "currency"):
            if len(found[name]) == 1:  # there is nothing to choose
                found[name] = found[name].browse()
        # sudo: the reader reads these names on the movements too
        return {
            "options": {
                name: [
                    {"id": record.id, "name": record.display_name}
                    for record in records[:MOST_OPTIONS].sudo()
                ]
                for name, records in found.items()
            },
            "searched": {
                name: FILTERS[name][2]
                for name, records in found.items()
                if name in FILTERS and len(records) > MOST_OPTIONS
            },
        }

    # ------------------------------------------------------------------
    # Charts
    # ------------------------------------------------------------------

    @api.model
    def _get_waterfall(self, figures):
        """Return the way from the MRR at the start to the one at the end, step by step."""
        totals = figures.totals
        labels = dict(
            self.env["subscription.mrr.event"]._fields["kind"]._description_selection(self.env)
        )
        bars = [
            {"label": figures.get_texts()["start"], "value": float(totals.opening), "kind": "total"}
        ]
        flows = [(kind, labels[kind], getattr(totals, kind)) for kind in FLOWS]
        if totals.other:
            flows.append(("other", self.env._("Pauses and rates"), totals.other))
        bars += [
            {"label": label, "value": float(value), "kind": kind} for kind, label, value in flows
        ]
        bars.append(
            {"label": figures.get_texts()["end"], "value": float(totals.closing), "kind": "total"}
        )
        for bar in bars:
            bar["text"] = figures.format_money(bar["value"])
        return bars

    @api.model
    def _get_trend(self, past):
        """Return MRR and net new MRR at the end of each of the last months."""
        return [
            {
                "label": format_date(self.env, month.start, date_format="MMM yy"),
                "value": round(float(month.totals.closing), 2),
                "net_new": round(float(month.totals.closing - month.totals.opening), 2),
                "text": month.format_money(month.totals.closing),
            }
            for month in past
        ]

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    @api.model
    def _get_reasons(self, figures):
        """Return what was lost by reason, the largest first."""
        domain = Domain("kind", "=", "churn") & Domain("effective_date", ">=", figures.start)
        query = SQL(
            "SELECT close_reason_id, -SUM(value) AS lost, COUNT(DISTINCT origin_id) "
            "FROM (%s) AS moved GROUP BY 1 ORDER BY 2 DESC LIMIT 6",
            figures.scope.get_rows(domain & Domain("effective_date", "<=", figures.end)),
        )
        reasons = self.env["subscription.close.reason"]
        return [
            {
                # sudo: the reader reads the names of reasons on the movements too
                "label": reasons.sudo().browse(reason).name or self.env._("No reason given"),
                "text": figures.format_money(amount),
                "value": float(amount),
                "note": self.env._("Contracts: %(count)s", count=count),
            }
            for reason, amount, count in self.env.execute_query(query)
        ]

    @api.model
    def _get_top(self, figures):
        """Return the largest movements of the range."""
        domain = Domain("kind", "in", FLOWS) & Domain("effective_date", ">=", figures.start)
        query = SQL(
            "SELECT id, SUM(value) FROM (%s) AS moved GROUP BY id "
            "ORDER BY ABS(SUM(value)) DESC, id LIMIT %s",
            figures.scope.get_rows(domain & Domain("effective_date", "<=", figures.end)),
            MOST_LISTED,
        )
        values = dict(self.env.execute_query(query))
        events = self.env["subscription.mrr.event"].browse(values)
        labels = dict(events._fields["kind"]._description_selection(self.env))
        return [
            {
                "id": event.id,
                "order": event.order_id.id,
                "name": event.sudo().partner_id.display_name,  # sudo: a name on the own movement
                "kind": event.kind,
                "label": labels[event.kind],
                "day": format_date(self.env, event.effective_date),
                "text": figures.format_money(values[event.id]),
            }
            for event in events
        ]

    @api.model
    def _get_renewals(self, values, figures):
        """Return the contracts whose term ends next, by the same filters, in the shown currency."""
        today = self.env.company._subscription_today()
        orders = self.env["sale.order"].search(
            [
                ("subscription_state", "=", "active"),
                ("subscription_end_date", ">=", today),
                ("subscription_end_date", "<=", today + relativedelta(months=3)),
                ("company_id", "in", self.env.companies.ids),
                *((FILTERS[name][1], "in", values[name]) for name in FILTERS if values.get(name)),
            ],
            order="subscription_end_date, id",
            limit=MOST_LISTED,
        )
        return [
            {
                "id": order.id,
                "name": order.partner_id.display_name,
                "order": order.name,
                "day": format_date(self.env, order.subscription_last_date),
                "text": figures.format_money(
                    order.currency_id._convert(
                        order.subscription_mrr, figures.currency, order.company_id, today
                    )
                ),
            }
            for order in orders
        ]
