from odoo import models

from ...engine.recurrence import anchor_for
from ...engine.segment import live_segment


class SaleOrder(models.Model):
    """Where the periods of a contract lie on the calendar."""

    _inherit = "sale.order"

    def _align_anchor(self, anchor, recurrence):
        """Put an anchor where the terms of this order want periods to begin.

        :param date anchor: day from which the periods would be counted
        :param recurrence: an engine `Recurrence`
        :rtype: date
        """
        self.ensure_one()
        template = self._get_subscription_template()
        return anchor_for(
            template.alignment or "anniversary", anchor, recurrence, template.billing_day or None
        )

    def _set_common_anchor(self, day):
        """Count the periods of one contract from where those of all its lines begin together.

        :param date day: day on which they are looked at, after a switch or its undoing
        """
        self.ensure_one()
        segments = [
            live_segment(line._get_engine_segments(), day) for line in self._get_recurring_lines()
        ]
        anchors = {segment.terms.grid.anchor for segment in segments if segment}
        if len(anchors) == 1:
            self._as_system().subscription_anchor_date = anchors.pop()
