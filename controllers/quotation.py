from odoo.http import request, route
from werkzeug.exceptions import BadRequest

from odoo.addons.sale.controllers import portal as sale_portal
from odoo.addons.sale_management.controllers import portal as offer_portal

from .payment import SubscriptionPayment, get_accessible_order

MAX_QUANTITY = 10**9


class CustomerPortal(offer_portal.CustomerPortal):
    def _prepare_sale_portal_rendering_values(self, *args, sortby=None, **kwargs):
        """Sort the list as usual where an address asks for what there is not."""
        sortby = sortby if sortby in self._get_sale_searchbar_sortings() else None
        return super()._prepare_sale_portal_rendering_values(*args, sortby=sortby, **kwargs)

    @route()
    def portal_order_page(self, order_id, access_token=None, payment_amount=None, **kwargs):
        """Show quotations with the amount of today; a payment link asks for at least that.

        Running contracts are paid by their invoices.
        """
        payment_amount = self._cast_as_float(payment_amount)
        SubscriptionPayment._check_amount(payment_amount)
        order_sudo = get_accessible_order(self, order_id, access_token)
        quote_sudo = order_sudo._get_open_quotes()
        quote_sudo._subscription_refresh_quote()
        if order_sudo._is_paid_by_invoice():
            payment_amount = None
        elif quote_sudo and payment_amount:
            payment_amount = max(payment_amount, quote_sudo._get_prepayment_required_amount())
        return super().portal_order_page(
            order_id, access_token=access_token, payment_amount=payment_amount, **kwargs
        )

    @route()
    def portal_quote_accept(self, order_id, access_token=None, name=None, signature=None):
        """Refuse a signature under an amount that is no longer the one that was shown."""
        access_token = access_token or request.httprequest.args.get("access_token")
        shown = self._cast_as_float(request.httprequest.args.get("shown_total"))
        SubscriptionPayment._check_amount(shown)
        order_sudo = get_accessible_order(self, order_id, access_token)._get_open_quotes()
        if order_sudo and (message := order_sudo._confirmation_error_message()):
            return {"error": message}
        if order_sudo and shown is not None:
            order_sudo._subscription_refresh_quote()
            if order_sudo.currency_id.compare_amounts(shown, order_sudo.amount_total):
                return {"error": order_sudo._get_changed_amount_text(shown)}
        return super().portal_quote_accept(
            order_id, access_token=access_token, name=name, signature=signature
        )

    @route()
    def portal_quote_document(self, order_id, document_id, access_token=None):
        """Take a request without a link for one of a stranger."""
        SubscriptionPayment._check_id(document_id)
        return super().portal_quote_document(order_id, document_id, access_token)

    @route()
    def portal_quote_option_update(
        self, order_id, line_id=None, access_token=None, input_quantity=False, **kwargs
    ):
        """Refuse what is no line or no quantity: customers choose how much of an option they take.

        :raise BadRequest: somebody made the request up
        """
        SubscriptionPayment._check_id(order_id)
        SubscriptionPayment._check_text(access_token)
        line_id = self._cast_as_int(line_id) or 0
        SubscriptionPayment._check_id(line_id)
        self._check_quantity(input_quantity)
        return super().portal_quote_option_update(
            order_id, line_id, access_token, input_quantity=input_quantity, **kwargs
        )

    @staticmethod
    def _check_quantity(quantity):
        """Refuse what is no quantity.

        :raise BadRequest: a value is no quantity that somebody may take
        """
        is_number = isinstance(quantity, (int, float)) and not isinstance(quantity, bool)
        if quantity is not False and not (is_number and 0 <= quantity <= MAX_QUANTITY):
            raise BadRequest(request.env._("A quantity must be a number of 0 or more."))

    def _get_payment_values(self, order_sudo, *args, **kwargs):
        """Show on the page of a contract's quotation only saved methods that may pay it.

        Of what was paid in part it asks for the rest.
        """
        values = super()._get_payment_values(order_sudo, *args, **kwargs)
        if order_sudo._is_about_contracts():
            if order_sudo.state in ("draft", "sent") and order_sudo.amount_paid:
                values["amount"] = min(values["amount"], order_sudo._get_amount_open_to_pay())
            values["tokens_sudo"] = (
                request.env["payment.token"]
                ._get_for_document(order_sudo)
                ._filter_for_visitor(order_sudo)
                .filtered(lambda method: method.provider_id in values["providers_sudo"])
            )
        return values

    def _document_check_access(self, model_name, document_id, access_token=None):
        """Take a number or a list for no token: requests in JSON may hold anything."""
        token = access_token if isinstance(access_token, str) else None
        return super()._document_check_access(model_name, document_id, access_token=token)


class PaymentPortal(sale_portal.PaymentPortal):
    @route()
    def portal_order_transaction(self, order_id, access_token=None, **kwargs):
        """Refuse to begin a payment that would not confirm the quotation it is for."""
        SubscriptionPayment._check_form(kwargs)
        order_sudo = get_accessible_order(self, order_id, access_token)
        quote_sudo = order_sudo._get_open_quotes()
        quote_sudo._subscription_refresh_quote()
        for order in order_sudo:
            order._check_online_payment(kwargs)
        return super().portal_order_transaction(order_id, access_token, **kwargs)
