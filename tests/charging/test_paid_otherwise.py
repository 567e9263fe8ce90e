from odoo.tests import tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestPaidOtherwise(PaymentCommon):
    """Invoices that are paid in another way while a bank still thinks about the charge."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract("pending")
        self.invoice = self.bill(self.order)
        self.run_charges()
        self.tx = self.invoice.transaction_ids
        self.assertEqual(self.tx.state, "pending")

    def answer(self, state):
        """Let the bank answer."""
        getattr(self.tx, f"_set_{state}")(
            **({"state_message": "No money there"} if state == "error" else {})
        )
        self.tx._post_process()

    def match_statement(self, amount=36):
        """Let a clerk match a line of the bank statement with the invoice."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.provider.journal_id.id,
                "payment_ref": "SEPA collection",
                "partner_id": self.partner.id,
                "amount": amount,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.invoice.line_ids.filtered(
            lambda one: one.display_type == "payment_term"
        ).account_id
        self.invoice.js_assign_outstanding_line(suspense.id)
        return line

    def test_a_charge_that_fails_when_all_is_paid_bothers_nobody(self):
        self.book_payment(self.invoice)
        before = self.order.message_ids
        self.answer("error")
        self.assertFalse(self.invoice.subscription_charge_error)
        self.assertFalse(self.order.activity_ids)
        self.assertNotIn("stays open", " ".join((self.order.message_ids - before).mapped("body")))

    def test_a_line_of_the_bank_statement_that_was_faster_than_the_outcome(self):
        self.match_statement()
        self.assertFalse(self.invoice.amount_residual)
        self.answer("done")
        self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["overpaid"])
        self.assertEqual(self.tx.payment_id.subscription_amount_overpaid, 36)
