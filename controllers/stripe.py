import logging

from odoo import http
from odoo.http import request
from werkzeug.exceptions import BadRequest, Forbidden

from odoo.addons.payment_stripe.const import HANDLED_WEBHOOK_EVENTS
from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.addons.payment_stripe.utils import get_webhook_secret

from ..models.stripe.payment_provider import EXTRA_EVENTS

_logger = logging.getLogger(__name__)
# What the subject of an event has as text, if it has it.
SUBJECT_TEXTS = ("id", "description", "payment_intent", "payment_method")


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
        """Take the events that core does not know; leave the others to it.

        Core writes down what it is sent, so nothing broken or forged about contracts gets there.
        """
        event = self._get_event()
        if event["type"] not in EXTRA_EVENTS:
            self._check_event_of_contract(event)
            try:
                return super().stripe_webhook()
            except (KeyError, TypeError, AttributeError) as error:
                _logger.exception("an event of Stripe lacks what its kind has")
                raise BadRequest from error
        # sudo: Stripe has no user; the signature says who it is
        records = request.env["payment.provider"].sudo()._get_stripe_event_records(event)
        if records:
            records.provider_id._check_stripe_signature(
                request.httprequest.get_data(), request.httprequest.headers.get("Stripe-Signature")
            )
            records._process_stripe_event(event)
        return request.make_json_response("")

    @staticmethod
    def _get_event():
        """Return what was sent, which nobody may believe yet.

        :rtype: dict
        :raise BadRequest: it is no event of Stripe's interface
        """
        try:
            event = request.get_json_data()
            subject = event["data"]["object"]
            texts = [event["type"], *(subject.get(name) for name in SUBJECT_TEXTS)]
            is_event = bool(event["type"]) and all(
                text is None or text is False or isinstance(text, str) for text in texts
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            is_event = False
        if not is_event or (event["type"] in HANDLED_WEBHOOK_EVENTS and "id" not in subject):
            # What was sent must not get into the log with the error.
            raise BadRequest from None
        return event

    def _check_event_of_contract(self, event):
        """Refuse an event about a payment of a contract that Stripe did not sign.

        :raise Forbidden: it is forged
        """
        reference = event["data"]["object"].get("description")
        # sudo: Stripe has no user; the signature says who it is
        tx_sudo = request.env["payment.transaction"].sudo()
        tx_sudo = tx_sudo.search([("reference", "=", reference), ("provider_code", "=", "stripe")])
        if event["type"] in HANDLED_WEBHOOK_EVENTS and tx_sudo and tx_sudo._is_about_contracts():
            self._verify_signature(tx_sudo)

    def _verify_signature(self, tx_sudo):
        """Believe nobody about payments of contracts unless they sign."""
        is_signed = bool(request.httprequest.headers.get("Stripe-Signature"))
        is_known = is_signed and get_webhook_secret(tx_sudo.provider_id)
        is_ours = tx_sudo._is_about_contracts()
        if is_ours and not is_known:
            raise Forbidden
        try:
            super()._verify_signature(tx_sudo)
        except (ValueError, KeyError, TypeError):
            raise Forbidden from None  # the header is no signature
        if is_ours and request.get_json_data().get("type") == "charge.refunded":
            tx_sudo._claim_refunds()

    @staticmethod
    def _create_refund_tx_from_refund(source_tx_sudo, refund_object):
        """Ask somebody what a refund that was made at Stripe means for the invoice.

        One that was asked for here, and whose answer got lost, is that refund.
        """
        # Core knows refunds of the payment that was authorized only, and none of its captures.
        ours_sudo = (
            source_tx_sudo._get_family()
            ._get_refunds()
            .filtered(lambda tx: tx.provider_reference == refund_object["id"])
        )
        ours_sudo |= source_tx_sudo._get_open_refunds().filtered(
            lambda tx: tx._is_stripe_refund(refund_object)
        )
        if ours_sudo:
            return ours_sudo[:1]
        refund_sudo = StripeController._create_refund_tx_from_refund(source_tx_sudo, refund_object)
        for invoice_sudo in source_tx_sudo.invoice_ids:
            invoice_sudo._hook_on_charge_refunded(refund_sudo)
        return refund_sudo
