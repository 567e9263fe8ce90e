from odoo.tests import Form, new_test_user, tagged

from ..support.common_operator import OperatorCase


@tagged("post_install", "-at_install")
class TestInvoiceForm(OperatorCase):
    """Whoever may follow the button *Invoices* of a contract may open what it shows."""

    def test_invoice_of_own_contract_opens_for_everybody_who_sells(self):
        order = self.create_own_contract(self.seat)
        invoice = order.invoice_ids
        self.book_payment(invoice.with_env(self.env))
        boss = new_test_user(
            self.env, "boss", groups="base.group_user,sale_recurring.group_subscription_manager"
        )
        for user in (self.clerk, boss):
            with self.subTest(user=user.login):
                action = order.with_user(user).action_view_invoice()
                self.env.invalidate_all()
                record = self.env["account.move"].with_user(user).browse(action["res_id"])
                form = Form(record.with_context(**action.get("context", {})))
                self.assertEqual(form.name, invoice.name)

    def test_whoever_keeps_the_books_still_sees_the_payments(self):
        order = self.create_own_contract(self.seat)
        self.book_payment(order.invoice_ids.with_env(self.env))
        accountant = new_test_user(
            self.env, "accountant", groups="base.group_user,account.group_account_invoice"
        )
        invoice = self.env["account.move"].with_user(accountant).browse(order.invoice_ids.id)
        self.env.invalidate_all()
        self.assertEqual(Form(invoice).payment_count, 1)
