from uuid import uuid4

from odoo import models
from odoo.fields import Command

from .first_invoice import FirstInvoice


class SaleOrder(models.Model):
    """What promotions take off a contract: once, or period by period."""

    _inherit = "sale.order"

    _due_now_fields = ("order_line.reward_id",)

    # ------------------------------------------------------------------
    # For some periods
    # ------------------------------------------------------------------

    def _get_lasting_rewards(self):
        """Return the rewards of this order that lower its recurring lines for some periods."""
        self.ensure_one()
        # sudo: customers see what they pay but have no right to read promotions
        rewards = self.order_line.sudo().reward_id
        return rewards.filtered(self._is_lasting)

    def _is_lasting(self, reward):
        """Return whether a reward holds for some periods of this order.

        An amendment or a renewal goes on with what its contract has, and what runs has begun
        already: there it is given once.
        """
        return bool(
            reward.recurring_period_count
            and reward._can_hold_for_periods()
            and self._is_new_contract()
            # sudo: customers have no right to read segments
            and not self._origin.order_line.sudo().segment_ids
        )

    def _get_lasting_lines(self, reward):
        """Return the lines that a reward lowers for some periods, none where it is given once."""
        self.ensure_one()
        if not self._is_lasting(reward):
            return self.order_line.browse()
        lines = self._get_recurring_lines().filtered(lambda line: not line.reward_id)
        if reward.discount_applicability == "specific":
            # sudo: as in _get_lasting_rewards
            lines &= self.sudo()._get_specific_discountable_lines(reward).with_env(self.env)
        return lines

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def _discountable_order(self, reward):
        """Count what the first invoice bills, not full periods."""
        found = super()._discountable_order(reward)
        if reward.program_id.is_payment_program or not self._get_recurring_lines():
            return found
        lines = self.order_line - self._get_no_effect_on_threshold_lines()
        return FirstInvoice(self).scale(found, lines, reward)

    def _discountable_specific(self, reward):
        """Count what the first invoice bills, not full periods."""
        found = super()._discountable_specific(reward)
        if not self._get_recurring_lines():
            return found
        lines = self._get_specific_discountable_lines(reward)
        return FirstInvoice(self).scale(found, lines, reward)

    def _discountable_cheapest(self, reward):
        """Count what the first invoice bills, not full periods."""
        found = super()._discountable_cheapest(reward)
        if not self._get_recurring_lines():
            return found
        return FirstInvoice(self).scale(found, self._cheapest_line(reward) or [], reward)

    def _get_order_line_price(self, order_line, price_type):
        """Give points for what the first invoice asks for, not for full periods."""
        price = super()._get_order_line_price(order_line, price_type)
        lines = order_line._get_lines_with_price()
        if price_type != "price_total" or not lines.recurrence_id:
            return price
        first = FirstInvoice(self)
        due = first.get_due()
        return sum(line.price_total * first.get_share(line, due) for line in lines)

    def _get_reward_values_discount(self, reward, coupon, **kwargs):
        """Give a reward that holds for periods a line that says so and takes nothing off itself.

        What is sold once is lowered by lines of core's kind, whatever the reward says of periods.
        """
        if reward.program_id.is_payment_program or not self._get_recurring_lines():
            return super()._get_reward_values_discount(reward, coupon, **kwargs)
        if self._get_lasting_lines(reward):
            is_order = reward.discount_applicability == "order"
            count = self._discountable_order if is_order else self._discountable_specific
            if self.currency_id.compare_amounts(count(reward)[0], 0) <= 0:
                return [self._prepare_lasting_values(reward, coupon)]
        with FirstInvoice(self).counted():
            return super()._get_reward_values_discount(reward, coupon, **kwargs)

    def _prepare_lasting_values(self, reward, coupon):
        """Return values of the line that stands for a reward which lowers other lines.

        :rtype: dict
        """
        cost = reward.required_points
        if reward.clear_wallet:
            cost = self._get_real_points_for_coupon(coupon)
        others = self.order_line.filtered(lambda line: not line.is_reward_line)
        return {
            "name": reward.description,
            "product_id": reward.discount_line_product_id.id,
            "product_uom_qty": 1.0,
            "price_unit": 0.0,
            "tax_ids": [Command.clear()],
            "reward_id": reward.id,
            "coupon_id": coupon.id,
            "points_cost": cost,
            "reward_identifier_code": uuid4().hex,
            "sequence": max(others.mapped("sequence"), default=10) + 1,
        }

    # ------------------------------------------------------------------
    # When rewards are looked at again
    # ------------------------------------------------------------------

    def _update_programs_and_rewards(self):
        """Leave a running contract alone: what it was promised is billed, or will be."""
        if self._is_about_contracts() and self._is_subscription_started():
            return None
        return super()._update_programs_and_rewards()

    def _subscription_refresh_quote(self):
        """Let rewards follow what is due now."""
        before = {order: order.subscription_quote_date for order in self}
        super()._subscription_refresh_quote()
        for order in self._get_open_quotes():
            has_moved = order.subscription_quote_date != before[order]
            if has_moved and order.order_line.reward_id:
                order._update_programs_and_rewards()
