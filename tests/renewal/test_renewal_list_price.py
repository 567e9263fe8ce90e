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

    # ------------------------------------------------------------------
    # A discount that the pricelist gave when the contract began
    # ------------------------------------------------------------------

    def sell_discounted(self, **values):
        """Return a pricelist that shows 10 % as a discount, and a billed contract of it."""
        pricelist = self.env["product.pricelist"].create({"name": "Ours"})
        self.give(pricelist, 10.0)
        order = self.create_contract(
            self.line_values(self._create_product("Desk", 100.0), **values),
            template=self.terms,
            pricelist_id=pricelist.id,
            day="2027-04-01",
        )
        self.bill(order)
        order.order_line.product_id.list_price = 110.0
        return pricelist, order

    def give(self, pricelist, percent):
        """Let a pricelist give a percentage, or nothing, in place of what it gave."""
        pricelist.item_ids.unlink()
        if percent:
            pricelist.item_ids = [
                Command.create({"compute_price": "percentage", "percent_price": percent})
            ]

    def assertRenewed(self, order, amount, discount):
        """Bill the second term and compare it with what a new quotation asks for."""
        self.run_cron("2027-05-01")
        line = order.order_line
        quotation = self.create_order(
            self.line_values(line.product_id), pricelist_id=order.pricelist_id.id
        )
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_untaxed, amount)
        self.assertEqual(line.discount, discount)
        return quotation.amount_untaxed

    def test_shown_discount_ends_with_the_rule_that_gave_it(self):
        pricelist, order = self.sell_discounted()
        self.assertEqual(order.order_line.discount, 10.0)
        self.give(pricelist, 0)
        self.assertEqual(self.assertRenewed(order, 110.0, 0.0), 110.0)

    def test_shown_discount_becomes_that_of_today(self):
        pricelist, order = self.sell_discounted()
        self.give(pricelist, 20.0)
        self.assertEqual(self.assertRenewed(order, 88.0, 20.0), 88.0)

    def test_shown_discount_that_is_still_given_stays(self):
        _pricelist, order = self.sell_discounted()
        self.assertEqual(self.assertRenewed(order, 99.0, 10.0), 99.0)

    def test_agreed_discount_stays_whatever_the_pricelist_gave(self):
        pricelist, order = self.sell_discounted(discount=15.0)
        self.give(pricelist, 0)
        self.assertEqual(self.assertRenewed(order, 93.5, 15.0), 110.0)

    def test_discount_that_was_agreed_later_stays(self):
        pricelist, order = self.sell_discounted()
        order.order_line.discount = 12.0
        self.give(pricelist, 0)
        self.run_cron("2027-05-01")
        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (110.0, 12.0))

    def test_renewal_quotation_asks_what_a_new_quotation_asks(self):
        pricelist, order = self.sell_discounted()
        self.give(pricelist, 0)
        order.subscription_end_action = "quote"
        self.travel("2027-04-20")
        renewal = order._create_renewal_quotation()
        self.assertEqual(renewal.order_line.mapped("price_unit"), [110.0])
        self.assertEqual(renewal.order_line.mapped("discount"), [0.0])
        self.assertEqual(renewal.amount_untaxed, 110.0)

    def test_renewal_quotation_remembers_what_the_pricelist_gave(self):
        pricelist, order = self.sell_discounted()
        order.write({"subscription_end_action": "quote", "subscription_renewal_price": "same"})
        self.give(pricelist, 0)
        self.travel("2027-04-20")
        renewal = order._create_renewal_quotation()
        self.assertEqual(renewal.amount_untaxed, 90.0)
        renewal.write({"subscription_end_action": "renew", "subscription_renewal_price": "list"})
        renewal.action_confirm()
        self.run_cron("2027-05-01")
        self.assertEqual(renewal.invoice_ids.amount_untaxed, 90.0)
        self.run_cron("2027-06-01")
        self.assertEqual(renewal.invoice_ids.sorted("id")[-1].amount_untaxed, 110.0)

    def test_discount_of_the_second_term_ends_with_its_rule_at_the_third(self):
        pricelist, order = self.sell_discounted()
        self.give(pricelist, 20.0)
        self.assertEqual(self.assertRenewed(order, 88.0, 20.0), 88.0)
        self.give(pricelist, 0)
        self.run_cron("2027-06-01")
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_untaxed, 110.0)
        self.assertEqual(order.order_line.discount, 0.0)

    def test_terms_ahead_follow_the_days_of_the_rules(self):
        pricelist, order = self.sell_discounted()
        self.give(pricelist, 20.0)
        pricelist.item_ids.date_end = "2027-05-15 12:00:00"
        found = [row["charged"] for row in order._get_simulation(months=3)["months"]]
        self.assertEqual(found[1:], [88.0, 110.0])
        self.assertRenewed(order, 88.0, 20.0)
        self.run_cron("2027-06-01")
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_untaxed, 110.0)

    def test_renewal_quotation_remembers_what_it_offered(self):
        pricelist, order = self.sell_discounted()
        order.subscription_end_action = "quote"
        self.give(pricelist, 20.0)
        self.travel("2027-04-20")
        renewal = order._create_renewal_quotation()
        self.assertEqual(renewal.amount_untaxed, 88.0)
        self.give(pricelist, 0)
        renewal.subscription_end_action = "renew"
        renewal.action_confirm()
        self.run_cron("2027-05-01")
        self.assertEqual(renewal.invoice_ids.amount_untaxed, 88.0)
        self.run_cron("2027-06-01")
        self.assertEqual(renewal.invoice_ids.sorted("id")[-1].amount_untaxed, 110.0)

    def test_discount_that_an_amendment_took_from_the_pricelist_ends_with_its_rule(self):
        pricelist, order = self.sell_discounted()
        self.give(pricelist, 20.0)
        self.travel("2027-04-10")
        amendment = order._create_amendment()
        amendment.action_update_prices()
        amendment.order_line = [Command.create({"product_id": self.support.id})]
        self.assertEqual(amendment.order_line.mapped("discount"), [20.0, 20.0])
        amendment.action_confirm()
        self.bill(order)
        self.give(pricelist, 0)
        self.run_cron("2027-05-01")
        self.assertEqual(order.order_line.mapped("discount"), [0.0, 0.0])
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_untaxed, 143.33)

    def test_discount_that_an_amendment_agreed_stays(self):
        pricelist, order = self.sell_discounted()
        self.travel("2027-04-10")
        amendment = order._create_amendment()
        amendment.order_line.discount = 12.0
        amendment.action_confirm()
        self.bill(order)
        self.give(pricelist, 0)
        self.run_cron("2027-05-01")
        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (110.0, 12.0))
