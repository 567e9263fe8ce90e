from odoo.tools import format_date

from ..addon import AgreementText, EngineError, next_billing_date

FREE = 100  # percent of discount


def is_free(segment):
    """Return whether a segment of the engine costs nothing."""
    return not segment.terms.price or segment.terms.discount >= FREE


class CheckoutText:
    """What a customer is told on the page of the payment: what is saved, what is charged when.

    :param order: one sudoed cart
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_sentences(self):
        """Return whole sentences, none for a cart without contracts.

        :rtype: list[str]
        """
        order = self.order
        if not order.is_subscription:
            return []
        template = order._get_subscription_template()
        sentences = [
            self.get_now(),
            self.get_payment(template),
            *AgreementText(order).get_quoted_sentences(),
            template._get_withdrawal_text(order.partner_id),
        ]
        return [sentence for sentence in sentences if sentence]

    def get_trial(self):
        """Return until when a cart is free, empty where it is not."""
        last = self.order.is_subscription and self.order.subscription_trial_last_date
        return last and self.env._("Free until %(day)s", day=format_date(self.env, last))

    def get_now(self):
        """Return that nothing is charged today, where that is so."""
        if self.order.amount_total:
            return ""
        return self.env._("Nothing is charged today.")

    def get_next_day(self):
        """Return the day on which something is billed after what is due now, None for never.

        What costs nothing is not charged: periods of a trial, or of an intro discount of 100 %.
        """
        order = self.order
        start, today = order._get_subscription_start(), order._get_billing_day()
        try:
            days = [
                next_billing_date(
                    [one for one in order._get_quoted_segments(line, start) if not is_free(one)],
                    (),
                    after=today,
                )
                for line in order._get_recurring_lines()
            ]
        except EngineError:
            return None  # the payment says what is wrong with this cart
        return min(filter(None, days), default=None)

    def get_payment(self, template):
        """Return how and when the next period is paid."""
        day = self.get_next_day()
        day = day and format_date(self.env, day)
        if template.payment_mode == "charge":
            if day and not self.order.amount_total:
                return self.env._(
                    "Your payment method is saved and charged for each period, from %(day)s on.",
                    day=day,
                )
            if day:
                return self.env._(
                    "Your payment method is saved and charged for each period, next on %(day)s.",
                    day=day,
                )
            return self.env._("Your payment method is saved and charged for each period.")
        if not day:
            return ""
        if template.payment_mode == "after_payment":
            return self.env._("You are asked to pay before each period, next on %(day)s.", day=day)
        return self.env._("You get an invoice for each period, the next one on %(day)s.", day=day)
