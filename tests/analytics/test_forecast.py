from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestForecast(SubscriptionCommon):
    """The next twelve months by what was measured, and by what is agreed."""

    def setUp(self):
        super().setUp()
        self.Dashboard = self.env["subscription.dashboard"]
        # 100 more on the first of each of four months.
        for month in range(1, 5):
            self.travel(date(2027, month, 1))
            self.create_contract(self.line_values(self.seat, 10))
            self.env.cr.flush()
        self.travel("2027-05-10")

    def get_data(self, **values):
        return self.Dashboard.get_forecast({"months": 3, **values})

    def test_steady_growth_goes_on(self):
        data = self.get_data()
        self.assertEqual(data["assumptions"], {"new": 100.0, "expansion": 0.0, "loss": 0.0})
        self.assertEqual([month["value"] for month in data["months"]][:3], [500.0, 600.0, 700.0])
        self.assertEqual(len(data["months"]), 12)
        self.assertEqual(data["past"][-1]["value"], 400.0)
        for month in data["months"]:
            self.assertEqual(month["low"], month["high"], "months that were alike have no band")

    def test_what_is_agreed_knows_planned_ends_and_nothing_new(self):
        order = self.env["sale.order"].search([("is_subscription", "=", True)], limit=1)
        order._subscription_close(date(2027, 8, 1))
        self.env.cr.flush()
        known = [month["known"] for month in self.get_data()["months"]]
        self.assertEqual(known[:4], [400.0, 400.0, 400.0 - 100.0, 300.0])

    def test_typed_assumptions_win_and_the_formula_shows_them(self):
        data = self.get_data(new=0, loss=10, expansion=0)
        self.assertEqual(data["months"][0]["value"], 360.0)
        self.assertIn("360.00", data["filled"])

    def test_strange_assumptions_are_refused_in_a_sentence(self):
        for typed in ({"new": "much"}, {"loss": [1]}, {"expansion": float("nan")}, {"new": 1e12}):
            with self.subTest(typed), self.assertRaises(UserError):
                self.get_data(**typed)

    def test_nobody_without_rights_reads_it(self):
        user = self.env["res.users"].create({"name": "n", "login": "no forecast"})
        with self.assertRaises(AccessError):
            self.Dashboard.with_user(user).get_forecast({})
