from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
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
