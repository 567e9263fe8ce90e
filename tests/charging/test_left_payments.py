from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestLeftPayments(PaymentCommon):
    """A payment that never ends holds nothing for ever, and a person is asked about it."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract()
        self.invoice = self.bill(self.order)
        self.clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")

    def begin(self, state="pending", document=None, **values):
        """Let somebody begin to pay a document online."""
        tx = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="by form",
            amount=(document or self.invoice).amount_total,
            invoice_ids=[Command.set((document or self.invoice).ids)],
            **values,
        )
        getattr(tx, f"_set_{state}")()
        return tx

    def get_wire(self):
        return self.env["payment.provider"].create({"name": "Wire", "code": "none"}).id

    def test_a_pending_payment_has_a_last_day(self):
        tx = self.begin()
        self.travel("2027-02-13")
        self.run_questions()
        self.run_charges()
        self.assertFalse(self.invoice.transaction_ids - tx)
        self.assertFalse(self.order.activity_ids)
        self.travel("2027-02-15")
        self.run_questions()
        self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["left"])
        self.assertIn("by form", self.order.activity_ids.note)
        self.assertFalse(self.invoice.subscription_under_way_text)
        self.run_charges()
        self.assertFalse(self.invoice.amount_residual)

    def test_so_has_an_authorized_one(self):
        tx = self.begin("authorized")
        self.travel("2027-02-15")
        self.run_questions()
        self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["left"])
        self.run_charges()
        self.assertTrue(self.invoice.transaction_ids - tx)

    def test_people_are_asked_once(self):
        self.begin()
        self.travel("2027-02-15")
        self.run_questions()
        self.order.activity_ids.unlink()
        self.run_questions()
        self.assertFalse(self.order.activity_ids)

    def test_a_clerk_says_that_the_money_did_not_come(self):
        tx = self.begin()
        self.travel("2027-02-15")
        self.run_questions()
        self.assertTrue(self.invoice.subscription_payment_abandoned)
        self.invoice.with_user(self.clerk).action_subscription_money_did_not_come()
        self.assertEqual(tx.state, "error")
        self.assertFalse(self.order.activity_ids)

    def test_a_clerk_says_that_the_money_came(self):
        self.begin()
        self.travel("2027-02-15")
        self.run_questions()
        self.invoice.with_user(self.clerk).action_subscription_money_came()
        self.assertFalse(self.invoice.amount_residual)
        self.assertFalse(self.order.activity_ids)

    def test_money_that_comes_all_the_same_is_asked_about(self):
        tx = self.begin()
        self.travel("2027-02-15")
        self.run_questions()
        self.run_charges()
        tx._set_done()
        tx._post_process()
        self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["overpaid"])

    def test_a_promise_is_no_charge(self):
        self.begin(provider_id=self.get_wire())
        self.env.cr.execute(
            "UPDATE payment_transaction SET last_state_change = %s",
            [fields.Datetime.now() - timedelta(minutes=21)],
        )
        self.env.invalidate_all()
        self.run_charges()
        self.assertFalse(self.invoice.amount_residual)

    def test_a_promise_keeps_no_request_as_it_is(self):
        template = self._create_template("Paid first", payment_mode="after_payment")
        order = self.create_contract(self.seat, template=template)
        draft = self.bill(order)
        self.begin(document=draft, provider_id=self.get_wire())
        order.order_line.product_uom_qty = 5
        self.bill(order)
        self.assertFalse(draft.exists())
        self.assertEqual(order.invoice_ids.mapped("amount_total"), [60])

    def test_our_own_authorized_charge_is_given_to_a_person(self):
        self.provider.capture_manually = True
        self.run_charges()
        tx = self.invoice.transaction_ids
        if tx.state != "authorized":
            tx._set_authorized()
        self.travel("2027-02-15")
        self.run_questions()
        self.assertIn("uncertain", self.order.activity_ids.mapped("subscription_matter"))
        self.invoice.with_user(self.clerk).action_subscription_money_did_not_come()
        self.assertEqual(tx.state, "error")

    def test_a_left_payment_of_a_draft_that_was_made_anew_is_not_lost(self):
        template = self._create_template("Paid first", payment_mode="after_payment")
        order = self.create_contract(
            self.seat,
            template=template,
            subscription_payment_token_id=self.create_token().id,
        )
        tx = self.begin(document=self.bill(order))
        order.order_line.product_uom_qty = 5
        self.travel("2027-02-15")
        self.run_questions()
        self.bill(order)
        self.run_charges()
        self.assertEqual(order.invoice_ids.mapped("amount_total"), [60])
        self.assertFalse(order.invoice_ids.amount_residual)
        tx._set_done()
        tx._post_process()
        self.assertEqual(tx.payment_id.subscription_amount_overpaid, 12)
        self.assertEqual(order.activity_ids.mapped("subscription_matter"), ["overpaid"])
