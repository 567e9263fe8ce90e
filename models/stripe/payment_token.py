from calendar import monthrange
from datetime import UTC, date, datetime

import stripe
from odoo import api, models

from ...exceptions import OutcomeUnknownError


class PaymentToken(models.Model):
    """Cards and mandates saved at Stripe."""

    _inherit = "payment.token"

    @api.model
    def _prepare_stripe_card_values(self, card):
        """Return what Stripe tells about a card.

        :param dict card: the card of a payment method of Stripe's interface, or nothing
        :rtype: dict
        """
        if not card or not card.get("exp_year") or not card.get("exp_month"):
            return {}
        year, month = int(card["exp_year"]), int(card["exp_month"])
        values = {"subscription_expiry_date": date(year, month, monthrange(year, month)[1])}
        if card.get("last4"):
            values["payment_details"] = card["last4"]
        return values

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------

    @api.model
    def _find_by_stripe_event(self, event):
        """Return the saved methods that an event is about. Nothing it says may be believed yet.

        :param dict event: an event of Stripe's interface
        :rtype: payment.token
        """
        subject = event.get("data", {}).get("object", {})
        name = "payment_method" if event["type"].startswith("mandate.") else "id"
        method = subject.get(name)
        if not isinstance(method, str) or not method:
            return self.browse()
        return self.with_context(active_test=False).search([("stripe_payment_method", "=", method)])

    def _process_stripe_event(self, event):
        """Take over a card that the bank replaced; leave a method that was removed or revoked.

        An event that was overtaken by a later one changes nothing.

        :param dict event: a signed event of Stripe's interface
        """
        told_at = datetime.fromtimestamp(event.get("created") or 0, UTC).replace(tzinfo=None)
        subject = event["data"]["object"]
        for token in self:
            if token.subscription_told_at and told_at < token.subscription_told_at:
                continue
            token._as_system().subscription_told_at = told_at
            if self._is_method_gone(event["type"], subject):
                if token.active:
                    token.active = False
            else:
                # Old interfaces tell of the card itself, newer ones of the method it belongs to.
                card = subject if subject.get("object") == "card" else subject.get("card")
                token._take_over_method(self._prepare_stripe_card_values(card))

    @api.model
    def _is_method_gone(self, kind, subject):
        """Return whether an event says that a method cannot be charged any more."""
        if kind.startswith("mandate."):
            return subject.get("status") == "inactive"
        return kind == "payment_method.detached"

    # ------------------------------------------------------------------
    # Questions
    # ------------------------------------------------------------------

    @api.model
    def _get_askable_providers(self):
        """Add Stripe."""
        return [*super()._get_askable_providers(), "stripe"]

    def _hook_query_method(self):
        """Ask Stripe until when a card is valid."""
        if self.provider_code != "stripe" or not self.stripe_payment_method:
            return super()._hook_query_method()
        methods = self.provider_id._get_stripe_client().v1.payment_methods
        try:
            found = methods.retrieve(self.stripe_payment_method).to_dict()
        except stripe.StripeError as error:
            raise OutcomeUnknownError(type(error).__name__) from error
        return self._prepare_stripe_card_values(found.get("card"))
