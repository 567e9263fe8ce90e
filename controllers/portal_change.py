from urllib.parse import urlencode

from odoo.exceptions import UserError
from odoo.http import request, route

from ..models.portal.customer_change import CustomerChange
from .portal_acts import PAGE, SubscriptionActs

FAILED = ("cancel", "error")


class SubscriptionChange(SubscriptionActs):
    """What a customer changes alone: chosen, shown with its money, confirmed and paid."""

    @route()
    def portal_order_page(self, order_id, report_type=None, **kwargs):
        """Offer changes on the page of a contract, and show those that wait."""
        response = super().portal_order_page(order_id, report_type=report_type, **kwargs)
        values = getattr(response, "qcontext", None) or {}
        if values.get("contract") and values.get("acts"):
            values["changes"] = CustomerChange(values["contract"])
        return response

    @route("/my/orders/<int:order_id>/change", methods=["GET"], **PAGE)
    def subscription_change(self, order_id, access_token=None, **kwargs):
        """Ask what changes, and show what that costs."""
        change = self._get_change(order_id, access_token)
        return self._render_change(change, access_token, kwargs)

    @route("/my/orders/<int:order_id>/change", methods=["POST"], **PAGE)
    def subscription_change_confirm(self, order_id, access_token=None, shown=None, **kwargs):
        """Make a change as it was shown, or go on to its payment."""
        change = self._get_change(order_id, access_token)
        done = []
        return self._do(
            lambda: done.append(change.confirm(change.offer.get_choice(kwargs), shown)),
            lambda error: self._render_change(change, access_token, kwargs, error),
            lambda: self._go_on(change, access_token, done[0]),
        )

    def _go_on(self, change, access_token, amendment):
        """Lead to the payment of a change, or back to the contract it has changed."""
        if amendment and amendment.state != "sale":
            return request.redirect(self._get_pay_url(change.order, access_token))
        is_later = amendment and amendment.subscription_effective_date > change.today
        return self._go_back(change.order, access_token, "planned" if is_later else "changed")

    def _render_change(self, change, access_token, values, error=None):
        """Show what may be chosen, and what was chosen with what it costs.

        :param dict values: what the form sent
        """
        choice = None
        try:
            choice = change.offer.get_choice(values)
        except UserError as refusal:
            error = error or str(refusal.args[0])
        preview = change.preview(choice) if choice and choice.key else None
        return self._render(
            "sale_recurring.portal_contract_change",
            change.acts,
            access_token,
            changes=change,
            choice=choice,
            entries=change.offer.get_entries(),
            plans=change.offer.get_plans(),
            planned=change.offer.get_planned_texts(),
            wanted_plan=values.get("plan"),
            sent=bool(values.get("see")),
            typed=values,
            errors=change.offer.get_errors(values) if error else {},
            preview=preview,
            error=error,
        )

    # ------------------------------------------------------------------
    # Payment
    # ------------------------------------------------------------------

    @route("/my/orders/<int:order_id>/change/pay", methods=["GET"], **PAGE)
    def subscription_change_pay(self, order_id, access_token=None, paid=None, **kwargs):
        """Show what a change costs now, and a form to pay it with.

        Customers come back here from the payment: to try again, or to go on to their contract.
        """
        order = self._get_order(order_id, access_token)
        change = CustomerChange(order)
        waiting = change.get_waiting()
        payment = waiting.transaction_ids.sorted("id")[-1:]
        if not waiting:
            return self._go_back(order, access_token, "changed" if paid else "")
        if waiting._is_quote_held() and payment.state != "draft":
            return self._go_back(order, access_token, "paying")
        waiting._subscription_refresh_quote()
        error = change.get_waiting_error(waiting)
        form = {} if error else self._get_payment_values(waiting)
        if form:
            form["landing_route"] = self._get_pay_url(order, access_token, paid=1)
            form["default_token_id"] = order.subscription_payment_token_id.id
        return self._render(
            "sale_recurring.portal_contract_change_pay",
            change.acts,
            access_token,
            waiting=waiting,
            failed_payment=payment if payment.state in FAILED else None,
            error=error,
            **form,
        )

    @route("/my/orders/<int:order_id>/change/drop", methods=["POST"], **PAGE)
    def subscription_change_drop(self, order_id, access_token=None, **kwargs):
        """Take back a change that waits for its payment."""
        order = self._get_order(order_id, access_token)
        try:
            CustomerChange(order).drop_waiting()
        except UserError:  # it is being paid
            return self._go_back(order, access_token, "paying")
        return self._go_back(order, access_token, "dropped")

    @route("/my/orders/<int:order_id>/change/revoke", methods=["POST"], **PAGE)
    def subscription_change_revoke(self, order_id, access_token=None, change_id=None, **kwargs):
        """Take back a change whose day is still to come."""
        order = self._get_order(order_id, access_token)
        change = CustomerChange(order)
        wanted = self._cast_as_int(change_id)
        pending = change.taken_back.get_pending()
        pending = pending.filtered(lambda amendment: amendment.id == wanted)
        if pending:
            change.taken_back.revoke(pending)
        return self._go_back(order, access_token, "revoked" if pending else "")

    # ------------------------------------------------------------------
    # Who and where
    # ------------------------------------------------------------------

    def _get_change(self, order_id, access_token):
        """Return what the customer may change.

        :raise AccessError: the terms leave every change to the vendor
        """
        change = CustomerChange(self._get_order(order_id, access_token))
        change.control.check()
        return change

    @staticmethod
    def _get_pay_url(order, access_token, **values):
        """Return address of the page on which a change is paid."""
        if access_token:
            values["access_token"] = access_token
        query = f"?{urlencode(values)}" if values else ""
        return f"/my/orders/{order.id}/change/pay{query}"
