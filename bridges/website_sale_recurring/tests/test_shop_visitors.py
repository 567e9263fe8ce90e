from odoo.fields import Command
from odoo.http import Request
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import PaidShopCase


@tagged("post_install", "-at_install")
class TestShopVisitors(PaidShopCase):
    """Guests who log in, pretend to be somebody else or change the currency on the way."""

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        group = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user").implied_ids |= group
        self.env["product.pricelist"].create(
            {"name": "All", "website_id": self.website.id, "selectable": True, "sequence": 1}
        )

    def log_in_again(self):
        """Send the form of the login, which keeps the session of the guest and its cart."""
        response = self.url_open(
            "/web/login",
            data={
                "login": "ada",
                "password": "ada-secret",
                "csrf_token": Request.csrf_token(self),
            },
        )
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()

    def send_address(self, email, name="Grace"):
        """Fill in the address of a guest."""
        response = self.url_open(
            "/shop/address/submit",
            data={
                "name": name,
                "email": email,
                "phone": "1",
                "street": "Rua 1",
                "city": "Porto",
                "zip": "1000",
                "country_id": str(self.company.country_id.id),
                "state_id": str(self.company.country_id.state_ids[:1].id or ""),
                "vat": "",
                "address_type": "billing",
                "use_delivery_as_billing": "true",
                "csrf_token": Request.csrf_token(self),
            },
        )
        self.assertIn("redirectUrl", response.json(), response.text)
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Login in the middle of the checkout
    # ------------------------------------------------------------------

    def leave_a_cart(self):
        """Let the customer have a cart of an earlier visit with another contract."""
        self.authenticate("ada", "ada-secret")
        self.add(self.support, self.month)
        older = self.cart
        self.authenticate(None, None)
        return older

    def test_who_logs_in_buys_the_cart_that_was_seen(self):
        older = self.leave_a_cart()
        self.add(self.seat, self.month, 2)
        cart = self.cart
        self.assertNotEqual(cart, older)
        self.send_address("grace@example.com")
        self.open("/shop/payment")
        self.log_in_again()
        self.open("/shop/checkout", try_skip_step="true")
        text = self.get_text(self.open("/shop/payment"))
        self.assertIn(self.tell(21.6), text)
        self.assertEqual(cart.partner_id, self.user.partner_id)
        self.assertEqual(cart.partner_invoice_id, self.user.partner_id)
        self.answer(self.pay())
        self.assertEqual((cart.subscription_state, older.state), ("active", "draft"))
        self.assertEqual(cart.subscription_payment_token_id.partner_id, self.user.partner_id)
        self.assertEqual(self.bill(cart).amount_total, 21.6)
        self.assertEqual(older.order_line.product_id, self.support)

    def test_a_payment_that_a_guest_began_leaves_no_contract_without_a_method_unseen(self):
        self.leave_a_cart()
        self.add(self.seat, self.month, 2)
        cart = self.cart
        self.send_address("grace@example.com")
        self.check_out()
        guest = cart.partner_id
        self.assertEqual(guest.email, "grace@example.com")
        tx = self.pay(flow="redirect")
        self.log_in_again()
        self.open("/shop/cart")
        self.answer(tx)
        self.assertEqual((cart.subscription_state, tx.state), ("active", "done"))
        self.assertEqual(cart.partner_id, self.user.partner_id)
        self.assertFalse(cart.subscription_payment_token_id)
        self.assertIn("belongs to another customer", cart.activity_ids.note)
        invoice = self.bill(cart)
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (21.6, 0.0))
        cart._subscription_replace_token(self.create_token(partner=cart.partner_id))
        self.assertFalse(cart.activity_ids)

    def test_a_price_of_the_customer_holds_once_they_are_known(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Friends", "website_id": self.website.id, "selectable": True, "sequence": 9}
        )
        self._create_price(self.seat, self.month, 7.0, pricelist_id=pricelist.id)
        self.user.partner_id.property_product_pricelist = pricelist
        self.add(self.seat, self.month, 2)
        cart = self.cart
        self.assertEqual(cart.order_line.price_unit, 9.0)
        self.log_in_again()
        text = self.get_text(self.open("/shop/cart"))
        self.assertEqual(cart.pricelist_id, pricelist)
        self.assertEqual(cart.order_line.price_unit, 7.0)
        self.assertIn(self.tell(16.8), text)

    # ------------------------------------------------------------------
    # The address of somebody else
    # ------------------------------------------------------------------

    def test_a_guest_with_the_address_of_a_customer_gets_nothing_of_theirs(self):
        known = self.user.partner_id
        known.email = "ada@example.com"
        token = self.create_token(partner=known)
        own = self.create_contract(
            self.line_values(self.seat, 3),
            partner_id=known.id,
            template=self.charged_template,
            subscription_payment_token_id=token.id,
        )
        self.add(self.seat, self.month, 2)
        cart = self.cart
        self.send_address("ada@example.com", name="Mallory")
        text = self.get_text(self.open("/shop/cart"))
        text += self.get_text(self.check_out())
        self.assertNotIn(own.name, text)
        self.assertNotIn("4242", text)
        self.assertNotEqual(cart.partner_id.commercial_partner_id, known)
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.pay(flow="token", token_id=token.id, provider_id=None, payment_method_id=None)
        self.answer(self.pay())
        self.assertEqual(cart.subscription_state, "active")
        self.assertNotEqual(cart.partner_id.commercial_partner_id, known)
        self.assertNotEqual(cart.subscription_payment_token_id, token)
        self.assertEqual(own.subscription_payment_token_id, token)
        self.assertFalse(cart.partner_id.user_ids)

    # ------------------------------------------------------------------
    # A code that changes the currency
    # ------------------------------------------------------------------

    def create_abroad(self):
        """Create a pricelist in another currency that a code leads to, at two for one."""
        euro = self.env.ref("base.EUR")
        if euro == self.currency:
            euro = self.env.ref("base.USD")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "name": "2020-01-01",
                "rate": 2.0,
                "company_id": self.company.id,
            }
        )
        return self.env["product.pricelist"].create(
            {
                "name": "Abroad",
                "code": "ABROAD",
                "currency_id": euro.id,
                "website_id": self.website.id,
                "selectable": True,
            }
        )

    def create_bundle(self, **values):
        return self.env["sale.order.template"].create(
            {
                "name": "Office",
                "is_sold_in_shop": True,
                "subscription_template_id": self.charged_template.id,
                "setup_product_id": self.setup_service.id,
                "sale_order_template_line_ids": [
                    Command.create(
                        {
                            "product_id": self.seat.id,
                            "product_uom_qty": 3,
                            "recurrence_id": self.month.id,
                            "intro_discount": 50,
                            "intro_period_count": 1,
                        }
                    ),
                    Command.create({"product_id": self.cup.id, "sequence": 20}),
                ],
                **values,
            }
        )

    def send_code(self, code):
        self.url_open(
            "/shop/pricelist", data={"promo": code, "csrf_token": Request.csrf_token(self)}
        )

    def assertCurrency(self, fee, rate, currency):
        self.env.invalidate_all()
        cart = self.cart
        self.assertEqual(cart.currency_id, currency)
        self.assertEqual(
            self.get_lines(cart),
            [
                ("Cup", "once", 1.0, 5.0 * rate),
                ("Seat", "Monthly", 3.0, 9.0 * rate),
                ("Set-up", "once", 1.0, fee * rate),
            ],
        )
        self.assertAlmostEqual(cart.amount_total, (5 + 13.5 + fee) * 1.2 * rate, 2)
        self.assertEqual(cart.order_line.filtered("recurrence_id").intro_discount, 50)

    def test_a_code_changes_the_currency_of_a_bundle(self):
        pricelist = self.create_abroad()
        self.cup.type = "service"  # nothing that is shipped
        own = self.currency
        for fee, values in ((49.0, {"setup_price": 49.0}), (self.setup_service.lst_price, {})):
            with self.subTest(fee=fee):
                self.authenticate("ada", "ada-secret")
                bundle = self.create_bundle(**values)
                self.url_open(
                    f"/shop/bundle/{bundle.id}/add",
                    data={"csrf_token": Request.csrf_token(self)},
                )
                self.assertCurrency(fee, 1, own)
                self.send_code("ABROAD")
                self.assertCurrency(fee, 2, pricelist.currency_id)
                text = self.get_text(self.open("/shop/cart"))
                self.assertCurrency(fee, 2, pricelist.currency_id)
                amount = pricelist.currency_id.format(self.cart.amount_total)
                self.assertIn(amount.replace("\xa0", " "), text)
                self.send_code("")
                self.assertCurrency(fee, 1, own)
                self.send_code("ABROAD")
                cart = self.cart
                total = cart.amount_total
                self.answer(self.pay())
                self.assertEqual(cart.subscription_state, "active")
                invoice = self.bill(cart)
                self.assertEqual(
                    (invoice.currency_id, invoice.amount_total, invoice.amount_residual),
                    (pricelist.currency_id, total, 0.0),
                )
