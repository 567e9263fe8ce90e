from dataclasses import replace

from odoo import fields, models

from ...const import SELDOM
from ...engine.change import opening_segments, plan_from
from ...engine.ending import NO_REMAINDER, Remainder, move_end, split_end
from ...engine.money import to_decimal
from ...engine.price_rise import regular_price
from ...engine.segment import coalesce, live_segment


class SaleOrderLine(models.Model):
    """What the end of a contract takes away from a line, kept in case it is taken back."""

    _inherit = "sale.order.line"

    subscription_cut_segments = fields.Json(
        "Segments After the End",
        copy=False,
        readonly=True,
        help="Segments that were planned for days after the end of the contract. They come back if "
        "the contract goes on after all.",
    )

    subscription_ended_segments = fields.Json(
        "Segments After Its Own End",
        copy=False,
        readonly=True,
        help="Segments that were planned for this line when an amendment let it end. They come "
        "back when the line goes on after all.",
        prefetch=SELDOM,
    )

    def _get_engine_segments(self):
        """Return the segments of this line, a list of engine segments."""
        self.ensure_one()
        return [segment._get_engine_segment() for segment in self.segment_ids]

    def _get_moved_end(self, old_end, end, segments=None):
        """Return the segments of this line when the end of its contract moves; writes nothing.

        :param old_end: first day without service until now, falsy when there was none
        :param end: the new one, falsy to go on
        :param segments: engine segments to start from, None for those of this line
        :return: engine segments, and the engine's `Remainder` that the new end takes away
        :rtype: tuple
        """
        self.ensure_one()
        segments = self._get_engine_segments() if segments is None else segments
        return move_end(segments, self._get_remainder(), old_end or None, end or None)

    def _get_remainder(self):
        """Return what the end of the contract took away, an engine `Remainder`."""
        stored = self.subscription_cut_segments
        if not stored:
            return NO_REMAINDER
        return Remainder(fields.Date.to_date(stored["until"]), self._load_segments(stored["later"]))

    def _load_segments(self, stored):
        """Return segments that were kept as JSON.

        :param list stored: values as made by :meth:`_prepare_cut_segment`
        :return: engine segments
        :rtype: tuple
        """
        # sudo: a customer who looks at a quotation has no right to read segments
        Segment = self.env["subscription.segment"].sudo()
        return tuple(Segment.new(values)._get_engine_segment() for values in stored)

    def _get_whole_plan(self):
        """Return the segments of this line as if its contract had no end; writes nothing.

        A line that was ended for itself stays ended.

        :return: engine segments
        :rtype: tuple
        """
        return self._get_moved_end(self.order_id.subscription_end_date, None)[0]

    def _store_remainder(self, remainder):
        """Keep what the end of the contract takes away.

        :param remainder: an engine `Remainder`
        """
        self.ensure_one()
        values = False
        if remainder != NO_REMAINDER:
            values = {
                "until": fields.Date.to_string(remainder.until),
                "later": [self._prepare_cut_segment(segment) for segment in remainder.later],
            }
        if (self.subscription_cut_segments or False) != values:
            self._as_system().subscription_cut_segments = values

    def _change_remainder(self, operation):
        """Change the segments that the end of the contract took away.

        :param operation: function from engine segments to engine segments
        """
        remainder = self._get_remainder()
        if remainder.later:
            self._store_remainder(Remainder(remainder.until, operation(remainder.later)))

    def _keep_ended_plan(self, plan):
        """Keep what was planned for days after the day on which this line ends for itself.

        :param plan: engine segments of this line before it was to end
        """
        self.ensure_one()
        ends = self.segment_ids.mapped("end_date")
        if not ends or not all(ends) or not plan_from(plan, max(ends)):
            return
        self._as_system().subscription_ended_segments = {
            "day": fields.Date.to_string(max(ends)),
            "later": [self._prepare_cut_segment(part) for part in plan_from(plan, max(ends))],
        }

    def _get_plan_before_end(self, day):
        """Return the segments of this line as if it did not end for itself; writes nothing.

        :param date day: first day without it
        :return: engine segments, empty when it does not end on that day
        :rtype: tuple
        """
        self.ensure_one()
        parts = sorted(self._get_engine_segments(), key=lambda part: part.start)
        if not parts or parts[-1].end != day:
            return ()
        stored = self.subscription_ended_segments or {}
        if stored.get("day") == fields.Date.to_string(day):
            return coalesce((*parts, *self._load_segments(stored["later"])))
        return (*parts[:-1], replace(parts[-1], end=None))

    def _prepare_cut_segment(self, segment):
        """Return values of a segment that JSON can hold."""
        values = self.env["subscription.segment"]._prepare_segment_values(self, segment)
        for name in ("start_date", "end_date", "anchor_date"):
            values[name] = fields.Date.to_string(values[name])
        return values

    def _has_ended(self, day):
        """Return whether no service of this line is left from a day on."""
        self.ensure_one()
        if not self._is_begun_line():
            return False
        ends = self._origin.segment_ids.mapped("end_date")
        if not ends:
            # A contract that was closed on its first day has no segments left.
            return self.order_id.subscription_state == "closed" or bool(
                self._origin.order_id.order_line.segment_ids
            )
        return all(ends) and max(ends) <= day

    def _is_out_of_service(self):
        """Return whether a line of a running contract has no segment today. Hook.

        :rtype: bool
        """
        self.ensure_one()
        line = self._origin
        if not line._is_begun_line():
            return False
        # sudo: a customer who looks at a contract has no right to read its segments
        segments = line.sudo().segment_ids
        order = line.order_id
        day = max(order._subscription_today(), order.subscription_start_date)
        return not any(
            segment.start_date <= day and (not segment.end_date or day < segment.end_date)
            for segment in segments
        )

    def _get_lasting_values(self):
        """Return what a duplicate of this line begins with in place of what is limited in time.

        On the duplicate a discount that ends by itself would never end.

        :return: price and discount that come after those of today, empty when these last
        :rtype: dict
        """
        self.ensure_one()
        # sudo: whoever duplicates an order may have no right to read its segments
        line = self.sudo()
        if not line.segment_ids or self.display_type:
            return {}
        today = line.order_id._subscription_today()
        segments = line._get_whole_plan()
        segment = live_segment(segments, today)
        later = [other for other in segments if other.kind == "permanent" and other.stop > today]
        if not segment or segment.kind != "limited" or not later:
            return {}
        price = float(regular_price(segments, today))
        return {
            "price_unit": price,
            "technical_price_unit": price,
            "discount": float(later[0].terms.discount),
        }

    def _get_typed_segments(self, start):
        """Return the segments this line asks for when it starts on the given day.

        A trial, an intro discount and a ramp are segments like any other; they end by themselves.

        :param date start: first day of service
        :rtype: list[engine.segment.Segment]
        """
        return list(self._get_opening(start)[0])

    def _get_opening(self, start):
        """Return the segments with which this line starts, and what the end of its term takes away.

        What was agreed for days after the term comes back when the contract goes on.

        :param date start: first day of service
        :return: engine segments and the engine's `Remainder`
        :rtype: tuple
        """
        self.ensure_one()
        end = self.order_id._get_subscription_term_end()
        if self.display_type or not self.recurrence_id or (end and end <= start):
            return (), NO_REMAINDER
        segments = self._get_opening_segments(start)
        return split_end(segments, end) if end else (segments, NO_REMAINDER)

    def _is_in_trial(self):
        """Return whether this line is free because its trial is not over yet."""
        # sudo: a customer who looks at a contract has no right to read its segments
        segments = self._origin.sudo().segment_ids
        trial = segments.filtered(lambda segment: segment.discount_kind == "trial")
        if not trial:
            return False
        today = self.order_id._subscription_today()
        return any(not segment.end_date or today < segment.end_date for segment in trial)

    def _get_opening_segments(self, start):
        """Return what this line asks for from a day on, as if its term had no end. Hook.

        :param date start: first day of service
        :return: engine segments
        :rtype: tuple
        """
        return opening_segments(
            start,
            None,
            to_decimal(self.product_uom_qty),
            self._get_typed_terms(),
            trial_end=self.order_id._get_trial_end(),
            **self._get_opening_limits(),
        )

    def _get_opening_limits(self):
        """Return what holds for some time after the start: `limited` and `ramps`. Hook.

        :rtype: dict
        """
        return {"limited": None, "ramps": ()}
