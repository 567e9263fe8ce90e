from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestBooking(PaymentCommon):
    """No money is taken that could not be booked; what came in and is not booked is told."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract()
        self.invoice = self.bill(self.order)
        self.finding = self.env["subscription.finding"].sudo()

    def assertNothingTaken(self, words):
        self.run_charges()
        self.assertFalse(self.invoice.transaction_ids)
        self.assertIn(words, self.invoice.subscription_charge_error)
        self.assertIn(words, self.order.activity_ids.note)
        quiet = mute_logger(
            "odoo.addons.sale_recurring.models.charging.payment_transaction_booking"
        )
        with quiet, self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
            self.create_payment(
                self.order,
                sale_order_ids=False,
                reference="by form",
                amount=36,
                invoice_ids=[Command.set(self.invoice.ids)],
            )

    def test_a_journal_that_is_archived(self):
        self.provider.journal_id.active = False
        self.assertNothingTaken("is archived")

    def test_a_journal_with_two_methods(self):
        lines = self.provider.journal_id.inbound_payment_method_line_ids
        self.plant_copy(
            "account_payment_method_line", lines.filtered("payment_provider_id"), name="twin"
        )
        self.env.invalidate_all()
        self.assertNothingTaken("exactly one incoming payment method")

    def test_an_account_that_is_archived(self):
        terms = self.invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        terms.account_id.active = False
        self.assertNothingTaken("is archived")

    def take_account_from_method(self):
        """Leave it to core on which account payments wait for the bank; return that one."""
        line = self.provider._get_booking_line()
        line.payment_account_id = False
        payment = self.env["account.payment"].new({"journal_id": self.provider.journal_id.id})
        return payment._get_outstanding_account("inbound")

    def test_the_account_of_the_chart_that_is_archived(self):
        self.take_account_from_method().active = False
        self.assertNothingTaken("is archived")

    def test_no_account_at_all(self):
        account = self.take_account_from_method()
        self.env["ir.model.data"].search(
            [("model", "=", "account.account"), ("res_id", "=", account.id)]
        ).unlink()
        self.company.transfer_account_id = False
        self.assertNothingTaken("no account on which it could be booked")

    def test_the_account_of_the_chart_serves(self):
        self.take_account_from_method()
        self.run_charges()
        self.assertEqual(self.invoice.amount_residual, 0.0)

    def test_a_currency_that_is_archived(self):
        self.env.cr.execute(
            "UPDATE res_currency SET active = false WHERE id = %s", [self.invoice.currency_id.id]
        )
        self.env.invalidate_all()
        self.assertNothingTaken("is archived")

    def test_an_account_that_takes_another_currency_only(self):
        foreign = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        lines = self.provider.journal_id.inbound_payment_method_line_ids
        lines.filtered("payment_provider_id").payment_account_id = self.env[
            "account.account"
        ].create(
            {
                "name": "Foreign",
                "code": "FRGN1",
                "account_type": "asset_current",
                "reconcile": True,
                "currency_id": foreign.id,
            }
        )
        self.assertNothingTaken("takes QQQ only")

    def test_a_provider_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.cr.execute(
            "UPDATE payment_provider SET company_id = %s WHERE id = %s",
            [other.id, self.provider.id],
        )
        self.env.invalidate_all()
        self.run_charges()
        self.assertFalse(self.invoice.transaction_ids)
        self.assertTrue(self.invoice.subscription_charge_error)

    def find(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.finding._find_in_database()
        return [values["check"] for values in found if values["check"] != "constraint"]

    def break_booking(self):
        """Let the charge go through, and its booking fail."""
        tx_class = type(self.env["payment.transaction"])
        broken = patch.object(
            tx_class, "_create_payment", side_effect=UserError("the books are closed.")
        )
        return broken, mute_logger(
            "odoo.addons.sale_recurring.models.charging.payment_transaction_charge"
        )

    def test_what_cannot_be_booked_is_an_activity_and_a_finding(self):
        broken, quiet = self.break_booking()
        with broken, quiet:
            self.run_charges()
            tx = self.invoice.transaction_ids
            self.assertEqual((tx.state, tx.is_post_processed), ("done", False))
            self.assertEqual(self.find(self.order), [])
            self.travel("2027-02-01")
            self.run_questions()
            self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["unbooked"])
            self.assertIn("the books are closed", self.order.activity_ids.note)
            self.assertEqual(self.find(self.order), ["unbooked"])
        self.run_questions()
        self.assertFalse(self.invoice.amount_residual)
        self.assertFalse(self.order.activity_ids)
        self.assertEqual(self.find(self.order), [])

    def test_a_refund_that_cannot_be_booked_is_told_and_not_made_again(self):
        self.run_charges()
        credit = self.invoice._reverse_moves()
        credit.action_post()
        broken, quiet = self.break_booking()
        with broken, quiet:
            self.give_back(credit)
            refund = credit.transaction_ids
            self.assertEqual((refund.state, refund.is_post_processed), ("done", False))
            with self.assertRefused("cannot be refunded"):
                credit.action_subscription_refund()
            self.travel("2027-02-01")
            self.run_questions()
            self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["unbooked"])
            self.assertIn("36.00 went back", self.order.activity_ids.note)
        self.run_questions()
        self.assertFalse(credit.amount_residual)
        self.assertFalse(self.order.activity_ids)

    def test_nobody_pays_what_was_charged_and_is_not_booked_yet(self):
        broken, quiet = self.break_booking()
        with broken, quiet:
            self.run_charges()
        self.assertEqual(self.invoice.transaction_ids.state, "done")
        with self.assertRaisesRegex(ValidationError, "right now"), self.env.cr.savepoint():
            self.create_payment(
                self.order,
                sale_order_ids=False,
                reference="by form",
                amount=36,
                invoice_ids=[Command.set(self.invoice.ids)],
            )

    def test_so_is_what_a_customer_paid(self):
        tx = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="by form",
            amount=36,
            invoice_ids=[Command.set(self.invoice.ids)],
        )
        tx._set_done()
        broken, quiet = self.break_booking()
        self.travel("2027-02-01")
        with broken, quiet:
            self.run_questions()
        self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["unbooked"])
        self.run_questions()
        self.assertFalse(self.invoice.amount_residual or self.order.activity_ids)

    def test_money_for_a_quotation_that_is_in_no_books_is_found(self):
        quotation = self.create_order(self.line_values(self.seat, 3))
        tx = self.create_payment(quotation, reference="by form")
        tx._set_done()
        broken, quiet = self.break_booking()
        self.travel("2027-02-01")
        with broken, quiet:
            self.run_questions()
        self.env.flush_all()
        (found,) = [
            values for values in self.finding._find_in_database() if values["check"] == "unbooked"
        ]
        self.assertEqual(found["order_id"], quotation.id)
        self.run_questions()
        self.assertEqual(self.find(quotation), [])

    def test_a_payment_that_somebody_cancelled_is_found(self):
        self.run_charges()
        self.invoice.transaction_ids.payment_id.action_cancel()
        self.travel("2027-02-01")
        self.assertEqual(self.find(self.order), ["unbooked"])

    def test_money_under_way_twice_is_found(self):
        self.order.subscription_payment_token_id.demo_simulated_state = "pending"
        self.run_charges()
        self.assertEqual(self.find(self.order), [])
        self.env.cr.execute(
            "UPDATE payment_transaction SET subscription_invoice_id = NULL WHERE id = %s",
            [self.invoice.transaction_ids.id],
        )
        self.plant_copy("payment_transaction", self.invoice.transaction_ids, reference="twin")
        self.env.cr.execute(
            "INSERT INTO account_invoice_transaction_rel (transaction_id, invoice_id) "
            "SELECT id, %s FROM payment_transaction WHERE reference = 'twin'",
            [self.invoice.id],
        )
        self.assertEqual(self.find(self.order), ["two_charges"])

    def test_money_under_way_for_a_cancelled_twin_is_found(self):
        self.order.subscription_payment_token_id.demo_simulated_state = "pending"
        form = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="by form",
            amount=36,
            invoice_ids=[Command.set(self.invoice.ids)],
        )
        self.invoice.button_cancel()
        self.bill(self.order)
        self.run_charges()
        form._set_pending()
        self.assertEqual(self.find(self.order), ["two_charges"])
