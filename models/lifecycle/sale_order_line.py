from odoo import api, fields, models
from odoo.tools import format_date

from ...tools import get_last_day


class SaleOrderLine(models.Model):
    """The way from a running line to a change of it, and when it is in force."""

    _inherit = "sale.order.line"

    is_over = fields.Boolean(
        "Over",
        compute="_compute_service_text",
        help="The contract goes on without this line.",
    )
    service_text = fields.Char(
        "In Force",
        compute="_compute_service_text",
        help="From when on a line is in force that begins later than its contract, or until when "
        "one was that ended before.",
    )

    @api.depends("segment_ids.start_date", "segment_ids.end_date", "order_id.subscription_end_date")
    @api.depends_context("lang")
    def _compute_service_text(self):
        for line in self:
            order, segments = line.order_id, line.segment_ids
            today, text, is_over = order._subscription_today(), False, False
            first = min(segments.mapped("start_date"), default=today)
            ends = segments.mapped("end_date")
            stop = order.subscription_end_date
            if segments and first > max(today, order.subscription_start_date or first):
                text = self.env._("from %(day)s", day=format_date(self.env, first))
            elif ends and all(ends) and max(ends) <= today and max(ends) != stop:
                is_over = True
                last = get_last_day(max(ends))
                text = self.env._("until %(day)s", day=format_date(self.env, last))
            line.is_over, line.service_text = is_over, text

    def action_subscription_change(self):
        """Ask what changes on this line from when on, and show what that costs."""
        self.ensure_one()
        self._check_begun_write({})
        action = self.order_id.action_subscription_change()
        action["context"]["default_line_id"] = self.id
        return action
