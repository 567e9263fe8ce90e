from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestInstalments(PaymentCommon):
    """What is due, and when, is what core says: instalments and early discounts count."""

    def create_term(self, *parts, **values):
        """Return a payment term, from (percent, days)."""
        return self.env["account.payment.term"].create(
            {
                "name": "Parts",
                "line_ids": [Command.clear()]
                + [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in parts
                ],
                **values,
            }
        )

    def test_each_instalment_is_charged_on_its_day(self):
        term = self.create_term((50, 0), (50, 60))
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.mapped("amount"), [18])
        self.assertEqual(invoice.amount_residual, 18)
        self.travel("2027-03-31")
        self.run_charges()
        self.assertEqual(invoice.amount_residual, 18)
        self.travel("2027-04-01")
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.mapped("amount"), [18, 18])
        self.assertFalse(invoice.amount_residual)

    def test_only_what_is_due_is_charged_next_to_a_payment_under_way(self):
        term = self.create_term((50, 0), (50, 60))
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.create_payment(
            order, sale_order_ids=False, reference="form", amount=18, invoice_ids=invoice
        )._set_pending()
        self.run_charges()
        self.assertEqual(len(invoice.transaction_ids), 1)

    def test_an_early_discount_is_kept_while_it_holds(self):
        term = self.create_term(
            (100, 30),
            early_discount=True,
            discount_percentage=10,
            discount_days=7,
        )
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        expected = invoice._get_invoice_next_payment_values()["amount_due"]
        self.assertLess(expected, 36)
        invoice.action_subscription_charge_early()
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.amount, expected)
        self.assertFalse(invoice.amount_residual)

    def test_an_early_discount_that_is_over_is_not_given(self):
        term = self.create_term(
            (100, 30), early_discount=True, discount_percentage=10, discount_days=7
        )
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.travel(invoice.invoice_date_due)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.amount, 36)
