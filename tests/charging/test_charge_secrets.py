import logging
from contextlib import ExitStack

from odoo.tests import HttpCase, tagged

from ..support.common_stripe import StripeCommon

KEY = "sk_test_TheKeyThatNobodyReads"
WEBHOOK_KEY = "whsec_TheKeyThatNobodyReads"
READ = {
    "odoo": logging.INFO,
    "odoo.addons": logging.DEBUG,
    "stripe": logging.INFO,
    "urllib3": logging.DEBUG,
    "werkzeug": logging.INFO,
}


@tagged("post_install", "-at_install")
class TestChargeSecrets(StripeCommon, HttpCase):
    """No key is written down, whatever happens to a charge."""

    def setUp(self):
        super().setUp()
        self.stripe.write({"stripe_secret_key": KEY, "stripe_webhook_secret": WEBHOOK_KEY})
        self.charges = self.env["payment.transaction"]
        self.orders = self.env["sale.order"]

    def live(self):
        """Let charges go through, fail, break, be asked about, refunded, told and forged."""
        for word in (None, "stolen", "authentication", "never"):
            self.charge(*self.create_stripe_contract(word))
        self.refund()
        self.break_charge("before")
        self.break_charge("after")
        self.save_card()
        self.hear(WEBHOOK_KEY, 200)
        self.hear("whsec_guess", 403)
        self.stripe.stripe_webhook_secret = False
        self.stripe.action_stripe_create_webhook()
        self.fake.answers.clear()

    def charge(self, order, invoice):
        self.run_charges()
        self.orders |= order
        self.charges |= invoice.transaction_ids

    def refund(self):
        self.charges.filtered(lambda tx: tx.state == "done")[:1]._refund(1.0)
        self.after_commit()

    def break_charge(self, moment):
        order, invoice = self.create_stripe_contract()

        def cut(reached):
            if reached == moment:
                raise ConnectionError

        self.fake.breaks = cut
        self.charge(order, invoice)
        self.fake.breaks = lambda moment: None
        invoice.transaction_ids.subscription_query_at = "2027-01-31 11:00:00"
        self.run_questions()

    def save_card(self):
        tx, intent, _method = self.save_another_card(self.orders[0])
        self.env.flush_all()
        self.url_open(
            f"/payment/stripe/return?reference={tx.reference}&setup_intent={intent['id']}"
        )
        self.env.invalidate_all()
        self.charges |= tx

    def hear(self, secret, status):
        tx = self.charges[0]
        intent = self.get_intent(tx, "succeeded", client_secret="pi_1_secret_ofIntent")
        card = {"id": tx.token_id.stripe_payment_method, "card": {"exp_month": 1, "exp_year": 2040}}
        self.env.flush_all()
        for kind, subject in (
            ("payment_intent.succeeded", intent),
            ("payment_method.updated", card),
        ):
            self.assertEqual(self.send_event(kind, subject, secret=secret).status_code, status)
        self.env.invalidate_all()

    def test_no_key_reaches_logs_chatter_mails_or_transactions(self):
        self.env.flush_all()
        last = self.env["mail.message"].search([], order="id desc", limit=1).id
        with ExitStack() as stack:
            logs = [stack.enter_context(self.assertLogs(*each)) for each in READ.items()]
            for name, level in READ.items():
                logging.getLogger(name).log(level, "the log is read")
            self.live()
        messages = self.env["mail.message"].search([("id", ">", last)])
        written = [
            *(line for log in logs for line in log.output),
            *messages.mapped("body"),
            *messages.mapped("subject"),
            *self.env["mail.mail"].search([]).mapped("body_html"),
            *self.env["mail.activity"].search([]).mapped("note"),
            *self.charges.mapped("state_message"),
            *self.charges.subscription_invoice_id.mapped("subscription_charge_error"),
        ]
        text = "\n".join(str(one) for one in written if one)
        self.assertIn("the log is read", text)
        self.assertIn("could not be charged", text)
        self.assertGreater(len(self.charges), 5)
        secrets = (KEY, WEBHOOK_KEY, "whsec_front", "_secret_")
        self.assertEqual([secret for secret in secrets if secret in text], [])

    def test_client_of_stripe_writes_down_no_answers(self):
        self.assertFalse(logging.getLogger("stripe").isEnabledFor(logging.DEBUG))
