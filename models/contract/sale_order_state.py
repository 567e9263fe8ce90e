from odoo import models
from odoo.exceptions import UserError

from ... import const
from ...engine import errors
from ...engine.lifecycle import check_move, state_on


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
        """Called after one contract moved from a state to another. Return nothing."""
        self.ensure_one()
        stage = self.env["subscription.stage"]._get_stage_of_state(new, self.company_id)
        if stage:
            self.subscription_stage_id = stage

    def _subscription_refresh_state(self):
        """Let the calendar move the state: a future start, a pause or an end was reached."""
        for order in self.filtered(lambda order: order._is_subscription_started()):
            # Closed and renewed contracts come back by an operation, never by the calendar.
            if order.subscription_state not in ("closed", "renewed"):
                order._set_subscription_state(order._get_state_on(order._subscription_today()))

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
        """Turn confirmed orders into contracts: dates, steps, state. Billing follows by itself."""
        for order in self:
            start = order._get_subscription_start()
            values = {
                "subscription_start_date": start,
                "subscription_quote_date": order._get_quote_date(),
                "subscription_frozen_totals": order._get_due_now_totals(),
                "subscription_anchor_date": order._get_subscription_anchor(),
                "subscription_template_id": order._get_subscription_terms().id,
                "subscription_origin_id": order.subscription_origin_id.id or order.id,
                **order._prepare_agreement_values(start),
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
        self._trigger_billing()

    def _hook_on_subscription_start(self):
        """Called once per contract after its steps are open. Return nothing, never bill here."""

    def _subscription_start_lines(self, lines, start):
        """Open the first steps of recurring lines from the given day on.

        :param lines: recurring lines of this contract that have no steps yet
        :param date start: first day of service
        """
        self.ensure_one()
        Segment = self.env["subscription.segment"].sudo()  # sudo: nobody edits steps by hand
        openings = {line: line._get_opening(start) for line in lines if not line.segment_ids}
        Segment.create(
            [
                Segment._prepare_segment_values(line, segment)
                for line, (segments, _tail) in openings.items()
                for segment in segments
            ]
        )
        for line, (_segments, tail) in openings.items():
            line._store_tail(tail)
        self._update_subscription_dates()

    def _hook_on_start_forgotten(self):
        """Called before one contract that never billed loses its steps. Return nothing."""

    def _subscription_forget_start(self):
        """Take back the steps of orders that never billed, when they are quotations again."""
        for order in self:
            order._hook_on_start_forgotten()
            # sudo: nobody edits steps and gaps by hand; this contract never billed anything
            order.order_line.segment_ids.sudo().unlink()
            order.subscription_interruption_ids.sudo().unlink()
            values = {
                "subscription_state": "draft",
                "subscription_stage_id": self.env["subscription.stage"]
                ._get_stage_of_state("draft", order.company_id)
                .id,
                "subscription_anchor_date": False,
                "subscription_frozen_totals": False,
                "subscription_next_invoice_date": False,
            }
            if order.subscription_start_date == order.subscription_quote_date:
                values["subscription_start_date"] = False  # it was the day of the confirmation
            order._as_system().write(values)
        self._subscription_release_quote()

    # ------------------------------------------------------------------
    # End
    # ------------------------------------------------------------------

    def _subscription_end_with_order(self):
        """End one contract whose order is about to be cancelled.

        One that never billed keeps its agreed dates, so that it can become a quotation again.
        """
        self.ensure_one()
        if self.subscription_billed_period_ids:
            self._subscription_close(max(self._subscription_today(), self.subscription_start_date))
        else:
            self._hook_on_start_forgotten()
            # sudo: nobody edits steps by hand; this contract never billed anything
            self.order_line.segment_ids.sudo().unlink()
        self._set_subscription_state("closed")

    def _hook_on_subscription_close(self):
        """Called after the end of one contract is set, before it is billed. Return nothing."""

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
        """Bring state, mirror and dates up to the changed steps, and say what happened."""
        self.ensure_one()
        self._subscription_refresh_state()
        self._update_subscription_dates()
        if message:
            self.message_post(body=message.strip())
        self._trigger_billing()
        self._hook_on_subscription_changed()

    def _hook_on_subscription_changed(self):
        """Called after steps or the end of running contracts changed. Return nothing."""
