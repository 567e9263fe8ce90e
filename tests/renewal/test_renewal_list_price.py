from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestRenewalListPrice(SubscriptionCommon):
    """A renewal at list prices asks what a new quotation of that day would ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids += cls.env.ref("sale.group_discount_per_so_line")
        cls.terms = cls._create_template(
            "Renews", term_count=1, end_action="renew", renewal_price="list"
        )

    def renew(self, product, pricelist, **values):
        """Renew a contract and return its second invoice, next to a new quotation of that day."""
        order = self.create_contract(
            self.line_values(product),
            template=self.terms,
            pricelist_id=pricelist.id,
            day="2027-04-01",
            **values,
        )
        self.bill(order)
        self.change(product, pricelist)
        self.run_cron("2027-05-01")
        invoice = order.invoice_ids.sorted("id")[-1]
        quotation = self.create_order(
            self.line_values(product),
            pricelist_id=pricelist.id,
            fiscal_position_id=order.fiscal_position_id.id,
        )
        return invoice.amount_untaxed, quotation.amount_untaxed

    def change(self, product, pricelist):
        product.list_price = 121.0
        pricelist.item_ids = [
            Command.create({"compute_price": "percentage", "percent_price": 10.0})
        ]

    def test_rule_that_is_shown_as_a_discount(self):
        pricelist = self.env["product.pricelist"].create({"name": "Ours"})
        product = self._create_product("Desk", 100.0)
        self.assertEqual(self.renew(product, pricelist), (108.9, 108.9))

    def test_included_taxes_that_the_customer_does_not_pay(self):
        tax = self._create_tax(21, price_include_override="tax_included")
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        self._create_tax(0, fiscal_position_ids=abroad.ids, original_tax_ids=tax.ids)
        pricelist = self.env["product.pricelist"].create({"name": "Ours"})
        product = self._create_product("Desk", 242.0, taxes_id=[Command.set(tax.ids)])
        self.assertEqual(self.renew(product, pricelist, fiscal_position_id=abroad.id), (90.0, 90.0))
