import stripe
from odoo import fields, models

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment_stripe.controllers.main import StripeController

from ...engine import stripe_declines
from ...exceptions import OutcomeUnknownError

# The customer is asked to confirm a payment that was made without them.
AUTHENTICATION_CODES = ("authentication_required", "payment_intent_authentication_failure")
# Nobody is there to confirm an off-session charge: it would wait for ever.
WAITING_STATUS = ("requires_action", "requires_confirmation", "requires_source_action")


class PaymentTransaction(models.Model):
    """Charges by Stripe: decline codes, disputes, and what became of a charge nobody knows."""

    _inherit = "payment.transaction"

    subscription_dispute = fields.Char(
        "Dispute",
        readonly=True,
        copy=False,
        help="The payment provider's id of a dispute of this payment, and how far it went.",
    )

    # ------------------------------------------------------------------
    # Declines
    # ------------------------------------------------------------------

    def _get_decline_classes(self):
        """Add what Stripe's codes mean."""
        classes = super()._get_decline_classes()
        if self.provider_code != "stripe":
            return classes
        return {**classes, **stripe_declines.CLASS_OF}

    def _get_decline_text(self):
        """Say why Stripe declined in words that can be translated."""
        codes = (self.subscription_decline_code or "").split("/")
        reason = self.provider_code == "stripe" and stripe_declines.decline_reason(codes)
        return self._get_stripe_reason_texts()[reason] if reason else super()._get_decline_text()

    def _get_stripe_reason_texts(self):
        """Return one sentence for each reason of the engine's table of Stripe's words."""
        return {
            "funds": self.env._("There is not enough money on the account."),
            "limit": self.env._("The bank's limit for amount or number of payments is reached."),
            "silent": self.env._("The bank declined without saying why."),
            "busy": self.env._("The bank could not be reached, or was too busy."),
            "expired": self.env._("The card expired."),
            "data": self.env._("The number, or other details, of the payment method are wrong."),
            "unsupported": self.env._(
                "The bank does not accept this payment method for such a payment."
            ),
            "stopped": self.env._("The bank stopped the card."),
            "authentication": self.env._("The bank wants the customer to confirm the payment."),
            "account": self.env._("The account cannot be charged any more."),
            "mandate": self.env._("The customer's mandate does not hold any more."),
            "fraud": self.env._("The payment looks like fraud to the bank."),
            "forbidden": self.env._("The bank forbade further attempts."),
            "withdrawn": self.env._("The customer withdrew the permission to charge."),
            "request": self.env._(
                "Stripe refused the request itself, not the bank. Look at the settings of the "
                "payment provider."
            ),
        }

    def _hook_on_request_failed(self, cause):
        """Keep the code and the payment of a charge that Stripe declined."""
        super()._hook_on_request_failed(cause)
        if self.provider_code != "stripe" or getattr(cause, "response", None) is None:
            return
        try:
            error = cause.response.json()["error"]
        except (ValueError, KeyError):
            return  # a gateway before Stripe refused the request
        self._note_stripe_error(error)
        intent = error.get("payment_intent")
        if isinstance(intent, dict) and intent.get("id"):
            self.provider_reference = intent["id"]

    def _apply_updates(self, payment_data):
        """Keep the code of a charge whose decline Stripe tells later."""
        if self.subscription_invoice_id and self.provider_code == "stripe":
            intent = payment_data.get("payment_intent") or {}
            self._note_stripe_error(intent.get("last_payment_error"))
        return super()._apply_updates(payment_data)

    def _is_of_another(self, payment_data):
        """Compare our reference with the one that Stripe keeps at the payment."""
        if self.provider_code != "stripe" or self.operation == "refund":
            return super()._is_of_another(payment_data)
        intent = payment_data.get("setup_intent") or payment_data.get("payment_intent") or {}
        ours = (self.reference, self.source_transaction_id.reference)
        return intent.get("description") not in ours

    def _note_stripe_error(self, error):
        """Keep Stripe's words for a decline; a charge with an outcome keeps those it has.

        :param dict error: an error object of Stripe's interface, or nothing
        """
        if self.state not in ("draft", "pending", "authorized") or not error:
            return
        codes = [error[name] for name in ("code", "decline_code") if error.get(name)]
        if error.get("advice_code"):
            codes.append(f"{stripe_declines.ADVICE}{error['advice_code']}")
        if codes:
            self._as_system().subscription_decline_code = "/".join(dict.fromkeys(codes))

    def _is_authentication_needed(self):
        """Know Stripe's codes for it."""
        codes = (self.subscription_decline_code or "").split("/")
        is_needed = any(code in AUTHENTICATION_CODES for code in codes)
        return is_needed or super()._is_authentication_needed()

    def _is_disputed(self):
        """Return whether Stripe told of a dispute that the customer did not lose."""
        segment = (self.subscription_dispute or "").rpartition("/")[2]
        is_over = segment in ("", "won", "warning_closed")
        return not is_over or super()._is_disputed()

    # ------------------------------------------------------------------
    # Outcome
    # ------------------------------------------------------------------

    def _hook_query_provider(self):
        """Ask Stripe, which knows every charge by our reference."""
        if self.provider_code != "stripe":
            return super()._hook_query_provider()
        is_refund = self.operation == "refund"
        try:
            found = self._find_stripe_refund() if is_refund else self._find_stripe_intent()
        except stripe.StripeError as error:
            raise OutcomeUnknownError(type(error).__name__) from error
        if not found:
            return "absent"
        data = {"reference": self.reference}
        if is_refund:
            StripeController._include_refund_in_payment_data(found, data)
        else:
            StripeController._include_payment_intent_in_payment_data(found, data)
        self._process("stripe", data)
        return "known"

    def _find_stripe_refund(self):
        """Return what Stripe has for this refund.

        Stripe does not keep our reference with it: it is one of the same amount that no other
        refund here is.

        :return: a Refund as core reads it, or None
        :rtype: dict
        """
        source = self.source_transaction_id
        refunds = self.provider_id._get_stripe_client().v1.refunds
        if self.provider_reference:
            return refunds.retrieve(self.provider_reference).to_dict()
        others = source._get_family()._get_refunds().mapped("provider_reference")
        listed = refunds.list({"payment_intent": source.provider_reference, "limit": 100})
        for one in map(stripe.StripeObject.to_dict, listed.auto_paging_iter()):
            if one["id"] not in others and self._is_stripe_refund(one):
                return one
        return None

    def _is_stripe_refund(self, refund):
        """Return whether this refund may be one that Stripe tells of.

        :param dict refund: a Refund of Stripe's interface
        """
        self.ensure_one()
        amount = self._extract_amount_data({"refund": refund})["amount"]
        is_same = not self.currency_id.compare_amounts(amount, -self.amount)
        return is_same and self.provider_reference in (False, refund["id"])

    def _find_stripe_intent(self):
        """Return what Stripe has for this charge; one that waits for the customer is called off.

        :return: a PaymentIntent as core reads it, or None
        :rtype: dict
        """
        intents = self.provider_id._get_stripe_client().v1.payment_intents
        if self.provider_reference:
            found = intents.retrieve(self.provider_reference)
        else:
            customer = self.token_id.provider_ref
            listed = intents.list({"customer": customer, "limit": 100}).auto_paging_iter()
            found = next((one for one in listed if one.description == self.reference), None)
        if found and found.status in WAITING_STATUS:
            self._as_system().subscription_decline_code = "authentication_required"
            found = intents.cancel(found.id)
        return found and found.to_dict()

    def _get_request_options(self, endpoint):
        """Let a refund that is sent twice give the money back once."""
        options = super()._get_request_options(endpoint)
        if self.provider_code == "stripe" and endpoint == "refunds" and self.operation == "refund":
            options["idempotency_key"] = payment_utils.generate_idempotency_key(
                self, scope="refunds"
            )
        return options

    # ------------------------------------------------------------------
    # Tokens and events
    # ------------------------------------------------------------------

    def _extract_token_values(self, payment_data):
        """Keep until when a card is valid, and the mandate that was given without a payment."""
        values = super()._extract_token_values(payment_data)
        if values and self.provider_code == "stripe":
            card = (payment_data.get("payment_method") or {}).get("card")
            values.update(self.env["payment.token"]._prepare_stripe_card_values(card))
            mandate = (payment_data.get("setup_intent") or {}).get("mandate")
            if mandate and not values.get("stripe_mandate"):
                values["stripe_mandate"] = mandate
        return values

    def _process_stripe_event(self, event):
        """Tell people about a dispute of this payment, once per segment.

        :param dict event: a signed event of Stripe's interface
        """
        self.ensure_one()
        dispute = event["data"]["object"]
        segment = f"{dispute['id']}/{dispute.get('status') or 'needs_response'}"
        is_opening = event["type"] == "charge.dispute.created"
        known = self.subscription_dispute or ""
        if known == segment or (is_opening and known.startswith(f"{dispute['id']}/")):
            return
        self._as_system().subscription_dispute = segment
        for invoice in self.invoice_ids:
            invoice._hook_on_charge_disputed(self, dispute.get("status") or "")
