from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ... import const
from ..support.common_combo import ComboCase


@tagged("post_install", "-at_install")
class TestContractLines(ComboCase):
    """Lines that are sold once, and lines that come to an order after its confirmation."""

    def add_line(self, order, product, **values):
        lines = order.order_line
        order.order_line = [Command.create({"product_id": product.id, **values})]
        return order.order_line - lines

    # ------------------------------------------------------------------
    # Sold once
    # ------------------------------------------------------------------

    def create_mixed(self):
        """Return a quotation over seats for every month and support that is sold once."""
        order = self.create_order(self.seat, self.support)
        order.order_line[1].recurrence_id = False
        return order

    def test_recurring_product_sold_once_stays_so_under_other_terms(self):
        order = self.create_mixed()
        order.subscription_template_id = self._create_template(
            "Yearly", recurrence_id=self.year.id, recurrence_ids=[Command.set(self.year.ids)]
        )
        self.assertEqual(order.order_line[0].recurrence_id, self.year)
        self.assertFalse(order.order_line[1].recurrence_id)

    def test_recurring_product_sold_once_is_billed_once(self):
        order = self.create_mixed()
        order.action_confirm()
        once = order.order_line[1]
        self.assertFalse(once.recurrence_id)
        self.assertFalse(once.segment_ids)
        day = order.subscription_start_date
        self.assertEqual(self.bill(order).amount_untaxed, 43.33)
        order.subscription_template_id = self._create_template("Other terms")
        self.assertEqual(self.bill(order, day.replace(month=day.month + 2)).amount_untaxed, 20.0)
        self.assertFalse(once.recurrence_id)
        self.assertEqual(once.qty_invoiced, 1)

    def test_what_was_sold_once_does_not_become_recurring_later(self):
        order = self.create_mixed()
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "Support is sold once on S"):
            order.order_line[1].recurrence_id = self.month

    def test_line_takes_the_recurrence_of_another_product(self):
        order = self.create_order(self.setup_service)
        line = order.order_line
        self.assertFalse(line.recurrence_id)
        line.product_id = self.seat
        self.assertEqual(line.recurrence_id, self.month)
        line.product_id = self.setup_service
        self.assertFalse(line.recurrence_id)

    # ------------------------------------------------------------------
    # Added later
    # ------------------------------------------------------------------

    def test_line_added_before_the_start_begins_with_the_contract(self):
        order = self.create_contract(
            self.seat, day="2027-04-01", subscription_start_date=date(2027, 6, 1)
        )
        self.travel("2027-04-10")
        line = self.add_line(order, self.support)
        self.assertEqual(line.segment_ids.start_date, date(2027, 6, 1))
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 6, 1))
        self.assertEqual(self.bill(order, "2027-06-01").amount_untaxed, 43.33)

    def test_recurring_line_turns_a_plain_order_into_a_contract(self):
        order = self.create_contract(self.setup_service, day="2027-04-01")
        self.assertFalse(order.is_subscription)
        order._create_invoices().action_post()
        self.travel("2027-04-10")
        self.add_line(order, self.seat)
        self.assertTrue(order.is_subscription)
        self.assertEqual(order.subscription_state, "active")
        self.run_cron()
        self.assertEqual(self.get_table(order), [("2027-04-10", "2027-05-09", 1, 10)])
        self.run_cron("2027-05-10")
        self.assertEqual(sorted(order.invoice_ids.mapped("amount_untaxed")), [10, 10, 250])

    def test_line_added_to_a_paused_contract_waits_for_the_end_of_the_pause(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        self.bill(order)
        order._subscription_pause(date(2027, 5, 1), date(2027, 5, 21))
        self.travel("2027-05-10")
        order._subscription_refresh_state()
        self.assertEqual(order.subscription_state, "paused")
        self.add_line(order, self.support, product_uom_qty=3)
        self.assertBillsNothing(order)
        self.bill(order, "2027-05-21")
        self.assertEqual(
            sorted(self.get_table(order)[1:]),
            [("2027-05-21", "2027-05-31", 1, 3.55), ("2027-05-21", "2027-05-31", 3, 35.48)],
        )

    def test_recurring_line_is_refused_by_a_contract_that_has_ended(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        self.bill(order)
        order._subscription_close(date(2027, 4, 1))
        self.assertEqual(order.subscription_state, "closed")
        with self.assertRaisesRegex(UserError, "has ended, so Support would never be billed"):
            self.add_line(order, self.support)
        self.add_line(order, self.setup_service)

    def test_added_line_wakes_the_job(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        self.bill(order)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.add_line(order, self.support)
        woken = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]) - triggers
        self.assertTrue(woken)

    # ------------------------------------------------------------------
    # Start date
    # ------------------------------------------------------------------

    def test_start_of_a_contract_does_not_move(self):
        order = self.create_contract(
            self.seat, day="2027-04-01", subscription_start_date=date(2027, 5, 1)
        )
        with self.assertRaisesRegex(UserError, "The start date of S.* cannot change after"):
            order.subscription_start_date = date(2027, 6, 1)
        order.write({"subscription_start_date": "2027-05-01"})
        order._action_cancel()
        order.action_draft()
        order.subscription_start_date = date(2027, 6, 1)
        order.action_confirm()
        self.assertEqual(order.order_line.segment_ids.start_date, date(2027, 6, 1))
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 6, 1))

    # ------------------------------------------------------------------
    # Agreed long ago
    # ------------------------------------------------------------------

    def test_contract_whose_days_are_over_is_billed_and_closed(self):
        order = self.create_contract(
            self.seat,
            day="2027-04-10",
            subscription_start_date=date(2027, 1, 1),
            subscription_end_date=date(2027, 3, 1),
        )
        self.assertEqual(order.subscription_state, "closed")
        self.run_cron()
        self.assertEqual(
            self.get_table(order),
            [("2027-01-01", "2027-01-31", 1, 10), ("2027-02-01", "2027-02-28", 1, 10)],
        )
        self.assertBillsNothing(order)

    def test_unit_of_the_order_is_that_of_the_invoice(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.create_contract(
            self.line_values(self.seat, 2.5, product_uom_id=dozen.id), day="2027-04-01"
        )
        line = self.bill(order).invoice_line_ids
        self.assertEqual(line.product_uom_id, dozen)
        self.assertEqual((line.quantity, line.price_unit, line.price_subtotal), (2.5, 120, 300))

    def test_invoicing_policy_of_today_never_reaches_a_running_line(self):
        hours = self._create_product("Hours", 10.0, invoice_policy="delivery")
        order = self.create_contract(hours, self.seat, day="2027-01-01")
        first = order.order_line[0]
        first.qty_delivered = 5
        hours.invoice_policy = "order"
        self.seat.invoice_policy = "delivery"
        self.bill(order)
        self.bill(order, "2027-02-01")
        first.qty_delivered = 8
        self.bill(order, "2027-03-01")
        self.assertEqual(
            self.get_table(order),
            [
                ("2027-01-01", "2027-01-31", 1.0, 10.0),
                ("2027-01-01", "2027-01-31", 5.0, 50.0),
                ("2027-02-01", "2027-02-28", 1.0, 10.0),
                ("2027-02-01", "2027-02-28", 3.0, 30.0),
                ("2027-03-01", "2027-03-31", 1.0, 10.0),
            ],
        )
        self.assertEqual(order.order_line.mapped("recurring_monthly"), [0.0, 10.0])

    def test_a_context_from_outside_passes_no_guard(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        self.bill(order)
        line = order.order_line.with_context(**{const.SYSTEM_KEY: True})
        line.product_uom_qty = 8
        self.assertEqual(order.order_line.segment_ids.mapped("quantity"), [8], "it is a change")
        with self.assertRaises(UserError):
            line.product_id = self.support

    # ------------------------------------------------------------------
    # Combos
    # ------------------------------------------------------------------

    def test_a_combo_stands_above_what_it_consists_of_on_every_invoice(self):
        self.travel("2027-04-01")
        order = self.create_combo(2)
        order.action_confirm()
        combo = order.order_line[0]
        for day in ("2027-04-01", "2027-05-01", "2027-06-01"):
            move = self.bill(order, day)
            self.assertEqual(move.amount_untaxed, 80.0)
            lines = move.invoice_line_ids.sorted("sequence")
            self.assertEqual(
                lines.mapped("display_type"), ["line_section", "product", "product"], day
            )
            self.assertEqual(lines[0].name, "Office x 2")
            self.assertEqual((combo.qty_invoiced, combo.qty_to_invoice), (2, 0))
        self.assertFalse(self.bill(order, "2027-06-02"))
        order.order_line.product_uom_qty = 1
        lines = self.bill(order, "2027-07-01").invoice_line_ids
        headings = lines.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual(set(headings.mapped("name")), {"Office x 1"})
