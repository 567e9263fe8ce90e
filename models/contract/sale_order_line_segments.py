from odoo import fields, models

from ...engine.ending import NO_TAIL, Tail, move_end
from ...engine.ledger import ledger


class SaleOrderLine(models.Model):
    """What the end of a contract takes away from a line, kept in case it is taken back."""

    _inherit = "sale.order.line"

    subscription_later_steps = fields.Json(
        "Steps After the End",
        copy=False,
        readonly=True,
        help="Steps that were planned for days after the end of the contract. They come back when "
        "the contract goes on after all.",
    )

    def _get_engine_steps(self):
        """:return: the steps of this line, a list of engine segments"""
        self.ensure_one()
        return [segment._get_engine_segment() for segment in self.segment_ids]

    def _get_moved_end(self, old_end, end, steps=None):
        """Return the steps of this line when the end of its contract moves; writes nothing.

        :param old_end: first day without service until now, falsy when there was none
        :param end: the new one, falsy to go on
        :param steps: engine segments to start from, None for those of this line
        :return: engine segments, and the engine's `Tail` that the new end takes away
        :rtype: tuple
        """
        self.ensure_one()
        steps = self._get_engine_steps() if steps is None else steps
        return move_end(steps, self._get_tail(), old_end or None, end or None)

    def _get_tail(self):
        """:return: what the end of the contract took away, an engine `Tail`"""
        stored = self.subscription_later_steps
        if not stored:
            return NO_TAIL
        return Tail(fields.Date.to_date(stored["until"]), self._load_steps(stored["later"]))

    def _load_steps(self, stored):
        """Return steps that were kept as JSON.

        :param list stored: values as made by :meth:`_prepare_later_step`
        :return: engine segments
        :rtype: tuple
        """
        # sudo: a customer who looks at a quotation has no right to read steps
        Segment = self.env["subscription.segment"].sudo()
        return tuple(Segment.new(values)._get_engine_segment() for values in stored)

    def _get_whole_plan(self):
        """Return the steps of this line as if its contract had no end; writes nothing.

        A line that was ended for itself stays ended.

        :return: engine segments
        :rtype: tuple
        """
        return self._get_moved_end(self.order_id.subscription_end_date, None)[0]

    def _store_tail(self, tail):
        """Keep what the end of the contract takes away.

        :param tail: an engine `Tail`
        """
        self.ensure_one()
        values = False
        if tail != NO_TAIL:
            values = {
                "until": fields.Date.to_string(tail.until),
                "later": [self._prepare_later_step(step) for step in tail.later],
            }
        if (self.subscription_later_steps or False) != values:
            self._as_system().subscription_later_steps = values

    def _change_tail(self, operation):
        """Change the steps that the end of the contract took away.

        :param operation: function from engine segments to engine segments
        """
        tail = self._get_tail()
        if tail.later:
            self._store_tail(Tail(tail.until, operation(tail.later)))

    def _prepare_later_step(self, step):
        """:return: values of a step that JSON can hold"""
        values = self.env["subscription.segment"]._prepare_segment_values(self, step)
        for name in ("start_date", "end_date", "anchor_date"):
            values[name] = fields.Date.to_string(values[name])
        return values

    def _get_dry_rows(self, vals_list):
        """Return ledger rows that are not written, for a dry run.

        :param list vals_list: values of new rows that cover days of this line
        :return: engine rows
        :rtype: tuple
        """
        Ledger = self.env["subscription.billed.period"]
        return ledger(Ledger.new(values)._make_engine_entry() for values in vals_list)
