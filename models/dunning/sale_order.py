from odoo import fields, models

from ... import const
from .subscription_dunning_event import EVENT_ACTIONS


def read_dunning_facts(orders):
    """Read at once what the sentences about late invoices of all these contracts need."""
    # sudo: whoever looks at a contract may not read its invoices
    late = orders.sudo().filtered("subscription_in_dunning")
    moves = late.order_line.invoice_lines.move_id.filtered("subscription_in_dunning")
    dunned = moves._get_subscription_orders()
    plans = dunned.subscription_template_id.dunning_policy_id.step_ids
    plans.mapped("action")
    moves.subscription_dunning_event_ids.mapped("action")
    moves.transaction_ids.mapped("state")


class SaleOrder(models.Model):
    """Contracts with late invoices: what happens next, and what is taken back after payment."""

    _inherit = "sale.order"

    subscription_in_dunning = fields.Boolean("In Dunning", copy=False, readonly=True)
    subscription_dunning_next_date = fields.Date(
        "Next Dunning Step On",
        copy=False,
        readonly=True,
        help="If nobody pays until then.",
        prefetch=const.SELDOM,
    )
    subscription_dunning_next_action = fields.Selection(
        EVENT_ACTIONS, "Next Dunning Step", copy=False, readonly=True, prefetch=const.SELDOM
    )
    subscription_dunning_text = fields.Text(
        "Dunning in Words", compute="_compute_subscription_dunning_text"
    )
    subscription_dunning_event_count = fields.Integer(
        "Number of Dunning Steps", compute="_compute_subscription_dunning_event_count"
    )
    subscription_overdue_amount = fields.Monetary(
        "Overdue", compute="_compute_subscription_dunning_text"
    )

    def _compute_subscription_dunning_text(self):
        """Say of each late invoice how late it is and what happens next."""
        read_dunning_facts(self)
        for order in self:
            moves = order._get_dunning_moves()
            order.subscription_dunning_text = "\n".join(
                move._get_dunning_sentence() for move in moves
            )
            order.subscription_overdue_amount = sum(move._get_amount_due_now() for move in moves)

    def _compute_subscription_dunning_event_count(self):
        """Count what was done; people without a right to read it see nothing."""
        Event = self.env["subscription.dunning.event"]
        counts = {}
        if Event.has_access("read"):
            groups = Event._read_group([("order_ids", "in", self.ids)], ["order_ids"], ["__count"])
            counts = {order.id: count for order, count in groups}
        for order in self:
            order.subscription_dunning_event_count = counts.get(order.id, 0)

    def _get_dunning_moves(self, is_known=True):
        """Return late invoices of one contract, the oldest first.

        :param bool is_known: look only where the contract knows that there are some
        :rtype: account.move
        """
        self.ensure_one()
        if is_known and not self.subscription_in_dunning:
            return self.env["account.move"]
        # sudo: whoever looks at a contract may not read its invoices
        moves = self.sudo().order_line.invoice_lines.move_id
        return moves.filtered("subscription_in_dunning").sorted(
            lambda move: (move._get_payment_due_date(), move.id)
        )

    def _refresh_dunning(self):
        """Bring one contract up to what is known of its late invoices."""
        self.ensure_one()
        moves = self._get_dunning_moves(is_known=False)
        following = moves.filtered("subscription_dunning_next_date").sorted(
            lambda move: (move.subscription_dunning_next_date, move.id)
        )[:1]
        values = {
            "subscription_in_dunning": bool(moves),
            "subscription_dunning_next_date": following.subscription_dunning_next_date,
            "subscription_dunning_next_action": following.subscription_dunning_next_action,
        }
        if any(self[name] != value for name, value in values.items()):
            self._as_system().write(values)
        if not moves:
            self._dunning_resume()

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_view_dunning_events(self):
        """Open what was done about unpaid invoices of these contracts."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_dunning_event_action"
        )
        action["domain"] = [("order_ids", "in", self.ids)]
        action["context"] = {}
        return action

    # ------------------------------------------------------------------
    # Suspend, resume, close
    # ------------------------------------------------------------------

    def _dunning_suspend(self, move):
        """Withhold the service of one contract from today until an invoice is paid.

        Pauses that are planned for later days give way to it until the service goes on.

        :param move: the unpaid `account.move`
        :raise UserError: the contract is interrupted today
        """
        self.ensure_one()
        today = self._subscription_today()
        planned = []
        while (gap := self._get_gap_to_resume(today)) and gap.start_date > today:
            planned.append(gap._prepare_plan())
            self._subscription_resume(today)
        self._subscription_pause(
            today,
            reason=move._get_unpaid_note(),
            kind="suspension",
            dunning_move_id=move.id,
            planned_pauses=planned,
        )

    def _dunning_resume(self):
        """Go on with the service of one contract that was suspended for unpaid invoices.

        So does a renewal that took the suspension over.
        """
        self.ensure_one()
        today = self._subscription_today()
        gap = self.subscription_interruption_ids.sudo().filtered(  # sudo: as above
            lambda gap: (
                gap.dunning_move_id
                and gap.start_date <= today
                and (not gap.end_date or gap.end_date > today)
            )
        )
        if gap and self.subscription_state in const.RUNNING_STATES:
            self._subscription_resume(today)
        # sudo: a colleague may look after the renewal that took the suspension over
        renewal = self._get_confirmed_renewal().sudo()
        if renewal and not renewal.subscription_in_dunning:
            renewal._dunning_resume()

    # ------------------------------------------------------------------
    # Pauses that were planned for later, and gave way when the service was suspended
    # ------------------------------------------------------------------

    def _subscription_resume(self, day):
        """Plan again what gave way to a suspension that ends."""
        planned = {order: order._get_gap_to_resume(day).planned_pauses for order in self}
        result = super()._subscription_resume(day)
        for order, pauses in planned.items():
            for values in pauses or ():
                order._plan_pause_again(day, **values)
        return result

    def _plan_pause_again(self, first, day, until, **values):
        """Pause one contract as it was planned, as far as these days are still to come.

        :param date first: day on which the service went on
        :param str day: first day without service as it was planned
        :param str until: first day of service after it, None until resumed
        :param values: as for :meth:`_subscription_pause`
        """
        day, until = max(first, fields.Date.to_date(day)), fields.Date.to_date(until)
        is_over = until and until <= day
        is_ended = self.subscription_end_date and self.subscription_end_date <= day
        if not (is_over or is_ended or self._get_pause_conflict(day, until)):
            self._subscription_pause(day, until, **values)
