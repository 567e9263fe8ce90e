from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestRun(SubscriptionCommon):
    """The scheduled job: what it picks, what it makes of it, what it costs."""

    # ------------------------------------------------------------------
    # What is picked
    # ------------------------------------------------------------------

    def test_future_contract_waits_and_starts_on_its_day(self):
        order = self.create_contract(
            self.seat, day="2027-04-10", subscription_start_date=date(2027, 5, 1)
        )
        self.assertEqual(order.subscription_state, "upcoming")
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 1))
        self.run_cron("2027-04-30")
        self.assertEqual(order.subscription_state, "upcoming")
        self.assertFalse(order.invoice_ids)
        self.run_cron("2027-05-01")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(self.get_table(order), [("2027-05-01", "2027-05-31", 1, 10)])
        self.assertEqual(order.invoice_ids.invoice_date, date(2027, 5, 1))

    def test_start_in_the_past_is_caught_up_on_the_first_invoice(self):
        order = self.create_contract(
            self.seat, day="2027-04-10", subscription_start_date=date(2027, 2, 1)
        )
        self.run_cron()
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual(order.invoice_ids.amount_untaxed, 30.0)
        self.assertEqual(order.amount_untaxed, 30.0)
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 1))

    def test_fixed_term_is_closed_on_its_last_day(self):
        template = self._create_template("Fixed", term_count=2, end_action="end")
        order = self.create_contract(self.seat, day="2027-04-10", template=template)
        self.assertEqual(order.subscription_last_date, date(2027, 6, 9))
        self.run_cron()
        self.run_cron("2027-05-10")
        self.run_cron("2027-06-09")
        self.assertEqual(order.subscription_state, "active")
        self.run_cron("2027-06-10")
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(len(order.invoice_ids), 2)

    def test_contract_closed_in_arrears_gets_its_last_invoice(self):
        template = self._create_template("Arrears", timing="arrears")
        order = self.create_contract(self.seat, day="2027-04-01", template=template)
        order._subscription_close(date(2027, 4, 16))
        self.run_cron("2027-04-15")
        self.assertFalse(order.invoice_ids)
        self.run_cron("2027-04-20")
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(self.get_table(order), [("2027-04-01", "2027-04-15", 1, 5)])
        self.run_cron("2027-05-01")
        self.assertEqual(len(order.invoice_ids), 1)

    def test_quotations_and_plain_orders_are_left_alone(self):
        quotation = self.create_order(self.seat)
        plain = self.create_contract(self.setup_service, day="2027-04-01")
        self.assertFalse(plain.is_subscription)
        self.run_cron("2027-05-01")
        self.assertFalse((quotation | plain).invoice_ids)
        self.assertEqual(plain.subscription_state, "draft")

    def test_every_contract_is_reached_in_small_batches(self):
        self.company.subscription_batch_size = 2
        self.travel("2027-04-01")
        orders = self.env["sale.order"].union(
            *(self.create_contract(self.seat) for _number in range(5))
        )
        self.run_cron()
        self.assertEqual(orders.mapped("invoice_count"), [1] * 5)
        self.run_cron()
        self.assertEqual(orders.mapped("invoice_count"), [1] * 5)

    def test_confirmation_wakes_the_job_and_bills_nothing_itself(self):
        self.travel("2027-04-01")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        order = self.create_contract(self.seat)
        self.assertFalse(order.invoice_ids)
        self.assertFalse(order.subscription_billed_period_ids)
        woken = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]) - triggers
        self.assertTrue(woken)

    def test_each_billing_day_of_the_month_is_kept(self):
        template = self._create_template("On a day", alignment="day")
        order = self.create_order(self.seat, template=template)
        order.subscription_start_date = date(2027, 2, 10)
        for day in range(1, 32):
            template.billing_day = day
            [due] = order._get_due_items()[order]
            month = 2 if 10 < day <= 28 else 3
            end = date(2027, 2, 28) if day > 28 else date(2027, month, day)
            with self.subTest(billing_day=day):
                self.assertEqual(due.item.span.start, date(2027, 2, 10))
                self.assertEqual(due.item.span.end, end)

    # ------------------------------------------------------------------
    # What is made of it
    # ------------------------------------------------------------------

    def test_drafts_wait_for_a_person(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_contract(self.seat, day="2027-04-01", template=template)
        self.run_cron()
        self.assertEqual(order.invoice_ids.state, "draft")
        self.run_cron("2027-05-01")
        self.assertEqual(order.invoice_ids.mapped("state"), ["draft", "draft"])
        order.invoice_ids.action_post()
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_posted_invoices_are_not_sent(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        self.run_cron()
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertFalse(order.invoice_ids.sending_data)

    def test_sending_is_left_to_the_sending_of_odoo(self):
        template = self._create_template("Sent", invoice_mode="send")
        sender = self.env.ref("account.ir_cron_account_move_send")
        order = self.create_contract(self.seat, day="2027-04-01", template=template)
        mails = self.env["mail.mail"].search_count([])
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", sender.id)])
        self.run_cron()
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertTrue(invoice.sending_data)
        self.assertFalse(invoice.is_move_sent)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        woken = self.env["ir.cron.trigger"].search_count([("cron_id", "=", sender.id)])
        self.assertEqual(woken, triggers + 1)
        with self.enter_registry_test_mode():
            sender.method_direct_trigger()
        self.assertTrue(invoice.is_move_sent)
        self.assertFalse(invoice.sending_data)
        message = invoice.message_ids.filtered(lambda note: self.partner in note.partner_ids)
        self.assertEqual(len(message), 1)

    def test_one_off_lines_added_to_a_future_contract_wait_for_its_first_day(self):
        order = self.create_contract(
            self.seat,
            self.setup_service,
            day="2027-04-10",
            subscription_start_date=date(2027, 5, 1),
        )
        self.run_cron()
        self.assertFalse(order.invoice_ids)
        self.run_cron("2027-05-01")
        self.assertEqual(order.invoice_ids.amount_untaxed, 260.0)
        self.run_cron("2027-06-01")
        self.assertEqual(sorted(order.invoice_ids.mapped("amount_untaxed")), [10.0, 260.0])

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def test_invoice_of_one_off_lines_alone_follows_the_template_too(self):
        for mode, state in (("draft", "draft"), ("post", "posted"), ("send", "posted")):
            with self.subTest(mode=mode):
                template = self._create_template(mode, invoice_mode=mode)
                order = self.create_contract(self.seat, template=template)
                self.bill(order)
                order.order_line = [Command.create({"product_id": self.setup_service.id})]
                invoice = self.bill(order)
                self.assertEqual(invoice.subscription_order_ids, order)
                self.assertEqual(invoice.state, state)
                self.assertEqual(bool(invoice.sending_data), mode == "send")

    def test_goods_that_are_delivered_between_two_periods_do_not_wait(self):
        router = self._create_product("Router", 80.0, is_recurring=False, invoice_policy="delivery")
        yearly = self.line_values(self.seat, 1, recurrence_id=self.year.id)
        order = self.create_contract(yearly, self.line_values(router, 2), require_payment=False)
        closed = self.create_contract(self.seat, router, require_payment=False)
        closed._subscription_close(date(2027, 2, 5))
        self.run_cron("2027-02-05")
        self.assertFalse(closed.subscription_next_invoice_date)
        (order.order_line[1] + closed.order_line[1]).qty_delivered = 1
        self.run_cron("2027-02-06")
        for contract in (order, closed):
            self.assertEqual(contract.invoice_ids.sorted("id")[-1].amount_untaxed, 80.0)
        count = len((order + closed).invoice_ids)
        self.run_cron("2027-02-07")
        self.assertEqual(len((order + closed).invoice_ids), count)
        self.assertEqual(order.subscription_next_invoice_date, date(2028, 1, 31))

    def test_button_bills_now_and_says_when_nothing_is_due(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        action = order.action_subscription_bill()
        self.assertEqual(action["res_id"], order.invoice_ids.id)
        with self.assertRaisesRegex(UserError, "The next invoice falls on 05/01/2027"):
            order.action_subscription_bill()
        order._subscription_close(date(2027, 5, 1))
        with self.assertRaisesRegex(UserError, "nothing more is planned"):
            order.action_subscription_bill()

    # ------------------------------------------------------------------
    # What it costs
    # ------------------------------------------------------------------

    def create_many(self, count):
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "subscription_template_id": self.template.id,
                    "order_line": [
                        Command.create({"product_id": self.seat.id, "product_uom_qty": 2}),
                        Command.create({"product_id": self.support.id}),
                    ],
                }
                for _number in range(count)
            ]
        )
        orders.action_confirm()
        return orders

    def test_queries_grow_slower_than_the_contracts(self):
        self.travel("2027-04-01")
        self.create_many(1)
        self.run_cron()
        idle = self.count_queries(self.run_cron)
        one = self.create_many(1)
        single = self.count_queries(self.run_cron)
        many = self.create_many(50)
        batch = self.count_queries(self.run_cron)
        self.assertEqual((one | many).mapped("invoice_count"), [1] * 51)
        self.assertLess(batch, 50 * single / 2)
        self.assertLessEqual((batch - single) / 49, 10, f"{single} for 1, {batch} for 50")
        self.assertLessEqual(
            self.count_queries(self.run_cron), idle + 5, "contracts that are not due cost nothing"
        )
