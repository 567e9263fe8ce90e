from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from ... import const
from ...engine import errors
from ...engine.lifecycle import check_move, state_on

# What the note about a confirmation tells besides what somebody changed.
TOLD_AT_START = ("subscription_state", "subscription_stage_id", "subscription_start_date")
ONE_DAY = timedelta(days=1)


class SaleOrder(models.Model):
    """What happens to a contract between its first and its last day."""

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # State
    # ------------------------------------------------------------------

    def _set_subscription_state(self, state):
        """Move contracts to a state; the only place that writes it.

        :param str state: one of ``const.SUBSCRIPTION_STATES``
        :raise UserError: the table of allowed moves does not know this one
        """
        for order in self.filtered(lambda order: order.subscription_state != state):
            old = order.subscription_state
            try:
                check_move(old, state)
            except errors.ForbiddenMove as error:
                labels = dict(self._fields["subscription_state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(order)s has the status “%(old)s”, which “%(new)s” cannot follow.",
                        order=order.name,
                        old=labels[old],
                        new=labels[state],
                    )
                ) from error
            order._as_system().subscription_state = state
            order._hook_on_subscription_state(old, state)

    def _hook_on_subscription_state(self, old, new):
        """Hook. Called after one contract moved from a state to another. Return nothing.

        The stage follows first.
        """
        self.ensure_one()
        stage = self.env["subscription.stage"]._get_stage_of_state(new, self.company_id)
        if stage:
            self.subscription_stage_id = stage

    def _subscription_refresh_state(self):
        """Let the calendar move the state: a future start, a pause or an end was reached. Hook."""
        for order in self.filtered(lambda order: order._is_subscription_started()):
            # Closed and renewed contracts come back by an operation, never by the calendar.
            if order.subscription_state in ("closed", "renewed"):
                continue
            day = order._subscription_today()
            if order.subscription_state != "upcoming" and order.subscription_start_date:
                # A company whose time zone moves west has a day twice: what began has begun.
                day += min(max(order.subscription_start_date - day, timedelta()), ONE_DAY)
            order._set_subscription_state(order._get_state_on(day))

    def _get_state_on(self, day):
        """Return the state that dates and interruptions give one confirmed contract on a day.

        :param date day: a day in the company's time zone
        :rtype: str
        """
        self.ensure_one()
        gap = self.subscription_interruption_ids.filtered(
            lambda gap: gap.start_date <= day and (not gap.end_date or day < gap.end_date)
        )
        return state_on(
            day,
            start=self.subscription_start_date,
            end=self.subscription_end_date or None,
            paused="pause" in gap.mapped("kind"),
            suspended="suspension" in gap.mapped("kind"),
            reopens="closure" in gap.mapped("kind"),
            renewed=self._is_renewed_on(day),
        )

    # ------------------------------------------------------------------
    # Start
    # ------------------------------------------------------------------

    def _subscription_start(self):
        """Turn confirmed orders into contracts: dates, segments, state. Hook, bills nothing."""
        for order in self:
            start = order._get_subscription_start()
            values = {
                "subscription_start_date": start,
                "subscription_anchor_date": order._get_subscription_anchor(),
                "subscription_template_id": order._get_subscription_template().id,
                "subscription_origin_id": order.subscription_origin_id.id or order.id,
                **order._prepare_start_values(start),
            }
            end = order._get_subscription_term_end()
            if end:
                values["subscription_end_date"] = end
            order._as_system().write(values)
            order._subscription_start_lines(order._get_recurring_lines(), start)
            # Service may be over already when somebody confirms what was agreed long ago.
            is_future = start > order._subscription_today()
            order._set_subscription_state("upcoming" if is_future else "active")
            order._subscription_refresh_state()
            order._hook_on_subscription_start()

    def _track_filter_for_display(self, tracking_values):
        """Leave out what a contract takes from its terms on the day it begins.

        It stands on the contract; the note about the confirmation says that it runs.
        """
        values = super()._track_filter_for_display(tracking_values)
        if not {"state", "subscription_state"} <= set(values.field_id.mapped("name")):
            return values
        return values.filtered(
            lambda value: (
                not value.field_id.name.startswith("subscription_")
                or value.field_id.name in TOLD_AT_START
                or any(value[f"old_value_{kind}"] for kind in ("char", "integer", "datetime"))
            )
        )

    def _hook_on_subscription_start(self):
        """Hook. Called once per contract after its segments are open. Return nothing, bill nothing.

        A renewal looks at the contract before it first. Then billing settles the taxes, a saved
        method is asked for, and the contract before is handed over; what that one has and the
        renewal has not is said last.
        """

    def _subscription_start_lines(self, lines, start):
        """Open the first segments of recurring lines from the given day on. Hook.

        :param lines: recurring lines of this contract that have no segments yet
        :param date start: first day of service
        """
        self.ensure_one()
        Segment = self.env["subscription.segment"].sudo()  # sudo: nobody edits segments by hand
        new = lines.filtered(lambda line: not line.segment_ids)
        new._remember_list_discount()
        openings = {line: line._get_opening(start) for line in new}
        Segment.create(
            [
                Segment._prepare_segment_values(line, segment)
                for line, (segments, _remainder) in openings.items()
                for segment in segments
            ]
        )
        for line, (_segments, remainder) in openings.items():
            line._store_remainder(remainder)

    def _hook_on_start_forgotten(self):
        """Hook. Called before one contract that never billed loses its segments. Return nothing."""

    def _subscription_forget_start(self):
        """Take back the segments of orders that never billed, now quotations again. Hook."""
        for order in self:
            order._hook_on_start_forgotten()
            # sudo: nobody edits segments and gaps by hand; this contract never billed anything
            order.order_line.segment_ids.sudo().unlink()
            order.subscription_interruption_ids.sudo().unlink()
            values = {
                "subscription_state": "draft",
                "subscription_stage_id": self.env["subscription.stage"]
                ._get_stage_of_state("draft", order.company_id)
                .id,
                "subscription_anchor_date": False,
                "subscription_next_invoice_date": False,
            }
            order._as_system().write(values)

    def _prepare_start_values(self, start):
        """Hook. Return what else is written on a contract that starts.

        :param date start: first day of service
        :rtype: dict
        """
        return {}

    def _get_quote_date(self):
        """Return the day as of which this order is looked at: today. Hook.

        :rtype: date
        """
        self.ensure_one()
        return self._subscription_today()

    def _get_trial_end(self):
        """Return the first paid day of a contract that begins with a trial, None here. Hook.

        :rtype: date | None
        """
        self.ensure_one()
        return

    def _is_renewed_on(self, day):
        """Return whether another contract has taken over by that day: none here. Hook."""
        return False

    # ------------------------------------------------------------------
    # End
    # ------------------------------------------------------------------

    def _subscription_end_with_order(self):
        """Hook. End one contract whose order is about to be cancelled.

        One that never billed keeps its agreed dates, so that it can become a quotation again.
        """
        self.ensure_one()
        self._hook_on_start_forgotten()
        # sudo: nobody edits segments by hand; this contract never billed anything
        self.order_line.segment_ids.sudo().unlink()
        self._set_subscription_state("closed")

    def _hook_on_subscription_close(self):
        """Hook. Called after the end of one contract is set, before it is billed."""

    def _check_running(self, wanted):
        self.ensure_one()
        if self.subscription_state not in const.RUNNING_STATES:
            raise UserError(
                self.env._(
                    "%(order)s is not a running contract and cannot be %(wanted)s.",
                    order=self.name,
                    wanted=wanted,
                )
            )

    def _after_operation(self, message):
        """Bring state, mirror and dates up to the changed segments, and say what happened."""
        self.ensure_one()
        self._subscription_refresh_state()
        if message:
            self.message_post(body=message.strip())
        self._hook_on_subscription_changed()

    def _hook_on_subscription_changed(self):
        """Hook. Called after segments or the end of running contracts changed. Return nothing.

        Billing goes first, so that every other room finds the dates written.
        """

    def _is_new_contract(self):
        """Return whether this order begins a chain, not an amendment or a renewal."""
        return (self.subscription_order_type or "new") == "new"
