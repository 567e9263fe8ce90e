from odoo import api, fields, models

from ...tools import get_last_day


class SubscriptionSpanMixin(models.AbstractModel):
    """A half-open span of days: computed with its excluded end, shown with its last day."""

    _name = "subscription.span.mixin"
    _description = "Span of Days"

    start_date = fields.Date("From", required=True, readonly=True)
    end_date = fields.Date("Until (excluded)", readonly=True)
    last_date = fields.Date("To", compute="_compute_last_date")

    @api.depends("end_date")
    def _compute_last_date(self):
        for span in self:
            span.last_date = get_last_day(span.end_date)
