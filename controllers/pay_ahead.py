from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.http import request, route
from werkzeug.exceptions import BadRequest, NotFound

from .payment_method import SubscriptionPaymentMethod


class SubscriptionPayAhead(SubscriptionPaymentMethod):
    """The page on which a customer pays the next period of a contract before it begins."""

    @route(
        "/my/orders/<int:order_id>/in_advance",
        type="http",
        methods=["GET"],
        auth="public",
        website=True,
        sitemap=False,
    )
    def subscription_pay_ahead(self, order_id, access_token=None, paid=None, **kwargs):
        """Show which days are paid, what they cost, and a form to pay with.

        Customers come back here from the payment: to try again, or to go on to their contract.
        """
        order_sudo = self._get_contract(order_id, access_token)
        payment_sudo = order_sudo._get_last_prepayment() if paid else None
        if payment_sudo and payment_sudo.state not in ("cancel", "error"):
            return request.redirect(order_sudo.get_portal_url(query_string="&prepaid=1"))
        offer = order_sudo._get_pay_ahead_offer()
        if not offer:
            return request.redirect(order_sudo.get_portal_url())
        values = {
            "page_name": "subscription_pay_ahead",
            "sale_order": order_sudo,
            "res_company": order_sudo.company_id,
            "offer": offer,
            "failed_payment": payment_sudo,
            **self._get_pay_ahead_form(order_sudo, offer),
        }
        return request.render("sale_recurring.portal_pay_ahead", values)

    def _get_pay_ahead_form(self, order_sudo, offer):
        """Return the values of core's payment form."""
        partner_sudo = self._get_payer(order_sudo)
        providers_sudo, report, is_transfer_left_out = self._get_pay_ahead_providers(
            order_sudo, offer["amount"]
        )
        # sudo: customers may not read providers
        methods_sudo = request.env["payment.method"].sudo()
        day = fields.Date.to_string(offer["day"])
        token = order_sudo._portal_ensure_token()
        return {
            "mode": "payment",
            "reference_prefix": order_sudo.name,
            "amount": offer["amount"],
            "currency": order_sudo.currency_id,
            "partner_id": partner_sudo.id,
            "providers_sudo": providers_sudo,
            "is_transfer_left_out": is_transfer_left_out,
            "payment_methods_sudo": methods_sudo._get_compatible_payment_methods(
                providers_sudo.ids,
                partner_sudo.id,
                currency_id=order_sudo.currency_id.id,
                report=report,
            ),
            "tokens_sudo": self._get_saved_methods(order_sudo).filtered(
                lambda saved: saved.provider_id in providers_sudo
            ),
            "default_token_id": order_sudo.subscription_payment_token_id.id,
            "availability_report": report,
            "show_tokenize_input_mapping": self._compute_show_tokenize_input_mapping(
                providers_sudo
            ),
            "transaction_route": f"/my/orders/{order_sudo.id}/in_advance/{day}/transaction",
            "landing_route": f"{order_sudo._get_pay_ahead_url()}&paid=1",
            "access_token": token,
        }

    def _get_pay_ahead_providers(self, order_sudo, amount):
        """Return providers that can take an amount for a contract, and why others cannot.

        :return: the providers, core's report, and whether a promise to transfer money was left out
        """
        report = {}
        # sudo: customers may not read providers
        providers_sudo = request.env["payment.provider"].sudo()
        providers_sudo = providers_sudo._get_compatible_providers(
            order_sudo.company_id.id,
            self._get_payer(order_sudo).id,
            amount,
            currency_id=order_sudo.currency_id.id,
            report=report,
        )
        fit_sudo = providers_sudo.filtered(lambda provider: provider._can_pay_ahead())
        return fit_sudo, report, providers_sudo != fit_sudo

    @route(
        "/my/orders/<int:order_id>/in_advance/<string:day>/transaction",
        type="jsonrpc",
        auth="public",
    )
    def subscription_pay_ahead_transaction(self, order_id, day, access_token=None, **kwargs):
        """Begin to pay the next period; day and amount are only compared with what is due.

        :return: the values that the payment form goes on with
        :rtype: dict
        """
        order_sudo = self._get_contract(order_id, access_token)
        self._validate_transaction_kwargs(kwargs)
        amount = self._cast_as_float(kwargs.get("amount"))
        self._check_pay_ahead_method(order_sudo, amount, kwargs)
        try:
            day = fields.Date.to_date(day)
            draft_sudo = order_sudo._subscription_begin_prepayment(day, amount)
        except UserError as error:
            raise ValidationError(str(error.args[0])) from error
        except ValueError:
            raise NotFound from None
        kwargs.update(
            amount=draft_sudo._get_amount_to_charge(),
            currency_id=draft_sudo.currency_id.id,
            partner_id=self._get_payer(order_sudo).id,
            is_validation=False,
            landing_route=f"{order_sudo._get_pay_ahead_url()}&paid=1",
            reference_prefix=order_sudo.name,
        )
        tx_sudo = self._create_pay_ahead_transaction(order_sudo, draft_sudo, kwargs)
        return tx_sudo._get_processing_values()

    def _create_pay_ahead_transaction(self, order_sudo, draft_sudo, kwargs):
        """Create the payment of a draft; a saved method is charged once this is committed.

        :param dict kwargs: checked values for core's method
        :return: the sudoed transaction
        """
        values = {
            "invoice_ids": [Command.set(draft_sudo.ids)],
            "subscription_prepayment_order_id": order_sudo.id,
        }
        if kwargs.get("flow") == "token":
            # It is resolved by itself, like a charge that nobody was there for.
            values["subscription_invoice_id"] = draft_sudo.id
        return self._create_transaction(custom_create_values=values, **kwargs)

    def _check_pay_ahead_method(self, order_sudo, amount, kwargs):
        """Refuse methods that the page did not offer.

        :raise BadRequest: somebody made the request up
        """
        if amount is None:
            raise BadRequest(self._get_no_amount_text())
        if kwargs.get("flow") == "token":
            saved_sudo = self._get_saved_methods(order_sudo).filtered(
                lambda saved: saved.id == kwargs.get("token_id")
            )
            if not saved_sudo:
                raise BadRequest(self._get_log_in_text())
            kwargs["provider_id"] = saved_sudo.provider_id.id
        providers_sudo, *_rest = self._get_pay_ahead_providers(order_sudo, amount)
        if kwargs.get("provider_id") not in providers_sudo.ids:
            raise BadRequest(request.env._("This payment provider is not offered here."))
