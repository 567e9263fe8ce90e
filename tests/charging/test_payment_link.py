from odoo.tests import HttpCase, new_test_user, tagged

from ..support.common_payment import PaymentCommon

CLERKS = {
    "clerk.invoices": "base.group_user,account.group_account_invoice",
    "clerk.both": "sale_recurring.group_subscription_user_all,account.group_account_invoice",
}


@tagged("post_install", "-at_install")
class TestPaymentLink(PaymentCommon, HttpCase):
    """Core's dialog *Generate a Payment Link*, pressed on documents of contracts."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", True)

    def make_link(self, move, login, **values):
        """Return the dialog as a clerk sees it."""
        user = self.env["res.users"].search([("login", "=", login)]) or new_test_user(
            self.env, login, groups=CLERKS[login]
        )
        wizard = self.env["payment.link.wizard"].with_user(user)
        wizard = wizard.with_context(active_model="account.move", active_id=move.id)
        return wizard.create(values)

    def test_the_link_of_a_request_opens_its_form(self):
        terms = self._create_template("Paid first", payment_mode="after_payment")
        draft = self.bill(self.create_contract(self.line_values(self.seat, 3), template=terms))
        for login in CLERKS:
            with self.subTest(login):
                wizard = self.make_link(draft, login)
                self.assertEqual((wizard.amount, wizard.warning_message), (36.0, ""))
                page = self.url_open(wizard.link)
                self.assertEqual(page.status_code, 200)
                self.assertIn(f"/invoice/transaction/{draft.id}", page.text)
                self.assertIn("36.00", page.text)
                part = self.make_link(draft, login, amount=10)
                self.assertIn("36.00", part.warning_message)

    def test_no_link_asks_for_what_is_under_way(self):
        invoice = self.bill(self.create_charged_contract("pending"))
        self.run_charges()
        wizard = self.make_link(invoice, "clerk.invoices")
        self.assertEqual(wizard.amount_max, 0.0)
        self.assertEqual(wizard.warning_message, "There is nothing to be paid.")
        invoice.transaction_ids._set_error("no")
        invoice.transaction_ids._post_process()
        self.assertEqual(self.make_link(invoice, "clerk.invoices").amount, 36.0)

    def test_the_link_of_an_invoice_is_as_in_odoo(self):
        invoice = self.bill(self.create_contract(self.line_values(self.seat, 3)))
        wizard = self.make_link(invoice, "clerk.invoices", amount=10)
        self.assertFalse(wizard.warning_message)
        page = self.url_open(wizard.link)
        self.assertEqual(page.status_code, 200)
        self.assertIn(f"/invoice/transaction/{invoice.id}", page.text)
