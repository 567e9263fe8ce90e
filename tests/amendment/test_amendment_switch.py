from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAmendmentSwitch(AmendmentCommon):
    """Another recurrence or other terms: quantities, agreed prices and discounts survive."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["subscription.price"].create(
            [
                {
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "recurrence_id": recurrence.id,
                    "price": price,
                }
                for product, recurrence, price in (
                    (cls.seat, cls.month, 10.0),
                    (cls.seat, cls.year, 100.0),
                    (cls.support, cls.month, 33.33),
                    (cls.support, cls.year, 300.0),
                )
            ]
        )

    def prepare_once(self):
        super().prepare_once()
        self.bill(self.contract)
        self.travel("2027-02-15")

    def test_a_line_ends_and_another_one_goes_on_with_it(self):
        amendment = self.amend()
        line = self.target(amendment, self.seats)
        line.recurrence_id = self.year
        self.assertEqual((line.product_uom_qty, line.price_unit), (5, 100))
        self.assertBillsAmount(amendment)
        self.assertEqual(self.seats.segment_ids.end_date, date(2027, 2, 15))
        new = self.contract.order_line - self.seats - self.help
        self.assertEqual(new.subscription_replaced_line_id, self.seats)
        self.assertEqual((new.recurrence_id, new.product_uom_qty), (self.year, 5))
        self.assertEqual(new.segment_ids.start_date, date(2027, 2, 15))
        self.assertEqual(self.seats.recurring_monthly, 0)
        self.assertAlmostEqual(self.contract.subscription_mrr, 500 / 12 + 33.33, 4)
        self.assertEqual(self.help.segment_ids.end_date, False)

    def test_all_lines_at_once(self):
        amendment = self.amend(subscription_all_recurrence_id=self.year.id)
        self.assertEqual(amendment._get_recurring_lines().recurrence_id, self.year)
        self.assertEqual(amendment._get_recurring_lines().mapped("price_unit"), [100, 300])
        self.assertBillsAmount(amendment)
        self.assertEqual(
            set(self.contract.order_line.mapped("recurrence_id.unit")), {"month", "year"}
        )

    def test_an_agreed_discount_survives_and_a_price_of_a_month_is_none_of_a_year(self):
        contract = self.create_contract(
            self.line_values(self.seat, 5, price_unit=8.0, discount=12.5),
            self.line_values(self.support, 2, discount=20),
        )
        self.bill(contract)
        self.travel("2027-02-20")
        amendment = self.amend(contract)
        lines = amendment._get_recurring_lines()
        lines[0].product_uom_qty = 6
        self.assertEqual((lines[0].price_unit, lines[0].discount), (8, 12.5))
        lines.recurrence_id = self.year
        self.assertEqual(lines.mapped("price_unit"), [100, 300])
        lines[0].price_unit = 90
        lines[0].product_uom_qty = 7
        lines[0].product_uom_qty = 6
        self.assertEqual(lines.mapped("price_unit"), [90, 300])
        self.assertEqual(lines.mapped("discount"), [12.5, 20])
        self.assertEqual(lines.mapped("product_uom_qty"), [6, 2])
        self.assertBillsAmount(amendment, contract)
        new = contract.order_line[2:]
        self.assertEqual(new.mapped("price_unit"), [90, 300])
        self.assertEqual(new.mapped("discount"), [12.5, 20])

    def test_an_agreed_price_goes_on_in_proportion_where_the_list_has_none(self):
        contract = self.create_contract(
            self.line_values(self.hosting, 1, price_unit=8.0), self.line_values(self.seat, 5)
        )
        lines = self.amend(contract)._get_recurring_lines()
        lines.recurrence_id = self.year
        self.assertEqual(lines.mapped("price_unit"), [96, 100])

    def test_a_discount_survives_where_pricelists_give_discounts(self):
        group = self.env.ref("sale.group_discount_per_so_line")
        self.env.ref("base.group_user").sudo().implied_ids += group
        pricelist = self.env["product.pricelist"].create({"name": "List"})
        contract = self.create_contract(
            self.line_values(self.seat, 5, discount=20), pricelist_id=pricelist.id
        )
        amendment = self.amend(contract)
        line = amendment._get_recurring_lines()
        line.product_uom_qty = 6
        self.assertEqual(line.discount, 20)
        line.recurrence_id = self.year
        self.assertEqual((line.discount, line.price_unit), (20, 100))
        self.assertBillsAmount(amendment, contract)
        self.assertEqual(contract.order_line[-1].discount, 20)

    def test_an_old_list_price_is_an_agreement_when_seats_are_added(self):
        self.env["subscription.price"].search(
            [("product_tmpl_id", "=", self.seat.product_tmpl_id.id)]
        ).filtered(lambda price: price.recurrence_id == self.month).price = 12
        amendment = self.amend()
        line = self.target(amendment, self.seats)
        line.product_uom_qty = 6
        self.assertEqual(line.price_unit, 10)

    def test_other_terms_reach_the_steps_and_nothing_else(self):
        arrears = self._create_template(
            "Arrears", timing="arrears", convention="fixed_30", payment_mode="charge"
        )
        self.contract.order_line = [Command.create({"product_id": self.setup_service.id})]
        once = self.contract.order_line[-1]
        self.bill(self.contract)
        before = once.read()[0]
        amendment = self.amend(subscription_template_id=arrears.id)
        self.assertEqual(amendment.order_line.mapped("product_uom_qty"), [5, 1])
        self.assertBillsAmount(amendment)
        self.assertEqual(self.contract.subscription_template_id, arrears)
        self.assertEqual(
            self.seats.segment_ids.mapped(lambda step: (step.start_date, step.timing)),
            [(date(2027, 1, 31), "advance"), (date(2027, 2, 15), "arrears")],
        )
        self.assertEqual(len(self.contract.order_line), 3, "no line had to end")
        after = once.read()[0]
        for name in ("product_uom_qty", "price_unit", "discount", "qty_invoiced", "recurrence_id"):
            self.assertEqual(after[name], before[name], name)

    def test_terms_that_do_not_offer_the_recurrence_bring_their_own(self):
        yearly = self._create_template(
            "Yearly", recurrence_id=self.year.id, recurrence_ids=[Command.clear()]
        )
        amendment = self.amend(subscription_template_id=yearly.id)
        lines = amendment._get_recurring_lines()
        self.assertEqual(lines.recurrence_id, self.year)
        self.assertEqual(lines.mapped("price_unit"), [100, 300])
        self.assertEqual(lines.mapped("product_uom_qty"), [5, 1])
        self.assertBillsAmount(amendment)

    def test_with_the_next_period_nothing_is_credited(self):
        amendment = self.amend(subscription_effective_mode="period")
        self.target(amendment, self.seats).recurrence_id = self.year
        amendment.action_confirm()
        self.assertBillsNothing(self.contract)
        moves = self.bill(self.contract, "2027-02-28")
        self.assertEqual(moves.mapped("move_type"), ["out_invoice"])
        new = self.contract.order_line - self.seats - self.help
        line = moves.invoice_line_ids.filtered(lambda line: line.sale_line_ids == new)
        self.assertEqual(line.deferred_start_date, date(2027, 2, 28))
        self.assertEqual(line.deferred_end_date, date(2028, 2, 28), "a full year, to the month end")
        self.assertLedgerWhole(self.contract)

    def test_another_product_ends_the_line_too(self):
        amendment = self.amend()
        self.target(amendment, self.seats).product_id = self.hosting
        self.assertBillsAmount(amendment)
        new = self.contract.order_line - self.seats - self.help
        self.assertEqual(new.product_id, self.hosting)
        self.assertEqual(new.subscription_replaced_line_id, self.seats)

    def test_there_and_back_on_one_day_nets_to_zero(self):
        amendment = self.amend()
        self.target(amendment, self.seats).recurrence_id = self.year
        self.assertBillsAmount(amendment)
        yearly = self.contract.order_line - self.seats - self.help
        back = self.amend()
        self.target(back, yearly).recurrence_id = self.month
        self.assertBillsAmount(back)
        booked = sum(self.contract.subscription_billed_period_ids.mapped("booked_amount"))
        self.assertAlmostEqual(booked, 83.33, 2)
        self.assertAlmostEqual(self.contract.subscription_mrr, 83.33, 4)
