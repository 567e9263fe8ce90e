from functools import cached_property

from odoo.tools import format_date

from ... import const
from ..billing.next_taxes import NextTaxes
from ..preview.preview import Preview

# Bootstrap colours of a badge, by the kind of status.
COLOURS = {
    "late": "danger",
    "suspended": "danger",
    "method": "warning",
    "paused": "secondary",
    "ending": "warning",
    "upcoming": "info",
    "running": "success",
    "renewed": "secondary",
    "ended": "secondary",
}


class ContractStatus:
    """How one contract stands, as its customer reads it: a kind, and one sentence.

    Writes nothing. The amounts are those of the billing run, see :class:`Preview`.

    :param order: a confirmed contract, one sudoed `sale.order` in the environment of the visitor
    :param bool has_drafts: False for whoever knows that none of its documents is a draft
    :param NextTaxes taxes: those of several contracts when they were looked up together
    """

    def __init__(self, order, has_drafts=True, taxes=None):
        order.ensure_one()
        self.has_drafts = has_drafts
        self.taxes = taxes or NextTaxes(order)
        self.order = order
        self.env = order.env
        self.today = order._subscription_today()

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    @cached_property
    def kind(self):
        """Which of :data:`COLOURS` this contract is: what needs the customer comes first."""
        order = self.order
        state = order.subscription_state
        if state in ("closed", "renewed"):
            return "ended" if state == "closed" else "renewed"
        if state == "suspended":
            return "suspended"
        if self.late_documents:
            return "late"
        if order._is_method_missing():
            return "method"
        if state in ("paused", "upcoming"):
            return state
        return "ending" if order.subscription_end_date else "running"

    @property
    def colour(self):
        """Colour of the badge: a word of Bootstrap."""
        return COLOURS[self.kind]

    @property
    def label(self):
        """Name of the status: one or two words for a badge."""
        return {
            "late": self.env._("Payment late"),
            "suspended": self.env._("Suspended"),
            "method": self.env._("Payment method missing"),
            "paused": self.env._("Paused"),
            "ending": self.env._("Ends soon") if self._ends_soon() else self.env._("Active"),
            "upcoming": self.env._("Upcoming"),
            "running": self.env._("Active"),
            "renewed": self.env._("Renewed"),
            "ended": self.env._("Ended"),
        }[self.kind]

    @property
    def title(self):
        """Name of what was sold: the products in service, else the number of the contract."""
        lines = self.order._get_recurring_lines()
        served = lines.filtered(lambda line: not line._has_ended(self.today)) or lines
        names = list(dict.fromkeys(served.product_id.mapped("name")))
        if len(names) > 2:
            return self.env._("%(first)s and %(count)s more", first=names[0], count=len(names) - 1)
        return ", ".join(names) or self.order.name

    @property
    def is_running(self):
        """Whether the contract is one that goes on, be it paused."""
        return self.order.subscription_state in const.RUNNING_STATES

    def _ends_soon(self):
        """Return whether nothing more is billed before the end."""
        return not self.next_date

    @cached_property
    def open_documents(self):
        """Invoices and requests for payment of this contract that are not paid."""
        return self.order._get_open_invoices_to_pay()

    @cached_property
    def late_documents(self):
        """Those of :attr:`open_documents` whose day is over and whose money is not on its way."""
        return self.open_documents.filtered(
            lambda move: move._get_payment_due_date() < self.today and not move._get_open_charges()
        )

    @property
    def late_amount(self):
        """Money that is late, in the currency of the contract; invoices have the same."""
        return sum(move._get_amount_to_charge() for move in self.late_documents)

    @cached_property
    def next_date(self):
        """Day of the next invoice, False when nothing more is planned or billing stands still."""
        order = self.order
        if order.subscription_state not in const.RUNNING_STATES:
            return False
        return order.subscription_next_invoice_date

    @cached_property
    def preview(self):
        """The next documents as the billing run would make them, see :class:`Preview`."""
        day = max(self.next_date or self.today, self.today)
        return Preview(self.order, self.taxes).for_run(day, self.has_drafts)

    @cached_property
    def period_totals(self):
        """What each kind of period costs today: dicts of per_period, tax and total."""
        if not self.is_running:
            return []
        return [
            {**row, "per_period": row["label"]}
            for row in self.order._get_period_totals(taxes=self.taxes)
        ]

    @property
    def next_amount(self):
        """Amount of the next invoice with taxes; 0 when nobody can say it yet."""
        if not self.next_date or self.preview["error"]:
            return 0.0
        return self.preview["total"]

    # ------------------------------------------------------------------
    # Sentence
    # ------------------------------------------------------------------

    def get_sentence(self):
        """Return how the contract stands.

        :return: one translated sentence
        :rtype: str
        """
        return getattr(self, f"_tell_{self.kind}")()

    def _tell_ended(self):
        return self.env._("Ended. The last day was %(day)s.", day=self._get_last_day())

    def _tell_renewed(self):
        following = self.order.subscription_renewal_ids.filtered(
            lambda order: order.state == "sale"
        )[-1:]
        if not following:
            return self.env._("Renewed. The last day was %(day)s.", day=self._get_last_day())
        return self.env._(
            "Renewed: it goes on as %(contract)s since %(day)s.",
            contract=following.name,
            day=format_date(self.env, following.subscription_start_date),
        )

    def _tell_suspended(self):
        gap = self._get_gap_of_today()
        start = format_date(self.env, gap.start_date or self.today)
        if self.late_amount:
            return self.env._(
                "Suspended since %(day)s. Pay %(amount)s to go on.",
                day=start,
                amount=self._format(self.late_amount),
            )
        return self.env._("Suspended since %(day)s.", day=start)

    def _tell_late(self):
        first = min(move._get_payment_due_date() for move in self.late_documents)
        return self.env._(
            "%(amount)s is open, due since %(day)s.",
            amount=self._format(self.late_amount),
            day=format_date(self.env, first),
        )

    def _tell_method(self):
        return self.order._get_method_wanted_text()

    def _tell_paused(self):
        gap = self._get_gap_of_today()
        start = format_date(self.env, gap.start_date or self.today)
        if not gap.end_date:
            return self.env._("Paused since %(day)s. Nothing is billed meanwhile.", day=start)
        return self.env._(
            "Paused since %(start)s. It goes on by itself on %(end)s.",
            start=start,
            end=format_date(self.env, gap.end_date),
        )

    def _tell_upcoming(self):
        start = format_date(self.env, self.order.subscription_start_date)
        if not self.next_amount:
            return self.env._("Begins on %(day)s.", day=start)
        return self.env._(
            "Begins on %(day)s. The first invoice is %(amount)s.",
            day=start,
            amount=self._format(self.next_amount),
        )

    def _tell_ending(self):
        if not self.next_date:
            return self.env._(
                "The last day is %(day)s. Nothing more is billed.", day=self._get_last_day()
            )
        return self.env._(
            "The last day is %(day)s. %(next)s", day=self._get_last_day(), next=self._tell_running()
        )

    def _tell_running(self):
        """Say when the contract is billed next, for how much and how it is paid."""
        if not self.next_date:
            return self.env._("Everything that is planned is billed.")
        values = {
            "day": format_date(self.env, max(self.next_date, self.today)),
            "amount": self._format(self.next_amount),
            "method": self._get_method_name(),
        }
        if self.next_amount <= 0:
            return self.env._("The next invoice comes on %(day)s.", **values)
        if not self._is_in_advance():
            if values["method"]:
                return self.env._(
                    "The next invoice of %(amount)s is paid with %(method)s on %(day)s.", **values
                )
            return self.env._("The next invoice of %(amount)s comes on %(day)s.", **values)
        if values["method"]:
            return self.env._("Renews on %(day)s for %(amount)s with %(method)s.", **values)
        return self.env._("Renews on %(day)s for %(amount)s.", **values)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _format(self, amount):
        return self.order.currency_id.format(amount)

    def _get_last_day(self):
        """Return last day of service in words; today for a contract that was cancelled."""
        return format_date(self.env, self.order.subscription_last_date or self.today)

    def _get_gap_of_today(self):
        """Return the pause or suspension in which today lies, if any."""
        return self.order.subscription_interruption_ids.filtered(
            lambda gap: (
                gap.start_date <= self.today and not (gap.end_date or self.today) < self.today
            )
        ).sorted("start_date")[-1:]

    def _get_method_name(self):
        """Return what the contract is charged with by itself, for the eyes of the visitor."""
        order = self.order
        if order._get_subscription_template().payment_mode not in const.CHARGED_MODES:
            return ""
        token = order.subscription_payment_token_id
        return token._get_name_for_visitor() if token.active else ""

    def _is_in_advance(self):
        """Return whether some period that comes is billed on its first day."""
        return "advance" in self.order._get_recurring_lines().segment_ids.mapped("timing")
