from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..support.common_operator import EndingCase


@tagged("post_install", "-at_install")
class TestRenewal(EndingCase):
    """A renewal quotation, and how a chain of contracts goes on without gap or overlap."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_template("Quoted", term_count=3, end_action="quote")
        plan = cls.env["account.analytic.plan"].create({"name": "Plan"})
        cls.analytic = cls.env["account.analytic.account"].create(
            {"name": "Project", "plan_id": plan.id}
        )

    def create_quoted(self, *lines, **values):
        values.setdefault("template", self.terms)
        return self.create_own_contract(*lines, day="2027-01-31", **values)

    def prepare(self, day="2027-03-31"):
        """Let the nightly job prepare renewal quotations on a day."""
        self.travel(day)
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_prepare_renewals").method_direct_trigger()

    def test_the_quotation_is_prepared_on_its_day_and_only_once(self):
        order = self.create_quoted(self.seat).sudo()
        self.assertEqual(order.subscription_end_date, date(2027, 4, 30))
        self.assertIn("prepared on 03/31/2027", order.subscription_agreement_text)
        self.prepare("2027-03-30")
        self.assertFalse(order.subscription_renewal_ids)
        self.prepare()
        self.prepare("2027-04-01")
        renewal = order.subscription_renewal_ids
        self.assertEqual(len(renewal), 1)
        self.assertEqual(renewal.state, "draft")
        self.assertEqual(renewal.user_id, self.clerk)
        self.assertEqual(renewal.activity_ids.user_id, self.clerk)
        self.assertEqual(renewal.subscription_start_date, date(2027, 4, 30))
        self.assertEqual(renewal.validity_date, date(2027, 4, 29))
        self.assertIn(renewal.name, order.subscription_agreement_text)

    def test_it_keeps_what_was_agreed_and_leaves_behind_what_was_sold_once(self):
        order = self.create_quoted(
            {"display_type": "line_section", "name": "Software", "product_uom_qty": 0},
            self.line_values(
                self.seat,
                5,
                discount=12.5,
                price_unit=8.0,
                name="Seats for the team",
                analytic_distribution={str(self.analytic.id): 100},
            ),
            {"display_type": "line_note", "name": "Named users", "product_uom_qty": 0},
            {"display_type": "line_section", "name": "Start", "product_uom_qty": 0},
            self.setup_service,
            client_order_ref="PO 7",
        ).sudo()
        order._subscription_change_line(order.order_line[1], date(2027, 2, 10), quantity=7)
        self.seat.list_price = 99.0
        renewal = order._create_renewal_quotation()
        self.assertEqual(
            renewal.order_line.mapped(lambda line: (line.display_type, line.name)),
            [
                ("line_section", "Software"),
                (False, "Seats for the team"),
                ("line_note", "Named users"),
            ],
        )
        line = renewal.order_line[1]
        self.assertEqual((line.product_uom_qty, line.price_unit, line.discount), (7, 8, 12.5))
        self.assertEqual(line.analytic_distribution, {str(self.analytic.id): 100})
        self.assertEqual(line.recurrence_id, self.month)
        self.assertEqual(line.subscription_replaced_line_id, order.order_line[1])
        self.assertEqual(renewal.client_order_ref, "PO 7")
        self.assertEqual(renewal.subscription_template_id, self.terms)
        self.assertEqual(renewal.amount_untaxed, 49.0)

    def test_minimum_commitment_does_not_begin_again(self):
        self.terms.write({"commitment_count": 6, "commitment_unit": "month"})
        order = self.create_quoted(self.seat).sudo()
        self.assertEqual(order.subscription_commitment_last_date, date(2027, 7, 30))
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual(renewal.subscription_commitment_last_date, date(2027, 7, 30))
        again = renewal._create_renewal_quotation()
        again.subscription_commitment_last_date = date(2028, 7, 30)
        again.action_confirm()
        self.assertEqual(again.subscription_commitment_last_date, date(2028, 7, 30))

    def test_list_prices_when_the_terms_say_so(self):
        self.terms.renewal_price = "list"
        order = self.create_quoted(self.line_values(self.seat, discount=10.0)).sudo()
        self.seat.list_price = 20.0
        renewal = order._create_renewal_quotation()
        self.assertEqual(renewal.order_line.price_unit, 20.0)
        self.assertEqual(renewal.order_line.discount, 10.0)

    def test_planned_steps_after_the_end_are_in_the_renewal_and_ended_lines_are_not(self):
        order = self.create_quoted(self.seat, self.support, template=self.template).sudo()
        seat, support = order.order_line
        order._subscription_change_line(seat, date(2027, 6, 1), quantity=9)
        order.subscription_last_date = date(2027, 7, 30)
        order._subscription_change_line(support, date(2027, 3, 1), quantity=0)
        order.subscription_last_date = date(2027, 5, 30)
        renewal = order._create_renewal_quotation()
        self.assertEqual(
            renewal.order_line.mapped(lambda line: (line.product_id, line.product_uom_qty)),
            [(self.seat, 1), (self.support, 0)],
        )

    def test_confirmed_early_it_takes_over_without_gap_or_overlap(self):
        order = self.create_quoted(self.seat).sudo()
        self.prepare()
        renewal = order.subscription_renewal_ids
        renewal.action_confirm()
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(renewal.subscription_state, "upcoming")
        self.assertFalse(order.subscription_has_planned_end)
        self.assertIn(f"{renewal.name} goes on", order.subscription_agreement_text)
        for day in ("2027-03-31", "2027-04-30", "2027-05-31"):
            self.run_cron(day)
        self.assertEqual(order.subscription_state, "renewed")
        self.assertEqual(renewal.subscription_state, "active")
        spans = [row[:2] for row in self.get_table(order) + self.get_table(renewal)]
        self.assertEqual(
            spans,
            [
                ("2027-01-31", "2027-02-27"),
                ("2027-02-28", "2027-03-30"),
                ("2027-03-31", "2027-04-29"),
                ("2027-04-30", "2027-05-30"),
                ("2027-05-31", "2027-06-29"),
            ],
        )
        self.assertEqual(renewal.subscription_origin_id, order)
        self.assertEqual(renewal.subscription_chain_count, 2)
        chain = self.env["sale.order"].search(renewal.action_view_subscription_chain()["domain"])
        self.assertEqual(chain, order | renewal)
        self.assertBillsNothing(order | renewal)
        self.assertNothingFound(order | renewal)

    def test_confirmed_late_it_still_begins_where_service_ended(self):
        order = self.create_quoted(self.seat).sudo()
        self.prepare()
        renewal = order.subscription_renewal_ids
        self.run_cron("2027-05-05")
        self.assertEqual(order.subscription_state, "closed")
        renewal.action_confirm()
        self.assertEqual(order.subscription_state, "renewed")
        self.run_cron()
        self.assertEqual(self.get_table(renewal)[0][:2], ("2027-04-30", "2027-05-30"))
        self.assertNothingFound(order | renewal)

    def test_a_renewal_that_begins_earlier_gives_back_what_both_would_bill(self):
        order = self.create_quoted(self.seat).sudo()
        self.travel("2027-02-10")
        renewal = order._create_renewal_quotation()
        renewal.subscription_start_date = date(2027, 2, 14)
        renewal.action_confirm()
        self.assertEqual(order.subscription_end_date, date(2027, 2, 14))
        self.run_cron("2027-02-14")
        self.assertEqual(self.get_table(order)[-1], ("2027-02-14", "2027-02-27", 1, -5))
        self.assertEqual(self.get_table(renewal), [("2027-02-14", "2027-02-27", 1, 5)])

    def test_a_renewal_with_a_gap_is_refused(self):
        order = self.create_quoted(self.seat).sudo()
        renewal = order._create_renewal_quotation()
        renewal.subscription_start_date = date(2027, 5, 10)
        with self.assertRefused("Set its start date to 04/30/2027"):
            renewal.action_confirm()
        renewal.subscription_start_date = date(2027, 1, 1)
        with self.assertRefused("Choose a later start date"):
            renewal.action_confirm()

    def test_a_contract_is_renewed_once(self):
        order = self.create_quoted(self.seat).sudo()
        first = order._create_renewal_quotation()
        second = order._create_renewal_quotation()
        first.action_confirm()
        self.assertEqual(second.state, "cancel")
        with self.assertRefused("was renewed by"):
            order._create_renewal_quotation()
        second.action_draft()
        with self.assertRefused("was renewed by"):
            second.action_confirm()

    def test_closing_cancels_the_renewal_quotation(self):
        order = self.create_quoted(self.seat)
        renewal = order.sudo()._create_renewal_quotation()
        order._subscription_close(date(2027, 3, 31), self.reason)
        self.assertEqual(renewal.state, "cancel")
        self.assertIn("Cancelled, because", renewal.message_ids[0].body)

    def test_a_contract_that_is_closed_before_its_renewal_calls_that_off(self):
        order = self.create_quoted(self.seat)
        renewal = order.sudo()._create_renewal_quotation()
        renewal.action_confirm()
        with self.assertRefused(f"{renewal.name} goes on from 04/30/2027"):
            order._subscription_close(date(2027, 5, 31), self.reason)
        self.assertEqual(order.subscription_end_date, date(2027, 4, 30))
        order._subscription_close(date(2027, 3, 31), self.reason)
        self.assertEqual(renewal.state, "cancel")
        self.assertEqual(order.subscription_end_date, date(2027, 3, 31))
        self.assertIn("Called off", renewal.message_ids[0].body)
        for day in ("2027-03-31", "2027-04-30"):
            self.run_cron(day)
        self.assertFalse(renewal.subscription_billed_period_ids)
        self.assertEqual(order.subscription_state, "closed")
        self.assertNothingFound(order.sudo())

    def test_the_end_of_a_renewed_contract_cannot_be_moved(self):
        order = self.create_quoted(self.seat).sudo()
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        for last in (date(2027, 5, 30), date(2027, 3, 30), False):
            with self.assertRefused("Close or cancel"), self.env.cr.savepoint():
                order.subscription_last_date = last
            order.invalidate_recordset()
        self.assertEqual(order.subscription_end_date, date(2027, 4, 30))

    def test_what_was_agreed_about_the_term_goes_on(self):
        order = self.create_quoted(
            self.seat,
            subscription_term_count=2,
            subscription_term_unit="month",
            subscription_notice_count=3,
            subscription_notice_unit="week",
        ).sudo()
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual(renewal.subscription_end_date, date(2027, 5, 31))
        self.assertEqual(renewal.subscription_notice_count, 3)
        self.assertEqual(renewal.subscription_notice_unit, "week")

    def test_a_closing_that_is_taken_back_wants_its_quotation_again(self):
        order = self.create_quoted(self.seat)
        self.travel("2027-03-10")
        order._subscription_close(date(2027, 4, 15), self.reason)
        self.assertNotIn("renewal quotation", order.subscription_agreement_text)
        self.prepare()
        self.assertFalse(order.sudo().subscription_renewal_ids)
        order.action_subscription_keep()
        self.prepare("2027-04-01")
        first = order.sudo().subscription_renewal_ids
        self.assertEqual(first.subscription_start_date, date(2027, 4, 30))
        order._subscription_close(date(2027, 4, 15), self.reason)
        self.assertEqual(first.state, "cancel")
        order.action_subscription_keep()
        self.prepare("2027-04-02")
        self.assertEqual(len(order.sudo().subscription_renewal_ids - first), 1)

    def test_a_reopened_contract_gets_a_quotation_for_its_next_term(self):
        order = self.create_quoted(self.seat).sudo()
        self.prepare()
        self.run_cron("2027-04-30")
        self.assertEqual(order.subscription_state, "closed")
        order._get_open_renewals()._action_cancel()
        self.travel("2027-06-01")
        order._subscription_reopen(date(2027, 6, 1))
        self.assertEqual(order.subscription_renewal_quote_date, date(2027, 7, 1))

    def test_a_renewal_that_is_cancelled_unbilled_lets_the_contract_go_on(self):
        order = self.create_quoted(self.seat, template=self.template).sudo()
        renewal = order._create_renewal_quotation()
        self.assertEqual(renewal.subscription_start_date, date(2027, 2, 28))
        renewal.action_confirm()
        self.assertEqual(order.subscription_end_date, date(2027, 2, 28))
        renewal._action_cancel()
        self.assertFalse(order.subscription_end_date)
        self.assertFalse(order.order_line.segment_ids.end_date)
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 2, 28))
        self.assertNothingFound(order)

    def test_a_third_contract_has_the_first_as_its_origin(self):
        order = self.create_quoted(self.seat).sudo()
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        third = renewal._create_renewal_quotation()
        self.assertEqual(third.subscription_origin_id, order)
        self.assertEqual(third.subscription_parent_id, renewal)
        self.assertEqual(third.subscription_start_date, date(2027, 7, 31))
        self.assertEqual(order.subscription_chain_count, 3)

    def test_the_clerk_opens_the_quotation_with_a_button(self):
        order = self.create_quoted(self.seat)
        action = order.action_subscription_renew()
        renewal = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(renewal.subscription_parent_id, order)
        self.assertEqual(order.action_subscription_renew()["res_id"], renewal.id)
        seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )
        order.sudo().user_id = seller
        with self.assertRaises(AccessError):
            order.with_user(seller).action_subscription_renew()

    def test_a_contract_that_cannot_be_renewed_does_not_stop_the_others(self):
        orders = self.create_quoted(self.seat).sudo() | self.create_quoted(self.seat).sudo()
        self.env.cr.execute(
            "UPDATE sale_order SET subscription_state = 'draft' WHERE id = %s", [orders[0].id]
        )
        self.env.invalidate_all()
        self.prepare()
        self.assertEqual(orders.subscription_renewal_ids.subscription_parent_id, orders[1])
