from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_visitor import VisitorCase


@tagged("post_install", "-at_install")
class TestOptionQuantity(VisitorCase):
    """Customers choose how much of an option they take, and nothing else."""

    def setUp(self):
        super().setUp()
        self.order = self.create_quotation()
        self.order.order_line = [
            Command.create(
                {
                    "display_type": "line_section",
                    "name": "Options",
                    "is_optional": True,
                    "sequence": 98,
                }
            ),
            Command.create({**self.line_values(self.setup_service), "sequence": 99}),
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        self.option = self.order.order_line.filtered(
            lambda line: line.product_id == self.setup_service
        )
        self.assertTrue(self.option._can_be_edited_on_portal())

    def take(self, quantity, line=None):
        return self.make_jsonrpc_request(
            f"/my/orders/{self.order.id}/update_line_dict",
            {
                "line_id": (line or self.option).id,
                "access_token": self.order._portal_ensure_token(),
                "input_quantity": quantity,
            },
        )

    def test_an_option_is_taken(self):
        self.take(2)
        self.env.invalidate_all()
        self.assertEqual(self.option.product_uom_qty, 2)

    def test_no_customer_takes_less_than_nothing(self):
        """A negative quantity is a discount that nobody gave."""
        before = self.option.product_uom_qty
        for quantity in (-1, -0.5, 1e12, "x", [1], True):
            with self.subTest(quantity=quantity):
                self.assertTrue(self.is_refused(lambda q=quantity: self.take(q)))
                self.env.invalidate_all()
                self.assertEqual(self.option.product_uom_qty, before)

    def test_what_is_no_option_stays(self):
        self.take(1, self.order.order_line[:1])
        self.env.invalidate_all()
        self.assertEqual(self.order.order_line[:1].product_uom_qty, 3)
