from dataclasses import replace

from odoo import models

from ...engine.amendment import carry_over, live_step, period_end, regrid
from ...engine.change import change_values
from ...engine.ending import NO_TAIL, split_end
from ...engine.money import to_decimal
from ...engine.segment import Segment, cut_gaps, end_at


class SaleOrder(models.Model):
    """What an amendment would do: the new steps of the contract, and what then falls due.

    Nothing here writes. The steps are those that the confirmation stores, and the items are those
    that the billing run finds afterwards, so that the amount due now is the next document.
    """

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    def _get_effective_date(self):
        """Return the first day of the change that an amendment makes.

        :return: the day that was fixed, else what follows from today; never before the contract
        :rtype: date
        """
        self.ensure_one()
        accepted = self._get_quote_date()
        is_fixed = self.subscription_quote_frozen or self.state == "sale"
        day = self.subscription_effective_date
        if self.subscription_effective_mode == "now" and not (is_fixed and day):
            day = accepted
        elif self.subscription_effective_mode == "period" and not (is_fixed and day):
            day = self._get_next_period_date(accepted)
        start = self._get_amended_contract().subscription_start_date
        return max(day or accepted, start or accepted)

    def _get_next_period_date(self, day):
        """Return the first day of the next period of the lines that an amendment changes.

        Where it only adds lines, it is the next period of any line.

        :param date day: a day in the current period
        :rtype: date
        """
        self.ensure_one()
        targets = self._get_target_lines()
        changed, others = [], []
        for line in self._get_amended_contract()._get_recurring_lines():
            segments = line._get_engine_steps()
            end = period_end(segments, day)
            if not end:
                continue
            target = targets.get(line)
            is_kept = (target and not target._is_amended()) or str(line.id) not in (
                self.subscription_baseline or {}
            )
            (others if is_kept else changed).append(end)
        return max(changed) if changed else min(others, default=day)

    def _get_subscription_start(self):
        """Begin what an amendment adds on the day of the change."""
        return (
            self._get_effective_date()
            if self._is_amendment()
            else super()._get_subscription_start()
        )

    def _get_subscription_anchor(self):
        """Count the periods of what an amendment adds from the anchor of its contract."""
        if self._is_amendment():
            return self._get_amended_contract()._get_subscription_anchor()
        return super()._get_subscription_anchor()

    def _get_subscription_term_end(self):
        """End what an amendment adds with its contract."""
        if self._is_amendment():
            return self._get_amended_contract()._get_subscription_term_end()
        return super()._get_subscription_term_end()

    def _subscription_freeze_quote(self, day=None):
        """Fix the first day of the change together with the amount."""
        super()._subscription_freeze_quote(day)
        for order in self.filtered(lambda order: order._is_open_amendment()):
            if order.subscription_effective_mode != "date" and order.subscription_quote_frozen:
                order.subscription_effective_date = False
                order.subscription_effective_date = order._get_effective_date()

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def _get_target_lines(self):
        """:return: the line of this amendment that goes on with each line of its contract
        :rtype: dict
        """
        self.ensure_one()
        targets = {}
        for line in self.order_line:
            if line.subscription_parent_line_id and not line.display_type:
                targets.setdefault(line.subscription_parent_line_id.sudo(), line)
        return targets

    def _get_added_lines(self):
        """Return the lines of this amendment that its contract gets as new ones.

        :return: added lines, lines that are sold once, and those that replace another one
        :rtype: sale.order.line
        """
        self.ensure_one()
        going_on = self.order_line.browse(
            line.id for line in self._get_target_lines().values() if not line._is_switched()
        )
        return self._get_priced_lines() - going_on

    def _get_amendment_steps(self):
        """Return the steps of the contract as this amendment wants them.

        :return: engine segments by recurring line: the lines of the contract, then those of the
            amendment that it adds
        :rtype: dict
        """
        return {line: steps for line, (steps, _tail) in self._get_amendment_plans().items()}

    def _get_amendment_plans(self):
        """Return the steps as this amendment wants them, and what the contract's end takes away.

        :return: engine segments and the engine's `Tail` by recurring line, as in
            :meth:`_get_amendment_steps`
        :rtype: dict
        """
        self.ensure_one()
        day = self._get_effective_date()
        targets = self._get_target_lines()
        plans = {}
        for line in self._get_amended_contract()._get_recurring_lines():
            plans[line] = self._get_amended_plan(line, targets.get(line), day)
        for line in self._get_added_lines().filtered("is_recurring"):
            plans[line] = self._get_added_plan(line, day)
        return plans

    def _get_amended_plan(self, line, target, day):
        """Return the steps of one line of the contract, and what its end takes away.

        :param line: line of the contract
        :param target: line of this amendment that goes on with it, None when it was taken off
        :param date day: first day of the change
        """
        old, tail = line._get_engine_steps(), line._get_tail()
        if not live_step(old, day) or str(line.id) not in (self.subscription_baseline or {}):
            return old, tail
        if not target or target._is_switched() or target._is_taken_off():
            return end_at(old, day), tail
        values = target._get_amended_values()
        new = line._get_whole_plan()
        if values:
            new = change_values(new, day, values=values)
        if self._is_template_switched():
            new = regrid(new, day, target._get_typed_terms())
        end = line.order_id.subscription_end_date
        return split_end(new, end) if end else (new, NO_TAIL)

    def _get_added_plan(self, line, day):
        """Return the steps of a line that this amendment adds, and what its end takes away.

        :param line: line of this amendment
        :param date day: first day of the change
        """
        end = self._get_subscription_term_end()
        quantity = to_decimal(line.product_uom_qty)
        if not quantity or (end and end <= day):
            return (), NO_TAIL
        terms = line._get_typed_terms()
        parent = line.subscription_parent_line_id.sudo()
        if parent:
            steps = carry_over(parent._get_whole_plan(), day, quantity, terms)
        else:
            steps = (Segment(day, None, quantity, terms),)
        return split_end(steps, end) if end else (steps, NO_TAIL)

    def _is_template_switched(self):
        """:return: whether this amendment puts its contract on other terms"""
        contract = self._get_amended_contract()
        return self._get_subscription_terms() != contract._get_subscription_terms().with_env(
            self.env
        )

    def _get_touched_lines(self, steps):
        """Return the lines whose steps an amendment changes, those that it adds included.

        :param dict steps: of :meth:`_get_amendment_steps`
        :rtype: list
        """
        return [line for line, new in steps.items() if list(new) != line._get_engine_steps()]

    # ------------------------------------------------------------------
    # What falls due
    # ------------------------------------------------------------------

    def _get_order_due_items(self, until=None):
        """Compare the contract as an amendment wants it with what was billed.

        A contract whose customer accepted an amount online bills that first.
        """
        if self._is_amendment():
            return self._get_amendment_due_items() if self._is_open_amendment() else []
        pending = self._get_pending_amendments()[:1] if not until else self.browse()
        if pending and self.state == "sale":
            return self._get_accepted_items(pending)
        return super()._get_order_due_items(until)

    def _get_amendment_due_items(self):
        """Return what the contract bills because of this amendment, as soon as it is confirmed.

        For a change of a later day that is nothing, unless it is paid in advance.

        :return: a list of :class:`DueItem`
        """
        self.ensure_one()
        if self._is_change_ahead() and not self._is_asked_ahead():
            self._get_amendment_steps()  # what the engine refuses is refused before its day
            return []
        return self._get_changed_items()

    def _get_changed_items(self):
        """Return what the contract bills on the day of this amendment.

        Up to today that is everything that its next run bills. For a change of a later day it is
        what falls due on that day on the lines that change.

        :return: a list of :class:`DueItem`
        """
        self.ensure_one()
        steps = self._get_amendment_steps()
        items = self._get_amended_contract()._get_amended_items(
            steps,
            self._get_touched_lines(steps),
            self._get_effective_date(),
            self._get_quote_date(),
        )
        return self._get_items_as_amended(items)

    def _get_items_as_amended(self, items):
        """Let charges have the taxes that this amendment gives their lines.

        :param items: :class:`DueItem` of lines of the contract
        :rtype: list
        """
        targets = {
            line: target
            for line, target in self._get_target_lines().items()
            if not target._is_switched() and target._get_amended_details()
        }
        return [
            due if due.is_credit else replace(due, line=targets.get(due.line, due.line))
            for due in items
        ]

    def _get_amended_items(self, steps, touched, day, accepted):
        """Return what falls due on this contract with the given steps.

        :param dict steps: engine segments by line
        :param touched: lines that a change of a later day is about
        :param date day: first day of the change
        :param date accepted: day as of which the amount holds
        :return: a list of :class:`DueItem`
        """
        self.ensure_one()
        gaps = self.subscription_interruption_ids._get_engine_gaps()
        forfeited = self._get_forfeited_spans()
        is_ahead = day > accepted
        result = []
        for line, segments in steps.items():
            if is_ahead and line not in touched:
                continue
            rows = line.billed_period_ids._get_engine_rows()
            served = cut_gaps(segments, gaps)
            if not served and not rows:
                continue
            items = line._get_due_items(served, max(day, accepted), forfeited, rows)
            result += [due for due in items if not is_ahead or due.item.on >= day]
        return result

    # ------------------------------------------------------------------
    # The coming months of a contract as one of its amendments would make them
    # ------------------------------------------------------------------

    def _get_simulated_contract(self):
        """Look at the pauses and the end of the contract that an amendment is about."""
        if self._is_amendment():
            return self._get_amended_contract()
        return super()._get_simulated_contract()

    def _get_simulated_steps(self):
        """Begin with the steps that the confirmation of an amendment would store."""
        return (
            self._get_amendment_steps() if self._is_amendment() else super()._get_simulated_steps()
        )
