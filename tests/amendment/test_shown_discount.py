from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestShownDiscount(AmendmentCommon):
    """Price and discount are a pair: a changed line shows what a new quotation would show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids += cls.env.ref("sale.group_discount_per_so_line")
        cls.desk = cls._create_product("Desk", 100.0)
        cls.env["subscription.price"].create(
            [
                {
                    "product_tmpl_id": cls.desk.product_tmpl_id.id,
                    "recurrence_id": recurrence.id,
                    "price": price,
                }
                for recurrence, price in ((cls.month, 100.0), (cls.year, 1000.0))
            ]
        )
        cls.pricelist = cls.env["product.pricelist"].create({"name": "Ours"})

    def give(self, percent, min_quantity=0):
        """Let the pricelist give a discount that quotations show."""
        self.pricelist.item_ids = [
            Command.create(
                {
                    "compute_price": "percentage",
                    "percent_price": percent,
                    "min_quantity": min_quantity,
                }
            )
        ]

    def sell(self, quantity=1, **values):
        """Return a running contract with one line."""
        contract = self.create_contract(
            self.line_values(self.desk, quantity, **values), pricelist_id=self.pricelist.id
        )
        self.bill(contract)
        self.travel("2027-02-15")
        return contract

    def assertPair(self, line, price, discount):
        """Compare what a line shows."""
        self.assertEqual((line.price_unit, round(line.discount, 4)), (price, discount))

    def amend_line(self, contract):
        return self.amend(contract).order_line.filtered(lambda line: line.product_id == self.desk)

    def test_update_prices_keeps_the_discount_of_the_pricelist(self):
        self.give(20)
        line = self.amend_line(self.sell())
        self.assertPair(line, 100, 20)
        line.order_id.action_update_prices()
        self.assertPair(line, 100, 20)

    def test_update_prices_of_a_renewal(self):
        self.give(20)
        contract = self.sell()
        renewal = contract._create_renewal_quotation()
        line = renewal.order_line.filtered(lambda line: line.product_id == self.desk)
        renewal.action_update_prices()
        self.assertPair(line, 100, 20)

    def test_net_price_of_before_becomes_a_pair_of_today(self):
        contract = self.sell(price_unit=80)
        self.give(20)
        line = self.amend_line(contract)
        self.assertPair(line, 80, 0)
        line.recurrence_id = self.year
        self.assertPair(line, 1000, 20)

    def test_discount_of_another_quantity(self):
        self.give(20, min_quantity=10)
        line = self.amend_line(self.sell(5))
        self.assertPair(line, 100, 0)
        line.product_uom_qty = 12
        self.assertPair(line, 100, 20)
        line.product_uom_qty = 5
        self.assertPair(line, 100, 0)

    def test_typed_discount_and_typed_price_stay(self):
        self.give(20, min_quantity=10)
        line = self.amend_line(self.sell(5, discount=7))
        line.product_uom_qty = 12
        self.assertPair(line, 100, 7)
        line = self.amend_line(self.sell(5, price_unit=70))
        line.product_uom_qty = 12
        self.assertPair(line, 70, 0)
        line = self.amend_line(self.sell(5, discount=7))
        line.recurrence_id = self.year
        self.assertPair(line, 1000, 7)

    def test_other_terms_without_a_recurrence_of_the_contract(self):
        self.give(20)
        contract = self.sell()
        terms = self._create_template(
            "Yearly", recurrence_id=self.year.id, recurrence_ids=[Command.set(self.year.ids)]
        )
        contract._subscription_switch(terms, self.env["subscription.recurrence"])
        line = contract.order_line.filtered(lambda line: line.recurrence_id == self.year)
        self.assertPair(line, 1000, 20)

    def test_quotation_follows_its_terms(self):
        self.give(20)
        order = self.create_order(self.line_values(self.desk), pricelist_id=self.pricelist.id)
        self.assertPair(order.order_line, 100, 20)
        order.order_line.recurrence_id = self.year
        self.assertPair(order.order_line, 1000, 20)
        order.order_line.discount = 5
        order.order_line.recurrence_id = self.month
        self.assertPair(order.order_line, 100, 5)

    def test_rule_that_is_younger_than_the_contract(self):
        contract = self.sell()
        self.give(20)
        line = self.amend_line(contract)
        line.product_uom_qty = 2
        self.assertPair(line, 100, 0)
        line.recurrence_id = self.year
        self.assertPair(line, 1000, 20)
        line.discount = 0
        line.product_uom_qty = 3
        self.assertPair(line, 1000, 0)

    def test_renewal_follows_the_list_where_it_was_the_list(self):
        self.give(20, min_quantity=10)
        renewal = self.sell(5)._create_renewal_quotation()
        line = renewal.order_line.filtered(lambda line: line.product_id == self.desk)
        line.product_uom_qty = 12
        self.assertPair(line, 100, 20)
        renewal = self.sell(5, discount=7)._create_renewal_quotation()
        line = renewal.order_line.filtered(lambda line: line.product_id == self.desk)
        line.product_uom_qty = 12
        self.assertPair(line, 100, 7)

    def test_agreed_price_of_a_month_is_none_of_a_year_in_a_renewal(self):
        renewal = self.sell(price_unit=90)._create_renewal_quotation()
        line = renewal.order_line.filtered(lambda line: line.product_id == self.desk)
        line.recurrence_id = self.year
        self.assertPair(line, 1000, 0)
        line.recurrence_id = self.month
        line.price_unit = 95
        line.recurrence_id = self.year
        self.assertPair(line, 95, 0)
