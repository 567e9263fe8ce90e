from odoo.fields import Command
from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopCompanies(ShopCase):
    """Two websites of two companies, each with its own prices of the same products."""

    def setUp(self):
        super().setUp()
        products = self.seat | self.support | self.cup
        self.env["product.template"].search(
            [("id", "not in", products.product_tmpl_id.ids)]
        ).is_published = False
        self.elsewhere = self._create_company("Elsewhere")
        self._create_price(self.seat, self.month, 40.0, company_id=self.elsewhere.id)
        self._create_price(self.support, self.month, 2.0, company_id=self.elsewhere.id)

    def _create_company(self, name, **values):
        return self.env["res.company"].create(
            {"name": name, "currency_id": self.currency.id, **values}
        )

    def visit(self, company):
        """Let the visitor come to the website of a company."""
        user = (
            self.env["website"]
            .search([], limit=1)
            .user_id.copy(
                {
                    "login": f"visitor.{company.id}",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                }
            )
        )
        website = self.env["website"].create(
            {
                "name": company.name,
                "company_id": company.id,
                "user_id": user.id,
                "domain": self.base_url(),
            }
        )
        self.authenticate(None, None)
        return website

    def read_tiles(self, **params):
        page = self.open("/shop", **params)
        return [
            self.get_text(tile.xpath(".//h2")[0])
            for tile in page.xpath("//form[hasclass('oe_product_cart')]")
        ]

    def test_each_sorts_by_its_own_prices(self):
        self.assertEqual(self.read_tiles(order="list_price asc"), ["Cup", "Seat", "Support"])
        self.visit(self.elsewhere)
        self.assertEqual(self.read_tiles(order="list_price asc"), ["Support", "Cup", "Seat"])
        self.assertEqual(self.read_tiles(order="list_price desc"), ["Seat", "Cup", "Support"])

    def test_each_filters_by_its_own_prices(self):
        website = self.visit(self.elsewhere)
        website.viewref("website_sale.filter_products_price").active = True
        self.assertEqual(self.read_tiles(min_price="8"), ["Seat"])
        self.assertEqual(self.read_tiles(max_price="3"), ["Support"])
        bounds = self.open("/shop").xpath("//input[@type='range']")[0]
        self.assertEqual((float(bounds.get("min")), float(bounds.get("max"))), (2.0, 40.0))

    def test_a_branch_sorts_by_the_prices_of_its_company(self):
        branch = self._create_company("Branch", parent_id=self.elsewhere.id)
        products = (self.seat | self.support).product_tmpl_id
        prices = {
            company: products.with_company(company).mapped("shop_price")
            for company in (self.company, self.elsewhere, branch)
        }
        self.assertEqual(list(prices.values()), [[9.0, 30.0], [40.0, 2.0], [40.0, 2.0]])
        self._create_price(self.seat, self.month, 5.0, company_id=branch.id)
        self.assertEqual(products.with_company(branch)[0].shop_price, 5.0)
        self.assertEqual(products.with_company(self.elsewhere)[0].shop_price, 40.0)
