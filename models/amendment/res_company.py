from odoo import fields, models

from ...const import SELDOM


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_backdate_days_user = fields.Integer(
        "Days Back for Users",
        default=31,
        required=True,
        help="How many days in the past an amendment may take effect when a user of Subscriptions "
        "confirms it.",
        prefetch=SELDOM,
    )
    subscription_backdate_days_manager = fields.Integer(
        "Days Back for Administrators",
        default=366,
        required=True,
        help="How many days in the past an amendment may take effect when an administrator of "
        "Subscriptions confirms it.",
        prefetch=SELDOM,
    )

    _subscription_backdate_days_not_negative = models.Constraint(
        "CHECK (subscription_backdate_days_user >= 0 AND subscription_backdate_days_manager >= 0)",
        "The number of days back cannot be negative. Use 0 to allow no change in the past.",
    )

    def _get_amendment_backdate_days(self):
        """Return how many days in the past an amendment of the current user may take effect.

        :rtype: int
        """
        self.ensure_one()
        company = self.sudo()  # sudo: salesmen and customers need not read the settings
        if self.env.user.has_group("sale_recurring.group_subscription_manager"):
            return company.subscription_backdate_days_manager
        return company.subscription_backdate_days_user
