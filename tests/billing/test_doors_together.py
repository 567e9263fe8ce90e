from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_combo import ComboCase


@tagged("post_install", "-at_install")
class TestDoorsTogether(ComboCase):
    """A combo, a fixed tax, an early payment discount and a voucher on one invoice."""

    def create_mixed_contract(self):
        """Confirm three combos at 40.00 with all of them on the day of the class."""
        self.seat.taxes_id |= self._create_tax(2.0, amount_type="fixed")
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % within 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        voucher = self._create_product("Voucher", -15.0, is_recurring=False)
        order = self.create_combo(3, payment_term_id=term.id)
        order.order_line = [Command.create({"product_id": voucher.id})]
        order.action_confirm()
        return order

    def get_taxes(self, moves):
        """Return what documents ask for by tax; of invoices negative."""
        taxes = moves.line_ids.filtered("tax_line_id")
        return {
            tax: sum(own.mapped("balance")) for tax, own in taxes.grouped("tax_line_id").items()
        }

    def assertGivenBack(self, order, close):
        """No tax gives back more than it asked for, and the nightly check finds nothing."""
        invoice = self.bill(order)
        self.assertEqual(invoice.amount_total, 131.58)
        self.travel(close)
        order._subscription_close(close, credit_rule="credit")
        credits = self.bill(order)
        asked, back = self.get_taxes(invoice), self.get_taxes(credits)
        for tax, amount in back.items():
            self.assertGreater(amount, 0)
            self.assertLessEqual(round(amount + asked[tax], 2), 0, tax.name)
        self.assertLedgerWhole(order)
        self.assertBillsNothing(order)
        return invoice, credits

    def test_given_back_whole(self):
        invoice, credits = self.assertGivenBack(self.create_mixed_contract(), date(2027, 1, 31))
        self.assertEqual(credits.amount_total, 131.58)
        self.assertEqual((invoice | credits).mapped("amount_residual"), [0.0, 0.0])

    def test_given_back_in_part(self):
        _invoice, credits = self.assertGivenBack(self.create_mixed_contract(), date(2027, 2, 10))
        self.assertEqual(credits.amount_total, 84.59)
