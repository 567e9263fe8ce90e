from odoo.tools import format_date

from ...tools import get_last_day


class QuotationText:
    """When a quotation begins, and how long it is free, in words.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_start(self):
        """Return when a quotation without a start date begins."""
        if self.order.subscription_quote_frozen:
            return format_date(self.env, self.order._get_quote_date())
        return self.env._("the day of your confirmation")

    def get_trial(self, end):
        """Return how long a trial with that first paid day is free."""
        has_start = self.order.subscription_start_date or self.order.subscription_quote_frozen
        if not has_start:  # it begins whenever the customer confirms
            return self.env["subscription.recurrence"]._get_length_text(
                self.order.subscription_trial_unit or "day", self.order.subscription_trial_count
            )
        last = get_last_day(end)
        return self.env._("until %(day)s", day=format_date(self.env, last))
