import random

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon

SEEDS = range(12)
STEPS = (0.01, 0.05, 1.0)


@tagged("post_install", "-at_install")
class TestDueNowRandom(SubscriptionCommon):
    """Amount due now equals the first invoice, whatever is sold, in any currency and rounding.

    Left out, as plain Odoo refuses such invoices ("The entry is not balanced"): early payment
    discounts that lower the tax in a foreign currency.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rates = [
            cls._create_tax(20),
            cls._create_tax(7.7),
            cls._create_tax(21, price_include_override="tax_included"),
            cls._create_tax(0.35, amount_type="fixed"),
        ]
        cls.terms = {
            computation: cls.env["account.payment.term"].create(
                {
                    "name": computation,
                    "early_discount": True,
                    "discount_percentage": 3,
                    "discount_days": 10,
                    "early_pay_discount_computation": computation,
                }
            )
            for computation in ("mixed", "included", "excluded")
        }
        cls.pricelists = [cls._create_pricelist(step) for step in STEPS]
        cls.home = cls.env["product.pricelist"].create(
            {"name": "Home", "currency_id": cls.currency.id}
        )
        cls.products = [
            cls._create_product(f"Product {number}", 1.0, is_recurring=number % 4 != 3)
            for number in range(8)
        ]

    @classmethod
    def _create_pricelist(cls, step):
        currency = cls.env["res.currency"].create(
            {
                "name": f"S{STEPS.index(step)}X",
                "symbol": "S",
                "rounding": step,
                "rate_ids": [Command.create({"name": "2026-01-01", "rate": 1.37})],
            }
        )
        return cls.env["product.pricelist"].create(
            {"name": currency.name, "currency_id": currency.id}
        )

    def create_random_order(self, dice):
        self.company.tax_calculation_rounding_method = dice.choice(
            ("round_per_line", "round_globally")
        )
        pricelist = dice.choice([self.home, *self.pricelists])
        term = dice.choice(("", "mixed", "included", "excluded"))
        if term == "mixed":
            pricelist = self.home
        products = [self.products[0]]
        products += [dice.choice(self.products) for _number in range(dice.randint(0, 5))]
        return self.create_order(
            *(self.random_values(dice, product) for product in products),
            template=self._create_template(
                "Random",
                alignment=dice.choice(("anniversary", "day", "calendar")),
                billing_day=dice.randint(1, 31),
                convention=dice.choice(("actual", "fixed_30", "none")),
            ),
            pricelist_id=pricelist.id,
            payment_term_id=self.terms[term].id if term else False,
        )

    def random_values(self, dice, product):
        taxes = dice.sample(self.rates, dice.choice((0, 1, 1, 1, 2)))
        return self.line_values(
            product,
            dice.choice((1, 2, 3, 7, 0.5)),
            price_unit=dice.randint(1, 30000) / 100,
            discount=dice.choice((0, 0, 0, 12.5, 33)),
            tax_ids=[Command.set([tax.id for tax in taxes])],
        )

    def check_random_quotations(self, step):
        """Compare quotations of a company whose own currency is rounded to a step."""
        self.currency.rounding = step
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.travel(self.today)
                order = self.create_random_order(random.Random(seed))  # noqa: S311
                asked = (order.amount_untaxed, order.amount_tax, order.amount_total)
                order.action_confirm()
                moves = self.bill(order)
                billed = [
                    sum(moves.mapped(name))
                    for name in ("amount_untaxed", "amount_tax", "amount_total")
                ]
                for amount, other in zip(asked, billed, strict=True):
                    self.assertAlmostEqual(amount, other, 6, (asked, billed))

    def test_company_currency_with_cents(self):
        self.check_random_quotations(0.01)

    def test_company_currency_rounded_to_five_cents(self):
        self.check_random_quotations(0.05)

    def test_company_currency_without_cents(self):
        self.check_random_quotations(1.0)
