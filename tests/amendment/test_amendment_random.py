from random import Random

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAmendmentRandom(AmendmentCommon):
    """Whatever is amended when: the amount due now is the next document, and nothing is left."""

    def test_each_random_amendment_bills_its_amount(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                self._live(Random(seed))  # noqa: S311 - repeatable on purpose

    def _live(self, random):
        self.travel("2027-01-31")
        self.company.tax_calculation_rounding_method = random.choice(
            ["round_per_line", "round_globally"]
        )
        template = self._create_template(
            "Random",
            alignment=random.choice(["anniversary", "calendar"]),
            convention=random.choice(["actual", "fixed_30"]),
        )
        contract = self.create_contract(
            self.line_values(self.seat, 3, price_unit=9.99),
            self.line_values(self.support, 2, discount=12.5),
            self.line_values(self.hosting, 1, recurrence_id=self.quarter.id),
            template=template,
        )
        day = fields.Date.to_date("2027-01-31")
        for _number in range(5):
            day = fields.Date.add(day, days=random.randint(0, 12))
            self.bill(contract, day)
            self._amend_somehow(contract, random)
        self.assertLedgerWhole(contract)

    def _amend_somehow(self, contract, random):
        amendment = self.amend(contract)
        lines = amendment._get_recurring_lines()
        line = random.choice(lines)
        match random.randint(0, 4):
            case 0 | 1:
                line.product_uom_qty += random.choice([1, 2, 5])
            case 2:
                line.discount = (line.discount + 10) % 50
            case 3:
                amendment.order_line = [Command.create({"product_id": self.support.id})]
            case 4:
                line.recurrence_id = self.year if line.recurrence_id != self.year else self.month
        if random.random() < 0.3:
            day = fields.Date.subtract(self.contract._subscription_today(), days=3)
            amendment.write(
                {"subscription_effective_mode": "date", "subscription_effective_date": day}
            )
        self.assertBillsAmount(amendment, contract)
