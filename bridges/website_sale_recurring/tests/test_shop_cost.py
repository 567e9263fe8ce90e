from odoo.tests import tagged

from .common import ShopCase

MORE = 1.15  # what contracts may cost at most, to what goods cost


@tagged("post_install", "-at_install")
class TestShopCost(ShopCase):
    """Pages of contracts cost little more queries than the same pages of goods."""

    def measure(self, product):
        """Return the queries of catalogue, product and cart with one product."""
        pages = ("/shop", product.product_tmpl_id.website_url, "/shop/cart")
        self.authenticate(None, None)
        self.add(product)
        for page in pages:
            self.open(page)
        return {page: self.count_queries(self.open, page) for page in pages}

    def test_pages_of_contracts_cost_little_more(self):
        self._create_price(self.hosting, self.month, 12.0)
        products = (self.seat | self.support | self.hosting).product_tmpl_id
        others = self.env["product.template"].search([("id", "not in", products.ids)])
        others.is_published = False
        recurring = self.measure(self.seat)
        products.is_recurring = False
        self.env["sale.order"].search([("website_id", "=", self.website.id)]).unlink()
        plain = self.measure(self.seat)
        for page, count in plain.items():
            self.assertLessEqual(recurring[page], count * MORE, (page, recurring, plain))
