from odoo.tools import format_date

from ...engine.errors import EngineError
from ...explain import explain
from ...tools import join_sentences
from ..preview.preview import Preview


def get_retry_text(orders, failed):
    """Return what became of contracts that were tried again.

    :param orders: `sale.order` records that were in quarantine
    :param failed: those of them that still are
    :rtype: str
    """
    if len(orders) != 1:
        return orders.env._(
            "Released from quarantine: %(cured)s. Still there: %(failed)s, each with its reason.",
            cured=len(orders - failed),
            failed=len(failed),
        )
    if not failed:
        return orders.env._("%(order)s takes part in the billing again.", order=orders.name)
    return orders.env._(
        "%(order)s still cannot be billed. %(reason)s",
        order=orders.name,
        reason=orders.subscription_quarantine_reason,
    )


class OperationText:
    """What the chatter says of an operation on a contract, with what it credits and bills.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_close_text(self, day, is_early):
        """Return what the chatter says of a closing: from when, why, for how much.

        :param date day: first day without service
        :param bool is_early: the agreement ran longer
        :rtype: str
        """
        sentences = [
            self.env._("Closed: no service from %(day)s on.", day=format_date(self.env, day)),
            self.order.subscription_close_reason_id.name,
            self.order.subscription_close_note,
            is_early and self.env._("This is earlier than agreed."),
            self.get_amounts_text(max(day, self.order._subscription_today())),
        ]
        return join_sentences(sentences)

    def get_amounts_text(self, until):
        """Say in words what is credited and billed up to a day after an operation.

        :param date until: last day looked at
        :rtype: str
        """
        try:
            items = self.order._get_order_due_items(until)
            one_off = self.order._get_preview_one_off_lines(self.order._subscription_today())
        except EngineError as error:
            return explain(self.env, error)
        return " ".join(
            self.env._(
                "%(title)s: %(amount)s.",
                # Written when it is planned: the credit note follows with the next run.
                title=self.env._("To be credited")
                if document["kind"] == "credit"
                else document["title"],
                amount=self.order.currency_id.format(abs(document["total"])),
            )
            for document in Preview(self.order).get_operation_documents(items, one_off)
        )

    def get_reopen_text(self, end, day, note):
        """Return what the chatter says of a contract that goes on after its end."""
        start = format_date(self.env, day)
        if day > end:
            text = self.env._(
                "Reopened: service goes on from %(start)s, the days since %(end)s are not billed.",
                start=start,
                end=format_date(self.env, end),
            )
        else:
            text = self.env._(
                "Reopened without a gap: service goes on from %(start)s.", start=start
            )
        amounts = self.get_amounts_text(max(day, self.order._subscription_today()))
        return join_sentences((text, note, amounts))

    def get_pause_note(self, gap):
        """Return what the chatter says of a pause or suspension: from when, why, for how much."""
        amounts = self.get_amounts_text(max(gap.start_date, self.order._subscription_today()))
        return join_sentences((gap._get_text(), gap.reason, gap._get_anchor_text(), amounts))

    def get_resume_text(self, gap, day):
        """Return what the chatter says of a pause or suspension that ends."""
        if gap.start_date <= day:
            return self.env._("Resumed from %(day)s on.", day=format_date(self.env, day))
        if gap.kind == "suspension":
            return self.env._("The planned suspension was taken back.")
        return self.env._("The planned pause was taken back.")
