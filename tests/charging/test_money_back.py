from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..support.common_payment import PaymentCommon

REFUND = (
    "odoo.addons.payment_demo.models.payment_transaction.PaymentTransaction._send_refund_request"
)


@tagged("post_install", "-at_install")
class TestMoneyBack(PaymentCommon):
    """Refunds that fail later, disputes, and money for what nobody wants any more."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract()
        self.invoice = self.bill(self.order)
        self.clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")

    def refuse(self, refund):
        """Let the provider say days later that a refund did not go through."""
        refund._set_error("closed account", extra_allowed_states=("done",))

    def refund_credit(self):
        self.run_charges()
        credit = self.invoice._reverse_moves()
        credit.action_post()
        self.give_back(credit.with_user(self.clerk))
        refund = self.env["payment.transaction"].search([("operation", "=", "refund")])
        self.assertEqual((refund.state, credit.amount_residual), ("done", 0))
        return credit, refund

    def test_a_credit_note_opens_again_when_its_refund_failed(self):
        credit, refund = self.refund_credit()
        self.assertFalse(self.order.activity_ids)
        self.refuse(refund)
        self.assertEqual(credit.amount_residual, 36)
        self.assertEqual(credit.subscription_amount_refundable, 36)
        self.assertIn("closed account", self.order.activity_ids.note)
        self.give_back(credit.with_user(self.clerk))
        self.assertFalse(credit.amount_residual)
        self.env["mail.activity"]._remove_done_matters()
        self.assertFalse(self.order.activity_ids)

    def test_a_credit_note_stays_as_it_is_while_it_is_given_back(self):
        with patch(REFUND, lambda tx: tx._set_pending()):
            self.run_charges()
            credit = self.invoice._reverse_moves()
            credit.action_post()
            self.give_back(credit.with_user(self.clerk))
        refund = credit.transaction_ids
        self.assertEqual((refund.state, credit.amount_residual), ("pending", 36))
        for deed in ("action_subscription_credit_next", "button_draft", "button_cancel"):
            with self.subTest(deed), self.assertRefused("is being given back"):
                getattr(credit.with_user(self.clerk), deed)()
        refund._set_done()
        refund._post_process()
        self.assertFalse(credit.amount_residual)
        credit.with_user(self.clerk).button_draft()

    def test_a_refund_of_what_was_taken_off_an_invoice_meanwhile_is_asked_about(self):
        with patch(REFUND, lambda tx: tx._set_pending()):
            self.run_charges()
            credit = self.invoice._reverse_moves()
            credit.action_post()
            self.give_back(credit.with_user(self.clerk))
        following = self.bill(self.order, "2027-02-28")
        line = credit.line_ids.filtered(lambda one: one.display_type == "payment_term")
        following.js_assign_outstanding_line(line.id)
        refund = credit.transaction_ids
        refund._set_done()
        refund._post_process()
        activity = self.order.activity_ids
        self.assertEqual(activity.subscription_matter, "given_back")
        self.assertIn("36.00 went back", activity.note)
        credit.line_ids.remove_move_reconcile()
        credit.js_assign_outstanding_line(refund.payment_id._get_open_credit_lines().id)
        self.env["mail.activity"]._remove_done_matters()
        self.assertFalse(self.order.activity_ids)

    def test_what_was_too_much_is_not_kept_while_it_is_given_back(self):
        form = self.create_payment(
            self.order, sale_order_ids=False, reference="form", amount=50, invoice_ids=self.invoice
        )
        form._set_done()
        form._post_process()
        payment = form.payment_id.with_user(self.clerk)
        with patch(REFUND, lambda tx: tx._set_pending()):
            self.give_back(payment)
        with self.assertRefused("is being given back"):
            payment.action_subscription_credit_next()
        refund = form.child_transaction_ids
        refund._set_done()
        refund._post_process()
        self.assertFalse(payment.subscription_amount_overpaid)

    def test_a_payment_that_was_too_much_opens_again_as_well(self):
        form = self.create_payment(
            self.order, sale_order_ids=False, reference="form", amount=50, invoice_ids=self.invoice
        )
        form._set_done()
        form._post_process()
        self.give_back(form.payment_id.with_user(self.clerk))
        self.assertFalse(form.payment_id.subscription_amount_overpaid)
        refund = self.env["payment.transaction"].search([("operation", "=", "refund")])
        self.refuse(refund)
        self.env.invalidate_all()
        self.assertEqual(form.payment_id.subscription_amount_refundable, 14)
        self.assertIn("overpaid", self.order.activity_ids.mapped("subscription_matter"))

    def test_a_disputed_payment_is_not_answered_by_the_same_method(self):
        self.run_charges()
        tx = self.invoice.transaction_ids
        tx._as_system().subscription_dispute = "dp_1/lost"
        self.invoice.line_ids.remove_move_reconcile()
        self.invoice.action_subscription_charge()
        self.run_charges()
        self.assertEqual(self.invoice.transaction_ids, tx)
        self.assertIn("disputed", self.invoice.subscription_charge_error)
        self.order.subscription_payment_token_id = self.create_token()
        self.run_charges()
        self.assertFalse(self.invoice.amount_residual)

    def test_what_is_disputed_is_not_given_back_as_well(self):
        self.run_charges()
        credit = self.invoice._reverse_moves()
        credit.action_post()
        self.assertEqual(credit.subscription_amount_refundable, 36)
        self.invoice.transaction_ids._as_system().subscription_dispute = "dp_1/lost"
        self.env.invalidate_all()
        self.assertFalse(credit.subscription_amount_refundable)
        with self.assertRefused("cannot be refunded"):
            credit.with_user(self.clerk).action_subscription_refund()

    def test_a_part_that_was_given_back_at_the_provider_is_asked_about_until_it_is_settled(self):
        form = self.create_payment(
            self.order, sale_order_ids=False, reference="form", amount=20, invoice_ids=self.invoice
        )
        form._set_done()
        form._post_process()
        told = form._create_child_transaction(20, is_refund=True)
        self.invoice._hook_on_charge_refunded(told)
        told._set_done()
        told._post_process()
        self.assertEqual(self.invoice.amount_residual, 16)
        self.assertEqual(self.order.activity_ids.subscription_matter, "given_back")
        self.cancel_payment()
        self.env["mail.activity"]._remove_done_matters()
        self.assertFalse(self.order.activity_ids)

    def cancel_payment(self):
        """Let a clerk cancel the payment of what the provider took."""
        payment = self.invoice.transaction_ids.payment_id
        payment.action_draft()
        payment.action_cancel()

    def test_what_was_taken_is_not_charged_again_when_its_payment_was_cancelled(self):
        self.run_charges()
        tx = self.invoice.transaction_ids
        self.cancel_payment()
        self.in_a_job(self.invoice, lambda move: move._charge_subscription_invoice())
        self.assertEqual(self.invoice.transaction_ids, tx)
        self.assertIn("$\xa036.00 came in with", self.invoice.subscription_charge_error)
        self.assertIn("came in with", self.order.activity_ids.note)

    def test_what_a_customer_paid_is_not_charged_when_its_payment_was_cancelled(self):
        form = self.create_payment(
            self.order, sale_order_ids=False, reference="form", amount=36, invoice_ids=self.invoice
        )
        form._set_done()
        form._post_process()
        self.cancel_payment()
        self.run_charges()
        self.assertEqual(self.invoice.transaction_ids, form)
        self.assertIn("came in with form", self.invoice.subscription_charge_error)

    def test_what_was_given_back_is_charged_again(self):
        self.run_charges()
        tx = self.invoice.transaction_ids
        self.cancel_payment()
        tx._create_child_transaction(36, is_refund=True)._set_done()
        self.invoice.action_subscription_charge()
        self.run_charges()
        self.assertFalse(self.invoice.amount_residual)

    def pay_order(self, reference, order):
        tx = self.create_payment(order, reference=reference)
        tx._set_done()
        tx._post_process()
        return tx

    def test_money_for_a_cancelled_order_is_asked_about_and_not_thanked_for(self):
        order = self.create_order(self.seat)
        order._action_cancel()
        self.env["mail.mail"].search([]).unlink()
        self.pay_order("late", order)
        self.assertIn("is cancelled", order.activity_ids.note)
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.partner.ids)])
        self.assertFalse(mails)

    def test_an_order_whose_money_is_under_way_is_not_deleted(self):
        order = self.create_order(self.line_values(self.seat, 3), template=self.charged_template)
        tx = self.create_payment(order, reference="debit")
        tx._set_pending()
        order._action_cancel()
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_manager")
        with self.assertRaisesRegex(UserError, "is under way"), self.env.cr.savepoint():
            order.with_user(seller).unlink()
        tx._set_error("account closed")
        order.with_user(seller).unlink()
        self.assertFalse(order.exists())

    def test_an_order_that_is_paid_twice_is_asked_about(self):
        order = self.create_order(self.seat)
        self.pay_order("first", order)
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.activity_ids)
        self.pay_order("second", order)
        self.assertIn("paid already", order.activity_ids.note)

    def test_money_for_a_cancelled_invoice_is_asked_about(self):
        form = self.create_payment(
            self.order, sale_order_ids=False, reference="form", amount=36, invoice_ids=self.invoice
        )
        self.invoice.button_cancel()
        form._set_done()
        form._post_process()
        self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["overpaid"])

    def test_a_form_for_a_request_that_was_made_anew_pays_the_contract(self):
        template = self._create_template("Paid first", payment_mode="after_payment")
        order = self.create_contract(self.seat, template=template)
        draft = self.bill(order)
        form = self.create_payment(
            order, sale_order_ids=False, reference="form", amount=12, invoice_ids=draft
        )
        self.travel("2027-02-02")
        order.order_line.product_uom_qty = 2
        self.bill(order)
        self.assertFalse(draft.exists())
        form._set_done()
        form._post_process()
        self.assertIn(form, order.transaction_ids)
