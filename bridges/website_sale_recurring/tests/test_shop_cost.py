from unittest.mock import patch

from odoo import sql_db
from odoo.tests import tagged

from ..addon import SELDOM
from ..models.shop_offer import ShopOffer
from .common import ShopCase

MORE = 1.15  # what contracts may cost at most, to what goods cost


@tagged("post_install", "-at_install")
class TestShopCost(ShopCase):
    """Pages of contracts cost little more queries than the same pages of goods."""

    def setUp(self):
        super().setUp()
        self._create_price(self.hosting, self.month, 12.0)
        self.products = self.seat | self.support | self.hosting
        others = self.env["product.template"].search(
            [("id", "not in", self.products.product_tmpl_id.ids)]
        )
        others.is_published = False

    def measure(self, products):
        """Return the queries of catalogue, product and cart with some products."""
        pages = ("/shop", products[0].product_tmpl_id.website_url, "/shop/cart")
        for product in products:
            self.add(product)
        for page in pages:
            self.open(page)
        return {page: self.count_queries(self.open, page) for page in pages}

    def compare(self, products, come):
        """Refuse pages of contracts that cost too much more than those of goods.

        :param come: function that lets the visitor come
        """
        come()
        recurring = self.measure(products)
        self.products.product_tmpl_id.is_recurring = False
        self.env["sale.order"].search([("website_id", "=", self.website.id)]).unlink()
        come()
        plain = self.measure(products)
        for page, count in plain.items():
            self.assertLessEqual(recurring[page], count * MORE, (page, recurring, plain))

    def test_pages_of_contracts_cost_little_more(self):
        self.compare(self.seat, lambda: self.authenticate(None, None))

    def test_a_customer_with_many_lines_costs_little_more(self):
        self.log_in()
        self.compare(self.seat | self.hosting, lambda: self.authenticate("ada", "ada-secret"))

    def test_a_product_page_works_its_offers_out_once(self):
        find = ShopOffer._find_offers
        with patch.object(ShopOffer, "_find_offers", autospec=True, side_effect=find) as found:
            self.open_product(self.seat)
        self.assertEqual(found.call_count, 1)

    def test_pages_read_no_columns_that_they_do_not_show(self):
        self.log_in()
        self.authenticate("ada", "ada-secret")
        self.add(self.seat)
        models = ("sale.order", "sale.order.line", "res.company", "res.partner")
        seldom = [
            f'"{model._table}"."{name}"'
            for model in map(self.env.get, models)
            for name, field in model._fields.items()
            if field.prefetch == SELDOM
        ]
        terms = ("timing", "convention", "renewal_price", "unpaid_warn_days")
        seldom += [f'"subscription_template"."{name}"' for name in terms]
        self.assertGreater(len(seldom), 40)
        for page in ("/shop", self.seat.product_tmpl_id.website_url, "/shop/cart"):
            self.open(page)
            self.env.flush_all()
            self.env.invalidate_all()
            execute, sent = sql_db.Cursor.execute, []

            def record(cursor, *args, execute=execute, sent=sent, **kwargs):
                result = execute(cursor, *args, **kwargs)
                sent.append(cursor._obj.query.decode())
                return result

            with patch.object(sql_db.Cursor, "execute", record):
                self.open(page)
            text = "\n".join(sent)
            self.assertIn('"res_company"', text)
            self.assertFalse([name for name in seldom if name in text], page)
