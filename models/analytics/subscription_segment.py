import json
from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.errors import EngineError
from ...engine.money import to_decimal
from ...engine.period import FOREVER


class SubscriptionSegment(models.Model):
    """What a segment is worth per month, kept as it was when it was agreed."""

    _inherit = "subscription.segment"

    mrr = fields.Float(
        "MRR",
        digits=(16, 6),
        readonly=True,
        copy=False,
        aggregator=None,
        help="Monthly value without taxes, in the currency of the contract. It stays what it was "
        "when taxes change later.",
    )

    mrr_changes = fields.Json(
        "MRR after Changes of Taxes",
        readonly=True,
        copy=False,
        help="From which day on it was worth how much, where a price includes taxes that changed.",
    )

    _starts = models.Index("(company_id, start_date)")
    _ends = models.Index("(company_id, end_date) WHERE end_date IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        """Let the ledger of MRR know which contracts changed."""
        segments = super().create(vals_list)
        self.env["subscription.mrr.event"]._remember_contracts(segments.order_id)
        return segments

    def unlink(self):
        """Let the ledger of MRR know which contracts changed."""
        orders = self.order_id
        result = super().unlink()
        self.env["subscription.mrr.event"]._remember_contracts(orders)
        return result

    def _hook_on_written(self):
        """Hook. Let the ledger of MRR know which contracts changed."""
        super()._hook_on_written()
        self.env["subscription.mrr.event"]._remember_contracts(self.order_id)

    def _get_mrr_now(self):
        """Return what this segment is worth per month under the taxes of its line today.

        :return: None for a segment that the engine cannot read: another check says so
        :rtype: float | None
        """
        self.ensure_one()
        try:
            return self.line_id._get_segment_mrr(self._get_engine_segment())
        except EngineError:
            return None

    def _get_mrr_spans(self):
        """Return what this segment was worth from when until when.

        :return: (first day, first day that no longer counts, monthly value)
        :rtype: list[tuple]
        """
        self.ensure_one()
        stop = self.end_date or FOREVER
        starts = [(self.start_date, self.mrr)]
        for text, value in self.mrr_changes or ():
            day = fields.Date.to_date(text)
            if starts[-1][0] < day < stop:
                starts.append((day, value))
            elif day <= starts[-1][0]:
                starts[-1] = (starts[-1][0], value)
        ends = [day for day, _value in starts[1:]] + [stop]
        return [
            (start, end, to_decimal(value))
            for (start, value), end in zip(starts, ends, strict=True)
        ]

    def _get_regular_mrr(self):
        """Return what the quantity of this segment costs without its trial or limited discount.

        The next normal price says so, or the last one before; for a line that knows neither, its
        price as it was typed.

        :return: monthly value, None for a normal segment
        :rtype: Decimal | None
        """
        self.ensure_one()
        if self.discount_kind == "permanent":
            return None
        usual = self.line_id.segment_ids.filtered(
            lambda other: other.discount_kind == "permanent" and other.quantity
        ).sorted("start_date")
        later = usual.filtered(lambda other: other.start_date > self.start_date)
        found = later[:1] or usual[-1:]
        if found:
            one = to_decimal(found.mrr) / to_decimal(found.quantity)
            return one * to_decimal(self.quantity)
        segment = self._get_engine_segment()
        terms = replace(segment.terms, discount=to_decimal(0))
        return to_decimal(self.line_id._get_segment_mrr(replace(segment, terms=terms)))

    def _store_missing_mrr(self):
        """Value segments that were not valued yet, in one statement.

        :return: those that the engine cannot read
        """
        self.env.flush_all()
        query = SQL(
            "SELECT id FROM subscription_segment WHERE id = ANY(%s) AND mrr IS NULL", self.ids
        )
        missing = self.browse([found for (found,) in self.env.execute_query(query)])
        found = {segment: segment._get_mrr_now() for segment in missing}
        values = [
            SQL("(%s, %s::numeric)", segment.id, value)
            for segment, value in found.items()
            if value is not None
        ]
        if values:
            self.env.cr.execute(
                SQL(
                    "UPDATE subscription_segment AS segment SET mrr = found.mrr "
                    "FROM (VALUES %s) AS found (id, mrr) WHERE segment.id = found.id",
                    SQL(", ").join(values),
                )
            )
            missing.invalidate_recordset(["mrr"], flush=False)
        return missing.filtered(lambda segment: found[segment] is None)

    def _store_changed_mrr(self):
        """Note from which day on segments in force are worth more or less by other taxes."""
        for segment in self:
            today = segment.order_id._subscription_today()
            spans = segment._get_mrr_spans()
            if not spans[0][0] <= today < spans[-1][1]:
                continue
            value = segment._get_mrr_now()
            if value is None or abs(float(spans[-1][2]) - value) < 1e-6:
                continue
            changes = [
                change
                for change in segment.mrr_changes or []
                if change[0] < fields.Date.to_string(today)
            ]
            changes.append([fields.Date.to_string(today), value])
            self.env.cr.execute(
                SQL(
                    "UPDATE subscription_segment SET mrr_changes = %s WHERE id = %s",
                    json.dumps(changes),
                    segment.id,
                )
            )
            segment.invalidate_recordset(["mrr_changes"], flush=False)
