from odoo import models

from ...engine.amendment import has_same_length, switch_anchor
from ...engine.recurrence import Grid
from ...engine.segment import live_segment


class SaleOrderLine(models.Model):
    """From which day the periods of a line are counted.

    The lines of a contract share its anchor. One that was switched to another recurrence began a
    full period on that day and is counted from it; what is added or renewed with the same
    recurrence joins it. What the terms say of days and calendars goes before all of this.
    """

    _inherit = "sale.order.line"

    def _get_grid_anchor(self):
        """Return the day from which this line counts its periods, before it is aligned.

        :rtype: date
        """
        self.ensure_one()
        order = self.order_id
        contract, day = self._get_contract_to_join()
        # sudo: a customer or colleague who may see this line is shown when it is billed
        replaced = self._get_line_before().sudo()
        if replaced:
            return self._get_anchor_after(replaced, day)
        if not contract._is_subscription_started():
            return order._get_subscription_anchor()
        running = contract.order_line.sudo().filtered(
            lambda line: line.segment_ids and line.recurrence_id == self.recurrence_id
        )
        for line in running - self:
            if live_segment(line._get_engine_segments(), day):
                return line._get_own_anchor(day) or order._get_subscription_anchor()
        return order._get_subscription_anchor()

    def _get_line_before(self):
        """Return the line that this one goes on with, empty if there is none. Hook."""
        return self.subscription_replaced_line_id

    def _get_anchor_after(self, line, day):
        """Return the anchor of this line, which goes on with another one.

        A switch that is taken back on its own day leaves no trace: the line is counted as before.

        :param line: the line that this one goes on with
        :param date day: first day of this line
        :rtype: date
        """
        recurrence = self.recurrence_id._get_engine_recurrence()
        earlier = line
        while earlier:
            if has_same_length(earlier.recurrence_id._get_engine_recurrence(), recurrence):
                return earlier._get_own_anchor(day) or self.order_id._get_subscription_anchor()
            if any(segment.start < day for segment in earlier._get_engine_segments()):
                break
            earlier = earlier.subscription_replaced_line_id
        return switch_anchor(line._get_engine_segments(), day, recurrence)

    def _get_own_anchor(self, day):
        """Return the anchor of a running line that is not counted like its contract.

        :param date day: day on which it counts so
        :return: the anchor, None when the line has no other than its contract
        :rtype: date | None
        """
        self.ensure_one()
        segments = self._get_engine_segments()
        last = max(segments, key=lambda segment: segment.start, default=None)
        segment = live_segment(segments, day) or last
        if segment is None:
            return None
        grid, order = segment.terms.grid, self.order_id
        common = order._align_anchor(order._get_subscription_anchor(), grid.recurrence)
        return None if Grid(grid.recurrence, common) == grid else grid.anchor

    def _get_contract_to_join(self):
        """Return the contract that this line belongs to, and from when on. Hook.

        :rtype: tuple
        """
        return self.order_id, self.order_id._get_subscription_start()
