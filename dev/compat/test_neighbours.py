"""Contracts next to stock, projects, timesheets, loyalty and margins (`make compat`)."""

from datetime import date

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sale_recurring.tests.common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestNeighbours(SubscriptionCommon):
    """What other addons do at the confirmation happens once, whatever is billed later."""

    def bill_until_summer(self, order):
        """Let the scheduled job run for some months; return the invoices."""
        for day in ("2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"):
            self.run_cron(day)
        return order.invoice_ids

    # Stock

    def test_a_recurring_box_is_delivered_once_and_billed_each_month(self):
        box = self._create_product("Coffee box", 30.0, type="consu", is_storable=True)
        order = self.create_contract(self.line_values(box, 2))
        self.run_cron()
        picking = order.picking_ids
        self.assertEqual(picking.move_ids.mapped("product_uom_qty"), [2.0])
        self.bill_until_summer(order)
        self.assertEqual(order.picking_ids, picking)
        self.assertEqual(picking.move_ids.mapped("product_uom_qty"), [2.0])
        self.assertEqual(order.invoice_ids.mapped("amount_untaxed"), [60.0] * 5)

    def test_more_boxes_are_delivered_once_and_less_leaves_deliveries_alone(self):
        box = self._create_product("Coffee box", 30.0, type="consu", is_storable=True)
        order = self.create_contract(self.line_values(box, 8))
        self.run_cron()
        self.travel("2027-02-10")
        order.order_line.product_uom_qty = 11
        self.run_cron()
        demand = sum(order.picking_ids.move_ids.mapped("product_uom_qty"))
        self.assertEqual(demand, 11.0)
        self.travel("2027-02-12")
        order._subscription_pause(date(2027, 2, 12), date(2027, 2, 20))
        self.run_cron("2027-02-20")
        self.bill_until_summer(order)
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_uom_qty")), 11.0)
        self.assertLedgerWhole(order)
        self.assertBillsNothing(order)

    def test_a_one_off_machine_is_delivered_and_billed_once(self):
        machine = self._create_product(
            "Machine", 400.0, type="consu", is_storable=True, is_recurring=False
        )
        order = self.create_contract(self.seat, machine)
        self.assertEqual(order.amount_untaxed, 410.0)
        invoices = self.bill_until_summer(order)
        self.assertEqual(sum(invoices.mapped("amount_untaxed")), 450.0)
        self.assertEqual(len(order.picking_ids), 1)

    def test_an_amendment_delivers_what_it_adds_once(self):
        box = self._create_product("Coffee box", 30.0, type="consu", is_storable=True)
        cup = self._create_product("Cup", 5.0, type="consu", is_storable=True, is_recurring=False)
        care = self._create_product("Care", 50.0, service_tracking="task_in_project")
        order = self.create_contract(self.line_values(box, 5))
        self.run_cron()
        self.travel("2027-02-10")
        amendment = order._create_amendment()
        amendment.order_line.product_uom_qty = 8
        amendment.order_line = [
            Command.create({"product_id": cup.id, "product_uom_qty": 2}),
            Command.create({"product_id": care.id}),
        ]
        amendment.action_confirm()
        self.run_cron()
        moves = order.picking_ids.move_ids
        boxes = moves.filtered(lambda move: move.product_id == box)
        self.assertEqual(sum(boxes.mapped("product_uom_qty")), 8)
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 10)
        self.assertEqual(len(order.tasks_ids), 1)
        self.assertFalse(amendment.picking_ids)
        self.assertFalse(amendment.tasks_ids)
        self.bill_until_summer(order)
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_uom_qty")), 10)
        self.assertLedgerWhole(order)

    # Projects and timesheets

    def test_a_contract_makes_its_task_once(self):
        care = self._create_product("Care", 50.0, service_tracking="task_in_project")
        order = self.create_contract(care)
        self.bill_until_summer(order)
        self.assertEqual(len(order.tasks_ids), 1)
        self.assertEqual(len(order.project_ids), 1)
        order.order_line.product_uom_qty = 3
        self.run_cron()
        self.assertEqual(len(order.tasks_ids), 1)

    def test_hours_of_a_month_are_billed_when_it_is_over(self):
        hours = self._create_product(
            "Support hours",
            80.0,
            invoice_policy="delivery",
            service_type="timesheet",
            service_tracking="task_in_project",
            uom_id=self.env.ref("uom.product_uom_hour").id,
        )
        order = self.create_contract(self.line_values(hours, 10), day="2027-02-01")
        employee = self.env["hr.employee"].create({"name": "Ben"})
        self.run_cron()
        self.assertFalse(order.invoice_ids)
        for day, worked in (("2027-02-10", 5), ("2027-03-05", 3)):
            self.env["account.analytic.line"].create(
                {
                    "name": "Work",
                    "date": fields.Date.to_date(day),
                    "unit_amount": worked,
                    "task_id": order.tasks_ids.id,
                    "project_id": order.tasks_ids.project_id.id,
                    "employee_id": employee.id,
                }
            )
            month_end = "2027-03-01" if day < "2027-03" else "2027-04-01"
            self.run_cron(month_end)
        self.assertEqual(
            self.get_table(order),
            [("2027-02-01", "2027-02-28", 5, 400), ("2027-03-01", "2027-03-31", 3, 240)],
        )

    # Loyalty and margins

    def test_a_coupon_discounts_the_first_invoice_only(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "10 off",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "rule_ids": [Command.create({"minimum_qty": 1})],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 3,
                            "discount_mode": "per_order",
                            "discount_applicability": "order",
                        }
                    )
                ],
            }
        )
        order = self.create_order(self.line_values(self.seat, 2))
        order._update_programs_and_rewards()
        order._apply_program_reward(
            program.reward_ids, program.coupon_ids or order.coupon_point_ids.coupon_id
        )
        self.assertTrue(order.order_line.filtered("is_reward_line"))
        due_now = order.amount_total
        order.action_confirm()
        self.run_cron()
        self.assertEqual(order.invoice_ids.amount_total, due_now)
        self.bill_until_summer(order)
        self.assertEqual(sorted(order.invoice_ids.mapped("amount_untaxed"))[1:], [20.0] * 4)

    def create_promotion(self, **reward):
        """Create a promotion that every order gets by itself."""
        return self.env["loyalty.program"].create(
            {
                "name": "Promotion",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "rule_ids": [Command.create({"minimum_qty": 1, "product_ids": self.seat.ids})],
                "reward_ids": [Command.create(reward)],
            }
        )

    def create_rewarded_order(self, program):
        order = self.create_order(self.line_values(self.seat, 2))
        order._update_programs_and_rewards()
        order._apply_program_reward(
            program.reward_ids, program.coupon_ids or order.coupon_point_ids.coupon_id
        )
        self.assertTrue(order.order_line.filtered("is_reward_line"))
        return order

    def test_a_percentage_reward_is_billed_once(self):
        program = self.create_promotion(
            reward_type="discount",
            discount=10,
            discount_mode="percent",
            discount_applicability="order",
        )
        order = self.create_rewarded_order(program)
        due_now = order.amount_total
        self.assertEqual(order.order_line.filtered("is_reward_line").price_subtotal, -2.0)
        order.action_confirm()
        self.run_cron()
        self.assertEqual(order.invoice_ids.amount_total, due_now)
        self.assertEqual(order.invoice_ids.amount_untaxed, 18.0)
        self.travel("2027-02-28")
        order.order_line.filtered("recurrence_id").product_uom_qty = 3
        order._update_programs_and_rewards()
        self.bill_until_summer(order)
        later = order.invoice_ids.sorted("id")[1:]
        self.assertEqual(later.mapped("amount_untaxed"), [30.0] * 4)
        rewards = order.order_line.filtered("is_reward_line")
        self.assertEqual(len(rewards.invoice_lines), 1)

    def test_a_free_recurring_product_stays_free(self):
        program = self.create_promotion(
            reward_type="product",
            reward_product_id=self.hosting.id,
            reward_product_qty=1,
        )
        order = self.create_rewarded_order(program)
        self.assertEqual(order.amount_untaxed, 20.0)
        order.action_confirm()
        self.run_cron()
        self.bill_until_summer(order)
        self.assertEqual(order.invoice_ids.mapped("amount_untaxed"), [20.0] * 5)
        order.order_line.filtered("is_reward_line").product_uom_qty = 2
        self.run_cron("2027-06-30")
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 120.0)

    def test_margins_of_a_contract_are_those_of_its_lines(self):
        self.seat.standard_price = 4.0
        order = self.create_contract(self.line_values(self.seat, 2))
        self.assertEqual(order.order_line.margin, 12.0)
        self.bill_until_summer(order)
        self.assertEqual(order.order_line.margin, 12.0)
        order.order_line.product_uom_qty = 3
        self.assertEqual(order.order_line.margin, 18.0)
