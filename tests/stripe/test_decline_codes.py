from typing import get_args

import stripe
from odoo.tests import tagged

from ...engine import charging, stripe_declines
from ..support.common_payment import PaymentCommon

# Decline codes of banks in the package dunningkit 0.0.1, with what it says helps.
BANK_CODES = {
    "card_update": """
        expired_card incorrect_cvc incorrect_number invalid_cvc invalid_expiry_year
        invalid_expiry_month lost_card stolen_card pickup_card authentication_required
        transaction_not_allowed service_not_allowed
    """,
    "other_method": "currency_not_supported card_not_supported",
    "retry": """
        insufficient_funds generic_decline do_not_honor card_velocity_exceeded processing_error
        call_issuer withdrawal_count_limit_exceeded
    """,
    "person": "fraudulent",
}
EXPECTED = {
    "card_update": charging.METHOD,
    "other_method": charging.METHOD,
    "retry": charging.LATER,
    "person": charging.NEVER,
}


def get_words(annotation):
    """Return all strings in a nested annotation."""
    if isinstance(annotation, str):
        return {annotation}
    return {word for part in get_args(annotation) for word in get_words(part)}


@tagged("post_install", "-at_install")
class TestDeclineCodes(PaymentCommon):
    """Each word that Stripe publishes has a class and a sentence."""

    def get_published(self, cls, name):
        """Return the words of a field in Stripe's own package."""
        words = get_words(cls.__annotations__[name])
        self.assertTrue(words)
        return words

    def test_each_error_code_of_stripes_package_is_known(self):
        published = self.get_published(stripe.PaymentIntent.LastPaymentError, "code")
        self.assertGreater(len(published), 200)
        self.assertFalse(published - stripe_declines.CLASS_OF.keys())

    def test_each_advice_of_stripes_package_is_known(self):
        published = self.get_published(stripe.Charge.Outcome, "advice_code")
        ours = {f"{stripe_declines.ADVICE}{word}" for word in published}
        self.assertEqual(len(ours), 3)
        self.assertFalse(ours - stripe_declines.CLASS_OF.keys())

    def test_codes_of_banks_have_the_class_that_helps(self):
        for group, words in BANK_CODES.items():
            for word in words.split():
                with self.subTest(word=word):
                    self.assertEqual(stripe_declines.CLASS_OF[word], EXPECTED[group])

    def test_each_reason_has_a_sentence(self):
        texts = self.env["payment.transaction"]._get_stripe_reason_texts()
        self.assertEqual(texts.keys(), stripe_declines.REASONS.keys())
        for text in texts.values():
            self.assertTrue(text.endswith("."), text)

    def test_no_word_has_two_reasons(self):
        words = [word for _class, text in stripe_declines.REASONS.values() for word in text.split()]
        self.assertEqual(len(words), len(set(words)))

    def test_a_word_that_nobody_knows_is_tried_later_and_told_in_stripes_words(self):
        stripe_provider = self.env["payment.provider"].search([("code", "=", "stripe")], limit=1)
        order = self.create_charged_contract("error")
        invoice = self.bill(order)
        self.run_charges()
        tx = invoice.transaction_ids
        tx.provider_id = stripe_provider
        tx.subscription_decline_code = "card_declined/brand_new_word"
        tx._note_decline()
        self.assertEqual(tx.subscription_decline_class, "later")
        self.assertEqual(tx._get_decline_text(), "The bank declined without saying why.")
        tx.write({"subscription_decline_code": "brand_new_word", "state_message": "Hm."})
        tx._note_decline()
        self.assertEqual(tx.subscription_decline_class, "later")
        self.assertEqual(tx._get_decline_text(), "Hm.")

    def test_an_advice_not_to_try_again_asks_for_another_method(self):
        stripe_provider = self.env["payment.provider"].search([("code", "=", "stripe")], limit=1)
        order = self.create_charged_contract("pending")
        invoice = self.bill(order)
        self.run_charges()
        tx = invoice.transaction_ids
        tx.provider_id = stripe_provider
        tx._note_stripe_error(
            {
                "code": "card_declined",
                "decline_code": "generic_decline",
                "advice_code": "do_not_try_again",
            }
        )
        tx._set_error("Declined.")
        self.assertEqual(tx.subscription_decline_class, "method")
