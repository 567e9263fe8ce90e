"""What Stripe's words for a decline mean: why the money did not come, and what to do next.

Facts from three published lists, compared on 2026-11-26:

- error codes: the values of ``PaymentIntent.LastPaymentError.code`` in the PyPI package ``stripe``
  16.1.0, which Stripe makes from its own description of the interface (209 words);
- advice codes: the values of ``Charge.Outcome.advice_code`` in the same package (3 words); they are
  kept with the prefix ``advice:``, because one of them is a decline code as well;
- decline codes of banks, which that package leaves open (``decline_code`` is any text): the 22
  words of the PyPI package ``dunningkit`` 0.0.1 (``recovery_rates.py``). The other decline codes
  are those of https://docs.stripe.com/declines/codes, for which no package with a list was found.

The class of a word is our judgement: *later* when the same method may go through another day,
*method* when only another one will, *never* when the bank or the customer forbade further attempts.
A word that is in none of these lists counts as *later*: the number of attempts is limited anyway,
and a new word is no reason to give a customer up.
"""

from __future__ import annotations

from collections.abc import Iterable

from .charging import LATER, METHOD, NEVER, SEVERITY

ADVICE = "advice:"
# Why, in one word of ours: the class, and Stripe's words for it.
REASONS = {
    "funds": (
        LATER,
        """
        balance_insufficient insufficient_funds
        """,
    ),
    "limit": (
        LATER,
        """
        card_decline_rate_limit_exceeded card_velocity_exceeded charge_exceeds_source_limit
        charge_exceeds_transaction_limit invalid_amount withdrawal_count_limit_exceeded
        """,
    ),
    "silent": (
        LATER,
        """
        bank_account_declined call_issuer card_declined do_not_honor duplicate_transaction
        generic_decline no_action_taken payment_intent_payment_attempt_failed
        payment_method_provider_decline refer_to_customer setup_attempt_failed
        """,
    ),
    "busy": (
        LATER,
        """
        advice:try_again_later approve_with_id issuer_not_available lock_timeout
        payment_intent_payment_attempt_expired payment_intent_rate_limit_exceeded
        payment_method_provider_timeout processing_error rate_limit reenter_transaction
        setup_intent_setup_attempt_expired three_d_secure_authentication_upstream_error
        try_again_later
        """,
    ),
    "expired": (
        METHOD,
        """
        expired_card expired_payment_method invalid_expiry_month invalid_expiry_year
        """,
    ),
    "data": (
        METHOD,
        """
        account_information_mismatch account_number_invalid advice:confirm_card_data
        bank_account_bad_routing_numbers cardholder_phone_number_required incorrect_address
        incorrect_cvc incorrect_number incorrect_pin incorrect_postal_code incorrect_zip
        invalid_bank_account_iban invalid_card_type invalid_cvc invalid_number invalid_pin
        payment_method_billing_details_address_missing postal_code_invalid
        routing_number_invalid
        """,
    ),
    "unsupported": (
        METHOD,
        """
        advice:do_not_try_again card_not_supported currency_not_supported invalid_source_usage
        not_permitted payment_intent_incompatible_payment_method
        payment_method_currency_mismatch payment_method_unsupported_type
        sepa_unsupported_account service_not_allowed testmode_decline
        three_d_secure_authentication_not_supported token_card_network_invalid
        transaction_not_allowed
        """,
    ),
    "stopped": (
        METHOD,
        """
        lost_card pickup_card pin_try_exceeded restricted_card security_violation stolen_card
        """,
    ),
    "authentication": (
        METHOD,
        """
        authentication_failure authentication_not_handled authentication_required
        intent_verification_method_missing invoice_payment_intent_requires_action
        offline_pin_required online_or_offline_pin_required payment_intent_action_required
        payment_intent_authentication_failure setup_intent_authentication_failure
        """,
    ),
    "account": (
        METHOD,
        """
        account_closed acss_debit_session_incomplete bank_account_closed
        bank_account_restricted bank_account_unusable bank_account_unverified
        bank_account_verification_failed financial_connections_account_inactive
        financial_connections_account_pending_account_numbers
        financial_connections_account_unavailable_account_numbers invalid_account
        new_account_information_available no_account no_such_payment_method
        payment_method_bank_account_blocked payment_method_microdeposit_failed
        payment_method_microdeposit_processing_error
        payment_method_microdeposit_verification_amounts_invalid
        payment_method_microdeposit_verification_amounts_mismatch
        payment_method_microdeposit_verification_attempts_exceeded
        payment_method_microdeposit_verification_descriptor_code_mismatch
        payment_method_microdeposit_verification_timeout payment_method_not_available
        payment_method_restricted payment_method_unactivated payment_method_unexpected_state
        resource_missing token_already_used
        """,
    ),
    "mandate": (
        METHOD,
        """
        billing_invalid_mandate debit_not_authorized india_recurring_payment_mandate_canceled
        invalid_mandate payment_intent_mandate_invalid payment_method_customer_decline
        setup_intent_mandate_invalid
        """,
    ),
    "fraud": (
        NEVER,
        """
        fraudulent merchant_blacklist
        """,
    ),
    "forbidden": (
        NEVER,
        """
        do_not_try_again
        """,
    ),
    "withdrawn": (
        NEVER,
        """
        recipient_deceased revocation_of_all_authorizations revocation_of_authorization
        stop_payment_order
        """,
    ),
    "request": (
        LATER,
        """
        account_country_invalid_address account_error_country_change_requires_additional_steps
        account_invalid account_token_required_for_v2_account action_blocked
        alipay_upgrade_required amount_too_large amount_too_small
        anomalous_money_movement_request api_key_expired application_fees_not_allowed
        approval_required balance_invalid_parameter bank_account_exists
        bitcoin_upgrade_required capability_not_active capture_charge_authorization_expired
        capture_unauthorized_payment charge_already_captured charge_already_refunded
        charge_disputed charge_expired_for_capture charge_invalid_parameter
        charge_not_refundable clearing_code_unsupported country_code_invalid
        country_unsupported coupon_expired customer_max_payment_methods
        customer_max_subscriptions customer_session_expired customer_tax_location_invalid
        dispute_evidence_page_limit_exceeded email_invalid failed_tax_calculation
        financial_account_balance_does_not_support_currency
        financial_account_capability_not_enabled financial_account_capability_restricted
        financial_connections_consent_locale_invalid
        financial_connections_consent_locale_unsupported
        financial_connections_no_successful_transaction_refresh forwarding_api_inactive
        forwarding_api_invalid_parameter forwarding_api_retryable_upstream_error
        forwarding_api_upstream_connection_error forwarding_api_upstream_connection_timeout
        forwarding_api_upstream_error idempotency_key_in_use instant_payouts_config_disabled
        instant_payouts_currency_disabled instant_payouts_limit_exceeded
        instant_payouts_unsupported intent_invalid_state invalid_canceled_subscription_fields
        invalid_characters invalid_charge_amount invalid_mandate_reference_prefix_format
        invalid_tax_location invoice_no_customer_line_items invoice_no_payment_method_types
        invoice_no_subscription_line_items invoice_not_editable
        invoice_on_behalf_of_not_editable invoice_upcoming_none livemode_mismatch missing
        not_allowed_on_standard_account out_of_inventory ownership_declaration_not_allowed
        parameter_invalid_empty parameter_invalid_integer parameter_invalid_string_blank
        parameter_invalid_string_empty parameter_missing parameter_unknown
        parameters_exclusive payment_evaluation_on_api_version_not_supported
        payment_intent_invalid_parameter payment_intent_konbini_rejected_confirmation_number
        payment_intent_unexpected_state payment_method_bank_account_already_verified
        payment_method_configuration_failures payment_method_invalid_parameter
        payment_method_invalid_parameter_testmode payout_reconciliation_not_ready
        payouts_limit_exceeded payouts_not_allowed platform_account_required
        platform_api_key_expired product_inactive progressive_onboarding_limit_exceeded
        refund_disputed_payment request_blocked resource_already_exists
        return_intent_already_processed secret_key_required
        service_period_coupon_with_metered_tiered_item_unsupported
        setup_intent_invalid_parameter setup_intent_mobile_wallet_unsupported
        setup_intent_unexpected_state shipping_address_invalid shipping_calculation_failed
        siret_invalid sku_inactive smart_disputes_not_available state_unsupported
        status_transition_invalid storer_capability_missing storer_capability_not_active
        stripe_tax_inactive subscription_update_trial_after_billing_cycle_anchor
        tax_id_invalid tax_id_prohibited taxes_calculation_failed
        terminal_location_country_unsupported terminal_reader_busy
        terminal_reader_hardware_fault terminal_reader_invalid_location_for_activation
        terminal_reader_invalid_location_for_payment terminal_reader_offline
        terminal_reader_timeout testmode_charges_only tls_version_unsupported token_in_use
        transfer_source_balance_parameters_mismatch transfers_not_allowed url_invalid
        """,
    ),
}
REASON_OF = {word: reason for reason, (_class, words) in REASONS.items() for word in words.split()}
CLASS_OF = {word: REASONS[reason][0] for word, reason in REASON_OF.items()}


def decline_reason(codes: Iterable[str]) -> str | None:
    """Return why a charge was declined, in our own word for it.

    Of several words that Stripe says about one decline the strictest counts; of equally strict
    ones the last, which is the bank's, and an advice only when nothing else is as strict.

    >>> decline_reason(["card_declined", "insufficient_funds"])
    'funds'
    >>> decline_reason(["card_declined", "lost_card", "advice:try_again_later"])
    'stopped'
    >>> decline_reason(["card_declined", "lost_card", "advice:do_not_try_again"])
    'stopped'
    >>> decline_reason(["something_new"]) is None
    True

    :param codes: Stripe's words, from the general to the particular
    """
    known = [code for code in codes if code in CLASS_OF]
    known.sort(key=lambda code: not code.startswith(ADVICE))
    found = max(reversed(known), key=lambda code: SEVERITY.index(CLASS_OF[code]), default=None)
    return REASON_OF.get(found) if found else None
