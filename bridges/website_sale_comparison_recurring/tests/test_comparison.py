from odoo.tests import tagged

# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.website_sale_recurring.tests.common import (  # pylint: disable=odoo-addons-relative-import
    ShopCase,
)


@tagged("post_install", "-at_install")
class TestComparison(ShopCase):
    """Products that are compared say of which period their price is."""

    def test_the_table_has_the_period(self):
        page = self.open("/shop/compare", products=f"{self.seat.id},{self.cup.id}")
        text = self.get_text(page.xpath("//div[@id='o_comparelist_table']")[0])
        self.assertIn(f"{self.tell(9)} per month", text)
        self.assertIn(self.tell(5), text)
        self.assertEqual(text.count("per month"), 1)
        self.assertEqual(self.get_text(page).count(f"{self.tell(9)} per month"), 2)

    def test_the_bar_has_the_period(self):
        rows = self.make_jsonrpc_request(
            "/shop/compare/get_product_data", {"product_ids": [self.seat.id, self.cup.id]}
        )
        found = {row["id"]: (row["price"], row.get("per_text")) for row in rows}
        self.assertEqual(found, {self.seat.id: (9.0, "per month"), self.cup.id: (5.0, None)})

    def test_ids_that_nobody_has_are_left_out(self):
        for ids in ([], [0], [-1], [10**12 % 2**31]):
            self.assertFalse(
                self.make_jsonrpc_request("/shop/compare/get_product_data", {"product_ids": ids})
            )
