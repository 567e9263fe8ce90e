from odoo import fields, models


class SubscriptionIntroMixin(models.AbstractModel):
    """A line, sold or prepared, whose first periods are cheaper."""

    _name = "subscription.intro.mixin"
    _description = "Introductory Discount"

    intro_discount = fields.Float(
        "Intro Discount (%)",
        digits="Discount",
        help="Discount of the first paid periods, in place of the line's own. It ends by itself.",
    )
    intro_period_count = fields.Integer(
        "Intro Periods",
        help="For how many periods the intro discount holds. A shorter first period counts as one.",
    )

    _intro_discount_is_percentage = models.Constraint(
        "CHECK (intro_discount >= 0 AND intro_discount <= 100)",
        "An intro discount must lie between 0 and 100 %.",
    )
    _intro_period_count_not_negative = models.Constraint(
        "CHECK (intro_period_count >= 0)",
        "The number of periods of an intro discount cannot be negative. Use 0 for none.",
    )
