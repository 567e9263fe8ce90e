from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import const
from ...engine.pausing import restart_periods, undo_restart
from ...engine.period import FOREVER, Period
from ...explain import told_to_user
from .operation_text import OperationText


class SaleOrder(models.Model):
    """Pauses and suspensions: a gap in the service, and how the periods go on after it."""

    _inherit = "sale.order"

    subscription_has_pause = fields.Boolean(
        "Pause Running or Planned", compute="_compute_subscription_has_pause"
    )

    @api.depends("subscription_interruption_ids.end_date", "subscription_state")
    def _compute_subscription_has_pause(self):
        """Tell whether a pause runs or is planned, so that it can be ended or taken back."""
        for order in self:
            today = order._subscription_today()
            order.subscription_has_pause = order.subscription_state in const.RUNNING_STATES and any(
                gap.kind != "closure" and (not gap.end_date or gap.end_date > today)
                for gap in order.subscription_interruption_ids
            )

    # ------------------------------------------------------------------
    # Pause
    # ------------------------------------------------------------------

    def _subscription_pause(
        self,
        day,
        until=None,
        reason=None,
        credit_rule=None,
        kind="pause",
        anchor_rule=None,
        **values,
    ):
        """Interrupt the service of contracts; nothing is billed for the gap, prices stay. Hook.

        :param date day: first day without service
        :param date until: first day of service after the gap, None until resumed
        :param str reason: shown on the contract
        :param str credit_rule: 'credit' or 'forfeit', None takes the template's
        :param str kind: 'pause', the customer's wish, or 'suspension', the vendor's
        :param str anchor_rule: 'keep' or 'restart', None takes the template's
        :param values: further values of the interruption
        :raise UserError: the contract does not run, or the days are refused
        """
        self._check_subscription_operator()
        for order in self:
            order._subscription_claim()
            start = max(day, order._get_subscription_start())
            order._check_pause(start, until, kind)
            template = order._get_subscription_template()
            # The database refuses overlaps at once: it must know a pause that was just ended.
            order.subscription_interruption_ids.flush_recordset()
            # sudo: interruptions are written by operations only; rights checked on the contract
            gap = (
                self.env["subscription.interruption"]
                .sudo()
                .create(
                    {
                        "order_id": order.id,
                        "kind": kind,
                        "start_date": start,
                        "end_date": until,
                        "reason": reason,
                        "credit_rule": credit_rule or template.credit_on_pause or "credit",
                        "anchor_rule": anchor_rule or template._get_pause_anchor(),
                        "user_id": self.env.user.id,
                        **values,
                    }
                )
            )
            order._restart_after(gap)
            order._after_operation(OperationText(order).get_pause_note(gap))

    def _check_pause(self, day, until, kind):
        """Refuse a pause or suspension that is no gap in the service of this contract.

        :param date day: first day without service
        :param date until: first day of service after it, None for an open one
        :param str kind: 'pause' or 'suspension'
        :raise UserError: naming the contract, and the other pause that is in the way
        """
        self._check_running(
            self.env._("suspended") if kind == "suspension" else self.env._("paused")
        )
        if until and until <= day:
            raise UserError(
                self.env._(
                    "A pause of %(order)s must end after it begins. Choose a day after %(start)s "
                    "for the service to go on.",
                    order=self.name,
                    start=format_date(self.env, day),
                )
            )
        end = self.subscription_end_date
        if end and end <= day:
            raise UserError(
                self.env._(
                    "%(order)s ends before %(day)s, so there is nothing to pause. Choose an "
                    "earlier day.",
                    order=self.name,
                    day=format_date(self.env, day),
                )
            )
        taken = self._get_pause_conflict(day, until)
        if taken:
            raise UserError(taken._get_conflict_text())

    def _get_pause_conflict(self, day, until=None):
        """Return the interruption in whose days a pause of this contract would lie.

        :param date day: first day without service
        :param date until: first day of service after it, None for an open one
        :rtype: subscription.interruption
        """
        wanted = Period(day, until or FOREVER)
        return self.subscription_interruption_ids.sorted("start_date").filtered(
            lambda gap: any(wanted.overlaps(taken) for taken in gap._get_engine_gaps())
        )[:1]

    def _check_customer_pause(self, day, until):
        """Refuse a pause that a customer asks for and that the terms do not grant.

        :param date day: first day without service
        :param date until: first day of service after it, None for an open one
        :raise UserError: saying how long a pause may be
        """
        self.ensure_one()
        longest = self._get_subscription_template().pause_max_days
        if not longest:
            raise UserError(
                self.env._("%(order)s cannot be paused online. Write to us.", order=self.name)
            )
        if day < self._subscription_today() or not until or (until - day).days > longest:
            raise UserError(
                self.env._(
                    "%(order)s can be paused from today on, for up to %(days)s days.",
                    order=self.name,
                    days=longest,
                )
            )

    # ------------------------------------------------------------------
    # Resume
    # ------------------------------------------------------------------

    def _subscription_resume(self, day):
        """End the pause or suspension that covers a day; service goes on from that day. Hook.

        When none does, the next planned one is taken back. Later ones stay planned.

        :param date day: first day of service
        :raise UserError: the contract is not interrupted, then or later
        """
        self._check_subscription_operator()
        self._subscription_claim()
        for order in self:
            gap = order._check_resume(day)
            since, text = gap.start_date, OperationText(order).get_resume_text(gap, day)
            order._undo_restart_after(gap)
            if since >= day:
                gap.unlink()
            else:
                gap.end_date = day
                order._restart_after(gap)
            order._restore_forfeited(since, day)
            amounts = OperationText(order).get_amounts_text(max(day, order._subscription_today()))
            order._after_operation(f"{text} {amounts}")

    def _get_gap_to_resume(self, day):
        """Return the interruption that a resume on a day ends, else the next one; as sudo."""
        gaps = self.subscription_interruption_ids.filtered(
            lambda gap: gap.kind != "closure" and (not gap.end_date or gap.end_date > day)
        )
        # sudo: interruptions are written by operations only; rights checked on the contract
        return gaps.sorted("start_date")[:1].sudo()

    def _check_resume(self, day):
        """Return the interruption that a resume of this contract on a day ends, as sudo.

        :param date day: first day of service
        :raise UserError: there is none
        """
        gap = self._get_gap_to_resume(day)
        if gap:
            return gap
        raise UserError(
            self.env._(
                "%(order)s is not paused on %(day)s or later.",
                order=self.name,
                day=format_date(self.env, day),
            )
        )

    # ------------------------------------------------------------------
    # Periods that begin anew
    # ------------------------------------------------------------------

    def _restart_after(self, gap):
        """Let the periods of one contract begin anew when an interruption ends, if it says so.

        :param gap: `subscription.interruption` record
        """
        day = gap.end_date
        if gap.anchor_rule != "restart" or not day:
            return
        until = self.subscription_interruption_ids._get_next_restart(day)
        restart = partial(restart_periods, day=day, anchor=day, until=until)
        self._change_periods(restart, restart)
        gap.previous_anchor_date = self.subscription_anchor_date
        if not until:
            self._as_system().subscription_anchor_date = day

    def _undo_restart_after(self, gap):
        """Count the periods after an interruption as before it.

        :param gap: `subscription.interruption` record
        """
        day = gap.end_date
        if gap.anchor_rule != "restart" or not day:
            return
        until = self.subscription_interruption_ids._get_next_restart(day)
        start, anchor = gap.start_date, gap.previous_anchor_date
        self._change_periods(
            lambda segments: undo_restart(segments, start, until),
            lambda later: restart_periods(later, start, anchor, until) if anchor else later,
        )
        if anchor and self.subscription_anchor_date == day:
            self._as_system().subscription_anchor_date = anchor

    def _change_periods(self, operation, change_later):
        """Change the grid of all lines of one contract, also of what its end cut off.

        :param operation: function from engine segments to engine segments
        :param change_later: the same for the segments that the end of the contract took away
        """
        lines = self._get_recurring_lines().filtered("segment_ids")
        with told_to_user(self.env):
            new = {line: operation(line._get_engine_segments()) for line in lines}
        self._replace_segments_of_lines(new)
        for line in lines:
            line._change_remainder(change_later)

    # ------------------------------------------------------------------
    # Dry runs
    # ------------------------------------------------------------------
