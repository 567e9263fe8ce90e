from odoo.tools import format_date

from ... import const
from ...tools import get_last_day


class RenewalText:
    """The term of a contract and what comes after it, in words.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_renewed(self, first, day):
        """Return that terms were renewed by themselves.

        :param date first: first day of the first of them
        :param date day: first day after the last of them
        :rtype: str
        """
        values = {
            "start": format_date(self.env, first),
            "last": format_date(self.env, get_last_day(day)),
        }
        if self.order.subscription_renewal_price == "list":
            return self.env._(
                "Renewed from %(start)s at the list prices of that day. The term ends after "
                "%(last)s.",
                **values,
            )
        return self.env._(
            "Renewed from %(start)s at the same prices. The term ends after %(last)s.", **values
        )

    def get_term_sentence(self):
        """Return one sentence about the term and its end, or an empty text."""
        if not self.order._is_subscription_started():
            template = self.order._get_subscription_template()
            typed = self.order._get_typed_term_values()
            return (
                template.new(typed, origin=template) if typed else template
            )._get_term_sentence()
        end, stop = self.order.subscription_term_end_date, self.order.subscription_end_date
        is_running = self.order.subscription_state in const.RUNNING_STATES
        if not is_running or not end or (stop and stop < end):
            return ""
        values = {
            "last": format_date(self.env, get_last_day(end)),
            "length": self.env["subscription.recurrence"]._get_length_text(
                self.order.subscription_term_unit, self.order.subscription_term_count
            ),
        }
        if self.order.subscription_end_action == "renew" and not stop:
            if self.order.subscription_renewal_price == "list":
                return self.env._(
                    "The term ends after %(last)s, then the contract goes on for %(length)s at the "
                    "list prices of that day.",
                    **values,
                )
            return self.env._(
                "The term ends after %(last)s, then the contract goes on for %(length)s at the "
                "same prices.",
                **values,
            )
        if stop == end and not self.order.subscription_has_planned_end:
            return self.env._("The term ends after %(last)s, and service with it.", **values)
        return self.env._("The term ends after %(last)s.", **values)

    def get_planned_sentences(self):
        """Return what changes by itself on a renewal quotation, one sentence per line."""
        if self.order._is_subscription_started():
            return []
        return [
            self.env._(
                "%(product)s %(changes)s.",
                product=line.product_id.display_name,
                changes="; ".join(texts),
            )
            for line in self.order._get_recurring_lines()
            if (texts := line._get_planned_texts())
        ]

    def get_quotation_sentence(self):
        """Return one sentence about the renewal quotation of a contract, or an empty text."""
        waiting = self.order._get_open_renewals()[:1]
        if waiting:
            return self.env._(
                "The renewal quotation %(renewal)s waits to be accepted.", renewal=waiting.name
            )
        day = self.order.subscription_renewal_quote_date
        is_running = self.order.subscription_state in const.RUNNING_STATES
        if not day or not is_running or self.order.subscription_has_planned_end:
            return ""
        return self.env._(
            "A renewal quotation is prepared on %(day)s; service ends unless it is accepted.",
            day=format_date(self.env, day),
        )
