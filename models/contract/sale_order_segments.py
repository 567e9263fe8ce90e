from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import SELDOM
from ...engine import errors
from ...engine.change import change_values
from ...engine.ending import NO_REMAINDER, split_end
from ...engine.money import to_decimal
from ...engine.period import FOREVER, Period
from ...engine.segment import cut_gaps
from ...explain import explain
from ..contract.change_text import ChangeText
from ..terms.subscription_template import UNUSED_DAYS


class SaleOrder(models.Model):
    """Segments of a contract's lines: how they change, and the line as their mirror."""

    _inherit = "sale.order"

    subscription_segment_ids = fields.One2many(
        "subscription.segment", "order_id", "Segments", readonly=True
    )
    subscription_close_credit_rule = fields.Selection(
        UNUSED_DAYS,
        "Unused Days When Closed",
        copy=False,
        readonly=True,
        help="What happens to days that are billed already but lie after the end. Chosen when "
        "the contract is closed; until then its subscription template decides.",
        prefetch=SELDOM,
    )

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def _subscription_change_line(
        self, line, day, quantity=None, price_unit=None, discount=None, until=None
    ):
        """Change values of a running line from a day on: close one segment, open another.

        Each value holds until the next segment that was planned for the same value: a new quantity
        outlasts a planned price rise. Values that change for some time only come back by
        themselves; a discount or price of that kind is a limited one.

        :param line: a running line of this contract
        :param date day: first day of the new segment
        :param quantity, price_unit, discount: new values, None leaves one as it is
        :param date until: first day on which what was agreed before comes back, None for good
        :raise UserError: the line does not run on that day, or the values are refused
        """
        self.ensure_one()
        self._check_subscription_operator()
        self._subscription_claim()
        values = self._prepare_change_values(quantity, price_unit, discount)
        old = self._get_segments_to_change(line)
        new, remainder = self._get_changed_plan(line, day, values, until)
        self._replace_segments(line, new)
        line._store_remainder(remainder)
        ChangeText(self).log_change(line, day, old, new, until)
        self._hook_on_subscription_changed()

    @api.model
    def _prepare_change_values(self, quantity=None, price_unit=None, discount=None):
        """Return the values of a change by the names that the engine gives them, exact."""
        values = {"quantity": quantity, "price": price_unit, "discount": discount}
        return {name: to_decimal(value) for name, value in values.items() if value is not None}

    def _get_segments_to_change(self, line):
        """Return the segments of a running line as engine values.

        :raise UserError: the line does not belong to this contract
        """
        if line not in self.order_line or not line.segment_ids:
            raise UserError(
                self.env._(
                    "%(product)s is not a running line of %(order)s. Choose a line of that "
                    "contract.",
                    product=line.product_id.display_name or self.env._("This product"),
                    order=self.name,
                )
            )
        return line._get_engine_segments()

    def _get_changed_segments(self, line, day, values, until=None):
        """Return the segments of a line as a change would leave them; writes nothing.

        :param dict values: as made by :meth:`_prepare_change_values`
        :return: engine segments
        :raise UserError: the engine refuses the change
        """
        return self._get_changed_plan(line, day, values, until)[0]

    def _get_changed_plan(self, line, day, values, until=None):
        """Return the segments of a line as a change would leave them, and what its end takes away.

        Arguments as in :meth:`_get_changed_segments`. A change holds also for days after the end of
        the contract, in case it goes on; it must begin before.

        :return: engine segments and the engine's `Remainder`
        :rtype: tuple
        """

        def change(segments):
            """Change the segments that a contract without an end would have."""
            if self.subscription_end_date and day >= self.subscription_end_date:
                raise errors.LineEnded(day)
            return change_values(
                segments,
                day,
                until,
                values=values,
                kind="limited" if until else None,
                today=self._subscription_today(),
            )

        return self._run_on_plan(line, change)

    def _run_on_plan(self, line, operation):
        """Try an engine operation on the plan of a line, its end set aside; writes nothing.

        :param line: `sale.order.line` record
        :param operation: function from engine segments to engine segments
        :return: the new engine segments, and the engine's `Remainder` that the end takes away
        :rtype: tuple
        :raise UserError: the engine refuses the result
        """
        self._get_segments_to_change(line)
        end = self.subscription_end_date
        try:
            segments = tuple(operation(line._get_whole_plan()))
            return split_end(segments, end) if end else (segments, NO_REMAINDER)
        except errors.LineEnded as error:
            raise UserError(
                self.env._(
                    "%(product)s has ended. Add a new line instead of changing it.",
                    product=line.product_id.display_name,
                )
            ) from error
        except errors.EngineError as error:
            raise UserError(
                self.env._(
                    "%(product)s of %(order)s: %(reason)s",
                    product=line.product_id.display_name,
                    order=self.name,
                    reason=explain(self.env, error),
                )
            ) from error

    def _replace_segments(self, line, segments):
        """Store new segments of one line, as :meth:`_replace_segments_of_lines` does."""
        self._replace_segments_of_lines({line: segments})

    def _replace_segments_of_lines(self, segments_by_line):
        """Store new segments of lines and force the database's overlap check on the spot.

        Segments that did not change keep their record; one that only ends earlier or later keeps it
        with the new end; the others are deleted and created. The number of queries does not
        depend on the number of lines.

        :param dict segments_by_line: {line: [engine segments]}, lines of any contracts
        """
        # sudo: nobody edits segments by hand; rights were checked on the contract
        Segment = self.env["subscription.segment"].sudo()
        lines = self.env["sale.order.line"].union(*segments_by_line)
        dropped, moved, vals_list = Segment, {}, []
        for line, segments in segments_by_line.items():
            kept = {}
            for record in line.segment_ids.sudo():
                value = record._get_engine_segment()
                kept[value.start, value.quantity, value.terms, value.kind] = record
            for segment in segments:
                key = (segment.start, segment.quantity, segment.terms, segment.kind)
                record = kept.pop(key, None)
                if record is None:
                    vals_list.append(Segment._prepare_segment_values(line, segment))
                elif (record.end_date or None) != segment.end:
                    moved[record] = segment.end or False
            dropped |= Segment.union(*kept.values())
        lines._forget_listed(dropped)
        # In this order no two segments overlap on the way: amounts of quotations may be asked then.
        dropped.unlink()
        for record, end in moved.items():
            record.end_date = end
        Segment.create(vals_list)
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        lines.invalidate_recordset(["segment_ids"])

    # ------------------------------------------------------------------
    # Mirror
    # ------------------------------------------------------------------

    def _mirror_segments(self):
        """Copy the segment in force to each running line; the only writer of the mirror. Hook.

        A gap leaves the line as it is, and trial segments are skipped: the line shows what the
        customer pays, never 0 for a pause.
        """
        for order in self:
            today = order._subscription_today()
            for line in order.order_line.filtered("segment_ids"):
                segment = order._get_segment_to_mirror(line, today)
                if not segment:
                    continue
                values = {
                    "product_uom_qty": segment.quantity,
                    "price_unit": segment.price_unit,
                    "discount": segment.discount,
                }
                changed = {name: value for name, value in values.items() if line[name] != value}
                if changed:
                    if "price_unit" in changed:
                        changed["technical_price_unit"] = changed["price_unit"]
                    line._as_system().with_context(sale_write_from_compute=True).write(changed)

    def _get_segment_to_mirror(self, line, today):
        segments = line.segment_ids.filtered(lambda segment: segment.discount_kind != "trial")
        segments = (segments or line.segment_ids).sorted("start_date")
        begun = segments.filtered(lambda segment: segment.start_date <= today)
        return begun[-1:] or segments[:1]

    # ------------------------------------------------------------------
    # Facts for the engine
    # ------------------------------------------------------------------

    def _get_effective_segments(self, line):
        """Return the segments of a line without the days of the contract's interruptions.

        :rtype: list[engine.segment.Segment]
        """
        segments = line._get_engine_segments()
        gaps = self.subscription_interruption_ids._get_engine_gaps()
        return cut_gaps(segments, gaps) if gaps else segments

    def _get_forfeited_spans(self):
        """Return spans whose unused days are not credited.

        :rtype: list[engine.period.Period]
        """
        gaps = self.subscription_interruption_ids.filtered(
            lambda gap: gap.credit_rule == "forfeit"
        )._get_engine_gaps()
        end = self.subscription_end_date
        if end and self._get_close_credit_rule() == "forfeit":
            gaps.append(Period(end, FOREVER))
        return gaps

    def _get_close_credit_rule(self):
        """Return 'credit' or 'forfeit', for billed days after the end of this contract."""
        template = self._get_subscription_template()
        return self.subscription_close_credit_rule or template.credit_on_close or "credit"
