from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestSetAside(PaymentCommon):
    """Nobody is charged for a draft that could not become an invoice with the money."""

    def prepare_once(self):
        super().prepare_once()
        self.terms = self._create_template("Paid first", payment_mode="after_payment")
        self.order = self.create_contract(
            self.line_values(self.seat, 3),
            template=self.terms,
            subscription_payment_token_id=self.create_token().id,
        )
        self.draft = self.bill(self.order)

    def assertSetAside(self, words):
        """Nothing is taken, the reason is told once, and a form takes nothing either."""
        self.run_charges()
        self.assertFalse(self.draft.transaction_ids)
        self.assertEqual(self.draft.state, "draft")
        self.assertIn(words, self.draft.subscription_aside_reason)
        self.assertIn(words, self.order.activity_ids.note)
        messages = self.order.message_ids
        self.run_charges()
        self.assertEqual(self.order.message_ids, messages, "it is told once")
        quiet = mute_logger(
            "odoo.addons.sale_recurring.models.charging.payment_transaction_booking"
        )
        with quiet, self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
            self.create_payment(
                self.order,
                sale_order_ids=False,
                reference="by form",
                amount=self.draft.amount_total,
                invoice_ids=[Command.set(self.draft.ids)],
            )

    def assertCharged(self):
        """What was mended goes on by itself, and nobody is asked any more."""
        self.run_charges()
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0))
        self.assertEqual(self.draft.transaction_ids.mapped("amount"), [36])
        self.assertFalse(self.draft.subscription_aside_reason)
        self.assertFalse(self.order.activity_ids)

    def test_journal_that_is_archived(self):
        journal = self.draft.journal_id
        self.env.cr.execute("UPDATE account_journal SET active = false WHERE id = %s", [journal.id])
        self.env.invalidate_all()
        self.assertSetAside("archived journal")
        journal.active = True
        self.assertCharged()

    def test_account_of_a_line_that_is_archived(self):
        account = self.draft.invoice_line_ids.account_id
        account.active = False
        self.assertSetAside("is archived")
        account.active = True
        self.assertCharged()

    def test_draft_that_shall_be_posted_later(self):
        self.draft.write({"auto_post": "at_date", "invoice_date": "2027-03-10"})
        self.assertSetAside("auto-posted")
        self.draft.auto_post = "no"
        self.assertCharged()

    def test_bank_account_that_is_archived(self):
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "QQ1", "partner_id": self.company.partner_id.id}
        )
        self.draft.partner_bank_id = bank
        bank.active = False
        self.assertSetAside("bank account")
        bank.active = True
        self.assertCharged()

    def test_books_that_are_closed_through_today_wait_for_tomorrow(self):
        self.company.fiscalyear_lock_date = "2027-01-31"
        self.run_charges()
        self.assertFalse(self.draft.transaction_ids)
        self.assertTrue(self.draft.subscription_aside_reason)
        self.travel("2027-02-01")
        self.assertCharged()
        self.assertEqual(str(self.draft.date), "2027-02-01")

    def test_nobody_is_asked_by_mail_for_what_could_not_be_booked(self):
        self.order.subscription_payment_token_id = False
        account = self.draft.invoice_line_ids.account_id
        account.active = False
        self.run_charges()
        self.assertFalse(self.draft.subscription_requested_at)
        self.assertIn("is archived", self.draft.subscription_aside_reason)
        account.active = True
        self.run_charges()
        self.assertTrue(self.draft.subscription_requested_at)
        self.assertFalse(self.draft.subscription_aside_reason)
        self.assertFalse(self.order.activity_ids)

    def test_a_try_leaves_nothing_behind(self):
        name = self.draft.name
        before = self.env["account.move"].search_count([])
        self.assertFalse(self.draft._get_posting_error())
        self.assertEqual((self.draft.state, self.draft.name), ("draft", name))
        self.assertEqual(self.env["account.move"].search_count([]), before)
