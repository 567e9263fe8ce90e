from odoo import fields, models


class SubscriptionTemplate(models.Model):
    """How often the customers of a template are asked, and what they say."""

    _inherit = "subscription.template"

    satisfaction_periods = fields.Integer(
        "Ask Every",
        help="Ask for satisfaction after so many periods. 0: only from stages, flags and by hand.",
    )
    satisfaction = fields.Float(
        compute="_compute_satisfaction",
        help="Average of the last answers about each running contract, from 1 to 5.",
    )

    def _compute_satisfaction(self):
        self.env["subscription.health"]._fill_satisfaction(
            self, "satisfaction", "order_id.subscription_template_id"
        )
