from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.change import change_values
from ...engine.money import to_decimal
from ..amendment.amendment_plan import AmendmentPlan
from .change_offer import PLAN

FINAL = ";final"  # closes the choice of a change that cannot be taken back


class TakenBack:
    """Changes of a customer whose day is still to come, and taking one of them back.

    Only what the customer chose is taken back. A price rise or the end of a discount that is
    planned for the same day stays planned.

    :param acts: :class:`CustomerActs` of the contract
    :param control: :class:`CustomerControl` of the contract
    """

    def __init__(self, acts, control):
        self.acts = acts
        self.control = control
        self.order = acts.order
        self.env = acts.env

    # ------------------------------------------------------------------
    # May
    # ------------------------------------------------------------------

    @staticmethod
    def is_revocable(key):
        """Return whether a choice can be taken back before its day: other terms hold at once."""
        return not key.endswith(FINAL) and (PLAN not in key or f"{PLAN}-" in key)

    def cuts_plan(self, draft):
        """Return whether a change takes away what is planned for later on a line that it ends.

        A line that goes on again would know nothing of it: a discount would never end.

        :param draft: the amendment, saved or not
        """
        day, targets = draft._get_effective_date(), AmendmentPlan(draft).get_target_lines()
        for line in self.order._get_recurring_lines():
            target = targets.get(line)
            is_ended = not target or target._is_switched() or target._is_taken_off()
            if is_ended and any(part.start >= day for part in line._get_whole_plan()):
                return True
        return False

    def get_planned(self):
        """Return changes of the customer whose day is still to come.

        :rtype: sale.order
        """
        return self.order.subscription_amendment_ids.filtered(
            lambda order: (
                order.state == "sale"
                and order.subscription_customer_choice
                and (self._get_quantities(order) or self._get_begins_and_ends(order))
            )
        )

    def get_pending(self):
        """Return changes of the customer that can be taken back.

        :rtype: sale.order
        """
        if not self.control.can_revoke:
            return self.order.browse()
        return self.get_planned().filtered(
            lambda order: self.is_revocable(order.subscription_customer_choice)
        )

    # ------------------------------------------------------------------
    # What was chosen
    # ------------------------------------------------------------------

    def _get_targets(self, amendment):
        """Return the lines of an amendment by the line of the contract that each goes on with."""
        lines = amendment.order_line.filtered("subscription_parent_line_id")
        return {line.subscription_parent_line_id: line for line in lines}

    def _get_planned_segments(self, amendment):
        """Return what is planned for the day of an amendment on the lines that it changed."""
        return self.order.subscription_planned_ids.filtered(
            lambda segment: (
                segment.planned_date == amendment.subscription_effective_date
                and segment.line_id in amendment.subscription_changed_line_ids
            )
        )

    def _get_quantities(self, amendment):
        """Return the quantities to go back to, by line, where those that were chosen still stand.

        :rtype: dict
        """
        targets, found = self._get_targets(amendment), {}
        for segment in self._get_planned_segments(amendment):
            target = targets.get(segment.line_id)
            if not target or segment._get_planned_kind() != "change":
                continue
            chosen, before = target.product_uom_qty, target.subscription_base_quantity
            if chosen != before and segment.quantity == chosen:
                found[segment.line_id] = before
        return found

    def _get_begins_and_ends(self, amendment):
        """Return segments with which a line begins or ends because it was chosen.

        :return: none as soon as one of these lines was changed since
        :rtype: subscription.segment
        """
        targets = self._get_targets(amendment)
        segments = self._get_planned_segments(amendment).filtered(
            lambda segment: self._is_begin_or_end(segment, targets.get(segment.line_id))
        )
        if all(self._is_as_chosen(segment, targets) for segment in segments):
            return segments
        return segments.browse()

    @staticmethod
    def _is_begin_or_end(segment, target):
        kind = segment._get_planned_kind()
        return kind == "end" and target._is_taken_off() if target else kind == "begin"

    @staticmethod
    def _is_as_chosen(segment, targets):
        """Return whether a line that takes the place of another one is as the customer saw it."""
        line = segment.line_id
        chosen = targets.get(line.subscription_replaced_line_id)
        return not chosen or (
            len(line.segment_ids) == 1
            and to_decimal(segment.price_unit) == to_decimal(chosen.price_unit)
            and to_decimal(segment.discount) == to_decimal(chosen.discount)
        )

    # ------------------------------------------------------------------
    # Taking back
    # ------------------------------------------------------------------

    def revoke(self, amendment):
        """Take a change back before its day.

        :param amendment: one of :meth:`get_pending`
        :raise UserError: it is none of them any more
        """
        self.order._subscription_claim()
        if amendment not in self.get_pending():
            raise UserError(self.acts.get_changed_text())
        day = amendment.subscription_effective_date
        for line, quantity in self._get_quantities(amendment).items():
            self._set_back(line, day, quantity)
        while segments := self._get_begins_and_ends(amendment):
            self.order._subscription_revoke_segment(segments[0])
        name = self.acts.get_name()
        self.acts.tell(
            lambda env: env._(
                "%(name)s took back online what was to change on %(day)s.",
                name=name,
                day=format_date(env, day),
            ),
            "revoked",
        )

    def _set_back(self, line, day, quantity):
        """Plan the quantity of a line for a day that was planned before."""
        values = {"quantity": to_decimal(quantity)}
        new, remainder = self.order._run_on_plan(
            line, lambda plan: change_values(plan, day, values=values)
        )
        self.order._replace_segments(line, new)
        line._store_remainder(remainder)
        self.order._after_operation(None)
