from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestCoreAccrual(SubscriptionCommon):
    """Core's accrued entries of orders leave out what the contract bills by periods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accrued = cls.env["account.account"].create(
            {"name": "Accrued", "code": "ACCR", "account_type": "asset_current"}
        )

    def accrue(self, orders, day):
        """Return amounts of the entry that core makes of orders as of a day, by product or total.

        :rtype: list[tuple]
        """
        wizard = self.env["account.accrued.orders.wizard"].with_context(
            active_model="sale.order", active_ids=orders.ids
        )
        wizard = wizard.create({"account_id": self.accrued.id, "date": day})
        values, _orders = wizard._compute_move_vals()
        return [
            (line["name"].split(";")[0], line["debit"] - line["credit"])
            for _command, _id, line in values["line_ids"]
        ]

    def test_periods_that_are_invoiced_are_not_accrued(self):
        usage = self._create_product("Usage", 2.0, invoice_policy="delivery")
        order = self.create_contract(
            self.line_values(self.seat, 10), self.line_values(usage, 1), day="2027-01-01"
        )
        order.order_line[1].qty_delivered = 7
        self.bill(order)
        self.bill(order, "2027-02-01")
        self.assertEqual(self.accrue(order, "2027-01-31"), [])
        self.assertEqual(self.accrue(order, "2027-02-28"), [])

    def test_what_is_sold_once_is_accrued_as_by_core(self):
        goods = self._create_product(
            "Cabling", 250.0, is_recurring=False, invoice_policy="delivery"
        )
        order = self.create_contract(self.seat, goods, day="2027-01-01", require_payment=False)
        self.bill(order)
        order.order_line[1].qty_delivered = 1
        name = f"{order.name} - Cabling"
        self.assertEqual(
            self.accrue(order, "2027-01-31"), [(name, -250.0), ("Accrued total", 250.0)]
        )
