from odoo.exceptions import ValidationError
from odoo.http import request, route
from werkzeug.exceptions import BadRequest, NotFound

from odoo.addons.payment import utils as payment_utils

from .payment import SubscriptionPayment, get_accessible_order


class SubscriptionPaymentMethod(SubscriptionPayment):
    """The page on which a customer replaces the payment method of a contract, without a login.

    Whoever has the link may give another method and sees none of those that are saved; a customer
    who is logged in may also choose a saved one.
    """

    @route(
        "/my/orders/<int:order_id>/payment_method",
        type="http",
        methods=["GET"],
        auth="public",
        website=True,
        sitemap=False,
    )
    def subscription_payment_method(
        self, order_id, access_token=None, saved=None, paid=None, **kwargs
    ):
        """Show what a contract is paid with, what is open, and a form for another method."""
        order_sudo = self._get_contract(order_id, access_token)
        partner_sudo = self._get_payer(order_sudo)
        providers_sudo, report = self._get_method_providers(order_sudo, partner_sudo)
        methods_sudo = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers_sudo.ids, partner_sudo.id, force_tokenization=True, report=report
            )
        )  # sudo: customers may not read providers
        token = access_token or order_sudo._portal_ensure_token()
        path = f"/my/orders/{order_sudo.id}/payment_method"
        values = {
            "page_name": "subscription_payment_method",
            "sale_order": order_sudo,
            "is_over": self._is_over(order_sudo),
            "res_company": order_sudo.company_id,
            "saved": saved,
            "paid": paid,
            "mode": "validation",
            "allow_token_selection": True,
            "allow_token_deletion": False,
            "default_token_id": order_sudo.subscription_payment_token_id.id,
            "reference_prefix": payment_utils.singularize_reference_prefix(prefix="V"),
            "partner_id": partner_sudo.id,
            "providers_sudo": providers_sudo,
            "payment_methods_sudo": methods_sudo,
            "tokens_sudo": self._get_saved_methods(order_sudo),
            "availability_report": report,
            "transaction_route": f"{path}/transaction",
            "assign_token_route": f"{path}/assign",
            "landing_route": f"{path}?access_token={token}&saved=1",
            "access_token": token,
        }
        return request.render("sale_recurring.portal_payment_method", values)

    @route("/my/orders/<int:order_id>/payment_method/transaction", type="jsonrpc", auth="public")
    def subscription_payment_method_transaction(self, order_id, access_token=None, **kwargs):
        """Begin to save another payment method; it moves no money and makes no invoice.

        :return: the values that the payment form goes on with
        :rtype: dict
        """
        order_sudo = self._get_contract(order_id, access_token)
        self._validate_transaction_kwargs(kwargs)
        partner_sudo = self._get_payer(order_sudo)
        providers_sudo, _report = self._get_method_providers(order_sudo, partner_sudo)
        self._check_not_over(order_sudo)
        is_new = kwargs.get("flow") in ("direct", "redirect")
        if not is_new or kwargs.get("provider_id") not in providers_sudo.ids:
            raise BadRequest(request.env._("This payment provider is not offered here."))
        kwargs.update(
            amount=None,
            currency_id=None,
            partner_id=partner_sudo.id,
            token_id=None,
            is_validation=True,
            tokenization_requested=True,
            landing_route=(
                f"/my/orders/{order_sudo.id}/payment_method?access_token={access_token}&saved=1"
            ),
            reference_prefix=payment_utils.singularize_reference_prefix(prefix="V"),
        )
        provider_sudo = providers_sudo.filtered(lambda one: one.id == kwargs["provider_id"])
        tx_sudo = self._create_transaction(
            custom_create_values=order_sudo._prepare_method_values(provider_sudo), **kwargs
        )
        return tx_sudo._get_processing_values()

    @route("/my/orders/<int:order_id>/payment_method/assign", type="jsonrpc", auth="public")
    def subscription_payment_method_assign(self, order_id, token_id=None, access_token=None):
        """Pay a contract with a method that its customer saved before."""
        order_sudo = self._get_contract(order_id, access_token)
        self._check_not_over(order_sudo)
        token_sudo = self._get_saved_methods(order_sudo).filtered(
            lambda token: token.id == self._cast_as_int(token_id)
        )
        if not token_sudo:
            raise BadRequest(self._get_log_in_text())
        order_sudo._subscription_replace_token(token_sudo)

    # ------------------------------------------------------------------
    # Who and what
    # ------------------------------------------------------------------

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

    def _get_contract(self, order_id, access_token):
        """Return the contract as superuser, to its customer or whoever has its link.

        :raise NotFound: nobody else learns that it exists
        """
        order_sudo = get_accessible_order(self, order_id, access_token)
        if not order_sudo.is_subscription:
            raise NotFound
        return order_sudo

    def _is_over(self, order_sudo):
        """Return whether a contract has ended and will never be charged again."""
        is_ended = order_sudo.subscription_state in ("closed", "renewed")
        return is_ended and not order_sudo.subscription_next_invoice_date

    def _check_not_over(self, order_sudo):
        """Refuse what comes after the last charge.

        :raise ValidationError: nothing is charged for this contract any more
        """
        if self._is_over(order_sudo):
            raise ValidationError(
                request.env._(
                    "%(order)s has ended, so no payment method is needed for it.",
                    order=order_sudo.name,
                )
            )

    def _get_payer(self, order_sudo):
        """Return whoever the new method belongs to: the visitor, else the contract's customer."""
        user = request.env.user
        if self._is_customer(order_sudo):
            return user.partner_id
        return order_sudo.partner_id

    def _is_customer(self, order_sudo):
        """Return whether the visitor is logged in as the customer or the payer of a contract."""
        user = request.env.user
        owners = order_sudo._get_method_owners()
        return not user._is_public() and user.partner_id.commercial_partner_id in owners

    def _get_saved_methods(self, order_sudo):
        """Return saved methods that the visitor may see and choose for a contract."""
        methods_sudo = request.env["payment.token"]._get_for_document(order_sudo)
        return methods_sudo._filter_for_visitor(order_sudo)

    def _get_method_providers(self, order_sudo, partner_sudo):
        """Return providers that can save a method for a contract, and why others cannot."""
        report = {}
        # sudo: customers may not read providers
        providers_sudo = request.env["payment.provider"].sudo()
        return (
            providers_sudo._get_compatible_providers(
                order_sudo.company_id.id,
                partner_sudo.id,
                0.0,
                force_tokenization=True,
                is_validation=True,
                report=report,
            ),
            report,
        )
