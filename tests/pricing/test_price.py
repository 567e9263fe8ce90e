from contextlib import contextmanager
from datetime import datetime

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..support.common_price import PriceCommon


@tagged("post_install", "-at_install")
class TestRecurringPrice(PriceCommon):
    """Which price holds for a product and a recurrence."""

    def test_each_recurrence_has_its_price(self):
        self.assertEqual(self.seat._get_recurring_price(self.month), 10.0)
        self.assertEqual(self.seat._get_recurring_price(self.year), 100.0)
        self.assertEqual(self.seat.product_tmpl_id._get_recurring_price(self.year), 100.0)

    def test_price_keeps_the_digits_that_a_small_one_needs(self):
        price = self._create_price(self.quarter, 0.0123)
        self.env.invalidate_all()
        self.assertEqual(price.price, 0.0123)
        self.assertEqual(self.seat._get_recurring_price(self.quarter), 0.0123)
        self.assertIn("0.0123", self.seat.recurring_price_text)

    def test_recurrence_without_price_costs_the_sales_price(self):
        self.assertEqual(self.seat._get_recurring_price(self.quarter), 12.0)

    def test_recurrences_of_the_same_length_share_their_price(self):
        twin = self.month.copy({"name": "Each month"})
        self.assertEqual(self.seat._get_recurring_price(twin), 10.0)

    def test_minimum_quantity_is_counted_in_the_unit_of_the_product(self):
        self._create_price(self.month, 8.0, min_quantity=12)
        price = self.seat._get_recurring_price
        self.assertEqual(price(self.month, quantity=11), 10.0)
        self.assertEqual(price(self.month, quantity=12), 8.0)
        self.assertEqual(price(self.month, quantity=1, uom=self.uom_dozen), 96.0)
        self.assertEqual(price(self.month, quantity=-1), 10.0)

    def test_dated_price_holds_on_its_days_only(self):
        self._create_price(self.month, 7.0, date_start="2025-03-01", date_end="2025-03-31")
        for moment, amount in [
            (datetime(2025, 2, 28, 12), 10.0),
            (datetime(2025, 3, 1, 12), 7.0),
            (datetime(2025, 3, 31, 12), 7.0),
            (datetime(2025, 4, 1, 12), 10.0),
        ]:
            self.assertEqual(self.seat._get_recurring_price(self.month, date=moment), amount)

    def test_dated_price_follows_the_time_zone_of_the_company(self):
        self._create_price(self.month, 7.0, date_start="2025-03-01")
        self.env.company.subscription_tz = "America/Sao_Paulo"
        # 01:00 in UTC is 22:00 of the day before in São Paulo
        with freeze_time("2025-03-01 01:00:00"):
            self.assertEqual(self.seat._get_recurring_price(self.month), 10.0)
        with freeze_time("2025-03-01 04:00:00"):
            self.assertEqual(self.seat._get_recurring_price(self.month), 7.0)

    def test_price_of_the_pricelist_is_for_its_customers_only(self):
        self._create_price(self.month, 9.0, pricelist_id=self.pricelist.id)
        self.assertEqual(self._get_pricelist_price(self.month), 9.0)
        self.assertEqual(self._get_pricelist_price(self.month, self._create_pricelist()), 10.0)

    def test_price_in_the_currency_asked_wins_over_a_conversion(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        price = self.seat._get_recurring_price
        self.assertEqual(price(self.month, currency=euro), 5.0)
        self._create_price(self.month, 9.5, currency_id=euro.id)
        self.assertEqual(price(self.month, currency=euro), 9.5)
        self.assertEqual(price(self.month), 10.0)

    def test_price_of_another_company_is_not_used(self):
        other = self._create_company(name="Other")
        self.monthly_price.company_id = other
        self.assertEqual(self.seat._get_recurring_price(self.month), 12.0)
        self.assertEqual(self.seat._get_recurring_price(self.month, company=other), 10.0)

    def test_price_of_a_company_holds_in_its_branches(self):
        self.monthly_price.company_id = self.env.company
        branch = self._create_company(name="Branch", parent_id=self.env.company.id)
        self.assertEqual(self.seat._get_recurring_price(self.month, company=branch), 10.0)

    def test_customer_without_rights_is_given_the_price(self):
        portal = self._create_new_portal_user()
        prices = self.env["subscription.price"].with_user(portal)
        self.assertFalse(prices.has_access("read"))
        found = prices._find(self.seat.with_user(portal), self.month.with_user(portal))
        self.assertEqual(found.price, 10.0)

    def test_default_recurrence_is_one_that_has_a_price(self):
        both = self.quarter + self.year
        self.assertEqual(self.seat._get_default_recurrence(both), self.year)
        self.assertEqual(self.seat._get_default_recurrence(self.quarter), self.quarter)
        none = self.env["subscription.recurrence"]
        self.assertEqual(self.seat._get_default_recurrence(none), self.month)
        self.assertEqual(self.service_product._get_default_recurrence(none), self.month)

    def test_prices_are_told_in_words(self):
        text = self.seat.recurring_price_text.replace("\N{NO-BREAK SPACE}", " ")
        self.assertEqual(text, "$ 10.00 / month, $ 100.00 / year")

    def test_number_of_queries_does_not_grow_with_the_products(self):
        products = self.seat + self.env["product.product"].concat(
            *(self.seat.copy() for _number in range(30))
        )
        self._count_queries(products[:1])
        alone = self._count_queries(products[:1])
        self.assertLessEqual(self._count_queries(products), alone + 2)

    def _count_queries(self, products):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.pricelist._get_products_price(products, 1.0, recurrence=self.month)
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestRecurringPriceOfVariants(PriceCommon):
    """Variants and the extra prices of their attributes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        attribute = cls.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [
                    Command.create({"name": "Small"}),
                    Command.create({"name": "Large", "default_extra_price": 3.0}),
                ],
            }
        )
        # the context of a product made as a variant keeps its template from making others
        cls.seat_template = cls.env["product.template"].browse(cls.seat.product_tmpl_id.id)
        cls.seat_template.attribute_line_ids = [
            Command.create(
                {
                    "attribute_id": attribute.id,
                    "value_ids": [Command.set(attribute.value_ids.ids)],
                }
            )
        ]
        cls.small, cls.large = cls.seat_template.product_variant_ids
        cls.seat = cls.small

    def test_extra_price_of_attributes_is_added(self):
        self.assertEqual(self.small._get_recurring_price(self.month), 10.0)
        self.assertEqual(self.large._get_recurring_price(self.month), 13.0)

    def test_price_of_a_variant_is_complete(self):
        self._create_price(self.month, 20.0, product_id=self.large.id)
        self.assertEqual(self.small._get_recurring_price(self.month), 10.0)
        self.assertEqual(self.large._get_recurring_price(self.month), 20.0)

    def test_pricelist_wins_over_variant(self):
        self._create_price(self.month, 20.0, product_id=self.large.id)
        self._create_price(self.month, 8.0, pricelist_id=self.pricelist.id)
        price = self.large._get_recurring_price
        self.assertEqual(price(self.month), 20.0)
        self.assertEqual(price(self.month, pricelist=self.pricelist), 11.0)

    def test_variant_of_another_product_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not a variant of"):
            self._create_price(self.month, 20.0, product_id=self.product.id)

    def test_variant_names_its_product(self):
        price = self.env["subscription.price"].create(
            {"product_id": self.large.id, "recurrence_id": self.quarter.id, "price": 25.0}
        )
        self.assertEqual(price.product_tmpl_id, self.seat.product_tmpl_id)


@tagged("post_install", "-at_install")
class TestRecurringPriceRules(PriceCommon):
    """Rules of pricelists on top of recurring prices."""

    def test_discount_is_taken_off(self):
        self._create_rule(compute_price="percentage", percent_price=10)
        self.assertEqual(self._get_pricelist_price(self.month), 9.0)
        self.assertEqual(self._get_pricelist_price(self.year), 90.0)
        self.assertEqual(self._get_pricelist_price(self.quarter), 10.8)

    def test_formula_is_applied(self):
        self._create_rule(
            compute_price="formula", price_discount=20, price_round=5.0, price_surcharge=-0.1
        )
        self.assertAlmostEqual(self._get_pricelist_price(self.year), 79.9)

    def test_formula_starts_from_the_price_of_the_pricelist(self):
        self._create_price(self.month, 8.0, pricelist_id=self.pricelist.id)
        self._create_rule(compute_price="percentage", percent_price=50)
        self.assertEqual(self._get_pricelist_price(self.month), 4.0)

    def test_other_pricelist_is_followed(self):
        gold = self._create_pricelist(name="Gold")
        self._create_price(self.month, 6.0, pricelist_id=gold.id)
        self._create_rule(
            compute_price="percentage",
            percent_price=50,
            base="pricelist",
            base_pricelist_id=gold.id,
        )
        self.assertEqual(self._get_pricelist_price(self.month), 3.0)
        self.assertEqual(self._get_pricelist_price(self.year), 50.0)

    def test_fixed_price_is_for_what_is_sold_once(self):
        self._create_rule(compute_price="fixed", fixed_price=77.0)
        self.assertEqual(self._get_pricelist_price(self.year), 100.0)
        self.assertEqual(self._get_pricelist_price(self.quarter), 77.0)
        self.assertEqual(self.pricelist._get_product_price(self.seat, 1.0), 77.0)

    def test_markup_on_the_cost_is_for_what_is_sold_once(self):
        self._create_rule(compute_price="formula", base="standard_price", price_markup=10)
        self.assertEqual(self._get_pricelist_price(self.year), 100.0)
        self.assertEqual(self._get_pricelist_price(self.quarter), 55.0)

    def test_rule_in_another_currency_is_converted(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        europe = self._create_pricelist(name="Europe", currency_id=euro.id)
        self._create_rule(europe, compute_price="percentage", percent_price=10)
        self.assertEqual(self._get_pricelist_price(self.month, europe), 4.5)

    def test_without_pricelist_the_price_is_the_same(self):
        nothing = self.env["product.pricelist"]
        self.assertEqual(self._get_pricelist_price(self.year, nothing), 100.0)
        self.assertEqual(self._get_pricelist_price(self.quarter, nothing), 12.0)

    def test_price_that_competes_is_refused(self):
        with self._assert_competes():
            self._create_price(self.month, 11.0)
        self._create_price(self.month, 9.0, date_start="2025-01-01", date_end="2025-01-31")
        with self._assert_competes():
            self._create_price(self.month, 9.0, date_start="2025-01-31")
        self._create_price(self.month, 9.0, date_start="2025-02-01")

    @contextmanager
    def _assert_competes(self):
        with (
            self.assertRaisesRegex(ValidationError, "There is already a price"),
            self.env.cr.savepoint(),
        ):
            yield

    @mute_logger("odoo.sql_db")
    def test_impossible_values_are_refused(self):
        for values in (
            {"min_quantity": -1},
            {"date_start": "2025-02-01", "date_end": "2025-01-01"},
        ):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._create_price(self.quarter, 1.0, **values)
