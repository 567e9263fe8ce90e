from datetime import date
from fractions import Fraction

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

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

    def test_what_is_agreed_goes_on_as_often_as_terms_were_renewed(self):
        order = self.env["sale.order"].search([("is_subscription", "=", True)], limit=1)
        self.assertEqual(self.get_data()["months"][3]["renewed"], 400.0)
        self.patch(type(self.Dashboard), "_get_renewal_rate", lambda *_args: Fraction(1, 2))
        ends, goes_on = (
            self.create_contract(
                self.line_values(self.seat, 10),
                subscription_end_action=action,
                subscription_term_count=3,
                subscription_term_unit="month",
            )
            for action in ("end", "renew")
        )
        self.env.cr.flush()
        months = self.get_data()["months"]
        self.assertEqual([month["known"] for month in months[:4]], [600.0, 600.0, 500.0, 500.0])
        self.assertEqual([month["renewed"] for month in months[:4]], [600.0, 600.0, 500.0, 500.0])
        self.assertEqual(months[5]["renewed"], 450.0)
        self.assertTrue(order and ends and goes_on)

    def test_scenarios_are_kept_and_compared(self):
        Scenario = self.env["subscription.forecast.scenario"]
        Scenario.create({"name": "Bad", "new": 0, "loss": 10})
        Scenario.create({"name": "Good", "new": 100, "expansion": 10})
        found = {one["name"]: one["values"] for one in self.get_data()["scenarios"]}
        self.assertEqual(found["Bad"][:2], [360.0, 324.0])
        self.assertEqual(found["Good"][:2], [540.0, 694.0])
        for one in self.get_data()["scenarios"]:
            self.assertIn("400.00", one["filled"])
        seller = new_test_user(self.env, "scenarist", groups="sales_team.group_sale_salesman")
        self.assertFalse(self.Dashboard.with_user(seller).get_forecast({})["scenarios"])
        with self.assertRaises(AccessError):
            Scenario.search([], limit=1).with_user(seller).unlink()
        with self.assertRaises(ValidationError):
            Scenario.create({"name": "Mad", "new": 10**12})

    def test_the_forecast_is_tested_on_any_month_of_the_past(self):
        self.travel("2027-09-10")
        error = self.get_data(tested="2027-06-15")["error"]
        self.assertIn("06/01/2027", error)
        self.assertNotEqual(error, self.get_data(tested="2027-05-01")["error"])
        for tested in ("2027-09-01", "soon", 17, "0001-01-01"):
            with self.subTest(tested), self.assertRaises(UserError):
                self.get_data(tested=tested)
