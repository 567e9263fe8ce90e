from odoo import http
from odoo.http import request
from werkzeug.exceptions import Forbidden

from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.addons.payment_stripe.utils import get_webhook_secret

from ..models.stripe.payment_provider import EXTRA_EVENTS


class SubscriptionStripeController(StripeController):
    """What Stripe tells about saved methods, disputes and charges of contracts, if it signed it."""

    @http.route()
    def stripe_return(self, **data):
        """Let nobody come back from a payment that no customer was sent to.

        Charges of contracts are made without the customer. Whoever names one here would have any
        payment taken for it.
        """
        # sudo: visitors may not read transactions
        Transaction = request.env["payment.transaction"].sudo()
        if Transaction._search_by_reference("stripe", data).subscription_invoice_id:
            return request.redirect("/payment/status")
        return super().stripe_return(**data)

    @http.route()
    def stripe_webhook(self):
        """Take the events that core does not know; leave the others to it."""
        event = request.get_json_data()
        if event.get("type") not in EXTRA_EVENTS:
            return super().stripe_webhook()
        # sudo: Stripe has no user; the signature says who it is
        records = request.env["payment.provider"].sudo()._get_stripe_event_records(event)
        if records:
            records.provider_id._check_stripe_signature(
                request.httprequest.get_data(), request.httprequest.headers.get("Stripe-Signature")
            )
            records._process_stripe_event(event)
        return request.make_json_response("")

    def _verify_signature(self, tx_sudo):
        """Believe nobody about payments of contracts unless they sign."""
        is_signed = bool(request.httprequest.headers.get("Stripe-Signature"))
        is_known = is_signed and get_webhook_secret(tx_sudo.provider_id)
        is_ours = tx_sudo._is_about_contracts()
        if is_ours and not is_known:
            raise Forbidden
        super()._verify_signature(tx_sudo)
        if is_ours and request.get_json_data().get("type") == "charge.refunded":
            tx_sudo._claim_refunds()

    @staticmethod
    def _create_refund_tx_from_refund(source_tx_sudo, refund_object):
        """Ask somebody what a refund that was made at Stripe means for the invoice."""
        refund_sudo = StripeController._create_refund_tx_from_refund(source_tx_sudo, refund_object)
        for invoice_sudo in source_tx_sudo.invoice_ids:
            invoice_sudo._hook_on_charge_refunded(refund_sudo)
        return refund_sudo
