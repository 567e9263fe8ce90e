from lxml import html
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShopBundle(ShopCase):
    """A quotation template that is bought as one, with its options."""

    def setUp(self):
        super().setUp()
        self.bundle = self.env["sale.order.template"].create(
            {
                "name": "Office",
                "is_sold_in_shop": True,
                "subscription_template_id": self.charged_template.id,
                "setup_product_id": self.setup_service.id,
                "setup_price": 49.0,
                "sale_order_template_line_ids": [
                    Command.create({"sequence": number, **line})
                    for number, line in enumerate(self.prepare_lines())
                ],
            }
        )
        self.option = self.bundle.sale_order_template_line_ids[-1]

    def prepare_lines(self):
        return [
            {
                "product_id": self.seat.id,
                "product_uom_qty": 3,
                "recurrence_id": self.month.id,
                "intro_discount": 50,
                "intro_period_count": 1,
            },
            {"product_id": self.hosting.id, "recurrence_id": self.year.id},
            {"display_type": "line_section", "name": "Options", "is_optional": True},
            {"product_id": self.cup.id},
        ]

    def add_bundle(self, bundle=None, **options):
        return self.url_open(
            f"/shop/bundle/{(bundle or self.bundle).id}/add",
            data={"csrf_token": Request.csrf_token(self), **options},
        )

    def test_it_is_found_and_told(self):
        self.assertIn("Office", self.get_text(self.open("/shop/bundles")))
        text = self.get_text(self.open(self.bundle.shop_url))
        self.assertIn(f"Seat 50 % off the first period. 3 \u00d7 {self.tell(9)} per month", text)
        self.assertIn(f"Hosting {self.tell(119.9)} per year", text)
        self.assertIn(f"Set-up: {self.tell(49)}, once.", text)

    def get_totals(self, **options):
        return self.make_jsonrpc_request(
            f"/shop/bundle/{self.bundle.id}/totals", {"options": options}
        )

    def assertAsksWhatTheCartAsks(self, totals):
        """Compare what the page of the bundle says with the cart that it makes."""
        text, cart = self.get_text(totals), self.cart
        self.assertIn(f"Due now {self.tell(cart.amount_total)}", text)
        self.assertIn(f"Of which taxes {self.tell(cart.amount_tax)}", text)
        rows = cart._get_totals_rows()
        self.assertTrue(rows)
        for row in rows:
            self.assertIn(f"{row['label']} {self.tell(row['total'])}", text)

    def test_its_page_tells_what_is_due_now_and_then(self):
        page = self.open(self.bundle.shop_url)
        self.assertIn("50 % off the first period.", self.get_text(page))
        (totals,) = page.xpath("//*[hasclass('o_sr_bundle_totals')]")
        text = self.get_text(totals)
        self.assertIn(f"Due now {self.tell((13.5 + 119.9 + 49) * 1.2)}", text)
        self.assertIn(f"Then, per month {self.tell(32.4)}", text)
        self.assertFalse(self.cart)
        self.add_bundle()
        self.assertAsksWhatTheCartAsks(totals)

    def test_its_page_adds_the_options_that_are_chosen(self):
        self.cup.lst_price = 3.33
        totals = html.fromstring(self.get_totals(**{str(self.option.id): "3"}))
        self.assertFalse(self.cart)
        self.add_bundle(**{f"option-{self.option.id}": "3"})
        self.assertAsksWhatTheCartAsks(totals)
        self.assertAlmostEqual(self.cart.amount_total, (9.99 + 13.5 + 119.9 + 49) * 1.2, 2)

    def test_its_page_tells_of_a_trial_and_of_calendar_periods(self):
        self.travel("2027-01-18")
        for values in ({"alignment": "calendar"}, {"trial_count": 14, "trial_unit": "day"}):
            with self.subTest(values=values):
                self.charged_template.write(values)
                (totals,) = self.open(self.bundle.shop_url).xpath(
                    "//*[hasclass('o_sr_bundle_totals')]"
                )
                self.add_bundle()
                self.assertAsksWhatTheCartAsks(totals)
                self.update(self.cart.order_line.filtered("recurrence_id")[0], 0)
        self.assertIn("Free until", self.get_text(totals))

    def test_it_is_bought_as_one(self):
        self.add_bundle(**{f"option-{self.option.id}": "2"})
        self.assertEqual(
            self.get_lines(self.cart),
            [
                ("Cup", "once", 2.0, 5.0),
                ("Hosting", "Yearly", 1.0, 119.9),
                ("Seat", "Monthly", 3.0, 9.0),
                ("Set-up", "once", 1.0, 49.0),
            ],
        )
        self.assertEqual(self.cart.subscription_template_id, self.charged_template)
        total = self.cart.amount_total
        self.assertAlmostEqual(total, (10 + 119.9 + 13.5 + 49) * 1.2, 2)
        self.assertEqual(self.buy(self.cart).amount_total, total)

    def test_it_stays_whole(self):
        self.add_bundle()
        seat = self.cart.order_line.filtered(lambda line: line.product_id == self.seat)
        for values in ({"quantity": 1}, {"recurrence_id": self.year.id}, {"quantity": 9}):
            self.assertIn("bundle", self.update(seat, **values)["warning"])
        self.assertEqual((seat.product_uom_qty, seat.recurrence_id), (3.0, self.month))
        self.update(seat, 0)
        self.assertFalse(self.cart.order_line)
        self.assertFalse(self.cart.sale_order_template_id)

    def test_one_contract_is_begun_at_a_time(self):
        self.add(self.seat, self.month)
        response = self.add_bundle()
        self.assertIn("There is a contract in your cart already", response.text)
        self.assertEqual(self.get_lines(self.cart), [("Seat", "Monthly", 1.0, 9.0)])

    def test_what_is_not_sold_is_not_found(self):
        self.bundle.is_sold_in_shop = False
        self.assertEqual(self.url_open(f"/shop/bundle/{self.bundle.id}").status_code, 404)
        self.assertEqual(self.add_bundle().status_code, 404)
        self.assertNotIn("Office", self.get_text(self.open("/shop/bundles")))
        self.assertFalse(self.cart)

    def test_an_archived_option_is_not_offered(self):
        self.cup.active = False
        self.assertNotIn("Cup", self.get_text(self.open(self.bundle.shop_url)))
        self.assertIn(self.add_bundle(**{f"option-{self.option.id}": "1"}).status_code, (400, 422))
        self.assertFalse(self.cart.order_line)

    def test_a_bundle_is_sold_whole_or_not_at_all(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for values in ({"active": False}, {"sale_ok": False}, {"company_id": elsewhere.id}):
            with self.subTest(values=values):
                before = {name: self.hosting[name] for name in values}
                self.env.flush_all()
                self.hosting.write(values)
                self.assertNotIn("Office", self.get_text(self.open("/shop/bundles")))
                self.assertEqual(self.add_bundle().status_code, 404)
                self.assertFalse(self.cart)
                self.hosting.write(before)

    def test_a_branch_sells_what_its_company_sells(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.bundle.company_id = self.company
        self.assertTrue(self.bundle._get_shop_bundle(branch))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertIsNone(self.bundle._get_shop_bundle(elsewhere))

    def test_a_bundle_with_a_product_of_another_website_is_not_shown(self):
        other = self.env["website"].create({"name": "Other", "company_id": self.company.id})
        self.hosting.website_id = other
        self.assertNotIn("Office", self.get_text(self.open("/shop/bundles")))
        self.assertEqual(self.add_bundle().status_code, 404)
        self.hosting.website_id = self.website
        self.assertIn("Office", self.get_text(self.open("/shop/bundles")))

    def test_a_bundle_in_the_cart_goes_with_a_part_that_is_archived(self):
        self.add(self.cup)
        self.add_bundle()
        self.hosting.active = False
        text = self.get_text(self.open("/shop/cart"))
        self.assertIn("Office is not sold any more.", text)
        self.assertEqual(self.get_lines(self.cart), [("Cup", "once", 1.0, 5.0)])

    def test_archived_subscription_template_begins_no_contract(self):
        self.bundle.subscription_template_id = self._create_template("Old", active=False)
        self.add_bundle()
        self.assertEqual(self.cart.subscription_template_id, self.template)

    def test_options_that_are_not_offered_are_refused(self):
        part = self.bundle.sale_order_template_line_ids[0]
        for options in (
            {f"option-{part.id}": "1"},
            {f"option-{self.option.id}": "-1"},
            {f"option-{self.option.id}": "1.5"},
            {f"option-{self.option.id}": "100000"},
            {"option-x": "1"},
            {"option-999999": "1"},
        ):
            with self.subTest(options=options):
                self.assertIn(self.add_bundle(**options).status_code, (400, 422))
                self.assertFalse(self.cart.order_line)
