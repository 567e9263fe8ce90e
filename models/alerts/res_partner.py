from odoo import fields, models

from ...const import SELDOM


class ResPartner(models.Model):
    """Customers say how they like what they get, and whether they want to be asked."""

    _name = "res.partner"
    _inherit = ["res.partner", "subscription.protected.mixin"]

    subscription_no_requests = fields.Boolean(
        "Not Asked for Satisfaction",
        help="Requests for satisfaction are not sent to this customer.",
        prefetch=SELDOM,
    )
    subscription_satisfaction_requested_at = fields.Datetime(
        "Last Asked for Satisfaction",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Kept on the customer's company, for all of its contracts.",
        prefetch=SELDOM,
    )
    subscription_satisfaction = fields.Float(
        "Satisfaction",
        compute="_compute_subscription_satisfaction",
        groups="base.group_user",
        help="Average of the last answers about each running contract, from 1 to 5.",
    )

    def _compute_subscription_satisfaction(self):
        """Take the last answer about each running contract of these customers."""
        self.env["subscription.health"]._fill_satisfaction(
            self,
            "subscription_satisfaction",
            "order_id.partner_id.commercial_partner_id",
            "commercial_partner_id.id",
        )
