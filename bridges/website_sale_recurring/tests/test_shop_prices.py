from odoo.fields import Command
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopPrices(ShopCase):
    """What the page of a product says is what the cart asks for, and the first invoice too."""

    def get_info(self, product, quantity=1, ptavs=()):
        return self.make_jsonrpc_request(
            "/website_sale/get_combination_info",
            {
                "product_template_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "combination": list(ptavs),
                "add_qty": quantity,
            },
        )

    def assertSame(self, product, recurrence, quantity=1, ptavs=()):
        """Let page, cart and invoice agree. Return the price that is shown, and the cart."""
        offers = self.get_info(product, quantity, ptavs)["shop_offers"]
        shown = next(offer["price"] for offer in offers if offer["id"] == recurrence.id)
        self.add(product, recurrence, quantity)
        cart = self.cart
        line = cart.order_line
        is_net = self.website.show_line_subtotals_tax_selection == "tax_excluded"
        subtotal = line.price_subtotal if is_net else line.price_total
        self.assertAlmostEqual(subtotal, shown * quantity, delta=0.005)
        due_now = cart.amount_total
        cart.action_confirm()
        self.assertEqual(self.bill(cart).amount_total, due_now)
        return shown, cart

    # ------------------------------------------------------------------
    # Countries
    # ------------------------------------------------------------------

    def send_abroad(self, user, **values):
        country = self.env.ref("base.se")
        user.partner_id.write({"country_id": country.id, **values})
        return country

    def test_a_tax_in_the_price_becomes_another(self):
        included = self._create_tax(20, price_include_override="tax_included")
        other = self._create_tax(10, price_include_override="tax_included")
        position = self.env["account.fiscal.position"].create(
            {"name": "Sweden", "auto_apply": True, "country_id": self.env.ref("base.se").id}
        )
        other.write({"fiscal_position_ids": position.ids, "original_tax_ids": included.ids})
        self.seat.taxes_id = included
        for selection in ("tax_included", "tax_excluded"):
            with self.subTest(selection=selection):
                self.website.show_line_subtotals_tax_selection = selection
                if selection == "tax_included":
                    self.send_abroad(self.log_in())
                shown, cart = self.assertSame(self.seat, self.month)
                self.assertEqual(cart.order_line.tax_ids, other)
                self.assertEqual(shown, 8.25 if selection == "tax_included" else 7.5)

    def test_a_business_abroad_pays_without_tax(self):
        none = self._create_tax(0)
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Business abroad",
                "auto_apply": True,
                "vat_required": True,
                "country_id": self.env.ref("base.se").id,
            }
        )
        none.write({"fiscal_position_ids": position.ids, "original_tax_ids": self.tax.ids})
        self.website.show_line_subtotals_tax_selection = "tax_included"
        user = self.log_in()
        self.send_abroad(user, vat="SE123456789701", is_company=True)
        shown, cart = self.assertSame(self.seat, self.year, 3)
        self.assertEqual((shown, cart.amount_total), (90.0, 270.0))
        self.assertEqual(cart.partner_id, user.partner_id)

    def test_the_set_up_fee_abroad_is_that_of_the_cart(self):
        included = self._create_tax(20, price_include_override="tax_included")
        other = self._create_tax(10, price_include_override="tax_included")
        position = self.env["account.fiscal.position"].create(
            {"name": "Sweden", "auto_apply": True, "country_id": self.env.ref("base.se").id}
        )
        other.write({"fiscal_position_ids": position.ids, "original_tax_ids": included.ids})
        self.setup_service.write({"taxes_id": included.ids, "lst_price": 24.0})
        self.template.setup_product_id = self.setup_service
        self.website.show_line_subtotals_tax_selection = "tax_included"
        self.send_abroad(self.log_in())
        for price, charged in ((48.0, 44.0), (0.0, 22.0)):
            with self.subTest(price=price):
                self.template.setup_price = price
                (terms,) = self.open_product(self.seat).xpath("//*[hasclass('o_sr_terms')]")
                self.assertIn(f"Set-up: {self.tell(charged)}, once.", self.get_text(terms))
                self.add(self.seat, self.month)
                fee = self.cart.order_line.filtered("is_setup_fee")
                self.assertEqual(fee.price_total, charged)
                self.update(self.cart.order_line - fee, 0)

    def test_pricelists_of_countries_in_their_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        if euro == self.currency:
            euro = self.env.ref("base.USD")
            euro.active = True
        group = self.env["res.country.group"].create(
            {"name": "North", "country_ids": [Command.set(self.env.ref("base.se").ids)]}
        )
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "North",
                "currency_id": euro.id,
                "website_id": self.website.id,
                "selectable": True,
                "country_group_ids": group.ids,
                "sequence": 1,
            }
        )
        self._create_price(
            self.seat, self.month, 77.0, pricelist_id=pricelist.id, currency_id=euro.id
        )
        self.send_abroad(self.log_in(), property_product_pricelist=pricelist.id)
        shown, cart = self.assertSame(self.seat, self.month, 2)
        self.assertEqual(shown, 77.0)
        self.assertEqual(cart.currency_id, euro)
        self.assertEqual(cart.invoice_ids.currency_id, euro)

    # ------------------------------------------------------------------
    # Variants and quantities
    # ------------------------------------------------------------------

    def create_variants(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [
                    Command.create({"name": "Small"}),
                    Command.create({"name": "Large", "default_extra_price": 3.0}),
                ],
            }
        )
        # the context of a product made as a variant keeps its template from making others
        template = self.env["product.template"].browse(self.seat.product_tmpl_id.id)
        template.attribute_line_ids = [
            Command.create(
                {
                    "attribute_id": attribute.id,
                    "value_ids": [Command.set(attribute.value_ids.ids)],
                }
            )
        ]
        return template.product_variant_ids

    def test_variants_cost_what_their_page_says(self):
        small, large = self.create_variants()
        for variant in (small, large):
            with self.subTest(variant=variant.display_name):
                ptavs = variant.product_template_attribute_value_ids.ids
                self.assertSame(variant, self.month, 2, ptavs)

    def test_tiers_hold_in_the_cart_when_the_quantity_changes(self):
        self._create_price(self.seat, self.month, 7.0, min_quantity=10)
        self.add(self.seat, self.month, 9)
        line = self.cart.order_line
        self.assertEqual(line.price_unit, 9.0)
        self.update(line, 10)
        self.assertEqual(line.price_unit, 7.0)
        self.update(line, 9)
        self.assertEqual(line.price_unit, 9.0)

    # ------------------------------------------------------------------
    # What nobody expects
    # ------------------------------------------------------------------

    @mute_logger("odoo.http")
    def test_quantities_that_nobody_can_buy(self):
        self.add(self.seat, self.month, 2)
        for quantity in (-1, -1000, 0, 1e300, -0.5):
            with self.subTest(quantity=quantity):
                try:
                    self.add(self.seat, self.month, quantity)
                except JsonRpcException as error:
                    self.assertIn("odoo.exceptions", str(error))
                self.env.invalidate_all()
                cart = self.cart
                self.assertGreaterEqual(cart.amount_total, 0.0)
                self.assertTrue(all(line.product_uom_qty > 0 for line in cart.order_line), quantity)

    def test_a_price_that_changed_is_seen_before_it_is_paid(self):
        self.log_in()
        self.add(self.seat, self.month)
        self.seat.subscription_price_ids.filtered(
            lambda price: price.recurrence_id == self.month
        ).price = 12.0
        text = self.get_text(self.open("/shop/payment"))
        self.assertEqual(self.cart.amount_untaxed, 12.0)
        self.assertIn(self.tell(14.4), text)

    def test_goods_and_contracts_of_a_signed_in_customer_are_theirs(self):
        user = self.log_in()
        self.add(self.seat, self.month)
        self.assertEqual(self.cart.partner_id, user.partner_id)
        self.assertEqual(self.cart.partner_invoice_id, user.partner_id)
