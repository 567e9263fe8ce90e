from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...engine.metrics.definitions import DEFINITIONS
from .dashboard_figures import COUNTED
from .dashboard_text import get_labels, get_source, get_units
from .document_figures import DocumentFigures, get_sums
from .movement_totals import get_counted, get_lost
from .subscription_dashboard import FILTERS


class SubscriptionDashboard(models.AbstractModel):
    """The tiles of the dashboard: each with its formula, its records and its past months."""

    _inherit = "subscription.dashboard"

    @api.model
    def get_definitions(self):
        """Return how each figure is counted, for the page of definitions.

        :rtype: list[dict]
        :raise AccessError: the reader may not read movements of MRR
        """
        self.env["subscription.mrr.event"].check_access("read")
        units = get_units(self.env)
        return [
            {
                "name": name,
                "label": label,
                "formula": formula,
                "unit": units[DEFINITIONS[name].unit],
                "source": get_source(self.env, name),
            }
            for name, (label, formula) in get_labels(self.env).items()
        ]

    @api.model
    def get_counted_domain(self, values, name):
        """Return the movements of the customers or contracts that a tile counts, and of no others.

        A tile that counts is no sum: grouped by what it counts, its records have as many groups.

        :param dict values: as of :meth:`get_dashboard`
        :param str name: of a tile that counts
        :return: a domain on the model of the tile
        :rtype: list
        :raise AccessError: the reader may not read movements of MRR
        :raise UserError: the range is no range, or the tile counts nothing
        """
        self.env["subscription.mrr.event"].check_access("read")
        start, end = self._get_range(values)
        if name not in COUNTED:
            raise UserError(self.env._("This figure counts neither customers nor contracts."))
        scope, key, is_lost = self._get_scope(values), COUNTED[name], name == "logo_churn"
        ids = get_lost(scope, start, end) if is_lost else get_counted(scope, key, end)
        domain = Domain(key, "in", [found or False for found in ids])
        domain &= Domain("effective_date", "<=", end)
        if is_lost:
            domain &= Domain("effective_date", ">=", start)
        return scope.serialize(domain)

    @api.model
    def get_document_tiles(self, values):
        """Return the tiles of revenue and renewals, which are read from documents.

        They have a call of their own, so that many invoices do not keep the others waiting.

        :param dict values: as of :meth:`get_dashboard`
        :rtype: list[dict]
        :raise AccessError: the reader may not read these reports
        :raise UserError: the range is no range
        """
        start, end = self._get_range(values)
        scope = self._get_scope(values)
        ranges = [(start, end), self._get_range_before(values, start, end), *self._get_months(end)]
        filters = {f"{name}_id": values.get(name) for name in FILTERS}
        now, before, *past = (
            DocumentFigures(scope, *days, filters, sums)
            for days, sums in zip(ranges, get_sums(scope, filters, ranges), strict=True)
        )
        return self._get_tiles(now, before, past)

    @api.model
    def _get_filtered(self, values):
        """Return in words what is filtered: a page on paper has no lists that tell it.

        Names are told of what movements that the reader may read belong to, and of nothing else.

        :param dict values: as of :meth:`get_dashboard`, checked already
        :rtype: str
        """
        event, part = self.env["subscription.mrr.event"], self.env["subscription.mrr.part"]
        texts = []
        for name, (on_event, _on_order, _model) in FILTERS.items():
            source, field = (event, on_event) if on_event else (part, "product_id")
            ids = values.get(name)
            groups = source._read_group([(field, "in", ids)], [field]) if ids else []
            # sudo: the reader reads these names on the movements too
            names = [record.sudo().display_name for [record] in groups]
            if names:
                label = source._fields[field]._description_string(self.env)
                texts.append(f"{label}: {', '.join(names)}")
        if values.get("known"):
            label = event._fields["known_on"]._description_string(self.env)
            texts.append(f"{label}: {format_date(self.env, values['known'])}")
        return "; ".join(texts)

    @api.model
    def _get_tiles(self, now, before, past):
        """Return the tiles: value, change, formula with its numbers, records and past months."""
        values, old, filled = now.get_values(), before.get_values(), now.get_filled()
        series = [(month, month.get_values()) for month in past]
        return [
            self._prepare_tile(
                name,
                now,
                (values[name], old[name], filled[name]),
                [(month, found[name]) for month, found in series],
            )
            for name in values
        ]

    @api.model
    def _prepare_tile(self, name, figures, numbers, series):
        """Return one tile as the page shows it."""
        value, old, filled = numbers
        label, formula = get_labels(self.env)[name]
        text = figures.format(name, value)
        return {
            "name": name,
            "label": label,
            "text": text,
            "formula": formula,
            "filled": f"{filled} = {text}",
            "before": figures.format(name, old),
            **self._get_change(name, value, old),
            **figures.get_records(name),
            "series": [
                {
                    "label": format_date(self.env, month.start, date_format="MMM yy"),
                    "value": None if one is None else float(one) * self._get_scale(name),
                    "text": month.format(name, one),
                }
                for month, one in series
            ],
        }

    @api.model
    def _get_scale(self, name):
        return 100 if DEFINITIONS[name].unit == "percent" else 1

    @api.model
    def _get_change(self, name, value, old):
        """Return how a figure changed: in percent, or in points where it is a percentage."""
        definition = DEFINITIONS[name]
        is_percent = definition.unit == "percent"
        if value is None or old is None or (not is_percent and not old):
            return {"change": "", "is_good": None}
        if is_percent:
            points = round(float(value - old) * 100, 1)
            text = self.env._("%(points)+.1f points", points=points)
        else:
            points = round(float(value - old) / abs(float(old)) * 100, 1)
            text = f"{points:+.1f} %"
        if not points:
            return {"change": self.env._("unchanged"), "is_good": None}
        return {"change": text, "is_good": (points > 0) != definition.is_low_good}
