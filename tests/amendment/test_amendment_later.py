from datetime import date, timedelta
from random import Random

from odoo.fields import Command
from odoo.tests import tagged

from ...models.amendment.amendment_plan import AmendmentPlan
from ..support.common_amendment import LaterCase


@tagged("post_install", "-at_install")
class TestAmendmentLater(LaterCase):
    """Before its day an amendment asks for nothing, and says what it will do to the bills."""

    def test_nothing_is_due_now_and_the_difference_is_told(self):
        amendment = self.amend(subscription_effective_mode="period")
        self.target(amendment, self.seats).product_uom_qty = 8
        self.assertFalse(amendment.amount_total)
        self.assertIn("By 02/28/2027, $ 36.00 more", self.get_reasons(amendment))
        preview = amendment.subscription_preview
        self.assertIn("On 02/28/2027", preview["headline"])
        self.assertIn("36.00", amendment.subscription_until_then_text)
        self.assertEqual(amendment._get_due_now_details(), [])
        self.assertEqual(amendment._get_due_now_title(), "Due now")
        amendment.action_confirm()
        self.assertFalse(amendment.amount_total)
        for text in ("Nothing is due now", "36.00 more", "Due for it:"):
            self.assertIn(text, self.contract.message_ids[0].body)
        self.assertBillsNothing(self.contract)
        move = self.bill(self.contract, "2027-02-28")
        self.assertAlmostEqual(move.amount_untaxed, 80 + self.help.price_unit)

    def test_less_from_a_later_day(self):
        amendment = self.amend_later("2027-02-20")
        self.target(amendment, self.seats).product_uom_qty = 2
        self.assertFalse(amendment.amount_total)
        self.assertIn("$ 10.28 less", self.get_reasons(amendment))
        amendment.action_confirm()
        move = self.bill(self.contract, "2027-02-20")
        self.assertAlmostEqual(move.amount_total_signed, -10.28)

    def test_a_reduction_inside_the_next_period_makes_its_invoice_smaller(self):
        amendment = self.amend_later("2027-03-10")
        self.target(amendment, self.seats).product_uom_qty = 2
        self.assertAlmostEqual(AmendmentPlan(amendment).get_later_amount(), -24.39)
        amendment.action_confirm()
        move = self.bill(self.contract, "2027-02-28")
        self.assertAlmostEqual(
            move.amount_untaxed, 50 - self.currency.round(30 * 21 / 31) + self.help.price_unit, 2
        )
        self.assertFalse(self.bill(self.contract, "2027-03-10"))

    def test_what_is_sold_once_waits_for_the_day(self):
        amendment = self.amend_later()
        amendment.order_line = [Command.create({"product_id": self.setup_service.id})]
        self.assertFalse(amendment.amount_total)
        self.assertIn("$ 300.00 more", self.get_reasons(amendment))
        self.assertEqual(
            amendment._get_totals_rows()[0]["label"], "Sold once, billed on 03/10/2027"
        )
        amendment.action_confirm()
        self.assertBillsNothing(self.contract)
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 2, 28))
        move = self.bill(self.contract, "2027-02-28")
        self.assertNotIn(self.setup_service, move.invoice_line_ids.product_id)
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 3, 10))
        months = self.contract._get_simulation()["months"]
        self.assertEqual(
            [month["label"] for month in months if month["charged"] > 200], ["Mar 2027"]
        )
        move = self.bill(self.contract, "2027-03-10")
        self.assertEqual(move.invoice_line_ids.product_id, self.setup_service)
        self.assertAlmostEqual(move.amount_total, 300)
        self.assertBillsNothing(self.contract)

    def test_create_invoice_leaves_alone_what_waits_for_its_day(self):
        amendment = self.amend_later()
        amendment.order_line = [Command.create({"product_id": self.setup_service.id})]
        amendment.action_confirm()
        with self.assertRefused("Nothing is due today"):
            self.contract._create_invoices()

    def test_what_is_sold_once_is_billed_at_once_by_an_amendment_of_today(self):
        amendment = self.amend()
        amendment.order_line = [Command.create({"product_id": self.setup_service.id})]
        self.assertAlmostEqual(amendment.amount_untaxed, 250)
        self.assertBillsAmount(amendment)

    def test_confirmed_without_the_payment_that_was_asked_for_it_is_billed_on_its_day(self):
        amendment = self.amend(subscription_effective_mode="period", require_payment=True)
        self.target(amendment, self.seats).product_uom_qty = 8
        self.assertAlmostEqual(amendment.amount_total, 96)
        self.assertIn("in advance of 02/28/2027", self.get_reasons(amendment))
        self.assertEqual(amendment._get_due_now_title(), "Due now, in advance of 02/28/2027")
        amendment.action_confirm()
        self.assertFalse(amendment.amount_total)
        self.assertBillsNothing(self.contract)

    def test_a_reduction_asks_for_no_payment_in_advance(self):
        amendment = self.amend(subscription_effective_mode="period", require_payment=True)
        self.target(amendment, self.seats).product_uom_qty = 2
        self.assertFalse(amendment.amount_total)
        self.assertIn("less", self.get_reasons(amendment))

    def test_a_contract_costs_per_period_what_is_served_today(self):
        before = self.contract.subscription_period_totals
        amendment = self.amend_later(subscription_all_recurrence_id=self.year.id)
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        amendment.action_confirm()
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.subscription_period_totals, before)
        self.bill(self.contract, "2027-02-28")
        self.bill(self.contract, "2027-03-10")
        self.contract.invalidate_recordset()
        self.assertEqual(
            [row["label"] for row in self.contract.subscription_period_totals],
            ["per month", "per year"],
        )

    def test_lines_that_were_planned_for_later_count_for_nothing_on_the_paper(self):
        self.amend_later(subscription_all_recurrence_id=self.year.id).action_confirm()
        amendment = self.amend()
        self.assertEqual(amendment.order_line.mapped("product_uom_qty"), [5, 1, 5, 1])
        self.target(amendment, self.seats).product_uom_qty = 8
        self.assertAlmostEqual(amendment.subscription_mrr, 113.33)
        self.assertEqual(
            [row["label"] for row in amendment.subscription_period_totals], ["per month"]
        )
        self.assertBillsAmount(amendment)
        self.assertAlmostEqual(self.contract.subscription_mrr, 113.33)

    def test_a_value_that_the_engine_refuses_is_refused_before_its_day(self):
        amendment = self.amend_later()
        self.target(amendment, self.seats).discount = 120
        with self.assertRefused("more than 100 %"):
            amendment.action_confirm()
        self.assertEqual(len(self.seats.segment_ids), 1)

    def test_what_is_given_back_later_comes_off_the_next_invoice_where_the_terms_say_so(self):
        self.template.credit_on_downgrade = "offset"
        amendment = self.amend_later("2027-02-20")
        self.target(amendment, self.seats).product_uom_qty = 2
        self.assertIn("comes off the next invoice", self.get_reasons(amendment))

    def test_a_confirmed_amendment_has_nothing_due(self):
        amendment = self.amend()
        amendment.order_line = [
            Command.create({"product_id": self.hosting.id}),
            Command.create({"product_id": self.setup_service.id}),
        ]
        self.assertTrue(amendment._get_due_items()[amendment])
        amendment.action_confirm()
        self.assertEqual(amendment._get_due_items(), {amendment: []})
        self.assertEqual(amendment._get_due_now_details(), [])


@tagged("post_install", "-at_install")
class TestAmendmentLaterRandom(LaterCase):
    """The difference that is told is the difference of the bills, to the cent."""

    def test_the_difference_is_that_of_the_bills(self):
        for seed in range(8):
            with self.subTest(seed=seed):
                self._compare(Random(seed))  # noqa: S311 - repeatable on purpose

    def _compare(self, random):
        self.travel("2027-01-31")
        self.company.tax_calculation_rounding_method = random.choice(
            ["round_per_line", "round_globally"]
        )
        template = self._create_template(
            "Random",
            alignment=random.choice(["anniversary", "calendar"]),
            convention=random.choice(["actual", "fixed_30"]),
            timing=random.choice(["advance", "advance", "arrears"]),
        )
        contract, twin = (self._create_twin(template) for _number in range(2))
        today = self.travel(date(2027, 1, 31) + timedelta(days=random.randint(1, 40)))
        for order in (contract, twin):
            self.bill(order)
        day = today + timedelta(days=random.randint(1, 45))
        amendment = self.amend_later(day, contract)
        self._change(amendment, random)
        self.assertFalse(amendment.amount_total)
        told = AmendmentPlan(amendment).get_later_amount()
        amendment.action_confirm()
        for number in range((day - today).days + 1):
            self.travel(today + timedelta(days=number))
            for order in (contract, twin):
                if (order.subscription_next_invoice_date or day) <= order._subscription_today():
                    self.bill(order)
        totals = [
            sum(order.invoice_ids.mapped("amount_total_signed")) for order in (contract, twin)
        ]
        self.assertAlmostEqual(told, totals[0] - totals[1], 2)
        self.assertLedgerWhole(contract)

    def _create_twin(self, template):
        return self.create_contract(
            self.line_values(self.seat, 3, price_unit=9.99),
            self.line_values(self.support, 2, discount=12.5),
            self.line_values(self.hosting, 1, recurrence_id=self.quarter.id),
            template=template,
        )

    def _change(self, amendment, random):
        line = random.choice(amendment._get_recurring_lines())
        match random.randint(0, 4):
            case 0:
                line.product_uom_qty += random.choice([1, 2, 5])
            case 1:
                line.product_uom_qty -= 1
            case 2:
                line.price_unit += 1.11
            case 3:
                line.recurrence_id = self.year
            case 4:
                line.unlink()
        amendment.order_line = [
            Command.create({"product_id": product.id})
            for product in random.sample([self.support, self.setup_service], random.randint(0, 2))
        ]
