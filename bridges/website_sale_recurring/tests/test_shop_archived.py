from odoo.fields import Command
from odoo.tests import tagged

from .common import PaidShopCase


@tagged("post_install", "-at_install")
class TestShopArchived(PaidShopCase):
    """What is archived or deleted while it is in a cart takes along what belonged to it."""

    def setUp(self):
        super().setUp()
        self.charged_template.write(
            {"setup_product_id": self.setup_service.id, "setup_price": 49.0}
        )
        self.add(self.seat, self.month)
        self.add(self.cup)
        self.assertEqual(self.cart.amount_untaxed, 9 + 49 + 5)

    def test_the_set_up_fee_goes_with_the_last_recurring_product(self):
        self.seat.active = False
        text = self.get_text(self.open("/shop/cart"))
        self.assertNotIn("Set-up", text)
        self.assertEqual(self.get_lines(self.cart), [("Cup", "once", 1.0, 5.0)])

    def test_the_set_up_fee_goes_with_the_last_line_that_staff_deletes(self):
        line = self.cart.order_line.filtered("recurrence_id")
        self.cart.order_line = [Command.delete(line.id)]
        self.assertIn(self.tell(6), self.get_text(self.open("/shop/cart")))
        self.assertEqual(self.get_lines(self.cart), [("Cup", "once", 1.0, 5.0)])

    def test_a_payment_asks_for_no_fee_of_a_contract_that_is_none(self):
        self.open("/shop/cart")
        self.seat.active = False
        self.env.flush_all()
        self.check_out()
        self.assertEqual(self.cart.amount_untaxed, 5.0)
        self.assertFalse(self.cart.order_line.filtered("is_setup_fee"))
