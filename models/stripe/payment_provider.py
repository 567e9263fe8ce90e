import logging
from urllib.parse import urljoin

import stripe
from odoo import api, models
from odoo.exceptions import ValidationError
from werkzeug.exceptions import Forbidden

from odoo.addons.payment.const import SENSITIVE_KEYS
from odoo.addons.payment_stripe import const as stripe_const
from odoo.addons.payment_stripe import utils as stripe_utils

# Events about saved methods and disputes, beside those that core asks Stripe for.
EXTRA_EVENTS = (
    "payment_method.automatically_updated",
    "payment_method.updated",
    "payment_method.detached",
    "customer.source.updated",
    "mandate.updated",
    "charge.dispute.created",
    "charge.dispute.closed",
)
# Core logs what Stripe answers: whoever registers a webhook is told the key that signs its events.
SENSITIVE_KEYS.add("secret")
# Below that level Stripe's own client writes down whole answers, keys included.
logging.getLogger("stripe").setLevel(logging.INFO)
ADDRESS_PARAMETER = "sale_recurring.stripe_api_address"
TIMEOUT = 10  # seconds, as core waits for a provider
# Seconds after which a signed event is too old to be believed.
TOLERANCE = 10 * 60


class PaymentProvider(models.Model):
    """What contracts need of Stripe beyond `payment_stripe`."""

    _inherit = "payment.provider"

    def _get_stripe_address(self):
        """Return the address of a stand-in for Stripe, for tests only.

        :return: an address without the version, or nothing to use Stripe's own
        :rtype: str
        :raise ValidationError: somebody set one while real money is moved
        """
        self.ensure_one()
        # sudo: parameters are reserved to administrators
        address = self.env["ir.config_parameter"].sudo().get_param(ADDRESS_PARAMETER)
        if not address:
            return ""
        # sudo: keys are reserved to administrators
        if self.state != "test" or "_live_" in (self.sudo().stripe_secret_key or ""):
            raise ValidationError(
                self.env._(
                    "%(provider)s is not in test mode, so the system parameter %(parameter)s must "
                    "not send its requests to another address. Remove the parameter.",
                    provider=self.name,
                    parameter=ADDRESS_PARAMETER,
                )
            )
        return address.rstrip("/")

    def _build_request_url(self, endpoint, *, is_proxy_request=False, **kwargs):
        """Send requests to a stand-in for Stripe in tests."""
        is_ours = self.code == "stripe" and not is_proxy_request
        if is_ours and (address := self._get_stripe_address()):
            return urljoin(f"{address}/v1/", endpoint)
        return super()._build_request_url(endpoint, is_proxy_request=is_proxy_request, **kwargs)

    def _send_api_request(self, method, endpoint, *, params=None, data=None, json=None, **kwargs):
        """Ask Stripe for the events that contracts need when core registers its webhook."""
        if self.code == "stripe" and endpoint == "webhook_endpoints" and data:
            events = [*data.get("enabled_events[]", ()), *EXTRA_EVENTS]
            data = {**data, "enabled_events[]": events}
        return super()._send_api_request(
            method, endpoint, params=params, data=data, json=json, **kwargs
        )

    def _get_stripe_client(self):
        """Return Stripe's own client for what core's requests do not do.

        :rtype: stripe.StripeClient
        """
        self.ensure_one()
        address = self._get_stripe_address()
        return stripe.StripeClient(
            stripe_utils.get_secret_key(self.sudo()),  # sudo: keys are reserved to administrators
            # Core reads what this version of the interface answers.
            stripe_version=stripe_const.API_VERSION,
            base_addresses={"api": address} if address else None,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
        )

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------

    @api.model
    def _get_stripe_event_records(self, event):
        """Return what an event is about. Nothing it says may be believed yet.

        :param dict event: an event of Stripe's interface
        :return: saved methods or a transaction of one provider, empty when we know none
        :rtype: payment.token or payment.transaction
        """
        subject = event.get("data", {}).get("object", {})
        if not event["type"].startswith("charge."):
            found = self.env["payment.token"]._find_by_stripe_event(event)
        else:
            found = self.env["payment.transaction"].search(
                [
                    ("provider_code", "=", "stripe"),
                    ("provider_reference", "=", subject.get("payment_intent") or "-"),
                    ("operation", "!=", "refund"),
                ],
                limit=1,
            )
            # A capture is known by the same payment, and has no documents.
            found = found and found._get_first()
        return found.filtered(lambda record: record.provider_id == found[:1].provider_id)

    def _check_stripe_signature(self, payload, signature):
        """Refuse what Stripe did not sign, or signed too long ago.

        :param bytes payload: what was received
        :param str signature: the header of the signature
        :raise Forbidden: it is forged, old, or nobody entered the secret to check it with
        """
        self.ensure_one()
        secret = stripe_utils.get_webhook_secret(self)
        try:
            if not secret:
                raise Forbidden
            stripe.WebhookSignature.verify_header(
                payload.decode(), signature or "", secret, TOLERANCE
            )
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise Forbidden from error
