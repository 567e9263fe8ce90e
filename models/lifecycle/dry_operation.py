from ...engine.pausing import restart_periods, undo_restart
from ...engine.period import FOREVER, Period
from ...engine.segment import cut_gaps
from ..preview.dry_run import DryRun
from ..preview.tried import Tried


class DryOperation(DryRun):
    """What would fall due if a contract paused, resumed or was reopened; writes nothing."""

    def get_reopen_items(self, day):
        """Return what would fall due if a closed contract went on from a day.

        :param date day: first day of service
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        end = self.order.subscription_end_date
        gaps = [
            gap if gap.end <= end else Period(gap.start, end)
            for gap in self.order.subscription_interruption_ids._get_engine_gaps()
            if gap.start < end
        ]
        closure = [Period(end, day)] if day > end else []
        plan, new_end = {}, self.order._prepare_reopened_values(day)["subscription_end_date"]
        for line in self.order._get_recurring_lines():
            segments, _remainder = line._get_moved_end(end, new_end)
            plan[line] = cut_gaps(segments, gaps + closure)
        is_forfeit = self.order._get_close_credit_rule() == "forfeit"
        restored = self.order._prepare_restored_rows(
            self.order.subscription_interruption_ids._get_cut_date(end), day, plan
        )
        return self.get_plan_items(
            max(day, self.order._subscription_today()),
            plan,
            closure if is_forfeit else [],
            booked={line: line._get_dry_rows(vals_list) for line, vals_list in restored.items()},
        )

    def get_pause_items(self, start, until=None, is_forfeit=False, is_restart=False):
        """Return what would fall due if the contract paused.

        :param date start: first day without service
        :param date until: first day of service after it, None for an open one
        :param bool is_forfeit: unused days are not credited
        :param bool is_restart: periods begin anew after it
        :return: a list of :class:`DueItem`, up to the return when periods begin anew then
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        segments, last = {}, start
        if until and is_restart:
            last, stop = until, self.order.subscription_interruption_ids._get_next_restart(until)
            segments = {
                line: restart_periods(line._get_engine_segments(), until, until, stop)
                for line in self.order._get_recurring_lines()
            }
        tried = Tried(segments=segments, gap=Period(start, until or FOREVER), is_forfeit=is_forfeit)
        return DryRun(self.order, tried).get_items(max(last, self.order._subscription_today()))

    def get_resume_items(self, day):
        """Return what would fall due if the interruption ended on a day.

        :param date day: first day of service
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        gap = self.order._get_gap_to_resume(day)
        others = (self.order.subscription_interruption_ids - gap)._get_engine_gaps()
        rest = [Period(gap.start_date, day)] if gap.start_date < day else []
        plan, until = (
            {},
            self.order.subscription_interruption_ids._get_next_restart(gap.end_date or day),
        )
        for line in self.order._get_recurring_lines():
            segments = line._get_engine_segments()
            if gap.anchor_rule == "restart":
                segments = (
                    undo_restart(segments, gap.start_date, until) if gap.end_date else segments
                )
                segments = restart_periods(segments, day, day, until) if rest else segments
            plan[line] = cut_gaps(segments, others + rest)
        restored = self.order._prepare_restored_rows(gap.start_date, day, plan)
        forfeited = self.order._get_forfeited_spans()
        return self.get_plan_items(
            max(day, self.order._subscription_today()),
            plan,
            forfeited,
            booked={line: line._get_dry_rows(vals_list) for line, vals_list in restored.items()},
        )
