from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import const
from ...engine.errors import EngineError
from ...explain import told_to_user
from .operation_text import OperationText


class SaleOrder(models.Model):
    """How a contract ends: closed, kept after all, or reopened later."""

    _inherit = "sale.order"

    subscription_has_planned_end = fields.Boolean(
        "End Is Planned", compute="_compute_subscription_has_planned_end"
    )

    subscription_cancelled_date = fields.Date(
        "Closed On",
        readonly=True,
        copy=False,
        help="The day on which somebody closed the contract; its service may last longer.",
    )

    @api.depends(
        "subscription_end_date",
        "subscription_close_credit_rule",
        "subscription_state",
    )
    def _compute_subscription_has_planned_end(self):
        """Tell whether somebody closed the contract on a day that is still to come. Hook."""
        for order in self:
            end = order.subscription_end_date
            order.subscription_has_planned_end = bool(
                end
                and end > order._subscription_today()
                and order.subscription_close_credit_rule
                and order.subscription_state in const.RUNNING_STATES
            )

    # ------------------------------------------------------------------
    # Close
    # ------------------------------------------------------------------

    def _subscription_close(self, day, reason=None, note=None, credit_rule=None):
        """End contracts: no service from the given day on. Hook.

        Drafts that bill days after the end go away at once, as far as nobody edited them; the
        next run bills what is left of their days and credits what was posted.

        :param date day: first day without service
        :param reason: `subscription.close.reason` record
        :param str note: free text
        :param str credit_rule: 'credit' or 'forfeit', None takes the template's
        :raise UserError: the contract does not run, or the day lies before its start
        """
        self._check_subscription_operator()
        for order in self:
            order._subscription_claim()
            order._check_running(self.env._("closed"))
            order._check_close_date(day)
            is_early = order._is_earlier_than_agreed(day)
            old_end = order.subscription_end_date
            rule = credit_rule or order._get_subscription_template().credit_on_close or "credit"
            order._as_system().write(
                {
                    "subscription_end_date": day,
                    "subscription_cancelled_date": order.subscription_cancelled_date
                    or order._subscription_today(),
                    "subscription_close_reason_id": reason.id if reason else False,
                    "subscription_close_note": note,
                    "subscription_close_credit_rule": rule,
                }
            )
            order._subscription_apply_end(old_end)
            order._hook_on_subscription_close()
            text = OperationText(order).get_close_text(day, is_early)
            order._drop_unwanted_drafts()
            order._after_operation(text)

    def _check_close_date(self, day):
        """Refuse an end before the start. Hook.

        :param date day: first day without service
        :raise UserError: the contract cannot end on that day
        """
        start = self._get_subscription_start()
        if day < start:
            raise UserError(
                self.env._(
                    "%(order)s starts on %(start)s and cannot end before that day.",
                    order=self.name,
                    start=format_date(self.env, start),
                )
            )

    def _drop_unwanted_drafts(self):
        """Delete the untouched drafts that a change of this contract makes wrong.

        One that was edited or is being paid stays; whoever looks after it is asked.
        """
        self.ensure_one()
        try:
            shared = self._subscription_update_drafts() - self
        except EngineError:
            return  # the run says what is wrong with this contract
        if shared:
            shared._refresh_after_correction()

    # ------------------------------------------------------------------
    # Keep, reopen
    # ------------------------------------------------------------------

    def _subscription_keep(self):
        """Let one contract go on as its template says, as if nobody had closed it. Hook."""
        self.ensure_one()
        self._check_subscription_operator()
        last = self.subscription_last_date
        self._as_system().write(self._prepare_not_closed_values())
        self.write({"subscription_end_date": False})
        end = self._get_subscription_term_end()
        if end:
            self.subscription_end_date = end
        self.message_post(
            body=self.env._(
                "The closing after %(day)s was taken back, the contract goes on.",
                day=format_date(self.env, last),
            )
        )

    @api.model
    def _prepare_not_closed_values(self):
        """Return values of a contract that nobody has closed, without its dates."""
        return {
            "subscription_close_reason_id": False,
            "subscription_close_note": False,
            "subscription_close_credit_rule": False,
            "subscription_cancelled_date": False,
        }

    def _subscription_reopen(self, day, note=None):
        """Let closed contracts go on from a day; the days in between are never billed.

        They go on as they would have been served by then: segments that were planned before the
        closing are in force again. Paid days that the closing took away without money back and
        that are served after all are not charged again.

        :param date day: first day of service
        :param str note: free text
        :raise UserError: the contract is not closed, or the day lies before its end
        """
        self._check_subscription_operator()
        for order in self:
            order._subscription_claim()
            order._check_reopen(day)
            end, rule = order.subscription_end_date, order._get_close_credit_rule()
            cancelled = order.subscription_cancelled_date
            since = order.subscription_interruption_ids._get_cut_date(end)
            order._cut_interruptions(end)
            order._as_system().write(
                {**order._prepare_not_closed_values(), **order._prepare_reopened_values(day)}
            )
            order._subscription_apply_end(end)
            if day > end:
                # sudo: interruptions are written by operations only; rights checked before
                self.env["subscription.interruption"].sudo().create(
                    order._prepare_closure_values(end, day, rule, note, cancelled)
                )
            order._restore_forfeited(since, day)
            order._set_subscription_state(order._get_state_on(order._subscription_today()))
            order._after_operation(OperationText(order).get_reopen_text(end, day, note))

    def _check_reopen(self, day):
        """Refuse to serve this contract again from a day on which it cannot.

        :raise UserError: this contract cannot be served again from that day on
        """
        end = self.subscription_end_date
        if self.subscription_state != "closed" or self.state != "sale" or not end:
            raise UserError(
                self.env._("%(order)s is not closed and cannot be reopened.", order=self.name)
            )
        if day < end:
            raise UserError(
                self.env._(
                    "%(order)s was served until %(last)s. Reopen it on a later day.",
                    order=self.name,
                    last=format_date(self.env, self.subscription_last_date),
                )
            )

    def _prepare_reopened_values(self, day):
        """Return the dates of this contract once it is reopened. Hook for feature files.

        :param date day: first day of service
        :rtype: dict
        """
        return {"subscription_end_date": False}

    def _prepare_closure_values(self, end, day, rule, note, cancelled):
        return {
            "order_id": self.id,
            "kind": "closure",
            "start_date": end,
            "end_date": day,
            "decision_date": cancelled,
            "credit_rule": rule,
            "reason": note,
            "user_id": self.env.user.id,
        }

    def _cut_interruptions(self, end):
        """Let no pause reach beyond the end of one contract.

        :param date end: first day without service
        """
        self.ensure_one()
        # sudo: interruptions are written by operations only; rights checked on the contract
        gaps = self.subscription_interruption_ids.sudo().filtered(
            lambda gap: not gap.end_date or gap.end_date > end
        )
        later = gaps.filtered(lambda gap: gap.start_date >= end)
        (gaps - later).end_date = end
        later.unlink()
        self.subscription_interruption_ids.flush_recordset()

    # ------------------------------------------------------------------
    # Segments
    # ------------------------------------------------------------------

    def _subscription_apply_end(self, old_end):
        """Let the segments of one contract end on its end date, or go on if it has none.

        Lines that ended on the old end date of the contract move with it, and what was planned
        behind it comes back; a line that was ended for itself before stays ended.

        :param old_end: first day without service before the change, False if there was none
        """
        self.ensure_one()
        lines = self._get_recurring_lines()
        known = lines.filtered(lambda line: line.segment_ids or line.subscription_cut_segments)
        moved = {line: line._get_moved_end(old_end, self.subscription_end_date) for line in known}
        with told_to_user(self.env):
            self._replace_segments_of_lines(
                {line: segments for line, (segments, _remainder) in moved.items()}
            )
        for line, (_segments, remainder) in moved.items():
            line._store_remainder(remainder)
        if not self.subscription_end_date and self.subscription_close_credit_rule:
            values = self._prepare_not_closed_values()
            self._as_system().write(values)
        if self._subscription_today() < self.subscription_start_date:
            # An end on the first day took every segment of a contract that never began.
            self._subscription_start_lines(lines - known, self.subscription_start_date)

    def _subscription_forget_start(self):
        """Forget how the contract ended, too."""
        result = super()._subscription_forget_start()
        mirror = self._as_system()
        mirror.order_line.subscription_cut_segments = False
        mirror.write(self._prepare_not_closed_values())
        return result

    def _subscription_end_with_order(self):
        """Close a contract that was billed, so that what was paid for nothing goes back."""
        if not self.subscription_billed_period_ids:
            return super()._subscription_end_with_order()
        self._subscription_close(max(self._subscription_today(), self.subscription_start_date))
        return self._set_subscription_state("closed")

    def _hook_on_written(self, vals, old_ends):
        """Let a new end date reach the segments."""
        super()._hook_on_written(vals, old_ends)
        for order, old_end in old_ends.items():
            if order.subscription_end_date != old_end:
                order._subscription_apply_end(old_end)
                order._after_operation(None)
