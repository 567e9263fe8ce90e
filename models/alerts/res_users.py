from odoo import fields, models


class ResUsers(models.Model):
    """How satisfied the customers of a salesperson are, and when they were told who is at risk."""

    _name = "res.users"
    _inherit = ["res.users", "subscription.protected.mixin"]

    subscription_risk_mail_date = fields.Date(
        "Told of Contracts at Risk On", readonly=True, copy=False
    )
    subscription_satisfaction = fields.Float(
        "Satisfaction of Customers",
        compute="_compute_subscription_satisfaction",
        groups="base.group_user",
        help="Average of the last answers about each running contract of this salesperson, from 1 "
        "to 5.",
    )

    def _compute_subscription_satisfaction(self):
        """Take the last answer about each running contract of these salespeople."""
        self.env["subscription.health"]._fill_satisfaction(
            self, "subscription_satisfaction", "order_id.user_id"
        )
