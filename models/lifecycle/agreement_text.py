from odoo.tools import format_date

from ... import const
from ...engine.ending import earliest_end
from ...engine.recurrence import Recurrence
from ...tools import get_last_day

AGREED_FIELDS = (
    "subscription_notice_unit",
    "subscription_notice_count",
    "subscription_close_boundary",
    "subscription_commitment_end_date",
)


class AgreementText:
    """From when on a contract may end, in words.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_commitment_sentence(self):
        """Return until when the customer is committed, in one sentence, empty for not at all."""
        end = self.order.subscription_commitment_end_date
        if not end or end <= self.order._subscription_today():
            return ""
        return self.env._(
            "The customer is committed until %(day)s.",
            day=format_date(self.env, self.order.subscription_commitment_last_date),
        )

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
        day = format_date(self.env, get_last_day(earliest))
        if not self.order.subscription_notice_count:
            return self.env._("The last day of service can be %(day)s or later.", day=day)
        return self.env._(
            "Notice is %(length)s: given today, the last day of service is %(day)s or later.",
            length=self.env["subscription.recurrence"]._get_length_text(
                self.order.subscription_notice_unit, self.order.subscription_notice_count
            ),
            day=day,
        )

    def get_quoted_sentences(self):
        """Return what a customer agrees to by accepting a quotation: commitment, notice, first end.

        What somebody typed on the quotation goes before the terms.

        :rtype: list[str]
        """
        order, template = self.order, self.order._get_subscription_template()
        start = order._get_subscription_start()
        agreed = {name: order[name] for name in AGREED_FIELDS}
        agreed.update(order._prepare_agreement_values(start))
        unit, count = agreed["subscription_notice_unit"], agreed["subscription_notice_count"]
        committed = agreed["subscription_commitment_end_date"] or None
        commitment = self._get_quoted_commitment(committed, start)
        boundary = agreed["subscription_close_boundary"]
        notice = template._get_notice_text(unit, count, boundary)
        if not (commitment or notice) or not order._is_new_contract():
            return [commitment, notice]
        day = earliest_end(
            max(order._subscription_today(), start),
            Recurrence(unit, count) if count else None,
            committed,
            self._get_quoted_grids(boundary, start),
        )
        end = order._get_subscription_term_end()
        if end and day >= end:
            return [commitment, notice]  # the term says it already
        earliest = self.env._(
            "Confirmed today, its last day of service is %(day)s at the earliest.",
            day=format_date(self.env, get_last_day(day)),
        )
        return [commitment, notice, earliest]

    def _get_quoted_commitment(self, committed, start):
        """Return how long a contract would run at least, empty where nothing binds the customer.

        A renewal does not begin the commitment of its terms again, so it must not say so.

        :param date committed: first day after the commitment that would hold, None for none
        :param date start: first day of service
        """
        template = self.order._get_subscription_template()
        is_typed = self.order.subscription_commitment_end_date
        if not is_typed and committed == (template._get_commitment_end(start) or None):
            return template._get_commitment_sentence()
        if not committed or (committed <= start and not is_typed):
            return ""
        day = format_date(self.env, get_last_day(committed))
        return self.env._("Runs at least until %(day)s.", day=day)

    def get_commitment_hint(self):
        """Return in a few words what binds the customer where nobody types something else."""
        order, template = self.order, self.order._get_subscription_template()
        none = self.env._("None")
        if order.is_subscription and not order._is_subscription_started():
            start = order._get_subscription_start()
            agreed = order._prepare_agreement_values(start)["subscription_commitment_end_date"]
            if agreed != template._get_commitment_end(start):
                is_bound = agreed and agreed > start
                return format_date(self.env, get_last_day(agreed)) if is_bound else none
        get_text = self.env["subscription.recurrence"]._get_length_text
        length = (template.commitment_unit, template.commitment_count)
        return get_text(*length) if template.commitment_count else none

    def _get_quoted_grids(self, boundary, start):
        """Return the engine grids on whose boundaries the contract could end, as typed so far."""
        if boundary != "period":
            return self.order._get_close_grids(boundary)
        planned = [line._get_typed_segments(start) for line in self.order._get_recurring_lines()]
        return [segments[0].terms.grid for segments in planned if segments]

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
