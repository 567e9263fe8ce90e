from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestDiscountButton(SubscriptionCommon):
    """The Discount button of a quotation takes its share of what is asked for now."""

    def create_prorated(self, **values):
        """Return a quotation of 300.00 a month that bills 10 of 30 days first."""
        template = self._create_template("Calendar", alignment="calendar", **values)
        self.travel("2027-06-21")
        order = self.create_order(self.line_values(self.seat, price_unit=300), template=template)
        self.assertEqual(order.amount_untaxed, 100.0)
        return order

    def apply(self, order, kind, **values):
        wizard = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": kind, **values}
        )
        wizard.action_apply_discount()

    def test_percentage_is_taken_of_what_is_asked_now(self):
        order = self.create_prorated()
        self.apply(order, "so_discount", discount_percentage=0.1)
        self.assertEqual((order.amount_untaxed, order.amount_total), (90.0, 108.0))
        order.action_confirm()
        self.assertEqual(self.bill(order).amount_total, 108.0)
        self.assertEqual(self.bill(order, "2027-07-01").amount_untaxed, 300.0)

    def test_fixed_amount_beyond_what_is_asked_now_is_carried_on(self):
        order = self.create_prorated()
        self.apply(order, "amount", discount_amount=150.0)
        self.assertEqual(order.amount_total, 0.0)
        order.action_confirm()
        self.assertEqual(self.bill(order).amount_total, 0.0)
        self.assertEqual(self.bill(order, "2027-07-01").amount_total, 360.0 - 30.0)

    def test_discount_of_the_lines_holds_for_every_period(self):
        order = self.create_prorated()
        self.apply(order, "sol_discount", discount_percentage=0.1)
        self.assertEqual(order.amount_untaxed, 90.0)
        order.action_confirm()
        self.bill(order)
        self.assertEqual(self.bill(order, "2027-07-01").amount_untaxed, 270.0)

    def test_discount_of_a_quotation_that_begins_later(self):
        order = self.create_prorated()
        order.subscription_start_date = "2027-08-01"
        self.apply(order, "so_discount", discount_percentage=0.1)
        self.assertEqual(order.amount_untaxed, 270.0)

    # ------------------------------------------------------------------
    # Contracts that run
    # ------------------------------------------------------------------

    def create_running(self):
        """Return a contract of 100 a month that was billed, with a set-up of 250."""
        order = self.create_contract(
            self.line_values(self.seat, 10), self.setup_service, day="2027-01-01"
        )
        self.assertEqual(self.bill(order).amount_untaxed, 350.0)
        self.travel("2027-01-16")
        return order

    def test_percentage_of_a_contract_is_taken_of_its_next_invoice(self):
        order = self.create_running()
        self.apply(order, "so_discount", discount_percentage=0.1)
        self.assertEqual(order.order_line[-1].price_subtotal, -10.0)
        self.assertBillsNothing(order)
        self.assertEqual(self.bill(order, "2027-02-01").amount_untaxed, 90.0)
        self.assertEqual(self.bill(order, "2027-03-01").amount_untaxed, 100.0)

    def test_second_percentage_of_a_contract_is_taken_of_what_the_first_left(self):
        order = self.create_running()
        self.apply(order, "so_discount", discount_percentage=0.1)
        self.apply(order, "so_discount", discount_percentage=0.1)
        self.assertEqual(order.order_line[-2:].mapped("price_subtotal"), [-10.0, -9.0])
        self.assertEqual(self.bill(order, "2027-02-01").amount_untaxed, 81.0)

    def test_percentage_of_a_contract_looks_at_what_changed(self):
        order = self.create_running()
        order.order_line[0].product_uom_qty = 20
        self.apply(order, "so_discount", discount_percentage=0.5)
        self.assertEqual(self.bill(order).amount_untaxed, 25.8)
        self.assertEqual(self.bill(order, "2027-02-01").amount_untaxed, 200.0)

    def test_fixed_amount_of_a_contract_is_taken_once(self):
        order = self.create_running()
        self.apply(order, "amount", discount_amount=12.0)
        self.assertEqual(self.bill(order, "2027-02-01").amount_total, 108.0)
        self.assertEqual(self.bill(order, "2027-03-01").amount_total, 120.0)

    def test_discount_of_the_lines_leaves_what_is_invoiced_or_over(self):
        order = self.create_running()
        order.order_line = [
            Command.create({"product_id": self.support.id}),
            Command.create({"product_id": self.setup_service.id, "price_unit": 50}),
        ]
        order.order_line[2].product_uom_qty = 0
        self.travel("2027-01-20")
        self.apply(order, "sol_discount", discount_percentage=0.1)
        self.assertEqual(order.order_line.mapped("discount"), [10.0, 0.0, 0.0, 10.0])
        self.assertEqual(order.order_line[1].price_subtotal, 250.0)
        self.bill(order)
        self.assertEqual(self.bill(order, "2027-02-01").amount_untaxed, 90.0)

    def test_discount_of_a_contract_that_bills_nothing_more_is_refused(self):
        order = self.create_running()
        order._subscription_close(self.env.company._subscription_today())
        self.bill(order)
        kinds = (
            ("so_discount", {"discount_percentage": 0.1}),
            ("amount", {"discount_amount": 10}),
            ("sol_discount", {"discount_percentage": 0.1}),
        )
        for kind, values in kinds:
            with self.subTest(kind=kind), self.assertRefused("Nothing more is billed"):
                self.apply(order, kind, **values)

    def test_discount_of_a_contract_that_waits_to_go_on_says_so(self):
        for kind in ("pause", "suspension"):
            order = self.create_running()
            order._subscription_pause(self.env.company._subscription_today(), kind=kind)
            self.bill(order)
            for button, values in (
                ("so_discount", {"discount_percentage": 0.1}),
                ("amount", {"discount_amount": 10}),
            ):
                with (
                    self.subTest(kind=kind, button=button),
                    self.assertRefused("until it goes on"),
                ):
                    self.apply(order, button, **values)
            self.apply(order, "sol_discount", discount_percentage=0.1)
            self.travel("2027-02-01")
            order._subscription_resume(self.env.company._subscription_today())
            self.assertEqual(self.bill(order).amount_untaxed, 90.0)

    def test_percentage_of_a_contract_that_gives_something_back_is_taken_of_its_next_invoice(self):
        order = self.create_running()
        order.order_line[0].product_uom_qty = 5
        self.apply(order, "so_discount", discount_percentage=0.1)
        self.assertEqual(order.order_line[-1].price_subtotal, -5.0)
        note = self.bill(order)
        self.assertEqual((note.move_type, note.amount_untaxed), ("out_refund", 25.81))
        self.assertEqual(self.bill(order, "2027-02-01").amount_untaxed, 45.0)

    # ------------------------------------------------------------------
    # Nothing is asked for now
    # ------------------------------------------------------------------

    def test_discount_of_a_trial_is_taken_off_the_first_paid_period(self):
        kinds = (
            ("so_discount", {"discount_percentage": 0.1}, 270.0),
            ("amount", {"discount_amount": 60.0}, 250.0),
        )
        for kind, values, expected in kinds:
            with self.subTest(kind=kind):
                template = self._create_template("Trial", trial_count=1, trial_unit="month")
                self.travel("2027-06-01")
                order = self.create_order(
                    self.line_values(self.seat, price_unit=300), template=template
                )
                self.assertEqual(order.amount_total, 0.0)
                self.apply(order, kind, **values)
                self.assertEqual(order.amount_total, 0.0)
                order.action_confirm()
                self.assertFalse(self.bill(order))
                self.assertEqual(self.bill(order, "2027-07-01").amount_untaxed, expected)
                self.assertEqual(self.bill(order, "2027-08-01").amount_untaxed, 300.0)

    def test_discount_of_what_is_billed_in_arrears_is_taken_off_the_first_period(self):
        order = self.create_prorated_arrears()
        self.assertEqual(order.amount_total, 0.0)
        self.apply(order, "so_discount", discount_percentage=0.1)
        order.action_confirm()
        self.assertFalse(self.bill(order))
        self.assertEqual(self.bill(order, "2027-07-01").amount_untaxed, 90.0)
        self.assertEqual(self.bill(order, "2027-08-01").amount_untaxed, 300.0)

    def create_prorated_arrears(self):
        """Return a quotation of 300.00 a month that bills 10 of 30 days when they are over."""
        template = self._create_template("Arrears", alignment="calendar", timing="arrears")
        self.travel("2027-06-21")
        return self.create_order(self.line_values(self.seat, price_unit=300), template=template)

    def test_discount_of_an_amendment_is_taken_of_what_it_asks(self):
        order = self.create_running()
        amendment = order._create_amendment()
        amendment.order_line[0].product_uom_qty = 20
        self.assertEqual(amendment.amount_untaxed, 51.61)
        self.apply(amendment, "so_discount", discount_percentage=0.1)
        self.assertEqual(amendment.amount_untaxed, 46.45)
        amendment.action_confirm()
        self.assertEqual(self.bill(order).amount_untaxed, 46.45)
        self.assertEqual(self.bill(order, "2027-02-01").amount_untaxed, 200.0)

    def test_discount_of_an_amendment_that_gives_back_is_refused(self):
        for kind, values in (
            ("so_discount", {"discount_percentage": 0.1}),
            ("amount", {"discount_amount": 10}),
        ):
            with self.subTest(kind=kind):
                order = self.create_running()
                amendment = order._create_amendment()
                amendment.order_line[0].product_uom_qty = 5
                self.assertEqual(amendment.amount_untaxed, -25.81)
                with self.assertRefused("asks for nothing now"):
                    self.apply(amendment, kind, **values)
                self.assertEqual(amendment.amount_untaxed, -25.81)
