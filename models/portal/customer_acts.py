from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ... import const
from ...tools import get_last_day
from ..lifecycle.dry_operation import DryOperation
from ..preview.dry_run import DryRun
from ..preview.preview import Preview
from ..preview.tried import Tried

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

    def check(self, act):
        """Refuse an act that the terms do not leave to the customer.

        :param str act: close, keep, pause or resume
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
        return self.env["subscription.close.reason"].search(
            Domain("is_voluntary", "=", True)
            & Domain("company_id", "in", [False, self.order.company_id.id])
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
        self.check_shown(self.preview_close(day), shown_total)
        self.order._subscription_close(day, reason, (note or "").strip()[:MAX_NOTE] or None)
        self.tell(
            self.env._(
                "%(name)s ended this contract online. Its last day is %(day)s; until then this can "
                "be taken back.",
                name=self.get_name(),
                day=format_date(self.env, get_last_day(day)),
            )
        )

    def keep(self):
        """Take the closing back.

        :raise AccessError: the terms do not leave it to the customer, or nothing is closed
        """
        self.order._subscription_claim()
        self.check("keep")
        self.order._subscription_keep()
        self.tell(
            self.env._("%(name)s took the end back online. It goes on.", name=self.get_name())
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
        self.check_shown(self.preview_pause(until), shown_total)
        self.order._subscription_pause(start, until)
        self.tell(
            self.env._(
                "%(name)s paused this contract online. It goes on by itself on %(day)s.",
                name=self.get_name(),
                day=format_date(self.env, until),
            )
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
        self.check_shown(self.preview_resume(), shown_total)
        self.order._subscription_resume(self.today)
        self.tell(self.env._("%(name)s ended the pause online.", name=self.get_name()))

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def get_day_text(self, day):
        """Return what a day of :meth:`get_close_days` means to the customer.

        :param date day: first day without service
        """
        last = format_date(self.env, get_last_day(day))
        days = self.get_close_days()
        if len(days) == 2 and day == days[0]:
            return self.env._("When what is billed is over: last day %(day)s", day=last)
        return self.env._("As early as agreed: last day %(day)s", day=last)

    def get_close_text(self, day):
        """Return what confirming an end means.

        :param date day: first day without service
        """
        return self.env._(
            "The last day is %(day)s. Until then you can take this back.",
            day=format_date(self.env, get_last_day(day)),
        )

    def get_pause_text(self):
        """Return from when until when a pause may be."""
        return self.env._(
            "It pauses from %(start)s on and goes on by itself, at the latest on %(end)s. Nothing "
            "is billed for the days between.",
            start=format_date(self.env, self.pause_start),
            end=format_date(self.env, self.latest_return),
        )

    def get_done_text(self, done):
        """Return what the contract's page says after an act, False for an unknown one.

        :param str done: what was done, as the address says it
        """
        last = self.order.subscription_last_date
        if done == "closed":
            return last and self.env._(
                "Your contract ends. You can take this back until %(day)s.",
                day=format_date(self.env, last),
            )
        return {
            "kept": self.env._("Your contract goes on."),
            "paused": self.env._("Your contract is paused."),
            "resumed": self.env._("Your contract goes on from today."),
            "changed": self.env._("Your contract is changed."),
            "planned": self.env._("Your contract changes with the next period."),
            "revoked": self.env._("That is taken back. Your contract stays as it is."),
            "dropped": self.env._("Nothing was changed. Your contract stays as it is."),
            "paying": self.env._("Your change is made as soon as its payment is through."),
        }.get(done, False)

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

    def tell(self, text):
        """Write in the chatter what the customer did; the customer gets it as a mail."""
        customer = self.order.partner_id
        self.order.message_post(
            body=text,
            author_id=self.order.company_id.partner_id.id,
            partner_ids=customer.ids,
            subject=self.env._(
                "%(company)s: your contract %(contract)s",
                company=self.order.company_id.name,
                contract=self.order.name,
            ),
            subtype_xmlid="mail.mt_comment",
        )
