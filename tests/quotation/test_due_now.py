from datetime import date
from itertools import product

from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..common import SubscriptionCommon

TODAY = date(2027, 1, 31)
STARTS = {"today": False, "past": date(2026, 11, 17), "future": date(2027, 3, 10)}
ALIGNMENTS = (
    ("anniversary", 1),
    ("day", 15),
    ("day", 31),
    ("calendar", 1),
)
CONVENTIONS = ("actual", "fixed_30", "none")
TIMINGS = ("advance", "arrears")
ROUNDINGS = ("round_per_line", "round_globally")


@tagged("post_install", "-at_install")
class TestDueNow(SubscriptionCommon):
    """What a quotation asks for equals the first invoice, taxes included, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        included = cls._create_tax(21, price_include_override="tax_included")
        reduced = cls._create_tax(7.7)
        cls.hosting = cls._create_product("Hosting", 99.99, taxes_id=[Command.set(included.ids)])
        cls.phone = cls._create_product(
            "Phone", 9.95, taxes_id=[Command.set((cls.tax | reduced).ids)]
        )
        cls.cable = cls._create_product(
            "Cable", 3.33, is_recurring=False, taxes_id=[Command.set(included.ids)]
        )

    def _create_mixed_order(self, template, **values):
        return self.create_order(
            self.line_values(self.seat, 3),
            self.line_values(self.support, 7, discount=12.5),
            self.line_values(self.hosting, 1, recurrence_id=self.quarter.id),
            self.line_values(self.phone, 5, recurrence_id=self.year.id),
            self.line_values(self.setup_service, 1),
            self.line_values(self.cable, 7),
            template=template,
            **values,
        )

    def _bill_first(self, order):
        day = max(self.today, order.subscription_start_date)
        return self.bill(order, day)

    def assertFirstInvoiceEquals(self, order, amounts):
        """Confirm an order, bill it on its first day, compare with the amounts that it asked."""
        order.action_confirm()
        self.assertEqual(self._get_amounts(order), amounts, "frozen at confirmation")
        moves = self._bill_first(order)
        found = tuple(
            round(sum(moves.mapped(name)), 2)
            for name in ("amount_untaxed", "amount_tax", "amount_total")
        )
        self.assertEqual(found, amounts)
        self.assertEqual(len(moves), 1 if amounts[2] else 0)
        return moves

    def _get_amounts(self, order):
        totals = order.tax_totals
        self.assertAlmostEqual(totals["total_amount_currency"], order.amount_total)
        return (
            round(order.amount_untaxed, 2),
            round(order.amount_tax, 2),
            round(order.amount_total, 2),
        )

    def test_due_now_equals_first_invoice_in_every_combination(self):
        combinations = product(ALIGNMENTS, CONVENTIONS, TIMINGS)
        for number, ((alignment, day), convention, timing) in enumerate(combinations):
            self.company.tax_calculation_rounding_method = ROUNDINGS[number % 2]
            template = self._create_template(
                f"{alignment} {day} {convention} {timing}",
                alignment=alignment,
                billing_day=day,
                convention=convention,
                timing=timing,
            )
            for start, day_of_start in STARTS.items():
                with self.subTest(
                    alignment=(alignment, day), convention=convention, timing=timing, start=start
                ):
                    self.travel(TODAY)
                    order = self._create_mixed_order(template, subscription_start_date=day_of_start)
                    amounts = self._get_amounts(order)
                    self.assertTrue(amounts[2])
                    self.assertFirstInvoiceEquals(order, amounts)

    def test_rounding_of_taxes_as_the_company_chose(self):
        template = self._create_template("Calendar", alignment="calendar")
        found = set()
        for rounding in ROUNDINGS:
            self.company.tax_calculation_rounding_method = rounding
            order = self.create_order(
                *[self.line_values(self.seat, 1, price_unit=price) for price in (0.12, 0.37, 0.62)],
                self.cable,
                template=template,
                subscription_start_date="2027-02-01",
            )
            amounts = self._get_amounts(order)
            found.add(amounts)
            self.assertFirstInvoiceEquals(order, amounts)
            self.travel(TODAY)
        self.assertEqual(len(found), 2, "the example must tell the methods apart")

    def test_early_payment_discount_that_lowers_the_tax(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "3 % within 10 days",
                "early_discount": True,
                "discount_percentage": 3,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
            }
        )
        template = self._create_template("Calendar", alignment="calendar")
        plain = self._create_mixed_order(template)
        for rounding in ROUNDINGS:
            with self.subTest(rounding):
                self.travel(TODAY)
                self.company.tax_calculation_rounding_method = rounding
                order = self._create_mixed_order(template, payment_term_id=term.id)
                amounts = self._get_amounts(order)
                self.assertLess(amounts[1], plain.amount_tax)
                self.assertFirstInvoiceEquals(order, amounts)

    def test_foreign_currency_with_and_without_cents(self):
        for name, rate in (("EUR", 0.91), ("JPY", 151.37)):
            with self.subTest(name):
                self.travel(TODAY)
                currency = (
                    self.env["res.currency"]
                    .with_context(active_test=False)
                    .search([("name", "=", name)])
                )
                currency.active = True
                currency.rate_ids.unlink()
                self.env["res.currency.rate"].create(
                    {"currency_id": currency.id, "name": "2026-01-01", "rate": rate}
                )
                pricelist = self.env["product.pricelist"].create(
                    {"name": name, "currency_id": currency.id}
                )
                order = self._create_mixed_order(
                    self._create_template(name, alignment="calendar"), pricelist_id=pricelist.id
                )
                self.assertEqual(order.currency_id, currency)
                self.assertFirstInvoiceEquals(order, self._get_amounts(order))

    def test_nothing_is_due_now_in_arrears(self):
        order = self.create_order(template=self._create_template("Later", timing="arrears"))
        self.assertEqual(self._get_amounts(order), (0.0, 0.0, 0.0))
        self.assertFirstInvoiceEquals(order, (0.0, 0.0, 0.0))
        self.assertEqual(self.bill(order, "2027-02-28").amount_untaxed, 10.0)

    def test_set_up_fee_is_billed_at_once_in_arrears(self):
        order = self.create_order(
            self.seat, self.setup_service, template=self._create_template("Later", timing="arrears")
        )
        self.assertEqual(self._get_amounts(order), (250.0, 50.0, 300.0))
        self.assertFirstInvoiceEquals(order, (250.0, 50.0, 300.0))
        self.assertEqual(self.bill(order, "2027-02-28").amount_untaxed, 10.0)
        self.assertBillsNothing(order)

    def test_new_list_price_between_quotation_and_confirmation_changes_nothing(self):
        for template in (self.template, self.env["subscription.template"]):
            with self.subTest(template=template.name):
                typed = self.line_values(self.cable, 1, price_unit=-2.0)
                order = self.create_order(self.seat, self.setup_service, typed)
                order.subscription_template_id = template
                amounts = self._get_amounts(order)
                self.setup_service.list_price += 70.0
                self.seat.list_price += 5.0
                self.assertFirstInvoiceEquals(order, amounts)

    def test_other_terms_of_a_contract_reprice_nothing(self):
        router = self._create_product("Router", 80.0, is_recurring=False, invoice_policy="delivery")
        order = self.create_contract(self.seat, router, require_payment=False)
        router.list_price = 95.0
        order.subscription_template_id = self._create_template("Other terms")
        self.assertEqual(order.order_line.mapped("price_unit"), [10.0, 80.0])

    def test_tax_per_unit_of_a_free_period_is_not_asked_for(self):
        per_unit = self._create_tax(1.5, amount_type="fixed")
        free = self.line_values(self.support, 3, discount=100, tax_ids=[Command.set(per_unit.ids)])
        self.assertFirstInvoiceEquals(self.create_order(self.seat, free), (10.0, 2.0, 12.0))
        paid = self.line_values(self.support, 3, tax_ids=[Command.set(per_unit.ids)])
        self.assertFirstInvoiceEquals(self.create_order(self.seat, paid), (109.99, 6.5, 116.49))

    def test_part_of_a_cent_is_not_asked_for(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        tiny = self.line_values(self.support, 0.33, price_unit=0.01, tax_ids=False)
        order = self.create_order(tiny, tiny, self.line_values(self.seat, 1, price_unit=1.024))
        self.assertFirstInvoiceEquals(order, self._get_amounts(order))

    def test_rebate_waits_for_the_first_period_in_arrears(self):
        arrears = self._create_template("Arrears", timing="arrears")
        rebate = self.line_values(self.cable, 1, price_unit=-4.84)
        order = self.create_order(self.line_values(self.seat, 3), rebate, template=arrears)
        self.assertFalse(order._get_billing_preview(self.today)["documents"])
        self.assertFirstInvoiceEquals(order, (0.0, 0.0, 0.0))
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.amount_total, 36.0 - 4.84)

    def test_service_that_ends_inside_the_first_period(self):
        order = self.create_order(
            self.line_values(self.seat, 1, price_unit=28.0),
            subscription_start_date="2027-02-01",
            subscription_end_date="2027-02-11",
        )
        self.assertEqual(order.amount_untaxed, 10.0)
        self.assertFirstInvoiceEquals(order, (10.0, 2.0, 12.0))
        self.assertBillsNothing(order)

    def test_products_billed_on_delivery_wait_unless_payment_is_asked_for(self):
        router = self._create_product("Router", 80.0, is_recurring=False, invoice_policy="delivery")
        order = self.create_order(self.seat, router, require_payment=False)
        self.assertEqual(order.amount_untaxed, 10.0)
        self.assertFirstInvoiceEquals(order, (10.0, 2.0, 12.0))
        router_line = order.order_line[1]
        router_line.qty_delivered = 1
        self.assertEqual(self.bill(order, "2027-02-28").amount_untaxed, 90.0)
        asked = self.create_order(self.seat, router, require_payment=True)
        self.assertEqual(asked.amount_untaxed, 90.0)

    def test_confirmed_amount_stays(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.assertEqual(order.amount_untaxed, 30.0)
        self.bill(order)
        order.order_line.product_uom_qty = 8
        self.bill(order, "2027-03-15")
        self.assertEqual(self._get_amounts(order), (30.0, 6.0, 36.0))

    def test_orders_without_recurring_lines_are_summed_up_as_before(self):
        order = self.create_order(self.setup_service, self.cable)
        self.assertEqual(order.amount_untaxed, sum(order.order_line.mapped("price_subtotal")))
        self.assertFalse(order.subscription_period_totals)

    # ------------------------------------------------------------------
    # What comes after it
    # ------------------------------------------------------------------

    def test_period_totals_are_those_of_later_invoices(self):
        template = self._create_template("Calendar", alignment="calendar")
        order = self._create_mixed_order(template)
        totals = order.subscription_period_totals
        self.assertEqual(
            [(row["id"], row["label"]) for row in totals],
            [
                (self.month.id, "per month"),
                (self.quarter.id, "every 3 months"),
                (self.year.id, "per year"),
            ],
        )
        order.action_confirm()
        self._bill_first(order)
        self.bill(order, "2027-02-01")
        month = self.bill(order, "2027-03-01")
        self.assertEqual(
            [(month.amount_untaxed, month.amount_tax, month.amount_total)],
            [(row["untaxed"], row["tax"], row["total"]) for row in totals[:1]],
        )
        everything = self.bill(order, "2027-04-01")
        self.assertAlmostEqual(
            everything.amount_total, totals[0]["total"] + totals[1]["total"], delta=0.011
        )

    def test_period_totals_follow_the_lines(self):
        order = self.create_contract(self.line_values(self.seat, 3), self.support)
        self.assertAlmostEqual(order.subscription_period_totals[0]["untaxed"], 63.33)
        order.order_line[0].product_uom_qty = 5
        self.assertAlmostEqual(order.subscription_period_totals[0]["untaxed"], 83.33)

    def test_set_up_fee_added_later_is_billed_once(self):
        order = self.create_contract()
        self.bill(order)
        self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self.setup_service.id}
        )
        self.assertEqual(order.subscription_next_invoice_date, order.subscription_start_date)
        self.assertEqual(self.bill(order).amount_untaxed, 250.0)
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 2, 28))
        self.assertBillsNothing(order)

    # ------------------------------------------------------------------
    # On the form, with the rights of a salesperson
    # ------------------------------------------------------------------

    def test_salesperson_sees_the_amount_while_typing(self):
        user = new_test_user(self.env, "rookie", groups="sales_team.group_sale_salesman")
        template = self._create_template("Calendar", alignment="calendar")
        self.travel("2027-01-22")
        form = Form(self.env["sale.order"].with_user(user))
        form.partner_id = self.partner
        with form.order_line.new() as line:
            line.product_id = self.seat
            line.price_unit = 31.0
        form.subscription_template_id = template
        self.assertEqual(form.tax_totals["total_amount_currency"], 12.0)
        self.assertEqual(form.subscription_period_totals[0]["total"], 37.2)
        with form.order_line.edit(0) as line:
            line.product_uom_qty = 2
        self.assertEqual(form.tax_totals["total_amount_currency"], 24.0)
        order = form.save()
        self.assertEqual(order.amount_total, 24.0)
        order.action_confirm()
        self.assertEqual(order.amount_total, 24.0)
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(self.bill(order).amount_total, 24.0)
