from unittest import SkipTest

from odoo.tests import tagged

# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.sale_recurring.tests.support.common_codes import (  # pylint: disable=odoo-addons-relative-import
    CodesCase,
)

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopCodes(CodesCase, ShopCase):
    """Codes that a visitor types in the cart, where promotions are installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "disabled_auto_rewards" not in cls.env["sale.order"]._fields:
            raise SkipTest("This shop has no promotions.")
        cls.env["loyalty.program"].search([]).active = False

    def type_code(self, code="SAVE"):
        """Type a code in the cart and return the page that follows, as text."""
        return self.get_text(self.open("/shop/pricelist", promo=code))

    def test_a_code_lowers_the_first_invoice(self):
        self.create_code()
        self.add(self.seat, self.month, 2)
        self.add(self.cup)
        text = self.type_code()
        self.assertEqual(self.cart.amount_untaxed, (18 + 5) * 0.9)
        self.assertIn(self.tell(-2.3), text)
        self.assertIn(f"Then, per month {self.tell(18 * 1.2)}", text)
        cart = self.cart
        self.assertEqual(self.buy(cart).amount_total, cart.amount_total)
        self.assertEqual(self.bill(cart, "2027-02-28").amount_untaxed, 18.0)

    def test_a_code_for_some_periods_is_told_on_the_line(self):
        self.create_code(recurring_period_count=2)
        self.add(self.seat, self.month, 2)
        text = self.type_code()
        self.assertIn("Promotion: 10 % off the first 2 periods", text)
        self.assertIn(f"Due now {self.tell(18 * 0.9 * 1.2)}", text)
        cart = self.cart
        self.assertEqual(self.buy(cart).amount_total, cart.amount_total)
        self.assertEqual(self.bill(cart, "2027-02-28").amount_untaxed, 16.2)
        self.assertEqual(self.bill(cart, "2027-03-31").amount_untaxed, 18.0)

    def test_the_discount_follows_quantity_recurrence_and_day(self):
        self.template.alignment = "calendar"
        self.travel("2027-01-18")
        self.create_code(discount=50)
        self.add(self.seat, self.month)
        self.type_code()
        line = self.cart.order_line.filtered("recurrence_id")
        self.update(line, 4)
        self.assertAlmostEqual(self.cart.amount_untaxed, 36 * 14 / 31 / 2, delta=0.011)
        self.update(line, 4, recurrence_id=self.year.id)
        before = self.cart.amount_untaxed
        self.assertLess(before, 180.0)
        self.travel("2027-01-22")
        self.open("/shop/cart")
        self.assertLess(self.cart.amount_untaxed, before)
        cart = self.cart
        self.assertEqual(self.buy(cart).amount_total, cart.amount_total)

    def test_a_gift_is_as_it_is_given(self):
        self._create_price(self.support, self.year, 300.0)
        self.create_code(
            reward_type="product", reward_product_id=self.support.id, reward_product_qty=1
        )
        self.add(self.seat, self.month)
        self.type_code()
        gift = self.cart.order_line.filtered("reward_id")
        self.assertEqual(gift.product_id, self.support)
        self.assertFalse(gift._get_shop_choices())
        before = gift.recurrence_id
        self.update(gift, recurrence_id=self.year.id)
        self.assertEqual(gift.recurrence_id, before)
        self.add(self.support, before)
        self.assertEqual(self.cart.amount_untaxed, 39.0)

    def test_a_trial_keeps_its_code(self):
        self.template.write({"trial_count": 1, "trial_unit": "month"})
        self.create_code()
        self.add(self.seat, self.month)
        self.type_code()
        cart = self.cart
        self.assertEqual(cart.amount_total, 0.0)
        self.assertFalse(self.buy(cart))
        self.assertEqual(self.bill(cart, "2027-02-28").amount_untaxed, 8.1)
        self.assertEqual(self.bill(cart, "2027-03-31").amount_untaxed, 9.0)

    def test_a_code_that_ends_before_the_payment_is_seen_before_it(self):
        program = self.create_code()
        self.add(self.seat, self.month)
        self.type_code()
        program.date_to = "2027-01-31"
        self.travel("2027-02-01")
        self.open("/shop/cart")
        self.assertEqual(self.cart.amount_untaxed, 9.0)
