from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..support.common_payment import PaymentCommon

RUN = "odoo.addons.sale_recurring.models.charging.charge_run"
PAYMENT_FIELDS = (
    "amount",
    "state",
    "payment_type",
    "partner_type",
    "partner_id",
    "currency_id",
    "journal_id",
    "company_id",
    "payment_method_line_id",
    "outstanding_account_id",
    "destination_account_id",
    "date",
    "is_reconciled",
    "is_matched",
    "subscription_amount_overpaid",
)
LINE_FIELDS = ("account_id", "partner_id", "debit", "credit", "amount_residual", "date_maturity")


@tagged("post_install", "-at_install")
class TestChargeTogether(PaymentCommon):
    """Answers are kept one by one; what came in is booked together, and each payment is core's."""

    def charge_together(self, *states, **values):
        """Return the invoices of contracts that one run charges."""
        orders = self.env["sale.order"]
        for state in states:
            orders += self.create_charged_contract(state, **values)
        invoices = self.bill(orders)
        self.run_charges()
        return invoices

    def stop_before_booking(self):
        """Let the process end once the answers are in."""
        return patch(f"{RUN}.ChargeRun.book")

    def get_facts(self, invoice):
        """Return what can be seen of the booking of an invoice."""
        payment = invoice.transaction_ids.payment_id
        self.assertEqual(payment.name, payment.move_id.name)
        self.assertEqual(
            payment.memo,
            f"{invoice.transaction_ids.reference} - {invoice.transaction_ids.provider_reference}",
        )
        lines = payment.move_id.line_ids.sorted("debit")
        messages = (invoice.message_ids | invoice.subscription_order_ids.message_ids).sorted("id")
        return (
            [payment[name] for name in PAYMENT_FIELDS],
            payment.reconciled_invoice_ids == payment.invoice_ids == invoice,
            [[line[name] for name in LINE_FIELDS] for line in lines],
            [(one.subtype_id, one.author_id, len(one.tracking_value_ids)) for one in messages],
            len(payment.message_ids),
            invoice.payment_state,
            invoice.transaction_ids.is_post_processed,
        )

    def test_a_payment_of_many_is_what_core_makes_of_one(self):
        alone = self.charge_together("done")
        together = self.charge_together("done", "done", "done")
        for invoice in together:
            self.assertEqual(self.get_facts(invoice), self.get_facts(alone))
        names = together.transaction_ids.payment_id.mapped("name")
        self.assertEqual(len(set(names)), 3)

    def test_declines_are_told_at_once_and_the_rest_is_paid(self):
        invoices = self.charge_together("done", "error", "pending", "done", "cancel")
        by_state = invoices.transaction_ids.grouped("state")
        self.assertEqual(len(by_state["done"].payment_id), 2)
        self.assertEqual(set(by_state["done"].invoice_ids.mapped("payment_state")), {"paid"})
        failed = (by_state["error"] | by_state["cancel"]).invoice_ids
        self.assertTrue(all(failed.mapped("subscription_charge_error")))
        self.assertEqual(
            set((invoices - by_state["done"].invoice_ids).mapped("amount_residual")), {36}
        )

    def test_so_many_are_booked_at_a_time(self):
        tx_class = type(self.env["payment.transaction"])
        together = patch.object(
            tx_class, "_book_charges", autospec=True, side_effect=tx_class._book_charges
        )
        with patch(f"{RUN}.BOOKED_TOGETHER", 2), together as booked:
            invoices = self.charge_together(*["done"] * 5)
        sizes = [len(call.args[0]) for call in booked.call_args_list]
        self.assertEqual(sizes, [2, 2, 1])
        self.assertFalse(any(invoices.mapped("amount_residual")))

    def test_nobody_waits_long_for_the_others(self):
        tx_class = type(self.env["payment.transaction"])
        together = patch.object(
            tx_class, "_book_charges", autospec=True, side_effect=tx_class._book_charges
        )
        with patch(f"{RUN}.BOOKED_WITHIN", -1.0), together as booked:
            self.charge_together("done", "done")
        self.assertEqual([len(call.args[0]) for call in booked.call_args_list], [1, 1])

    # ------------------------------------------------------------------
    # One that cannot be booked
    # ------------------------------------------------------------------

    def test_one_that_cannot_be_booked_does_not_stop_the_others(self):
        account = self.partner.property_account_receivable_id.copy()
        other = self.env["res.partner"].create(
            {"name": "Other", "property_account_receivable_id": account.id}
        )
        orders = self.create_charged_contract() | self.create_charged_contract()
        bad_order = self.create_contract(
            self.line_values(self.seat, 3),
            template=self.charged_template,
            partner_id=other.id,
            subscription_payment_token_id=self.create_token(partner=other).id,
        )
        invoices, bad = self.bill(orders), self.bill(bad_order)
        with self.stop_before_booking():
            self.run_charges()
        charges = (invoices | bad).transaction_ids
        self.assertEqual(set(charges.mapped("state")), {"done"})
        account.active = False
        with mute_logger("odoo.addons.sale_recurring.models.charging.payment_transaction_charge"):
            self.in_a_job(charges, lambda charges: charges._book_charges())
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assertEqual(len(invoices.transaction_ids.payment_id), 2)
        tx = bad.transaction_ids
        self.assertFalse(tx.payment_id or tx.is_post_processed)
        self.assertIn("archived", tx.subscription_booking_error)
        account.active = True
        self.travel("2027-02-01")
        self.run_questions()
        self.assertEqual((bad.payment_state, len(tx.payment_id)), ("paid", 1))

    # ------------------------------------------------------------------
    # Between the answer and the booking
    # ------------------------------------------------------------------

    def assertNotPaidTwice(self, invoice):
        """An invoice whose money is in is not charged, paid or dunned, however it looks."""
        order = invoice.subscription_order_ids
        self.assertEqual(invoice.amount_residual, 36)
        self.assertFalse(invoice._has_to_be_paid())
        self.assertIn("right now", invoice._get_online_payment_error())
        self.assertTrue(invoice._get_open_charges())
        with self.assertRaisesRegex(ValidationError, "right now"), self.env.cr.savepoint():
            self.create_payment(
                order,
                sale_order_ids=False,
                reference="by form",
                amount=36,
                invoice_ids=[Command.set(invoice.ids)],
            )
        self.in_a_job(invoice, lambda move: move._charge_subscription_invoice())
        self.assertEqual(len(invoice.transaction_ids), 1)

    def test_what_is_answered_and_not_booked_is_neither_charged_nor_dunned(self):
        with self.stop_before_booking():
            invoices = self.charge_together("done", "done")
        self.run_charges()
        for invoice in invoices:
            self.assertNotPaidTwice(invoice)
        self.assertFalse(invoices.transaction_ids.payment_id)

    def test_the_next_run_books_it_once(self):
        with self.stop_before_booking():
            invoices = self.charge_together("done", "done")
        self.travel("2027-02-01")
        self.run_charges()
        self.run_charges()
        self.run_questions()
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assertEqual(len(invoices.matched_payment_ids), 2)
        self.assertEqual(len(invoices.transaction_ids), 2)

    def test_what_somebody_booked_meanwhile_is_left_alone(self):
        with self.stop_before_booking():
            invoices = self.charge_together("done", "done")
        charges = invoices.transaction_ids
        charges[0]._post_process()
        self.in_a_job(charges, lambda charges: charges._book_charges())
        self.assertEqual(len(invoices.matched_payment_ids), 2)
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})

    # ------------------------------------------------------------------
    # Others
    # ------------------------------------------------------------------

    def test_drafts_that_wait_for_the_money_become_invoices_together(self):
        self.charged_template.payment_mode = "after_payment"
        invoices = self.charge_together("done", "done")
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assertEqual(len(invoices.matched_payment_ids), 2)

    def test_a_discount_for_paying_early_is_left_to_core(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Early",
                "early_discount": True,
                "discount_percentage": 10,
                "discount_days": 30,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 0})
                ],
            }
        )
        orders = self.create_charged_contract() | self.create_charged_contract()
        early = self.create_charged_contract(payment_term_id=term.id)
        invoices = self.bill(orders | early)
        self.run_charges()
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assertEqual(len(invoices.matched_payment_ids), 3)
        self.assertAlmostEqual(early.invoice_ids.transaction_ids.amount, 32.4)
