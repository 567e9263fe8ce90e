from odoo.fields import Command
from odoo.tests import tagged

from .common import PaidShopCase, ShopCase


@tagged("post_install", "-at_install")
class TestShopAddons(ShopCase):
    """Add-ons of a subscription template are suggested in the cart of its contract."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template.addon_ids = [
            Command.create({"product_id": cls.support.id}),
            Command.create({"product_id": cls.hosting.id, "increment": 5}),
        ]

    def test_the_cart_suggests_them_with_their_period(self):
        self.add(self.cup)
        self.assertNotIn("Suggested accessories", self.get_text(self.open("/shop/cart")))
        self.add(self.seat, self.month)
        page = self.open("/shop/cart")
        text = self.get_text(page.xpath("//div[@id='suggested_products']")[0])
        self.assertIn(f"{self.tell(30)} per month", text)
        self.add(self.support)
        self.assertFalse(self.open("/shop/cart").xpath("//div[@id='suggested_products']"))

    def test_an_add_on_joins_a_contract_on_another_template(self):
        other = self._create_template("Other terms")
        self.support.product_tmpl_id.shop_subscription_template_id = other
        self.add(self.seat, self.month)
        self.add(self.support, self.month)
        self.assertEqual(self.cart.order_line.product_id, self.seat | self.support)
        self.assertEqual(self.cart.subscription_template_id, self.template)

    def test_an_add_on_joins_only_by_a_recurrence_of_the_contract(self):
        other = self._create_template("Other terms")
        self.support.product_tmpl_id.shop_subscription_template_id = other
        self._create_price(self.support, self.quarter, 80.0)
        self.template.recurrence_ids = self.month | self.year
        self.add(self.seat, self.month)
        warning = self.add(self.support, self.quarter)["notification_info"]["warning"]
        self.assertIn("other terms", warning)
        self.assertEqual(self.cart.order_line.product_id, self.seat)

    def test_what_another_website_sells_is_not_offered(self):
        self.support.website_id = self.env["website"].create(
            {"name": "Other", "company_id": self.company.id}
        )
        self.add(self.seat, self.month)
        self.assertFalse(self.open("/shop/cart").xpath("//div[@id='suggested_products']"))

    def test_what_is_not_published_is_not_offered(self):
        self.support.website_published = False
        self.add(self.seat, self.month)
        self.assertFalse(self.open("/shop/cart").xpath("//div[@id='suggested_products']"))


@tagged("post_install", "-at_install")
class TestShopAddonsAfter(PaidShopCase):
    """Whoever has bought is offered the add-ons of the terms, as the page of the contract does."""

    def find(self):
        self.check_out()
        self.answer(self.pay())
        return self.open("/shop/confirmation").xpath("//*[hasclass('o_sr_addons')]")

    def test_the_confirmation_offers_add_ons(self):
        self.charged_template.write(
            {
                "customer_control": "upgrade",
                "addon_ids": [Command.create({"product_id": self.support.id})],
            }
        )
        self.add(self.seat, self.month)
        (box,) = self.find()
        self.assertIn(f"Support {self.tell(30)} each per month", self.get_text(box))
        (url,) = box.xpath(".//a/@href")
        self.assertIn("Support", self.get_text(self.open(url)))

    def test_nothing_is_offered_that_a_customer_may_not_add(self):
        self.charged_template.addon_ids = [Command.create({"product_id": self.support.id})]
        self.charged_template.customer_control = "restricted"
        self.add(self.seat, self.month)
        self.assertFalse(self.find())
