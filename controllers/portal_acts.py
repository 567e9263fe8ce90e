from urllib.parse import urlencode

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.http import request, route
from werkzeug.exceptions import NotFound

from ..models.portal.customer_acts import CustomerActs
from ..models.portal.retention_offer import RetentionOffer
from .payment import SubscriptionPayment, get_accessible_order, read_text
from .portal import SubscriptionPortal

PAGE = {"type": "http", "auth": "public", "website": True, "sitemap": False}


class SubscriptionActs(SubscriptionPortal):
    """What a customer does alone with a contract: each act is shown with its money, then done."""

    @route("/my/orders/<int:order_id>/close", methods=["GET"], **PAGE)
    def subscription_close(self, order_id, access_token=None, reason_id=None, day=None, **kwargs):
        """Ask why and when a contract ends, and show what that gives back."""
        acts = self._get_acts(order_id, access_token, "close")
        return self._render_close(acts, access_token, reason_id, day)

    @route("/my/orders/<int:order_id>/close", methods=["POST"], **PAGE)
    def subscription_close_confirm(
        self, order_id, access_token=None, reason_id=None, day=None, note=None, total=None, **kwargs
    ):
        """End a contract as it was shown."""
        order = self._get_order(order_id, access_token)
        if order.subscription_has_planned_end:  # pressed twice
            return self._go_back(order, access_token, "closed")
        acts = self._get_acts(order_id, access_token, "close")
        reason = self._find_reason(acts, reason_id)
        wanted = self._read_day(day)
        return self._do(
            lambda: acts.close(wanted, reason, read_text(note), self._read_total(total)),
            lambda error: self._render_close(acts, access_token, reason_id, day, error),
            lambda: self._go_back(acts.order, access_token, "closed"),
        )

    def _render_close(self, acts, access_token, reason_id, day, error=None):
        days = acts.get_close_days()
        wanted = self._read_day(day)
        wanted = wanted if wanted in days else days[0]
        reason = self._find_reason(acts, reason_id)
        return self._render(
            "sale_recurring.portal_contract_close",
            acts,
            access_token,
            reasons=acts.get_reasons(),
            reason=reason,
            days=days,
            day=wanted,
            preview=acts.preview_close(wanted) if reason else None,
            offer=RetentionOffer(acts, reason),
            error=error,
        )

    @route("/my/orders/<int:order_id>/keep", methods=["POST"], **PAGE)
    def subscription_keep(self, order_id, access_token=None, **kwargs):
        """Take the end of a contract back."""
        order = self._get_order(order_id, access_token)
        acts = CustomerActs(order)
        if acts.can_keep:
            acts.keep()
        return self._go_back(order, access_token, "kept")

    @route("/my/orders/<int:order_id>/pause", methods=["GET"], **PAGE)
    def subscription_pause(self, order_id, access_token=None, until=None, **kwargs):
        """Ask until when a contract pauses, and show what that gives back."""
        acts = self._get_acts(order_id, access_token, "pause")
        return self._render_pause(acts, access_token, until)

    @route("/my/orders/<int:order_id>/pause", methods=["POST"], **PAGE)
    def subscription_pause_confirm(
        self, order_id, access_token=None, until=None, total=None, **kwargs
    ):
        """Pause a contract as it was shown."""
        order = self._get_order(order_id, access_token)
        if order.subscription_state == "paused":  # pressed twice
            return self._go_back(order, access_token, "paused")
        acts = self._get_acts(order_id, access_token, "pause")
        wanted = self._read_day(until)
        return self._do(
            lambda: acts.pause(wanted, self._read_total(total)),
            lambda error: self._render_pause(acts, access_token, until, error),
            lambda: self._go_back(order, access_token, "paused"),
        )

    def _render_pause(self, acts, access_token, until, error=None):
        wanted = self._read_day(until)
        preview = acts.preview_pause(wanted) if wanted else None
        return self._render(
            "sale_recurring.portal_contract_pause",
            acts,
            access_token,
            until=wanted,
            first_return=fields.Date.add(acts.pause_start, days=1),
            preview=preview,
            error=error,
        )

    @route("/my/orders/<int:order_id>/resume", methods=["GET"], **PAGE)
    def subscription_resume(self, order_id, access_token=None, **kwargs):
        """Show what it costs when a paused contract goes on today."""
        acts = self._get_acts(order_id, access_token, "resume")
        return self._render_resume(acts, access_token)

    @route("/my/orders/<int:order_id>/resume", methods=["POST"], **PAGE)
    def subscription_resume_confirm(self, order_id, access_token=None, total=None, **kwargs):
        """Let a paused contract go on as it was shown."""
        order = self._get_order(order_id, access_token)
        if order.subscription_state == "active":  # pressed twice
            return self._go_back(order, access_token, "resumed")
        acts = self._get_acts(order_id, access_token, "resume")
        return self._do(
            lambda: acts.resume(self._read_total(total)),
            lambda error: self._render_resume(acts, access_token, error),
            lambda: self._go_back(order, access_token, "resumed"),
        )

    def _render_resume(self, acts, access_token, error=None):
        return self._render(
            "sale_recurring.portal_contract_resume",
            acts,
            access_token,
            preview=acts.preview_resume(),
            error=error,
        )

    # ------------------------------------------------------------------
    # Who and what
    # ------------------------------------------------------------------

    def _get_order(self, order_id, access_token):
        """Return a contract to its customer, or to whoever has its link.

        Colleagues have the back office, where their own rights hold.

        :raise NotFound: for everybody else
        """
        order_sudo = get_accessible_order(self, order_id, access_token)
        if not order_sudo or not order_sudo._has_contract_page() or request.env.user._is_internal():
            raise NotFound
        return order_sudo.with_user(request.env.user).sudo()

    def _get_acts(self, order_id, access_token, act):
        """Return what the customer may do alone, for one act.

        :raise AccessError: the terms leave this act to the vendor
        """
        acts = CustomerActs(self._get_order(order_id, access_token))
        acts.check(act)
        return acts

    def _find_reason(self, acts, reason_id):
        """Return the reason that was picked, empty when it is none of those that are offered."""
        wanted = self._cast_as_int(reason_id)
        return acts.get_reasons().filtered(lambda reason: reason.id == wanted)

    @staticmethod
    def _read_day(text):
        """Return a day as browsers send it, None for anything else."""
        try:
            return fields.Date.to_date(text) if text and len(text) == 10 else None
        except ValueError:
            return None

    def _read_total(self, text):
        """Return an amount as forms send it.

        :raise UserError: it is none
        """
        total = self._cast_as_float(text)
        SubscriptionPayment._check_amount(total)
        if total is None:
            raise UserError(request.env._("This form is not complete. Reload the page."))
        return total

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _do(self, act, show, done):
        """Do what was confirmed, or show the page again with the sentence why it was not.

        :param act: function that does it, undone as a whole when it raises
        :param show: function from that sentence to a page
        :param done: function that leads on
        """
        try:
            with request.env.cr.savepoint():
                act()
        except (AccessError, UserError) as error:
            request.env.invalidate_all()
            return show(str(error.args[0]))
        return done()

    def _render(self, template, acts, access_token, /, **values):
        values.update(
            acts=acts,
            contract=acts.order,
            page_name="subscription",
            token=access_token or "",
            back_url=self._get_back_url(acts.order, access_token),
        )
        return request.render(template, values)

    def _go_back(self, order, access_token, done):
        url = self._get_back_url(order, access_token)
        return request.redirect(f"{url}{'&' if '?' in url else '?'}done={done}")

    @staticmethod
    def _get_back_url(order, access_token):
        """Return address of the contract's page, with the link if the visitor came with it."""
        query = f"?{urlencode({'access_token': access_token})}" if access_token else ""
        return f"{order.access_url}{query}"
