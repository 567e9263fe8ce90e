from odoo import fields
from odoo.tools import format_date

from ... import const


class AgreementText:
    """From when on a contract may end, in words.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_earliest_sentence(self):
        """Return one sentence about the earliest last day of service, empty for none."""
        if (
            self.order.subscription_state not in const.RUNNING_STATES
            or self.order.subscription_has_planned_end
        ):
            return ""
        earliest = self.order._get_earliest_close_date()
        if earliest == self.order.subscription_end_date:
            return ""
        if earliest <= max(self.order._subscription_today(), self.order.subscription_start_date):
            return self._get_free_to_leave_sentence()
        day = format_date(self.env, fields.Date.subtract(earliest, days=1))
        if not self.order.subscription_notice_count:
            return self.env._("The last day of service can be %(day)s or later.", day=day)
        return self.env._(
            "Notice is %(length)s: given today, the last day of service is %(day)s or later.",
            length=self.env["subscription.recurrence"]._get_length_text(
                self.order.subscription_notice_unit, self.order.subscription_notice_count
            ),
            day=day,
        )

    def _get_free_to_leave_sentence(self):
        """Return one sentence for a contract that may end at once."""
        return {
            "period": self.env._(
                "The customer may leave whenever a billed period is over, also today."
            ),
            "term": self.env._("The customer may leave whenever a term is over, also today."),
        }.get(
            self.order.subscription_close_boundary, self.env._("The customer may leave on any day.")
        )
