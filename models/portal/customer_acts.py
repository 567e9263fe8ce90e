from datetime import timedelta
from functools import cached_property

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ... import const
from ..lifecycle.dry_operation import DryOperation
from ..preview.dry_run import DryRun
from ..preview.preview import Preview
from ..preview.tried import Tried
from .acts_text import ActsText
from .customer_notice import CustomerNotice
from .withdrawal import Withdrawal

MAX_NOTE = 2000  # characters


class CustomerActs:
    """What the customer of a contract may do alone, what it costs, and doing it.

    The terms decide, here and nowhere else; whoever calls has checked that it is the customer, or
    somebody with the link. Each act is previewed with the figures of the operation that does it,
    and refused when these are no longer those that were shown.

    :param order: a confirmed contract, one sudoed `sale.order` in the environment of the visitor
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env
        self.template = order._get_subscription_template()
        self.today = order._subscription_today()

    # ------------------------------------------------------------------
    # May
    # ------------------------------------------------------------------

    @property
    def is_running(self):
        """Whether the contract runs, be it paused."""
        order = self.order
        return order.state == "sale" and order.subscription_state in const.RUNNING_STATES

    @property
    def can_close(self):
        """Whether the customer may end the contract, on one of :meth:`get_close_days`."""
        order = self.order
        return bool(
            self.template.customers_may_close
            and self.is_running
            and not order.subscription_has_planned_end
            and self.get_close_days()
        )

    @property
    def can_keep(self):
        """Whether the customer may take a closing back whose day is still to come."""
        order = self.order
        return bool(
            self.template.customers_may_close
            and self.is_running
            and order.subscription_has_planned_end
        )

    @property
    def can_pause(self):
        """Whether the customer may pause the contract from today on."""
        order = self.order
        return bool(
            self.template.pause_max_days
            and order.subscription_state == "active"
            and not order.subscription_has_pause
        )

    @property
    def can_resume(self):
        """Whether the customer may end the pause that runs; a suspension is ended by paying."""
        gap = self._get_pause()
        return bool(
            self.template.pause_max_days and self.order.subscription_state == "paused" and gap
        )

    @property
    def can_address(self):
        """Whether the customer may choose other addresses; a link alone does not do."""
        if self.env.user._is_public() or not self.is_running:
            return False
        customer = self.order.partner_id.commercial_partner_id
        return self.env.user.partner_id.commercial_partner_id == customer

    @property
    def can_withdraw(self):
        """Whether the customer may withdraw from a new contract, see :class:`Withdrawal`."""
        return self.withdrawal.is_open

    @property
    def withdrawal(self):
        """The right of the customer to withdraw from a new contract."""
        return Withdrawal(self)

    @property
    def text(self):
        """What the pages of the acts say, see :class:`ActsText`."""
        return ActsText(self)

    @cached_property
    def for_customer(self):
        """The same acts in the language of the customer, whoever has the page open."""
        return CustomerActs(CustomerNotice(self.order).for_customer())

    def check(self, act):
        """Refuse an act that the terms do not leave to the customer.

        :param str act: close, keep, pause, resume or withdraw
        :raise AccessError: one sentence for the customer
        """
        if not getattr(self, f"can_{act}"):
            raise AccessError(
                self.env._(
                    "%(contract)s cannot be changed like this online. Write to us.",
                    contract=self.order.name,
                )
            )

    def _get_pause(self):
        """Return the pause of a customer in which today lies, if any."""
        gap = self.order._get_gap_to_resume(self.today)
        return gap.filtered(lambda gap: gap.kind == "pause" and gap.start_date <= self.today)

    # ------------------------------------------------------------------
    # Close
    # ------------------------------------------------------------------

    def get_close_days(self):
        """Return the days on which the customer may leave, the best first.

        Notice and commitment are kept. The end of what is paid comes first, an earlier day after
        it where the agreement knows one.

        :return: first days without service
        :rtype: list[date]
        """
        earliest = self.order._get_earliest_close_date()
        days = [max(self.order._get_subscription_period_end(), earliest), earliest]
        end = self.order.subscription_end_date
        return list(dict.fromkeys(day for day in days if not end or day < end))

    def get_reasons(self):
        """Return the reasons that customers may pick, in their order."""
        reasons = self.env["subscription.close.reason"]
        return reasons.search(
            Domain("is_voluntary", "=", True)
            & Domain(reasons._check_company_domain(self.order.company_id))
        )

    def preview_close(self, day):
        """Return what ending the contract gives back and still bills, see :class:`Preview`.

        :param date day: first day without service
        """
        is_forfeit = self.template.credit_on_close == "forfeit"
        tried = Tried(end=day, is_forfeit=is_forfeit)
        return self.try_out(lambda: DryRun(self.order, tried).get_items(max(day, self.today)))

    def close(self, day, reason, note, shown_total):
        """End the contract as the customer wants it.

        :param date day: one of :meth:`get_close_days`
        :param reason: one of :meth:`get_reasons`
        :param str note: what the customer typed
        :param float shown_total: the total that was shown
        :raise AccessError: the terms do not leave it to the customer
        :raise UserError: the day, the reason or the total is not one that is offered now
        """
        self.order._subscription_claim()
        self.check("close")
        if day not in self.get_close_days() or reason not in self.get_reasons():
            raise UserError(self.get_changed_text())
        preview = self.for_customer.preview_close(day)
        self.check_shown(preview, shown_total)
        self.order._subscription_close(day, reason, (note or "").strip()[:MAX_NOTE] or None)
        self.tell(lambda env: self.text.get_closed_note(env, day), "closed", preview)

    def keep(self):
        """Take the closing back.

        :raise AccessError: the terms do not leave it to the customer, or nothing is closed
        """
        self.order._subscription_claim()
        self.check("keep")
        self.order._subscription_keep()
        name = self.get_name()
        self.tell(
            lambda env: env._("%(name)s took the end back online. It goes on.", name=name), "kept"
        )

    # ------------------------------------------------------------------
    # Pause
    # ------------------------------------------------------------------

    @property
    def pause_start(self):
        """First day of a pause that is asked for now."""
        return max(self.today, self.order._get_subscription_start())

    @property
    def latest_return(self):
        """Last day on which service may go on after a pause that is asked for now."""
        return self.pause_start + timedelta(days=self.template.pause_max_days)

    def preview_pause(self, until):
        """Return what a pause from today on gives back, see :class:`Preview`.

        :param date until: first day of service after it
        """

        def get_items():
            """Try the pause as the act itself would."""
            self.order._check_customer_pause(self.pause_start, until)
            self.order._check_pause(self.pause_start, until, "pause")
            return DryOperation(self.order).get_pause_items(
                self.pause_start,
                until,
                is_forfeit=self.template.credit_on_pause == "forfeit",
                is_restart=self.template._get_pause_anchor() == "restart",
            )

        return self.try_out(get_items)

    def pause(self, until, shown_total):
        """Pause the contract from today on.

        :param date until: first day of service after it
        :param float shown_total: the total that was shown
        :raise AccessError: the terms do not leave it to the customer
        :raise UserError: the pause is too long, or costs something else by now
        """
        self.order._subscription_claim()
        self.check("pause")
        start = self.pause_start
        self.order._check_customer_pause(start, until)
        preview = self.for_customer.preview_pause(until)
        self.check_shown(preview, shown_total)
        self.order._subscription_pause(start, until)
        name = self.get_name()
        self.tell(
            lambda env: env._(
                "%(name)s paused this contract online. It goes on by itself on %(day)s.",
                name=name,
                day=format_date(env, until),
            ),
            "paused",
            preview,
        )

    def preview_resume(self):
        """Return what going on from today bills, see :class:`Preview`."""
        return self.try_out(lambda: DryOperation(self.order).get_resume_items(self.today))

    def resume(self, shown_total):
        """Let the contract go on from today.

        :param float shown_total: the total that was shown
        :raise AccessError: the terms do not leave it to the customer, or nothing is paused
        :raise UserError: it costs something else by now
        """
        self.order._subscription_claim()
        self.check("resume")
        preview = self.for_customer.preview_resume()
        self.check_shown(preview, shown_total)
        self.order._subscription_resume(self.today)
        name = self.get_name()
        self.tell(
            lambda env: env._("%(name)s ended the pause online.", name=name), "resumed", preview
        )

    # ------------------------------------------------------------------
    # Both
    # ------------------------------------------------------------------

    def try_out(self, get_items):
        """Return a preview of what falls due, with what is sold once and due anyway."""
        preview = Preview(self.order)
        one_off = self.order._get_preview_one_off_lines(self.today)
        return preview.or_reason(lambda: preview.for_operation(get_items(), one_off))

    def check_shown(self, preview, shown_total):
        """Refuse what would be something else than the customer saw.

        :raise UserError: it is refused, or its total is another one by now
        """
        if preview["error"]:
            raise UserError(preview["error"])
        if self.order.currency_id.compare_amounts(preview["total"], shown_total):
            raise UserError(self.get_changed_text())

    def get_changed_text(self):
        """Return what stands instead of an act that is no longer what was shown."""
        return self.env._(
            "Something has changed since this page was opened, and nothing was done. Look at it "
            "again before you confirm."
        )

    def get_name(self):
        """Return who acts, as far as it is known."""
        user = self.env.user
        return self.order.partner_id.name if user._is_public() else user.partner_id.name

    def tell(self, get_text, done=None, preview=None, texts=()):
        """Say in the chatter what the customer did, and send the customer one mail.

        :param get_text: what staff read: a sentence, or a function from an environment to it
        :param str done: as for :meth:`ActsText.get_done_text`; empty: the customer reads the same
        :param dict preview: what was charged and given back, in the customer's language
        :param texts: what the customer reads besides
        """
        get = get_text if callable(get_text) else lambda env: get_text
        notice, customers = CustomerNotice(self.order), self.for_customer
        notice.tell_staff(get)
        said = customers.text.get_done_text(done) or get(customers.env)
        notice.tell_customer([said, *texts], preview)
