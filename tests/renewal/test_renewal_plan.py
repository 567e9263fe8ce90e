from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_operator import EndingCase


@tagged("post_install", "-at_install")
class TestRenewalPlan(EndingCase):
    """What is limited in time or planned goes on in the next term, each on its day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quoted = cls._create_template("Quoted", term_count=3, end_action="quote")
        cls.listed = cls._create_template(
            "Renews at list prices", term_count=3, end_action="renew", renewal_price="list"
        )

    def create_contract_with(self, template=None, **values):
        line = self.line_values(self.seat, 2, **values)
        return self.create_own_contract(
            line, day="2027-01-31", template=template or self.quoted
        ).sudo()

    def get_segments(self, order):
        """Return (first day, quantity, price, discount) of the steps of the only line."""
        return [
            (step.start_date.isoformat(), step.quantity, step.price_unit, step.discount)
            for step in order.order_line.segment_ids.sorted("start_date")
        ]

    def get_amounts(self, order):
        return [row[3] for row in self.get_table(order)]

    def run_months(self, *days):
        for day in days:
            self.run_cron(day)

    # ------------------------------------------------------------------
    # Renewal quotation
    # ------------------------------------------------------------------

    def test_an_intro_discount_that_outlasts_the_term_runs_out_in_the_renewal(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=5)
        renewal = order._create_renewal_quotation()
        line = renewal.order_line
        self.assertEqual((line.discount, line.intro_discount, line.intro_period_count), (50, 0, 0))
        self.assertEqual(renewal.amount_untaxed, 10.0)
        self.assertIn("from 06/30/2027 on: Discount: 50 % → 0 %", line._get_portal_texts()[1])
        self.assertIn("06/30/2027", renewal.subscription_agreement_text)
        self.assertEqual(
            [(row["label"], row["untaxed"]) for row in renewal._get_totals_rows()],
            [("Then, per month", 10.0), ("After planned changes, per month", 20.0)],
        )
        renewal.action_confirm()
        self.assertEqual(
            self.get_segments(renewal), [("2027-04-30", 2, 10, 50), ("2027-06-30", 2, 10, 0)]
        )
        self.run_months("2027-04-30", "2027-05-31", "2027-06-30")
        self.assertEqual(self.get_amounts(renewal), [10, 10, 20])
        self.assertBillsNothing(order | renewal)
        self.assertNothingFound(order | renewal)

    def test_a_discount_typed_beyond_the_end_of_the_term_runs_out_in_the_renewal(self):
        order = self.create_contract_with(discount=5.0)
        self.travel("2027-03-10")
        order._subscription_change_line(
            order.order_line, date(2027, 3, 31), discount=20.0, until=date(2027, 5, 15)
        )
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual(
            self.get_segments(renewal), [("2027-04-30", 2, 10, 20), ("2027-05-15", 2, 10, 5)]
        )

    def test_a_limited_discount_of_an_open_contract_runs_out_in_the_renewal(self):
        order = self.create_contract_with(self.template, intro_discount=50.0, intro_period_count=3)
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual(
            self.get_segments(renewal), [("2027-02-28", 2, 10, 50), ("2027-04-30", 2, 10, 0)]
        )

    def test_a_ramp_goes_on_in_the_renewal(self):
        ramp = [
            Command.create({"period": 2, "quantity": 4, "price_unit": 10, "discount": 0}),
            Command.create({"period": 4, "quantity": 6, "price_unit": 9, "discount": 0}),
            Command.create({"period": 6, "quantity": 8, "price_unit": 8, "discount": 0}),
        ]
        order = self.create_contract_with(ramp_step_ids=ramp)
        self.assertEqual([step[1] for step in self.get_segments(order)], [2, 4])
        renewal = order._create_renewal_quotation()
        self.assertEqual(renewal.order_line.product_uom_qty, 6)
        self.assertFalse(renewal.order_line.ramp_step_ids)
        renewal.action_confirm()
        self.assertEqual(
            self.get_segments(renewal), [("2027-04-30", 6, 9, 0), ("2027-06-30", 8, 8, 0)]
        )

    def test_what_was_planned_for_a_third_term_waits_for_it(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=8)
        second = order._create_renewal_quotation()
        second.action_confirm()
        third = second._create_renewal_quotation()
        third.action_confirm()
        self.assertEqual(
            self.get_segments(third), [("2027-07-31", 2, 10, 50), ("2027-09-30", 2, 10, 0)]
        )

    def test_a_trial_that_is_not_over_stays_free_in_the_renewal(self):
        template = self._create_template(
            "Trial", term_count=1, end_action="quote", trial_count=45, trial_unit="day"
        )
        order = self.create_contract_with(template)
        self.assertEqual(order.subscription_end_date, date(2027, 2, 28))
        renewal = order._create_renewal_quotation()
        self.assertEqual((renewal.order_line.discount, renewal.amount_untaxed), (0, 0))
        self.assertIn("the free trial is over", " ".join(renewal.order_line._get_portal_texts()))
        renewal.action_confirm()
        self.assertEqual(renewal.order_line.segment_ids[0].discount_kind, "trial")
        self.assertEqual(self.get_segments(renewal)[0], ("2027-02-28", 2, 10, 100))

    def test_a_quantity_typed_later_holds_after_the_discount_too(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=5)
        self.travel("2027-02-28")
        order.order_line.product_uom_qty = 7
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual([step[1] for step in self.get_segments(renewal)], [7, 7])

    def test_an_amendment_reaches_what_is_planned_after_the_term(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=5)
        self.travel("2027-02-28")
        amendment = order._create_amendment()
        amendment.order_line.product_uom_qty = 7
        amendment.action_confirm()
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual([step[1] for step in self.get_segments(renewal)], [7, 7])

    def test_a_campaign_reaches_what_is_planned_after_the_term(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=5)
        campaign = self.env["subscription.price.campaign"].create(
            {
                "name": "Rise",
                "contract_domain": str([("id", "=", order.id)]),
                "percentage": 10.0,
                "effective_date": date(2027, 3, 31),
                "start": "date",
                "notice_days": 0,
            }
        )
        campaign.action_preview()
        campaign.action_apply_batch(order.ids)
        self.assertEqual(self.get_segments(order)[-1], ("2027-03-31", 2, 11, 50))
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual([step[2] for step in self.get_segments(renewal)], [11, 11])

    def test_what_is_quoted_holds_until_the_planned_day(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=5)
        renewal = order._create_renewal_quotation()
        renewal.order_line.write({"discount": 30.0, "product_uom_qty": 3})
        renewal.action_confirm()
        self.assertEqual(
            self.get_segments(renewal), [("2027-04-30", 3, 10, 30), ("2027-06-30", 3, 10, 0)]
        )

    def test_another_quantity_on_the_quotation_keeps_price_and_discount(self):
        order = self.create_contract_with(discount=12.5, price_unit=8.0)
        self.seat.list_price = 99.0
        renewal = order._create_renewal_quotation()
        renewal.order_line.product_uom_qty = 9
        line = renewal.order_line
        self.assertEqual((line.price_unit, line.discount), (8.0, 12.5))

    def test_a_renewal_that_is_a_quotation_again_is_offered_as_before(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=5)
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        renewal._action_cancel()
        renewal.action_draft()
        self.assertEqual(renewal.order_line.discount, 50.0)
        renewal.action_confirm()
        self.assertEqual([step[3] for step in self.get_segments(renewal)], [50, 0])

    def test_a_period_that_is_billed_as_a_whole_is_not_billed_again(self):
        template = self._create_template(
            "Whole quarters",
            convention="none",
            recurrence_id=self.quarter.id,
            term_count=4,
            end_action="quote",
        )
        order = self.create_contract_with(template, recurrence_id=self.quarter.id)
        self.run_months("2027-04-30")
        renewal = order._create_renewal_quotation()
        self.assertEqual(renewal.subscription_start_date, date(2027, 5, 31))
        self.assertEqual(renewal.amount_untaxed, 0.0)
        self.assertIn("billed from 07/31/2027", " ".join(renewal.order_line._get_portal_texts()))
        renewal.action_confirm()
        self.run_months("2027-05-31", "2027-07-31")
        spans = [row[:2] for row in self.get_table(order) + self.get_table(renewal)]
        self.assertEqual(
            spans,
            [
                ("2027-01-31", "2027-04-29"),
                ("2027-04-30", "2027-07-30"),
                ("2027-07-31", "2027-10-30"),
            ],
        )
        self.assertNothingFound(order | renewal)

    def test_a_duplicate_begins_with_the_regular_price_and_its_own_intro_discount(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=5)
        self.assertEqual(order.order_line.discount, 50.0)
        line = order.copy().order_line
        self.assertEqual((line.discount, line.intro_discount), (0, 50))
        self.run_cron("2027-02-28")
        order._subscription_change_line(
            order.order_line, date(2027, 2, 28), price_unit=6.0, until=date(2027, 3, 31)
        )
        line = order.copy().order_line
        self.assertEqual((line.price_unit, line.discount), (10, 0))

    # ------------------------------------------------------------------
    # List prices
    # ------------------------------------------------------------------

    def create_with_limited_price(self, template):
        order = self.create_contract_with(template)
        self.travel("2027-03-10")
        order._subscription_change_line(
            order.order_line, date(2027, 3, 31), price_unit=8.0, until=date(2027, 5, 31)
        )
        self.seat.list_price = 20.0
        return order

    def create_quoted_at_list_prices(self):
        return self._create_template(
            "Quoted at list prices", term_count=3, end_action="quote", renewal_price="list"
        )

    def test_a_limited_price_runs_out_before_the_list_price(self):
        order = self.create_with_limited_price(self.listed)
        self.run_cron("2027-04-30")
        self.assertEqual(
            self.get_segments(order)[1:], [("2027-03-31", 2, 8, 0), ("2027-05-31", 2, 20, 0)]
        )

    def test_a_limited_price_is_offered_before_the_list_price(self):
        order = self.create_with_limited_price(self.create_quoted_at_list_prices())
        renewal = order._create_renewal_quotation()
        self.assertEqual(renewal.order_line.price_unit, 8.0)
        renewal.action_confirm()
        self.assertEqual(
            self.get_segments(renewal), [("2027-04-30", 2, 8, 0), ("2027-05-31", 2, 20, 0)]
        )

    def test_a_limited_discount_stays_limited_at_list_prices(self):
        order = self.create_contract_with(self.listed, intro_discount=50.0, intro_period_count=5)
        self.seat.list_price = 20.0
        self.run_cron("2027-04-30")
        self.assertEqual(
            self.get_segments(order)[-2:], [("2027-04-30", 2, 20, 50), ("2027-06-30", 2, 20, 0)]
        )

    def test_a_limited_discount_is_offered_on_the_list_price(self):
        order = self.create_contract_with(
            self.create_quoted_at_list_prices(), intro_discount=50.0, intro_period_count=5
        )
        self.seat.list_price = 20.0
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual(
            self.get_segments(renewal), [("2027-04-30", 2, 20, 50), ("2027-06-30", 2, 20, 0)]
        )

    def test_a_price_that_was_planned_for_later_outlasts_the_list_price(self):
        order = self.create_contract_with(self.listed)
        order._subscription_change_line(order.order_line, date(2027, 6, 30), price_unit=15.0)
        self.seat.list_price = 12.0
        self.run_cron("2027-04-30")
        self.assertEqual([step[2] for step in self.get_segments(order)], [10, 12, 15])
        self.assertIn("10.00", "".join(order.message_ids.mapped("body")))

    def test_bill_now_renews_first_like_the_run(self):
        order = self.create_contract_with(self.listed)
        for day in ("2027-02-28", "2027-03-31"):
            self.bill(order, day)
        self.seat.list_price = 20.0
        self.travel("2027-04-30")
        self.assertEqual(order.subscription_amount_next, 48.0)
        preview = order._get_billing_preview(date(2027, 4, 30))
        self.assertEqual(preview["total"], 48.0)
        clerk = order.with_user(self.clerk)
        clerk.action_subscription_bill()
        self.assertEqual(self.get_amounts(order)[-1], 40.0)
        self.assertEqual(order.subscription_term_end_date, date(2027, 7, 31))
        self.assertEqual(order.order_line.price_unit, 20.0)
        self.run_cron()
        self.assertBillsNothing(order)
        self.assertNothingFound(order)

    def test_the_next_invoice_is_shown_at_the_list_price_before_its_day(self):
        order = self.create_contract_with(self.listed)
        self.run_months("2027-02-28", "2027-03-31")
        self.seat.list_price = 20.0
        self.travel("2027-04-10")
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 4, 30))
        self.assertEqual(order.subscription_amount_next, 48.0)
        months = order._get_simulation(months=4)["months"]
        self.assertEqual([month["charged"] for month in months], [40, 40, 40, 40])

    def test_a_salesperson_sees_what_a_renewal_plans(self):
        order = self.create_contract_with(intro_discount=50.0, intro_period_count=5)
        seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )
        renewal = order._create_renewal_quotation()
        renewal.user_id = seller
        self.assertIn("06/30/2027", renewal.with_user(seller).subscription_agreement_text)
