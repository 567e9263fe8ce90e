from datetime import date

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from .dashboard_figures import FLOWS, LOW_IS_GOOD, UNITS, Figures, serialize

# What may be filtered: by which field of a movement, by which of a contract, and what it holds.
FILTERS = {
    "user": ("user_id", "user_id", "res.users"),
    "team": ("team_id", "team_id", "crm.team"),
    "template": ("template_id", "subscription_template_id", "subscription.template"),
    "country": ("country_id", "partner_id.country_id", "res.country"),
    "product": ("part_ids.product_id", "order_line.product_id", "product.product"),
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
        domain = self._get_filter_domain(values)
        now = Figures(self.env, domain, start, end)
        before = Figures(self.env, domain, *self._get_range_before(values, start, end))
        return {
            "tiles": self._get_tiles(now, before),
            "waterfall": self._get_waterfall(now),
            "trend": self._get_trend(domain, end),
            "reasons": self._get_reasons(now),
            "top": self._get_top(now),
            "renewals": self._get_renewals(values),
            "options": self._get_options(),
            "currency": self.env.company.currency_id.name,
            "compared": before.get_texts(),
            "range": now.get_texts(),
            "is_empty": not self.env["subscription.mrr.event"].search_count([], limit=1),
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
    def _get_filter_domain(self, values):
        """Return the domain of movements for the chosen filters and companies.

        :raise UserError: a filter holds something that is no id
        """
        domain = Domain("company_id", "in", self.env.companies.ids)
        for name, (field, _on_order, _model) in FILTERS.items():
            ids = values.get(name) or []
            if not isinstance(ids, list) or not all(
                type(one) is int and 0 < one < MOST_ID for one in ids
            ):
                raise UserError(self.env._("This filter is not known. Choose one of the list."))
            if ids:
                domain &= Domain(field, "in", ids)
        return domain

    @api.model
    def _get_options(self):
        """Return what the filters offer: what movements that the reader may read belong to."""
        Event = self.env["subscription.mrr.event"]
        found = {}
        for name, (field, _on_order, model) in FILTERS.items():
            if name == "product":
                records = self.env[model].search([("is_recurring", "=", True)], limit=MOST_OPTIONS)
            else:
                groups = Event._read_group([(field, "!=", False)], [field], limit=MOST_OPTIONS)
                records = self.env[model].browse(record.id for (record,) in groups)
            # sudo: the reader reads these names on the movements too
            found[name] = [
                {"id": record.id, "name": record.display_name} for record in records.sudo()
            ]
        return found

    # ------------------------------------------------------------------
    # Tiles
    # ------------------------------------------------------------------

    @api.model
    def _get_labels(self):
        """Return name and formula of each figure, in words."""
        return {**self._get_amount_labels(), **self._get_ratio_labels()}

    @api.model
    def _get_amount_labels(self):
        """Return what amounts and numbers are called."""
        return {
            "mrr": (self.env._("MRR"), self.env._("MRR at the start + movements")),
            "arr": (self.env._("Annual run rate"), self.env._("MRR * 12")),
            "net_new": (
                self.env._("Net new MRR"),
                self.env._(
                    "new + expansion + reactivation + contraction + churn (the last two below 0)"
                ),
            ),
            "growth": (
                self.env._("MRR growth"),
                self.env._("(MRR at the end - at the start) / at the start"),
            ),
            "customers": (
                self.env._("Customers"),
                self.env._("customers at the start + won - lost"),
            ),
            "contracts": (
                self.env._("Contracts"),
                self.env._("contracts with MRR on the last day"),
            ),
            "average_contract": (self.env._("MRR per contract"), self.env._("MRR / contracts")),
            "average_customer": (self.env._("MRR per customer"), self.env._("MRR / customers")),
        }

    @api.model
    def _get_ratio_labels(self):
        """Return what ratios are called, and what follows from them."""
        return {
            "logo_churn": (
                self.env._("Customer churn"),
                self.env._("customers lost / customers at the start"),
            ),
            "gross_churn": (
                self.env._("Gross MRR churn"),
                self.env._("(churn + contraction) / MRR at the start"),
            ),
            "net_churn": (
                self.env._("Net MRR churn"),
                self.env._("(churn + contraction - expansion - reactivation) / MRR at the start"),
            ),
            "nrr": (
                self.env._("Net revenue retention"),
                self.env._(
                    "(MRR at the start + expansion - contraction - churn) / MRR at the start"
                ),
            ),
            "grr": (
                self.env._("Gross revenue retention"),
                self.env._("(MRR at the start - contraction - churn) / MRR at the start"),
            ),
            "quick_ratio": (
                self.env._("Quick ratio"),
                self.env._("(new + expansion + reactivation) / (contraction + churn)"),
            ),
            "lifetime_value": (
                self.env._("Lifetime value"),
                self.env._("MRR per customer * months / customer churn"),
            ),
        }

    @api.model
    def _get_tiles(self, now, before):
        """Return the tiles: value, change against the range before, formula with its numbers."""
        values, old, filled = now.get_values(), before.get_values(), now.get_filled()
        return [
            {
                "name": name,
                "label": label,
                "text": now.format(name, values[name]),
                "formula": formula,
                "filled": f"{filled[name]} = {now.format(name, values[name])}",
                "before": now.format(name, old[name]),
                **self._get_change(name, values[name], old[name]),
                "domain": self._get_records(name, now),
            }
            for name, (label, formula) in self._get_labels().items()
        ]

    @api.model
    def _get_change(self, name, value, old):
        """Return how a figure changed: in percent, or in points where it is a percentage."""
        if value is None or old is None or (UNITS[name] != "percent" and not old):
            return {"change": "", "is_good": None}
        if UNITS[name] == "percent":
            points = round(float(value - old) * 100, 1)
            text = self.env._("%(points)+.1f points", points=points)
        else:
            points = round(float(value - old) / abs(float(old)) * 100, 1)
            text = f"{points:+.1f} %"
        if not points:
            return {"change": self.env._("unchanged"), "is_good": None}
        return {"change": text, "is_good": (points > 0) != (name in LOW_IS_GOOD)}

    @api.model
    def _get_records(self, name, figures):
        """Return the domain of the movements behind a figure; their sum is its numerator."""
        inside = Domain("effective_date", ">=", figures.start)
        kinds = {
            "net_new": FLOWS,
            "logo_churn": ("churn",),
            "gross_churn": ("churn", "contraction"),
            "net_churn": ("churn", "contraction", "expansion", "reactivation"),
            "quick_ratio": FLOWS,
        }
        domain = figures.domain & Domain("effective_date", "<=", figures.end)
        if name in kinds:
            domain &= inside & Domain("kind", "in", kinds[name])
        elif name == "growth":
            domain &= inside
        return serialize(domain)

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
    def _get_trend(self, domain, end):
        """Return MRR and net new MRR at the end of each of the last months."""
        first = end.replace(day=1) - relativedelta(months=TREND_MONTHS - 1)
        months = [first + relativedelta(months=number) for number in range(TREND_MONTHS)]
        figures = Figures(self.env, domain, first, end)
        groups = self.env["subscription.mrr.event"]._read_group(
            domain & Domain("effective_date", ">=", first) & Domain("effective_date", "<=", end),
            ["effective_date:month", "company_id"],
            ["company_amount:sum"],
        )
        moved = {}
        for month, company, amount in groups:
            moved[month] = moved.get(month, 0.0) + figures.convert(amount, company)
        level, trend = float(figures.totals.opening), []
        for month in months:
            level += moved.get(month, 0.0)
            trend.append(
                {
                    "label": format_date(self.env, month, date_format="MMM yy"),
                    "value": round(level, 2),
                    "net_new": round(moved.get(month, 0.0), 2),
                    "text": figures.format_money(level),
                }
            )
        return trend

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    @api.model
    def _get_reasons(self, figures):
        """Return what was lost by reason, the largest first."""
        groups = self.env["subscription.mrr.event"]._read_group(
            figures.domain
            & Domain("kind", "=", "churn")
            & Domain("effective_date", ">=", figures.start)
            & Domain("effective_date", "<=", figures.end),
            ["close_reason_id", "company_id"],
            ["company_amount:sum", "__count"],
        )
        lost = {}
        for reason, company, amount, count in groups:
            known = lost.setdefault(reason, [0.0, 0])
            known[0] -= figures.convert(amount, company)
            known[1] += count
        return [
            {
                "label": reason.name or self.env._("No reason given"),
                "text": figures.format_money(amount),
                "value": amount,
                "note": self.env._("Contracts: %(count)s", count=count),
            }
            for reason, (amount, count) in sorted(lost.items(), key=lambda one: -one[1][0])[:6]
        ]

    @api.model
    def _get_top(self, figures):
        """Return the largest movements of the range."""
        wanted = (
            figures.domain
            & Domain("kind", "in", FLOWS)
            & Domain("effective_date", ">=", figures.start)
            & Domain("effective_date", "<=", figures.end)
        )
        Event = self.env["subscription.mrr.event"]
        events = Event.search(wanted, order="company_amount desc", limit=MOST_LISTED)
        events |= Event.search(wanted, order="company_amount", limit=MOST_LISTED)
        values = {
            event: figures.convert(event.company_amount, event.company_id) for event in events
        }
        largest = sorted(events, key=lambda event: -abs(values[event]))[:MOST_LISTED]
        labels = dict(events._fields["kind"]._description_selection(self.env))
        return [
            {
                "id": event.id,
                "order": event.order_id.id,
                "name": event.sudo().partner_id.display_name,  # sudo: a name on the own movement
                "kind": event.kind,
                "label": labels[event.kind],
                "day": format_date(self.env, event.effective_date),
                "text": figures.format_money(values[event]),
            }
            for event in largest
        ]

    @api.model
    def _get_renewals(self, values):
        """Return the contracts whose term ends next, by the same filters."""
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
                "text": formatLang(
                    self.env, order.subscription_mrr, currency_obj=order.currency_id
                ),
            }
            for order in orders
        ]
