from odoo import models

from ..addon import Period, discounted, get_number_text, period_start, to_decimal


class SaleOrderLine(models.Model):
    """A line that a promotion lowers, and the line of the promotion itself."""

    _inherit = "sale.order.line"

    def _get_lasting_rewards(self):
        """Return the rewards that lower this line for some periods.

        :return: sudoed `loyalty.reward` records
        """
        self.ensure_one()
        order = self.order_id
        if not self.recurrence_id or self.reward_id:
            # sudo: customers have no right to read promotions
            return self.env["loyalty.reward"].sudo()
        return order._get_lasting_rewards().filtered(
            lambda reward: self in order._get_lasting_lines(reward)
        )

    def _get_opening_segments(self, start):
        """Begin with the periods that promotions lower, on top of whatever the line begins with."""
        segments = super()._get_opening_segments(start)
        first = max(start, self.order_id._get_trial_end() or start)
        for reward in self._get_lasting_rewards():
            grid = segments[0].terms.grid
            until = period_start(grid, first, reward.recurring_period_count + 1)
            segments = discounted(segments, Period(first, until), to_decimal(reward.discount))
        return segments

    def _get_intro_texts(self):
        """Tell for how long a promotion holds."""
        return [
            *super()._get_intro_texts(),
            *(self._get_reward_text(reward) for reward in self._get_lasting_rewards()),
        ]

    def _get_reward_text(self, reward):
        percent, count = get_number_text(reward.discount), reward.recurring_period_count
        if count == 1:
            return self.env._("Promotion: %(percent)s %% off the first period", percent=percent)
        return self.env._(
            "Promotion: %(percent)s %% off the first %(count)s periods",
            percent=percent,
            count=count,
        )

    # ------------------------------------------------------------------
    # Copies
    # ------------------------------------------------------------------

    def copy_data(self, default=None):
        """Let a coupon pay once: the rest of a discount that is billed later costs no points."""
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            if line.reward_id:
                vals["points_cost"] = 0.0
        return vals_list

    def _prepare_baseline_values(self, base):
        """Let an amendment go on with what a promotion gave, and claim nothing again."""
        return {**super()._prepare_baseline_values(base), **self._prepare_unclaimed_values()}

    def _prepare_renewed_line(self, plan, day):
        """Let a renewal go on with what a promotion gave, and claim nothing again."""
        return {**super()._prepare_renewed_line(plan, day), **self._prepare_unclaimed_values()}

    def _prepare_unclaimed_values(self):
        """Return values of a line that continues one which a promotion gave.

        :rtype: dict
        """
        if not self.reward_id:
            return {}
        return {
            "reward_id": False,
            "coupon_id": False,
            "reward_identifier_code": False,
            "points_cost": 0.0,
        }

    def _is_changed_by_customer(self):
        """Leave what was given as it was given."""
        return super()._is_changed_by_customer() and not self.reward_id
