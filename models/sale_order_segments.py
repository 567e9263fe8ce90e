from dataclasses import replace

from markupsafe import Markup
from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..engine import errors
from ..engine.money import to_decimal
from ..engine.period import FOREVER, Period
from ..engine.segment import change_from, cut_gaps, step_at
from ..exceptions import explain_engine_error


class SaleOrder(models.Model):
    """Steps of a contract's lines: how they change, and the line as their mirror."""

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def _subscription_change_line(
        self, line, day, quantity=None, price_unit=None, discount=None, until=None
    ):
        """Change a running line from a day on: close one step, open another.

        The new step lasts as long as the one it replaces; steps planned for later stay.

        :param line: a running line of this contract
        :param date day: first day of the new step
        :param quantity, price_unit, discount: new values, None leaves one as it is
        :param date until: first day after the new step when it ends sooner, what was in force
            comes back then; None for as long as the step that it replaces
        :raise UserError: the line does not run on that day, or the values are refused
        """
        self.ensure_one()
        self._subscription_claim()
        segments = [segment._get_engine_segment() for segment in line.segment_ids]
        later = [segment for segment in segments if segment.start > day]
        step = step_at(segments, day) or (later and later[0])
        if not step:
            raise UserError(
                self.env._(
                    "%(product)s has ended. Add a new line instead of changing it.",
                    product=line.product_id.display_name,
                )
            )
        if quantity is not None and quantity < 0:
            raise UserError(
                self.env._(
                    "The quantity of %(product)s cannot be negative.",
                    product=line.product_id.display_name,
                )
            )
        terms = step.terms
        if price_unit is not None:
            terms = replace(terms, price=to_decimal(price_unit))
        if discount is not None:
            terms = replace(terms, discount=to_decimal(discount))
        self._run_segment_operation(
            line,
            lambda steps: change_from(
                steps,
                max(day, step.start),
                min(until or FOREVER, step.end or FOREVER),
                quantity=None if quantity is None else to_decimal(quantity),
                terms=terms,
            ),
        )
        self._log_line_change(line, day, step, quantity, price_unit, discount)
        self._update_subscription_dates()
        self._trigger_billing()

    def _run_segment_operation(self, line, operation):
        """Apply an engine operation to the steps of a line and store the difference.

        :param line: `sale.order.line` record
        :param operation: function from engine segments to engine segments
        :raise UserError: the engine refuses the result
        """
        old = [segment._get_engine_segment() for segment in line.segment_ids]
        try:
            new = operation(old)
        except errors.EngineError as error:
            raise UserError(explain_engine_error(self.env, error)) from error
        self._replace_segments(line, new)

    def _replace_segments(self, line, segments):
        """Store new steps of one line, as :meth:`_replace_segments_of_lines` does."""
        self._replace_segments_of_lines({line: segments})

    def _replace_segments_of_lines(self, segments_by_line):
        """Store new steps of lines and force the database's overlap check on the spot.

        Steps that did not change keep their record; one that only ends earlier or later keeps it
        with the new end; the others are deleted and created. The number of queries does not
        depend on the number of lines.

        :param dict segments_by_line: {line: [engine segments]}, lines of any contracts
        """
        # sudo: nobody edits steps by hand; rights were checked on the contract
        Segment = self.env["subscription.segment"].sudo()
        lines = self.env["sale.order.line"].union(*segments_by_line)
        dropped, vals_list = Segment, []
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
                    record.end_date = segment.end or False
            dropped |= Segment.union(*kept.values())
        dropped.unlink()
        Segment.create(vals_list)
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        lines.invalidate_recordset(["segment_ids"])

    def _log_line_change(self, line, day, step, quantity, price_unit, discount):
        """Say in the chatter what changed, from when."""
        lines = []
        if quantity is not None:
            lines.append(
                self.env._(
                    "Quantity: %(old)s → %(new)s",
                    old=f"{float(step.quantity):.15g}",
                    new=f"{float(quantity):.15g}",
                )
            )
        if price_unit is not None:
            lines.append(
                self.env._(
                    "Unit price: %(old)s → %(new)s",
                    old=formatLang(
                        self.env, float(step.terms.price), currency_obj=self.currency_id
                    ),
                    new=formatLang(self.env, price_unit, currency_obj=self.currency_id),
                )
            )
        if discount is not None:
            lines.append(
                self.env._(
                    "Discount: %(old)s %% → %(new)s %%",
                    old=f"{float(step.terms.discount):.15g}",
                    new=f"{float(discount):.15g}",
                )
            )
        title = self.env._(
            "%(product)s changes from %(day)s on:",
            product=line.product_id.display_name,
            day=format_date(self.env, day),
        )
        items = Markup("").join(Markup("<li>%s</li>") % text for text in lines)
        self.message_post(body=Markup("%s<ul>%s</ul>") % (title, items))

    # ------------------------------------------------------------------
    # Mirror
    # ------------------------------------------------------------------

    def _mirror_segments(self):
        """Copy the step in force to each running line; the only writer of the mirror.

        A gap leaves the line as it is, and trial steps are skipped: the line shows what the
        customer pays, never 0 for a pause.
        """
        for order in self:
            today = order._subscription_today()
            for line in order.order_line.filtered("segment_ids"):
                step = order._get_step_to_mirror(line, today)
                if not step:
                    continue
                values = {
                    "product_uom_qty": step.quantity,
                    "price_unit": step.price_unit,
                    "discount": step.discount,
                }
                changed = {name: value for name, value in values.items() if line[name] != value}
                if changed:
                    if "price_unit" in changed:
                        changed["technical_price_unit"] = changed["price_unit"]
                    line.with_context(subscription_mirror=True, sale_write_from_compute=True).write(
                        changed
                    )

    def _get_step_to_mirror(self, line, today):
        steps = line.segment_ids.filtered(lambda step: step.discount_kind != "trial")
        steps = (steps or line.segment_ids).sorted("start_date")
        begun = steps.filtered(lambda step: step.start_date <= today)
        return begun[-1:] or steps[:1]

    # ------------------------------------------------------------------
    # Facts for the engine
    # ------------------------------------------------------------------

    def _get_effective_segments(self, line):
        """Return the steps of a line without the days of the contract's interruptions.

        :rtype: list[engine.segment.Segment]
        """
        segments = [segment._get_engine_segment() for segment in line.segment_ids]
        gaps = self.subscription_interruption_ids._get_engine_gaps()
        return cut_gaps(segments, gaps) if gaps else segments

    def _get_forfeited_spans(self):
        """:return: spans whose unused days are not credited
        :rtype: list[engine.period.Period]
        """
        gaps = self.subscription_interruption_ids.filtered(
            lambda gap: gap.credit_rule == "forfeit"
        )._get_engine_gaps()
        end = self.subscription_end_date
        if end and self._get_close_credit_rule() == "forfeit":
            gaps.append(Period(end, FOREVER))
        return gaps
