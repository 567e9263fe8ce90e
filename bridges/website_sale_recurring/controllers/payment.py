from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.http import request, route
from werkzeug.exceptions import BadRequest, NotFound

from odoo.addons.website_sale.controllers.payment import PaymentPortal

from ..addon import SubscriptionPayment, get_accessible_order
from ..models.shop_cart import ShopCart


class SubscriptionShopPayment(PaymentPortal):
    """How a cart with contracts is paid, or begun with a method where it costs nothing yet."""

    @route()
    def shop_payment_transaction(self, order_id, access_token=None, **kwargs):
        """Refuse to begin a payment that would not confirm the cart it is for.

        Somebody may have confirmed it while the page was open: a contract is paid by its invoices.
        """
        SubscriptionPayment._check_form(kwargs)
        cart_sudo = get_accessible_order(self, order_id, access_token)
        if cart_sudo._get_open_quotes():
            ShopCart(cart_sudo).refresh()
        if cart_sudo:
            cart_sudo._check_online_payment(kwargs)
        return super().shop_payment_transaction(order_id, access_token, **kwargs)

    @route(
        "/shop/payment/method/<int:order_id>/transaction",
        type="jsonrpc",
        auth="public",
        website=True,
    )
    def shop_method_transaction(self, order_id, access_token=None, **kwargs):
        """Begin to save the method of a cart that costs nothing yet; it moves no money.

        :return: the values that the payment form goes on with
        :rtype: dict
        """
        self._validate_transaction_kwargs(kwargs)
        cart_sudo = self._get_free_cart(order_id, access_token)
        is_new = kwargs.get("flow") in ("direct", "redirect")
        offered_sudo = ShopCart(cart_sudo).get_saving_providers()
        if not is_new or kwargs.get("provider_id") not in offered_sudo.ids:
            raise BadRequest(request.env._("This payment provider is not offered here."))
        # sudo: visitors may not read methods
        method_sudo = request.env["payment.method"].sudo().browse(kwargs.get("payment_method_id"))
        if not method_sudo.exists().support_tokenization:
            raise BadRequest(request.env._("This payment method cannot be saved."))
        kwargs.update(
            amount=None,
            currency_id=None,
            partner_id=cart_sudo.partner_invoice_id.id,
            token_id=None,
            is_validation=True,
            tokenization_requested=True,
            landing_route="/shop/payment/validate",
        )
        tx_sudo = self._create_transaction(
            custom_create_values={"sale_order_ids": [Command.set(cart_sudo.ids)]}, **kwargs
        )
        request.session["__website_sale_last_tx_id"] = tx_sudo.id
        return tx_sudo._get_processing_values()

    @route(
        "/shop/payment/method/<int:order_id>/assign", type="jsonrpc", auth="public", website=True
    )
    def shop_method_assign(self, order_id, token_id=None, access_token=None):
        """Begin a contract that costs nothing yet with a method that its customer saved before."""
        SubscriptionPayment._check_id(token_id)
        cart_sudo = self._get_free_cart(order_id, access_token)
        methods_sudo = request.env["payment.token"]._get_for_document(cart_sudo)
        method_sudo = methods_sudo._filter_for_visitor(cart_sudo).filtered(
            lambda method: method.id == token_id and method.active
        )
        if not method_sudo:
            raise BadRequest(self._get_log_in_text())
        cart_sudo.subscription_payment_token_id = method_sudo
        cart_sudo._confirm_free_carts()

    def _get_free_cart(self, order_id, access_token):
        """Return the sudoed cart that waits for a method.

        :raise NotFound: nobody else learns that it exists
        :raise ValidationError: it costs something by now, or cannot be confirmed
        """
        cart_sudo = get_accessible_order(self, order_id, access_token)
        if not cart_sudo or cart_sudo.website_id != request.website or cart_sudo.state != "draft":
            raise NotFound
        ShopCart(cart_sudo).refresh()
        cart_sudo._check_cart_is_ready_to_be_paid()
        if message := cart_sudo._confirmation_error_message():
            raise ValidationError(message)
        if not cart_sudo._needs_method_for_free():
            raise ValidationError(
                request.env._("Your cart has changed. Reload this page to see what is due.")
            )
        return cart_sudo
