from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestEarlyDiscountRounding(SubscriptionCommon):
    """Half a cent of tax on a discount: what is given back in parts leaves nothing open."""

    def prepare_once(self):
        super().prepare_once()
        self.term = self.env["account.payment.term"].create(
            {
                "name": "2 % within 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
                "line_ids": [
                    Command.clear(),
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30}),
                ],
            }
        )

    def give_back_in_parts(self, taxes, account=None):
        """Bill two lines, lower the first three times, close from the first day on.

        :return: what is left open, and the taxes that are left, by tax
        """
        products = [
            self._create_product(f"Product {price}", price, taxes_id=[Command.set(taxes.ids)])
            for price in (1.13, 3.39)
        ]
        if account:
            products[1].property_account_income_id = account
        order = self.create_contract(
            self.line_values(products[0], 4, price_unit=1.13, discount=33.33),
            self.line_values(products[1], 1, price_unit=3.39),
            day="2027-06-01",
            template=self._create_template("Actual", convention="actual"),
            payment_term_id=self.term.id,
        )
        self.bill(order)
        self.travel("2027-06-01")
        for step in (1, 0.5, 0.3):
            order.order_line[0].product_uom_qty -= step
            self.bill(order)
        order._subscription_close(date(2027, 6, 1), credit_rule="credit")
        self.bill(order)
        moves = order.order_line.invoice_lines.move_id
        self.assertGreater(len(moves), 4)
        left = {
            tax: round(sum(lines.mapped("balance")), 6)
            for tax, lines in moves.line_ids.grouped("tax_line_id").items()
            if tax
        }
        self.assertEqual(self.find(order), [])
        return round(sum(moves.mapped("amount_residual_signed")), 2), set(left.values())

    def test_nothing_is_left_of_any_tax(self):
        five, half, minus = self._create_tax(5), self._create_tax(2.5), self._create_tax(-5)
        group = self._create_tax(
            0, amount_type="group", children_tax_ids=[Command.set((five | half).ids)]
        )
        included = self._create_tax(21, price_include_override="tax_included")
        other = self.env["account.account"].create(
            {"name": "Other Revenue", "code": "409876", "account_type": "income"}
        )
        for method in ("round_globally", "round_per_line"):
            self.company.tax_calculation_rounding_method = method
            for taxes in (group, minus | self.tax, included, five):
                for account in (None, other):
                    with self.subTest(method, taxes=taxes.mapped("name"), account=account):
                        self.assertEqual(self.give_back_in_parts(taxes, account), (0.0, {0.0}))
