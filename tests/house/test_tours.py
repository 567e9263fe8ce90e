from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..support.warm import WarmCase


@tagged("post_install", "-at_install")
class TestTours(WarmCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env.company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", cls.env.company)
        new_test_user(
            cls.env,
            "tour_clerk",
            groups="base.group_user,sale_recurring.group_subscription_user_all,"
            "account.group_account_invoice",
        )
        cls.env["res.partner"].create({"name": "Tour Customer", "email": "tour@example.com"})
        cls.env["product.product"].create(
            {"name": "Tour Seat", "type": "service", "list_price": 30.0, "is_recurring": True}
        )

    def test_staff_sells_bills_pauses_and_closes(self):
        self.start_tour(
            "/odoo/subscription-quotations", "subscription_back_office", login="tour_clerk"
        )
        order = self.env["sale.order"].search([("partner_id.name", "=", "Tour Customer")])
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(order.subscription_billed_period_count, 1)
        self.assertEqual(
            order.subscription_close_reason_id,
            self.env.ref("sale_recurring.close_reason_price"),
        )

    def create_contract(self):
        """Return a running contract of one seat that was billed today."""
        partner = self.env["res.partner"].search([("name", "=", "Tour Customer")])
        product = self.env["product.product"].search([("name", "=", "Tour Seat")])
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        order._bill_subscriptions()
        return order

    def test_an_administrator_raises_prices_and_takes_it_back(self):
        order = self.create_contract()
        self.start_tour(
            "/odoo/subscription-price-campaigns", "subscription_price_campaign", login="admin"
        )
        self.assertEqual(order.order_line.segment_ids.mapped("price_unit"), [30.0])
        self.assertIn("are taken back", order.message_ids[0].body)
        self.assertTrue(order.message_ids.filtered(lambda message: "33.00" in message.body))

    def test_an_administrator_builds_a_red_flag_from_scratch(self):
        order = self.create_contract()
        day = order._subscription_today()
        order.subscription_last_date = fields.Date.add(day, days=50)
        self.env["subscription.health"]._create_missing()
        self.env.cr.flush()
        self.start_tour("/odoo/red-flags", "subscription_red_flag", login="admin")
        alert = self.env["subscription.alert"].search([("name", "=", "Leaves soon")])
        self.assertTrue(alert.is_on)
        self.assertEqual(sorted(alert.log_ids.mapped("state")), ["done", "dry"])
        self.assertEqual(order.activity_ids.mapped("summary"), ["Call them"])
        self.assertIn(15.0, order.order_line.segment_ids.mapped("discount"))

    def test_somebody_reads_the_dashboard(self):
        self.create_contract()
        self.env.cr.flush()
        self.start_tour("/odoo/subscription-dashboard", "subscription_dashboard", login="admin")
        link = "/odoo/subscription-dashboard?range=last_month&compare=year"
        self.start_tour(link, "subscription_dashboard_link", login="admin")

    def test_somebody_reads_the_forecast_and_the_definitions(self):
        self.create_contract()
        self.env.cr.flush()
        self.start_tour("/odoo/subscription-forecast", "subscription_forecast", login="admin")
        self.assertFalse(self.env["subscription.forecast.scenario"].search([]))
        self.start_tour("/odoo/subscription-definitions", "subscription_definitions", login="admin")

    def test_an_administrator_looks_at_another_way_to_count(self):
        partner = self.env["res.partner"].search([("name", "=", "Tour Customer")])
        product = self.env["product.product"].search([("name", "=", "Tour Seat")])
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1})],
                "subscription_trial_count": 1,
                "subscription_trial_unit": "month",
            }
        )
        order.action_confirm()
        self.env.cr.flush()
        self.start_tour("/odoo/settings#sale_recurring", "subscription_mrr_policy", login="admin")
        self.assertFalse(self.env.company.subscription_trials_count)

    def test_somebody_reads_the_retention_of_contracts(self):
        self.create_contract()
        self.env.cr.flush()
        self.start_tour("/odoo/retention", "subscription_retention", login="admin")

    def test_a_clerk_tries_out_a_change(self):
        order = self.create_contract()
        before = order.order_line.segment_ids
        self.start_tour(
            f"/odoo/subscriptions/{order.id}", "subscription_simulation", login="tour_clerk"
        )
        self.assertEqual(order.order_line.segment_ids, before)
        self.assertEqual(order.order_line.product_uom_qty, 1)

    def test_a_clerk_sells_more_seats_and_takes_some_back(self):
        order = self.create_contract()
        self.start_tour(
            f"/odoo/subscriptions/{order.id}", "subscription_amendment", login="tour_clerk"
        )
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertEqual(order.subscription_amendment_ids.mapped("state"), ["sale", "sale"])
        self.assertEqual(order.order_line.segment_ids.mapped("quantity"), [2])

    def test_a_clerk_plans_a_change_for_some_periods(self):
        order = self.create_contract()
        self.start_tour(
            f"/odoo/subscriptions/{order.id}", "subscription_change", login="tour_clerk"
        )
        self.assertEqual(order.order_line.segment_ids.mapped("quantity"), [1, 4, 1])

    def test_a_clerk_resumes_a_suspended_contract(self):
        order = self.create_contract()
        order._subscription_pause(order._subscription_today(), kind="suspension")
        order._bill_subscriptions()
        self.start_tour(
            f"/odoo/subscriptions/{order.id}", "subscription_resume", login="tour_clerk"
        )
        self.assertEqual(order.subscription_state, "active")

    def test_a_clerk_reopens_a_closed_contract(self):
        order = self.create_contract()
        order._subscription_close(order._subscription_today())
        order._bill_subscriptions()
        self.start_tour(
            f"/odoo/subscriptions/{order.id}", "subscription_reopen", login="tour_clerk"
        )
        self.assertEqual(order.subscription_state, "active")
