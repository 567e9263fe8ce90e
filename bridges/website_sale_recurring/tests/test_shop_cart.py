from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopCart(ShopCase):
    """Several recurrences and goods in one cart, and what they cost now and then."""

    def test_recurrences_and_goods_share_a_cart_and_never_merge(self):
        self.seat.is_sold_once = True
        self.add(self.seat, self.month)
        self.add(self.seat, self.year, 2)
        self.add(self.seat, False)
        self.add(self.cup)
        self.add(self.seat, self.month)
        self.assertEqual(
            self.get_lines(self.cart),
            [
                ("Cup", "once", 1.0, 5.0),
                ("Seat", "Monthly", 2.0, 9.0),
                ("Seat", "Yearly", 2.0, 90.0),
                ("Seat", "once", 1.0, 10.0),
            ],
        )

    def test_due_now_is_the_first_invoice(self):
        self.add(self.seat, self.month, 3)
        self.add(self.seat, self.year)
        self.add(self.cup)
        self.assertEqual(self.cart.amount_total, (27 + 90 + 5) * 1.2)
        self.assertEqual(self.buy(self.cart).amount_total, self.cart.amount_total)

    def test_due_now_of_aligned_periods_is_the_first_invoice(self):
        self.template.write({"alignment": "calendar"})
        self.travel("2027-01-18")
        self.add(self.seat, self.month, 3)
        self.add(self.seat, self.year)
        self.assertLess(self.cart.amount_total, (27 + 90) * 1.2)
        self.assertEqual(self.buy(self.cart).amount_total, self.cart.amount_total)

    def test_a_cart_of_yesterday_asks_for_the_amount_of_today(self):
        self.template.write({"alignment": "calendar"})
        self.travel("2027-01-18")
        self.add(self.seat, self.month, 3)
        before = self.cart.amount_total
        self.travel("2027-01-22")  # a session lives for a week
        self.open("/shop/cart")
        self.assertLess(self.cart.amount_total, before)
        self.assertEqual(self.buy(self.cart).amount_total, self.cart.amount_total)

    def test_the_page_tells_due_now_and_then(self):
        self.add(self.seat, self.month)
        self.add(self.seat, self.year)
        self.add(self.cup)
        page = self.open("/shop/cart")
        text = self.get_text(page.xpath("//div[hasclass('o_cart_total')]")[0])
        self.assertIn(f"Due now {self.tell(104 * 1.2)}", text)
        self.assertIn(f"Of which sold once {self.tell(6)}", text)
        self.assertIn(f"Then, per month {self.tell(10.8)}", text)
        self.assertIn(f"Then, per year {self.tell(108)}", text)

    def test_trial_set_up_fee_and_intro_discount_are_told(self):
        self.template.write(
            {
                "trial_count": 14,
                "trial_unit": "day",
                "setup_product_id": self.setup_service.id,
                "setup_price": 49.0,
            }
        )
        self.seat.write({"intro_discount": 50, "intro_period_count": 3})
        self.add(self.seat, self.month)
        text = self.get_text(self.open("/shop/cart"))
        self.assertIn("50 % off the first 3 periods", text)
        self.assertIn(f"Set-up {self.tell(49)} Subtotal {self.tell(49)}", text)
        self.assertIn("Free until 02/13/2027", text)

    def test_the_default_is_the_shortest_recurrence(self):
        self.add(self.seat)
        self.assertEqual(self.cart.order_line.recurrence_id, self.month)

    def test_the_recurrence_can_be_changed_in_the_cart(self):
        self.seat.is_sold_once = True
        self.add(self.seat, self.month, 2)
        result = self.update(self.cart.order_line, recurrence_id=self.year.id)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Yearly", 2.0, 90.0)])
        self.assertEqual(result["amount"], 216.0)
        self.assertIn("Then, per year", result["website_sale.total"])
        self.update(self.cart.order_line, recurrence_id=0)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "once", 2.0, 10.0)])
        self.assertFalse(self.cart.is_subscription)
        self.update(self.cart.order_line, recurrence_id=self.month.id)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 2.0, 9.0)])

    def test_the_cart_sends_a_value_for_once(self):
        self.seat.is_sold_once = True
        self.add(self.seat, self.month)
        options = self.open("/shop/cart").xpath("//*[hasclass('o_sr_recurrence')]/option")
        self.assertEqual(
            [(self.get_text(option), option.get("value")) for option in options],
            [("Monthly", str(self.month.id)), ("Yearly", str(self.year.id)), ("Once", "0")],
        )

    def test_the_set_up_fee_is_due_once_and_cannot_be_taken_out(self):
        self.template.write({"setup_product_id": self.setup_service.id, "setup_price": 49.0})
        self.add(self.seat, self.month)
        self.add(self.seat, self.year)
        fee = self.cart.order_line.filtered("is_setup_fee")
        self.assertEqual((len(fee), fee.price_unit), (1, 49.0))
        for quantity in (0, 5):
            self.update(fee, quantity)
            self.assertEqual((fee.exists().product_uom_qty, fee.price_unit), (1.0, 49.0))
        for line in self.cart.order_line - fee:
            self.update(line, 0)
        self.assertFalse(self.cart.order_line)
        self.add(self.seat, self.month)
        self.make_jsonrpc_request("/shop/cart/clear", {})
        self.add(self.seat, self.month)
        self.assertEqual(self.cart.order_line.filtered("is_setup_fee").price_unit, 49.0)

    def test_products_of_other_templates_wait_for_another_order(self):
        other = self._create_template("Others")
        self.support.shop_subscription_template_id = other
        self.add(self.seat, self.month)
        result = self.add(self.support, self.month)
        self.assertIn("other terms", result["notification_info"]["warning"])
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 9.0)])
        self.update(self.cart.order_line, 0)
        self.add(self.support, self.month)
        self.assertEqual(self.cart.subscription_template_id, other)

    def test_an_intro_discount_is_that_of_the_product(self):
        self.seat.write({"intro_discount": 50, "intro_period_count": 1})
        self.add(self.seat, self.month, 2)
        self.assertEqual(self.cart.amount_total, 10.8)
        self.assertEqual(self.buy(self.cart).amount_total, 10.8)
        self.assertEqual(self.bill(self.cart, "2027-02-28").amount_total, 21.6)

    def test_a_template_that_is_archived_is_that_of_today(self):
        old = self._create_template("Old", trial_count=14, trial_unit="day")
        self.seat.shop_subscription_template_id = old
        self.add(self.seat, self.month)
        self.assertEqual(self.cart.subscription_template_id, old)
        old.active = False
        text = self.get_text(self.open("/shop/cart"))
        self.assertNotIn("Free until", text)
        self.assertEqual(self.cart.subscription_template_id, self.template)
        self.assertEqual(self.cart.amount_total, 10.8)
        self.add(self.support, self.month)
        self.assertEqual(len(self.cart.order_line), 2)

    def test_a_trial_is_that_of_today(self):
        self.add(self.seat, self.month)
        self.template.write({"trial_count": 14, "trial_unit": "day"})
        self.assertIn("Free until 02/13/2027", self.get_text(self.open("/shop/cart")))
        self.assertEqual(self.cart.amount_total, 0.0)
        self.template.trial_count = 0
        self.assertNotIn("Free until", self.get_text(self.open("/shop/cart")))
        self.assertEqual(self.cart.amount_total, 10.8)

    def test_an_intro_discount_is_that_of_today(self):
        self.seat.write({"intro_discount": 50, "intro_period_count": 3})
        self.add(self.seat, self.month, 2)
        self.assertEqual(self.cart.amount_total, 10.8)
        self.seat.write({"intro_discount": 0, "intro_period_count": 0})
        text = self.get_text(self.open("/shop/cart"))
        self.assertNotIn("off the first", text)
        self.assertIn(f"Due now {self.tell(21.6)}", text)
        self.seat.write({"intro_discount": 25, "intro_period_count": 1})
        self.open("/shop/cart")
        self.assertEqual(self.cart.amount_total, 16.2)

    def test_what_is_not_sold_once_any_more_becomes_a_contract(self):
        self.seat.is_sold_once = True
        self.add(self.seat, False, 2)
        self.seat.is_sold_once = False
        text = self.get_text(self.open("/shop/cart"))
        self.assertIn("is not offered as Once any more and was changed to Monthly", text)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 2.0, 9.0)])
        self.assertEqual(self.cart.subscription_template_id, self.template)

    def test_what_is_not_sold_once_any_more_leaves_another_contract(self):
        self.support.shop_subscription_template_id = self._create_template("Others")
        self.support.is_sold_once = True
        self.add(self.support, False)
        self.add(self.seat, self.month)
        self.support.is_sold_once = False
        self.assertIn("other terms", self.get_text(self.open("/shop/cart")))
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 9.0)])

    def test_what_is_no_contract_any_more_is_sold_once(self):
        self.seat.write({"intro_discount": 50, "intro_period_count": 3})
        self.add(self.seat, self.month, 2)
        self.seat.is_recurring = False
        self.open("/shop/cart")
        self.assertEqual(self.get_lines(self.cart), [("Seat", "once", 2.0, 10.0)])
        self.assertEqual(self.cart.amount_total, 24.0)
        self.assertFalse(self.cart.subscription_template_id)

    def test_a_unit_that_the_product_is_not_sold_in_is_refused(self):
        minutes = self.env.ref("uom.product_uom_minute", raise_if_not_found=False)
        minutes = minutes or self.env["uom.uom"].create(
            {"name": "Crumb", "relative_factor": 0.01, "relative_uom_id": self.seat.uom_id.id}
        )
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.add(self.seat, self.month, uom_id=minutes.id)
        self.assertFalse(self.cart.order_line)
        pack = self.env.ref("uom.product_uom_pack_6")
        self.seat.product_tmpl_id.uom_ids = pack
        self.add(self.seat, self.month, uom_id=pack.id)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 54.0)])

    def test_what_is_not_offered_is_refused(self):
        for wanted in (self.quarter.id, 0, False, -1, 10**12, "1", [1], True, {"id": 1}):
            with (
                self.subTest(wanted=wanted),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self.add(self.seat, recurrence_id=wanted)
        self.add(self.seat, self.month, price_unit=0.01, discount=100, is_setup_fee=True)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 9.0)])
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.update(self.cart.order_line, recurrence_id=self.quarter.id)
        self.update(self.cart.order_line, price_unit=0.01, discount=100)
        self.assertEqual(self.cart.amount_total, 10.8)
