from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_start import StartCase


@tagged("post_install", "-at_install")
class TestTrial(StartCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.with_trial = cls._create_template("Trial", trial_count=14, trial_unit="day")

    def test_trial_of_the_terms_is_shown_and_nothing_is_due(self):
        order = self.quote(self.line_values(self.seat, 5), template=self.with_trial)
        self.assertEqual((order.subscription_trial_count, order.amount_total), (14, 0.0))
        self.assertEqual(order.subscription_trial_last_date, date(2027, 4, 14))
        self.assertEqual(order.subscription_period_totals[0]["total"], 60.0)
        self.assertIn(("Free trial", "14 days"), order._get_portal_facts())
        self.assertEqual(order.amount_undiscounted, 0.0)
        self.assertIn("free of charge", order._get_due_now_details()[0]["text"])
        order.subscription_start_date = date(2027, 4, 3)
        self.assertIn(("Free trial", "until 04/16/2027"), order._get_portal_facts())

    def test_trial_bills_nothing_and_ends_by_itself(self):
        order = self.confirm(self.quote(self.seat, template=self.with_trial))
        self.assertEqual(order.subscription_anchor_date, date(2027, 4, 15))
        kinds = order.order_line.segment_ids.sorted("start_date").mapped("discount_kind")
        self.assertEqual(kinds, ["trial", "permanent"])
        self.run_cron()
        self.run_cron("2027-04-14")
        self.assertFalse(order.invoice_ids)
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 4, 15))
        self.run_cron("2027-04-15")
        self.assertEqual(order.invoice_ids.amount_total, 12.0)
        self.assertEqual(
            [row for row in self.get_table(order) if row[3]],
            [("2027-04-15", "2027-05-14", 1, 10)],
        )
        self.assertIn("free trial of Seat is over", str(order.message_ids.mapped("body")))
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_line_shows_the_price_and_counts_no_revenue_while_it_is_free(self):
        order = self.confirm(self.quote(self.seat, template=self.with_trial))
        line = order.order_line
        self.assertEqual((line.price_unit, line.discount), (10.0, 0.0))
        self.assertEqual(order.subscription_mrr, 0.0)
        self.run_cron("2027-04-15")
        self.assertEqual(order.subscription_mrr, 10.0)

    def test_changes_during_a_trial_hold_when_it_is_over(self):
        order = self.confirm(self.quote(self.seat, template=self.with_trial))
        self.travel("2027-04-05")
        order.order_line.write({"product_uom_qty": 3, "discount": 50})
        self.assertFalse(self.bill(order))
        self.assertEqual(self.bill(order, "2027-04-15").amount_untaxed, 15.0)

    def test_line_added_during_a_trial_is_free_for_the_rest_of_it(self):
        order = self.confirm(self.quote(self.seat, template=self.with_trial))
        self.travel("2027-04-05")
        order.order_line = [Command.create({"product_id": self.hosting.id})]
        self.assertFalse(self.bill(order))
        self.assertEqual(self.bill(order, "2027-04-15").amount_untaxed, 129.9)
        self.travel("2027-04-20")
        order.order_line = [Command.create({"product_id": self.support.id})]
        self.assertTrue(self.bill(order))

    def test_trial_typed_on_the_quotation_counts(self):
        order = self.quote(self.seat)
        self.assertEqual(order.amount_untaxed, 10.0)
        order.write({"subscription_trial_count": 1, "subscription_trial_unit": "month"})
        self.assertEqual(order.amount_untaxed, 0.0)
        order = self.confirm(order)
        self.assertFalse(self.bill(order))
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 10.0)

    def test_what_is_sold_once_is_due_at_the_beginning_of_a_trial(self):
        order = self.quote(self.seat, self.setup_service, template=self.with_trial)
        self.assertEqual(order.amount_total, 300.0)
        order = self.confirm(order)
        self.assertEqual(self.bill(order).amount_total, 300.0)
        self.assertBillsNothing(order)

    def test_calendar_periods_begin_short_after_a_trial(self):
        template = self._create_template("Cal", alignment="calendar", trial_count=14)
        order = self.confirm(self.quote(self.seat, template=template))
        self.assertFalse(self.bill(order))
        self.assertEqual(self.bill(order, "2027-04-15").amount_untaxed, 5.33)
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 10.0)

    def test_trial_in_arrears_and_without_proration(self):
        for timing, convention in (("arrears", "actual"), ("advance", "none")):
            template = self._create_template(
                "T", timing=timing, convention=convention, trial_count=2, trial_unit="week"
            )
            self.travel("2027-04-01")
            order = self.confirm(self.quote(self.seat, template=template))
            for day in ("2027-04-01", "2027-04-15", "2027-05-15", "2027-06-15"):
                self.bill(order, day)
            whole = [row for row in self.get_table(order) if row[3]]
            self.assertEqual(whole[0], ("2027-04-15", "2027-05-14", 1, 10))
            self.assertBillsNothing(order)

    def test_contract_closed_during_its_trial_owes_nothing(self):
        order = self.confirm(self.quote(self.seat, template=self.with_trial))
        self.bill(order)
        order._subscription_close(date(2027, 4, 10))
        self.assertFalse(self.bill(order, "2027-04-20"))
        self.assertBillsNothing(order)

    def test_end_of_a_trial_cannot_be_revoked(self):
        order = self.confirm(self.quote(self.seat, template=self.with_trial))
        step = order.subscription_planned_ids
        self.assertEqual((step.change_text, step.is_revocable), ("The trial ends", False))
        with self.assertRefused("ends by itself on 04/15/2027"):
            step.action_revoke()

    def test_renewals_and_amendments_have_no_trial(self):
        contract = self.create_contract(self.seat)
        for kind in ("renewal", "amendment"):
            order = self.quote(
                self.seat,
                template=self.with_trial,
                subscription_order_type=kind,
                subscription_parent_id=contract.id,
            )
            self.assertEqual(order.subscription_trial_count, 0)
            self.assertFalse(order._get_trial_end())

    def test_trial_that_was_typed_survives_more_lines(self):
        order = self.quote(self.seat, template=self.with_trial)
        order.subscription_trial_count = 0
        order.order_line = [Command.create({"product_id": self.hosting.id})]
        self.assertEqual(order.subscription_trial_count, 0)
        order.subscription_template_id = self._create_template("Long", trial_count=30)
        self.assertEqual(order.subscription_trial_count, 30)

    def test_plain_orders_have_no_trial(self):
        order = self.quote(self.setup_service, template=self.with_trial)
        self.assertFalse(order.subscription_trial_count)
        self.assertEqual(order.amount_untaxed, 250.0)

    def test_trial_that_asks_for_a_payment_is_accepted_by_signature(self):
        values = {"require_payment": True, "require_signature": False}
        order = self.quote(self.seat, template=self.with_trial, **values)
        self.assertTrue(order._has_to_be_signed())
        self.assertFalse(order._has_to_be_paid())
        order.subscription_trial_count = 0
        self.assertFalse(order._has_to_be_signed())
        self.assertTrue(order._has_to_be_paid())
        self.assertFalse(self.quote(self.setup_service, **values)._has_to_be_signed())

    def test_terms_say_their_trial(self):
        self.assertIn("free trial of 14 days", self.with_trial.summary)


@tagged("post_install", "-at_install")
class TestIntroAndRamp(StartCase):
    def test_intro_discount_is_due_now_and_ends_by_itself(self):
        order = self.quote(self.line_values(self.seat, 5, intro_discount=20, intro_period_count=2))
        self.assertEqual(order.amount_untaxed, 40.0)
        self.assertEqual(order.subscription_period_totals[0]["untaxed"], 50.0)
        self.assertIn("20 % off the first 2 periods", order.order_line._get_portal_texts())
        order = self.confirm(order)
        for day, amount in (("04", 40.0), ("05", 40.0), ("06", 50.0), ("07", 50.0)):
            self.assertEqual(self.bill(order, f"2027-{day}-01").amount_untaxed, amount)
        self.assertEqual(order.order_line.discount, 0.0)

    def test_upgrade_during_an_intro_discount_outlasts_it(self):
        order = self.confirm(
            self.quote(self.line_values(self.seat, 5, intro_discount=20, intro_period_count=2))
        )
        self.bill(order)
        order.order_line.product_uom_qty = 10
        self.assertEqual(self.bill(order).amount_untaxed, 40.0)
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 80.0)
        self.assertEqual(self.bill(order, "2027-06-01").amount_untaxed, 100.0)

    def test_intro_discount_comes_from_the_quotation_template(self):
        template = self.env["sale.order.template"].create(
            {
                "name": "Offer",
                "sale_order_template_line_ids": [
                    Command.create(
                        {
                            "product_id": self.seat.id,
                            "intro_discount": 50,
                            "intro_period_count": 1,
                        }
                    )
                ],
            }
        )
        values = template.sale_order_template_line_ids._prepare_order_line_values()
        order = self.quote(values)
        self.assertEqual(order.amount_untaxed, 5.0)

    def test_half_an_intro_discount_is_refused(self):
        for values in ({"intro_discount": 20}, {"intro_period_count": 2}):
            with self.assertRefused("needs both a percentage and a number of periods"):
                self.quote(self.line_values(self.seat, **values))

    def test_discount_that_was_typed_comes_back_with_the_quotation(self):
        order = self.confirm(
            self.quote(self.line_values(self.seat, intro_discount=20, intro_period_count=2))
        )
        self.assertEqual(order.order_line.discount, 20.0)
        order._action_cancel()
        order.action_draft()
        self.assertEqual(order.order_line.discount, 0.0)
        order.action_confirm()
        self.assertEqual(
            self.get_segments(order.order_line),
            [("2027-04-01", 1, 10, 20), ("2027-06-01", 1, 10, 0)],
        )

    def plan_ramp(self, order):
        order.subscription_ramp_step_ids = [
            Command.create({"line_id": order.order_line.id, "period": 3, "quantity": 10}),
            Command.create({"line_id": order.order_line.id, "period": 2, "price_unit": 9}),
        ]

    def test_ramp_becomes_planned_changes(self):
        order = self.quote(self.line_values(self.seat, 5))
        self.plan_ramp(order)
        self.assertEqual(order.amount_untaxed, 50.0)
        text = order.order_line._get_portal_texts()[1].replace("\xa0", " ")
        self.assertEqual(text, "from period 2 on: 5 at $ 9.00 each")
        self.assertEqual(
            [(row["label"], row["untaxed"]) for row in order._get_totals_rows()],
            [("Then, per month", 50.0), ("After planned changes, per month", 100.0)],
        )
        order = self.confirm(order)
        self.assertEqual(
            self.get_segments(order.order_line),
            [("2027-04-01", 5, 10, 0), ("2027-05-01", 5, 9, 0), ("2027-06-01", 10, 10, 0)],
        )
        self.assertEqual(order.subscription_planned_count, 2)
        for day, amount in (("04", 50.0), ("05", 45.0), ("06", 100.0)):
            self.assertEqual(self.bill(order, f"2027-{day}-01").amount_untaxed, amount)

    def test_what_was_typed_comes_back_with_a_quotation_that_a_ramp_has_changed(self):
        template = self._create_template("Arrears", timing="arrears", trial_count=14)
        order = self.quote(self.line_values(self.seat, 5, discount=10), template=template)
        order.subscription_ramp_step_ids = [
            Command.create(
                {
                    "line_id": order.order_line.id,
                    "period": 2,
                    "quantity": 10,
                    "price_unit": 9,
                    "discount": 0,
                }
            )
        ]
        order = self.confirm(order)
        line, typed = order.order_line, (5, 10, 10)
        for day in ("2027-05-15", "2027-06-20"):
            self.travel(day)
            order._mirror_segments()
            self.assertEqual((line.product_uom_qty, line.price_unit, line.discount), (10, 9, 0))
            order._action_cancel()
            order.action_draft()
            self.assertEqual((line.product_uom_qty, line.price_unit, line.discount), typed)
            order.subscription_start_date = date(2027, 4, 1)
            order.action_confirm()
            self.assertEqual(line.segment_ids.sorted("start_date").mapped("quantity"), [5, 5, 10])

    def test_ramp_of_a_running_contract_is_history(self):
        order = self.quote(self.seat)
        self.plan_ramp(order)
        order = self.confirm(order)
        step = order.subscription_ramp_step_ids[0].with_user(self.seller)
        for operation in (lambda: step.write({"quantity": 3}), step.unlink):
            with self.assertRefused("runs already"):
                operation()
        with self.assertRefused("runs already"):
            step.create({"line_id": order.order_line.id, "period": 4})

    def test_duplicate_keeps_ramp_and_intro_discount(self):
        order = self.quote(self.line_values(self.seat, intro_discount=20, intro_period_count=2))
        self.plan_ramp(order)
        copy = order.copy()
        self.assertEqual(copy.order_line.intro_discount, 20)
        self.assertEqual(sorted(copy.subscription_ramp_step_ids.mapped("period")), [2, 3])
