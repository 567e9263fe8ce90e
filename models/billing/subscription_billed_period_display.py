from odoo import api, fields, models


class SubscriptionBilledPeriod(models.Model):
    """What people see of a ledger row: last days instead of excluded ends."""

    _inherit = "subscription.billed.period"

    full_last_date = fields.Date("Period To", compute="_compute_full_last_date")

    @api.depends("full_end_date")
    def _compute_full_last_date(self):
        for row in self:
            row.full_last_date = row.full_end_date and fields.Date.subtract(
                row.full_end_date, days=1
            )
