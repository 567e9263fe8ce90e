from odoo import fields, models


class SaleOrder(models.Model):
    """Pauses that were planned for later, and gave way when the service was suspended."""

    _inherit = "sale.order"

    def _subscription_resume(self, day):
        """Plan again what gave way to a suspension that ends."""
        planned = {order: order._get_gap_to_resume(day).planned_pauses for order in self}
        result = super()._subscription_resume(day)
        for order, pauses in planned.items():
            for values in pauses or ():
                order._plan_pause_again(day, **values)
        return result

    def _plan_pause_again(self, first, day, until, **values):
        """Pause one contract as it was planned, as far as these days are still to come.

        :param date first: day on which the service went on
        :param str day: first day without service as it was planned
        :param str until: first day of service after it, None until resumed
        :param values: as for :meth:`_subscription_pause`
        """
        day, until = max(first, fields.Date.to_date(day)), fields.Date.to_date(until)
        is_over = until and until <= day
        is_ended = self.subscription_end_date and self.subscription_end_date <= day
        if not (is_over or is_ended or self._get_pause_conflict(day, until)):
            self._subscription_pause(day, until, **values)
