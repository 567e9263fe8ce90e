from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestChange(SubscriptionCommon):
    """Whoever writes quantity, price or discount of a running line changes it from today on."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 8), day="2027-04-01")
        self.line = self.order.order_line
        self.bill(self.order)
        self.travel("2027-04-16")

    def get_segments(self, line):
        return [
            (step.start_date.isoformat(), step.quantity, step.price_unit, step.discount)
            for step in line.segment_ids.sorted("start_date")
        ]

    def pay(self, moves):
        for move in moves:
            self.book_payment(move)

    # ------------------------------------------------------------------
    # Quantity
    # ------------------------------------------------------------------

    def test_fewer_seats_are_credited_on_the_open_invoice(self):
        invoice = self.order.invoice_ids
        self.line.product_uom_qty = 6
        self.assertEqual(self.order.subscription_next_invoice_date, date(2027, 4, 16))
        credit = self.bill(self.order)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.reversed_entry_id, invoice)
        self.assertEqual(credit.amount_untaxed, 10.0)
        self.assertEqual(credit.invoice_date, date(2027, 4, 16))
        self.assertEqual(invoice.amount_residual, 96.0 - 12.0)
        self.assertEqual(credit.payment_state, "paid")
        self.assertBillsNothing(self.order)
        self.assertLedgerWhole(self.order)

    def test_credit_of_paid_days_is_netted_on_the_invoice_of_that_day(self):
        self.pay(self.order.invoice_ids)
        self.order.order_line = [
            Command.create({"product_id": self.support.id, "product_uom_qty": 4})
        ]
        self.line.product_uom_qty = 6
        invoice = self.bill(self.order)
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(
            sorted((line.quantity, line.price_subtotal) for line in invoice.invoice_line_ids),
            [(-2.0, -10.0), (4.0, 66.66)],
        )
        self.assertEqual(invoice.amount_total, 67.99)

    def test_credit_beyond_the_charges_of_the_day_becomes_a_credit_note(self):
        self.pay(self.order.invoice_ids)
        self.order.order_line = [Command.create({"product_id": self.support.id})]
        self.line.product_uom_qty = 0
        moves = self.bill(self.order)
        self.assertEqual(
            sorted((move.move_type, move.amount_untaxed) for move in moves),
            [("out_invoice", 16.67), ("out_refund", 40.0)],
        )

    def test_zero_and_back_bills_the_days_in_between_nowhere(self):
        self.line.product_uom_qty = 0
        self.bill(self.order)
        self.assertEqual(self.order.subscription_state, "active")
        self.assertEqual(self.order.subscription_mrr, 0)
        self.assertFalse(self.bill(self.order, "2027-05-01"))
        self.travel("2027-05-21")
        self.line.product_uom_qty = 3
        self.bill(self.order)
        self.bill(self.order, "2027-06-01")
        self.assertEqual(
            self.get_table(self.order),
            [
                ("2027-04-01", "2027-04-30", 8, 80),
                ("2027-04-16", "2027-04-30", 8, -40),
                ("2027-05-21", "2027-05-31", 3, 10.65),
                ("2027-06-01", "2027-06-30", 3, 30),
            ],
        )
        self.assertBillsNothing(self.order)

    def test_change_and_undo_on_one_day_leave_no_trace(self):
        self.line.product_uom_qty = 20
        self.line.product_uom_qty = 8
        self.assertEqual(self.get_segments(self.line), [("2027-04-01", 8, 10, 0)])
        self.assertBillsNothing(self.order)

    def test_change_and_undo_after_billing_nets_to_zero(self):
        self.line.product_uom_qty = 20
        self.bill(self.order)
        self.line.product_uom_qty = 8
        self.bill(self.order)
        self.assertAlmostEqual(sum(row[3] for row in self.get_table(self.order)), 80.0)
        self.assertBillsNothing(self.order)

    def test_negative_quantity_is_refused(self):
        with self.assertRaisesRegex(UserError, "The quantity of Seat cannot be negative"):
            self.line.product_uom_qty = -1
        self.assertEqual(self.line.product_uom_qty, 8)

    # ------------------------------------------------------------------
    # Price and discount
    # ------------------------------------------------------------------

    def test_manual_price_and_discount_survive_a_new_quantity(self):
        self.line.write({"price_unit": 9.0, "discount": 20.0})
        self.line.product_uom_qty = 10
        self.assertEqual((self.line.price_unit, self.line.discount), (9.0, 20.0))
        self.bill(self.order)
        moves = self.bill(self.order, "2027-05-01")
        self.assertEqual(moves.amount_untaxed, 72.0)

    def test_list_price_of_today_never_reaches_a_running_line(self):
        self.seat.list_price = 99.0
        self.line.product_uom_qty = 9
        self.order.action_update_prices()
        self.assertEqual(self.line.price_unit, 10.0)
        self.assertEqual(self.bill(self.order).amount_untaxed, 5.0)
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_untaxed, 90.0)

    def test_discount_of_today_is_charged_anew_for_the_rest_only(self):
        self.line.discount = 50.0
        self.bill(self.order)
        self.assertEqual(
            sorted(self.get_table(self.order)),
            [
                ("2027-04-01", "2027-04-30", 8, 80),
                ("2027-04-16", "2027-04-30", 8, -40),
                ("2027-04-16", "2027-04-30", 8, 20),
            ],
        )
        self.assertBillsNothing(self.order)

    def test_new_terms_of_the_template_reach_no_running_line(self):
        self.template.write({"timing": "arrears", "convention": "none", "alignment": "calendar"})
        self.assertBillsNothing(self.order)
        self.bill(self.order, "2027-05-01")
        self.assertEqual(self.get_table(self.order)[-1], ("2027-05-01", "2027-05-31", 8, 80))

    def test_other_terms_leave_manual_prices_and_one_off_lines_of_a_quotation_alone(self):
        yearly = self._create_template(
            "Yearly", recurrence_id=self.year.id, recurrence_ids=[Command.set(self.year.ids)]
        )
        order = self.create_order(self.line_values(self.seat, 2), self.setup_service)
        seat, setup = order.order_line
        seat.write({"price_unit": 7.77, "discount": 15.0})
        setup.write({"price_unit": 99.0, "discount": 5.0})
        order.subscription_template_id = yearly
        self.assertEqual(seat.recurrence_id, self.year)
        self.assertEqual((seat.price_unit, seat.discount), (7.77, 15.0))
        self.assertFalse(setup.recurrence_id)
        self.assertEqual((setup.price_unit, setup.discount), (99.0, 5.0))
        yearly.recurrence_ids |= self.month
        seat.recurrence_id = self.month
        self.assertEqual((seat.price_unit, seat.discount), (7.77, 15.0))

    # ------------------------------------------------------------------
    # Other days than today
    # ------------------------------------------------------------------

    def test_change_planned_for_later_is_billed_on_its_day(self):
        self.order._subscription_change_line(self.line, date(2027, 5, 11), quantity=10)
        self.assertEqual(self.line.product_uom_qty, 8)
        self.assertBillsNothing(self.order)
        self.bill(self.order, "2027-05-01")
        self.assertEqual(self.get_table(self.order)[-1], ("2027-05-01", "2027-05-31", 8, 80))
        self.assertEqual(self.order.subscription_next_invoice_date, date(2027, 5, 11))
        self.bill(self.order, "2027-05-11")
        self.assertEqual(self.get_table(self.order)[-1], ("2027-05-11", "2027-05-31", 2, 13.55))
        self.assertEqual(self.line.product_uom_qty, 10)
        self.assertBillsNothing(self.order)

    def test_change_dated_in_the_past_bills_the_days_gone_by(self):
        self.bill(self.order, "2027-05-01")
        self.travel("2027-05-10")
        self.order._subscription_change_line(self.line, date(2027, 4, 21), quantity=9)
        moves = self.bill(self.order)
        self.assertEqual(moves.amount_untaxed, 13.33)
        self.assertEqual(
            self.get_table(self.order),
            [
                ("2027-04-01", "2027-04-30", 8, 80),
                ("2027-04-21", "2027-04-30", 1, 3.33),
                ("2027-05-01", "2027-05-31", 8, 80),
                ("2027-05-01", "2027-05-31", 1, 10),
            ],
        )
        self.assertBillsNothing(self.order)

    # ------------------------------------------------------------------
    # Other conventions
    # ------------------------------------------------------------------

    def test_without_proration_changes_wait_for_the_next_period(self):
        template = self._create_template("Whole periods", convention="none")
        order = self.create_contract(
            self.line_values(self.seat, 4), day="2027-04-01", template=template
        )
        self.bill(order)
        for day, quantity in (("2027-04-10", 9), ("2027-04-20", 2)):
            self.travel(day)
            order.order_line.product_uom_qty = quantity
            self.assertBillsNothing(order)
            self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 1))
        self.assertEqual(order.order_line.product_uom_qty, 2)
        order._subscription_close(date(2027, 5, 11))
        self.bill(order, "2027-05-01")
        self.bill(order, "2027-06-01")
        self.assertEqual(
            self.get_table(order),
            [("2027-04-01", "2027-04-30", 4, 40), ("2027-05-01", "2027-05-31", 2, 20)],
        )
        self.assertBillsNothing(order)

    def test_half_of_february_is_half_a_month_of_30_days(self):
        template = self._create_template("30 days", convention="fixed_30", alignment="calendar")
        order = self.create_contract(
            self.line_values(self.seat, 3), day="2028-02-01", template=template
        )
        self.bill(order)
        self.travel("2028-02-16")
        order.order_line.product_uom_qty = 5
        self.bill(order)
        self.assertEqual(
            self.get_table(order),
            [("2028-02-01", "2028-02-29", 3, 30), ("2028-02-16", "2028-02-29", 2, 10)],
        )
        self.assertBillsNothing(order)

    # ------------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------------

    def test_added_line_is_charged_from_today_on_the_grid_of_the_contract(self):
        self.order.order_line = [
            Command.create({"product_id": self.support.id, "product_uom_qty": 2})
        ]
        self.bill(self.order)
        self.assertEqual(self.get_table(self.order)[-1], ("2027-04-16", "2027-04-30", 2, 33.33))
        invoice = self.bill(self.order, "2027-05-01")
        self.assertEqual(len(invoice.invoice_line_ids), 2)
        self.assertEqual(invoice.amount_untaxed, 146.66)
        self.assertBillsNothing(self.order)

    def test_one_off_line_added_to_a_running_contract_is_invoiced_once(self):
        self.order.order_line = [Command.create({"product_id": self.setup_service.id})]
        invoice = self.bill(self.order)
        self.assertEqual(invoice.amount_untaxed, 250.0)
        self.assertFalse(invoice.invoice_line_ids.deferred_start_date)
        self.assertBillsNothing(self.order)
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_untaxed, 80.0)

    def test_product_recurrence_and_unit_of_a_running_line_stay(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        with self.assertRaisesRegex(UserError, "The recurrence of Seat cannot change"):
            self.line.recurrence_id = self.year
        with self.assertRaisesRegex(UserError, "The unit of Seat cannot change"):
            self.line.product_uom_id = dozen
        with self.assertRaises(UserError):
            self.line.product_id = self.support
        self.assertEqual(self.line.product_id, self.seat)
        self.assertFalse(self.line.product_updatable)

    def test_line_with_billed_periods_cannot_be_deleted(self):
        with self.assertRaises(UserError):
            self.order.order_line = [Command.delete(self.line.id)]
        self.assertTrue(self.line.exists())

    def test_locked_contract_refuses_in_one_sentence_and_goes_on_billing(self):
        self.order.action_lock()
        for values in ({"product_uom_qty": 9}, {"price_unit": 1.0}, {"discount": 5.0}):
            with self.assertRaises(UserError) as refusal:
                self.line.write(values)
            self.assertEqual(
                str(refusal.exception),
                f"{self.order.name} is locked. Unlock it before you change Seat.",
            )
        self.assertEqual(self.line.product_uom_qty, 8)
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_untaxed, 80.0)
        self.order.action_unlock()
        self.line.product_uom_qty = 9
        self.assertEqual(self.line.product_uom_qty, 9)

    def test_change_planned_on_a_locked_contract_is_mirrored(self):
        self.order._subscription_change_line(self.line, date(2027, 5, 1), quantity=10)
        self.order.action_lock()
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_untaxed, 100.0)
        self.assertEqual(self.line.product_uom_qty, 10)

    # ------------------------------------------------------------------
    # Cancel
    # ------------------------------------------------------------------

    def test_cancelled_contract_gives_unused_days_back_and_is_never_charged_again(self):
        invoice = self.order.invoice_ids
        self.order._action_cancel()
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(self.order.subscription_state, "closed")
        self.assertEqual(self.order.subscription_end_date, date(2027, 4, 16))
        self.assertEqual(self.order.subscription_mrr, 0)
        self.run_cron()
        self.assertFalse(self.order.subscription_next_invoice_date)
        self.run_cron("2027-05-01")
        credit = self.order.invoice_ids - invoice
        self.assertEqual(credit.reversed_entry_id, invoice)
        self.assertEqual(
            self.get_table(self.order),
            [("2027-04-01", "2027-04-30", 8, 80), ("2027-04-16", "2027-04-30", 8, -40)],
        )

    def test_cancelled_contract_keeps_unused_days_when_its_terms_say_so(self):
        self.template.credit_on_close = "forfeit"
        self.order._action_cancel()
        self.run_cron()
        self.assertEqual(self.get_table(self.order), [("2027-04-01", "2027-04-30", 8, 80)])
        self.assertFalse(self.order.subscription_next_invoice_date)

    def test_cancelled_contract_is_not_charged_for_days_that_were_never_billed(self):
        order = self.create_contract(self.seat, day="2027-04-10")
        self.travel("2027-04-20")
        order._action_cancel()
        self.assertFalse(order.subscription_next_invoice_date)
        self.run_cron()
        self.assertFalse(order.invoice_ids)

    def test_contract_that_has_not_begun_can_be_cancelled(self):
        order = self.create_contract(self.seat, subscription_start_date=date(2027, 6, 1))
        self.assertEqual(order.subscription_state, "upcoming")
        order._action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.subscription_state, "closed")
        self.assertFalse(order.subscription_next_invoice_date)
        self.assertEqual(order.subscription_mrr, 0)
        self.run_cron("2027-06-01")
        self.assertFalse(order.invoice_ids)

    def test_ended_line_is_not_changed_but_replaced(self):
        self.order._subscription_close(date(2027, 4, 20))
        self.travel("2027-04-25")
        self.order._subscription_refresh_state()
        with self.assertRaisesRegex(UserError, "Seat has ended. Add a new line"):
            self.line.product_uom_qty = 9
