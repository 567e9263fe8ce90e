from odoo import models

from ... import const
from ...engine.period import Period
from ...engine.segment import cut_gaps


class SaleOrder(models.Model):
    """A pause or suspension that is not over when a renewal takes over goes on in the renewal."""

    _inherit = "sale.order"

    def _get_gaps_beyond(self, day):
        """Return the interruptions of one contract that are not over on a day, as sudo.

        :param date day: first day of a renewal
        :rtype: subscription.interruption
        """
        # sudo: interruptions are written by operations only; rights checked on the contract
        return self.sudo().subscription_interruption_ids.filtered(
            lambda gap: gap.kind != "closure" and (not gap.end_date or gap.end_date > day)
        )

    def _get_quoted_segments(self, line, start):
        """Take days on which the contract is paused out of the amount of its renewal."""
        segments = super()._get_quoted_segments(line, start)
        contract = self._get_renewed_contract()
        gaps = contract._get_gaps_beyond(start)._get_engine_gaps() if contract else []
        gaps = [Period(max(gap.start, start), gap.end) for gap in gaps]
        return list(cut_gaps(segments, gaps)) if gaps else segments

    def _subscription_hand_over(self, renewal):
        """Hand over an interruption, too."""
        super()._subscription_hand_over(renewal)
        self._hand_over_gaps(renewal)

    def _hand_over_gaps(self, renewal):
        """Let interruptions of one contract that are not over go on in its renewal.

        :param renewal: the confirmed renewal
        """
        day = renewal.subscription_start_date
        # sudo: as in _get_gaps_beyond
        known = renewal.sudo().subscription_interruption_ids.mapped("start_date")
        for gap in self._get_gaps_beyond(day):
            start = max(gap.start_date, day)
            if start in known:
                continue
            copied = gap.copy(
                {"order_id": renewal.id, "start_date": start, "previous_anchor_date": False}
            )
            renewal._restart_after(copied)
            renewal._after_operation(
                self.env._(
                    "Handed over by %(order)s: %(gap)s", order=self.name, gap=copied._get_text()
                )
            )

    def _get_waiting_renewal(self):
        """Return the confirmed renewal of one contract that has not begun, as sudo."""
        # sudo: a colleague may look after the renewal
        renewal = self._get_confirmed_renewal().sudo()
        begins = renewal.subscription_start_date
        is_waiting = renewal.subscription_state in const.RUNNING_STATES and (
            begins > self._subscription_today()
        )
        return renewal if renewal and is_waiting else renewal.browse()

    def _subscription_pause(self, *args, **kwargs):
        """Let a pause reach the renewal that was confirmed already."""
        result = super()._subscription_pause(*args, **kwargs)
        for order in self:
            if renewal := order._get_waiting_renewal():
                order._hand_over_gaps(renewal)
        return result

    def _subscription_resume(self, day):
        """End what was handed over to a renewal, too."""
        handed = {}
        for order in self:
            renewal = order._get_waiting_renewal()
            gap = order._get_gap_to_resume(day)
            begins = renewal.subscription_start_date
            if renewal and gap and (not gap.end_date or gap.end_date > begins):
                handed[renewal] = max(day, begins), max(gap.start_date, begins)
        result = super()._subscription_resume(day)
        for renewal, (back, start) in handed.items():
            gaps = renewal.subscription_interruption_ids
            if start in gaps.mapped("start_date"):
                renewal._subscription_resume(back)
        return result
