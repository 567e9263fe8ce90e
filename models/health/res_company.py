from odoo import fields, models

from ...const import SELDOM


class ResCompany(models.Model):
    """How long a company looks back for what changed."""

    _inherit = "res.company"

    subscription_health_days = fields.Integer(
        "Days of Change",
        default=30,
        help="The change of MRR that health rules look at is that of so many days.",
        prefetch=SELDOM,
    )

    def _subtract_health_days(self, day):
        """Return the day with which changes up to a day are compared."""
        self.ensure_one()
        return fields.Date.subtract(day, days=max(self.subscription_health_days, 1))
