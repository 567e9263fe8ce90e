from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyReward(models.Model):
    """For how long a reward lowers what a contract bills."""

    _inherit = "loyalty.reward"

    recurring_period_count = fields.Integer(
        "Periods of a Contract",
        help="For how many periods the recurring lines of a new contract cost less; a shorter "
        "first period counts as one, a trial does not count. 0: once, on the first invoice.",
    )

    _recurring_period_count_not_negative = models.Constraint(
        "CHECK (recurring_period_count >= 0)",
        "The number of periods of a reward cannot be negative. Use 0 for once.",
    )

    @api.constrains(
        "recurring_period_count",
        "reward_type",
        "discount_mode",
        "discount_applicability",
        "discount_max_amount",
        "program_id",
    )
    def _check_recurring_period_count(self):
        """Let only a percentage of whole lines hold for several periods."""
        for reward in self.filtered("recurring_period_count"):
            if not reward._can_hold_for_periods():
                raise ValidationError(
                    self.env._(
                        "%(reward)s can only hold for several periods if it is a percentage of "
                        "the order or of specific products, without a maximum. Set its periods to "
                        "0 to give it once.",
                        reward=reward.description,
                    )
                )

    def _can_hold_for_periods(self):
        """Return whether this reward is a part of the price of each line that it is for."""
        self.ensure_one()
        return (
            self.reward_type == "discount"
            and self.discount_mode == "percent"
            and self.discount_applicability in ("order", "specific")
            and not self.discount_max_amount
            and not self.program_id.is_payment_program
        )
