from odoo.tests import Form, tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAgreedPrice(AmendmentCommon):
    """What was agreed per month and unit stays that, whatever a clerk tries on an amendment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["subscription.price"].create(
            [
                {"product_id": cls.seat.id, "recurrence_id": one.id, "price": price}
                for one, price in ((cls.month, 10.0), (cls.year, 100.0))
            ]
        )
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    def create_line(self, **values):
        """Return the contract over hosting at an agreed price, and its line on an amendment."""
        contract = self.create_contract(self.line_values(self.hosting, 2, **values))
        self.bill(contract)
        self.amendment = self.amend(contract)
        return contract, self.amendment.order_line

    def test_price_in_proportion_goes_back_with_the_recurrence(self):
        contract, line = self.create_line(price_unit=8.0)
        line.recurrence_id = self.year
        self.assertEqual(line.price_unit, 96.0)
        line.recurrence_id = self.quarter
        self.assertEqual(line.price_unit, 24.0)
        line.recurrence_id = self.month
        self.assertEqual(line.price_unit, 8.0)
        line.product_uom_qty = 3
        self.assertEqual(self.amendment.amount_untaxed, 8.0)
        self.assertBillsAmount(self.amendment, contract)
        self.assertEqual(contract.order_line.price_unit, 8.0)

    def test_agreed_price_comes_back_after_a_list_price(self):
        contract = self.create_contract(self.line_values(self.seat, 5, price_unit=8.0))
        self.bill(contract)
        amendment = self.amend(contract)
        amendment.subscription_all_recurrence_id = self.year
        self.assertEqual(amendment.order_line.price_unit, 100.0)
        amendment.subscription_all_recurrence_id = self.month
        self.assertEqual(amendment.order_line.price_unit, 8.0)
        with Form(amendment) as form, form.order_line.edit(0) as line:
            line.recurrence_id = self.year
            self.assertEqual(line.price_unit, 100.0)
            line.recurrence_id = self.month
            self.assertEqual(line.price_unit, 8.0)
        amendment.order_line.product_uom_qty = 6
        self.assertEqual(amendment.amount_untaxed, 8.0)
        self.assertBillsAmount(amendment, contract)

    def test_updated_prices_stay(self):
        _contract, line = self.create_line(price_unit=8.0)
        self.amendment.action_update_prices()
        line.product_uom_qty = 3
        self.assertEqual(line.price_unit, 119.9)

    def test_typed_price_stays_with_the_next_recurrence(self):
        _contract, line = self.create_line(price_unit=8.0)
        line.recurrence_id = self.year
        line.price_unit = 90.0
        line.recurrence_id = self.month
        self.assertEqual(line.price_unit, 90.0)

    def test_agreed_price_of_a_dozen_is_none_of_a_unit(self):
        contract, line = self.create_line(price_unit=1200.0, product_uom_id=self.dozen.id)
        line.product_uom_id = self.unit
        self.assertEqual(line.price_unit, 100.0)
        line.product_uom_id = self.dozen
        self.assertEqual(line.price_unit, 1200.0)
        line.product_uom_id = self.unit
        line.product_uom_qty = 24
        self.assertEqual(self.amendment.amount_untaxed, 0.0)
        self.assertBillsAmount(self.amendment, contract)
        self.assertEqual(contract.order_line[-1].price_unit, 100.0)

    def test_unit_and_recurrence_change_together(self):
        _contract, line = self.create_line(price_unit=1200.0, product_uom_id=self.dozen.id)
        line.write({"product_uom_id": self.unit.id, "recurrence_id": self.year.id})
        self.assertEqual(line.price_unit, 1200.0)
        line.product_uom_id = self.dozen
        self.assertEqual(line.price_unit, 14400.0)
        line.write({"product_uom_id": self.dozen.id, "recurrence_id": self.month.id})
        self.assertEqual(line.price_unit, 1200.0)

    def test_list_price_follows_the_unit(self):
        _contract, line = self.create_line(product_uom_id=self.dozen.id)
        self.assertAlmostEqual(line.price_unit, 1438.8, 6)
        line.product_uom_id = self.unit
        self.assertAlmostEqual(line.price_unit, 119.9, 6)
