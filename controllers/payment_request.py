from odoo.http import request, route

from .payment_method import SubscriptionPaymentMethod


class SubscriptionPaymentRequest(SubscriptionPaymentMethod):
    """The way from a mail to what a customer should pay, without a login."""

    @route(
        "/my/orders/<int:order_id>/pay",
        type="http",
        methods=["GET"],
        auth="public",
        website=True,
        sitemap=False,
    )
    def subscription_pay(self, order_id, access_token=None, document=None, **kwargs):
        """Send the customer to the form that pays what is open on a contract.

        A link stays good when its draft was made anew: the amount is that of today. When all is
        paid the page of the payment method says so.
        """
        order_sudo = self._get_contract(order_id, access_token)
        move_sudo = order_sudo._get_document_to_pay(self._cast_as_int(document))
        if not move_sudo:
            token = access_token or order_sudo._portal_ensure_token()
            path = f"/my/orders/{order_sudo.id}/payment_method"
            return request.redirect(f"{path}?access_token={token}&paid=1")
        if move_sudo.state == "draft":
            return request.redirect(move_sudo._get_payment_form_url())
        return request.redirect(move_sudo._get_payment_url())
