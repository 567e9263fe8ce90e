from datetime import date
from fractions import Fraction

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestForecast(SubscriptionCommon):
    """The next twelve months by what was measured, and by what is agreed."""

    def prepare_once(self):
        super().prepare_once()
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

    def test_contracts_go_on_as_contracts_did_and_not_as_customers(self):
        """One customer ordered all of them: three in three months. A pause ends none."""
        counts = [month["contracts"] for month in self.get_data()["months"]]
        self.assertEqual(counts[:3], [5, 6, 7])
        orders = self.env["sale.order"].search([("is_subscription", "=", True)], limit=2)
        orders[0]._subscription_pause(date(2027, 5, 10), None)
        orders[1]._subscription_close(date(2027, 5, 10))
        self.env.cr.flush()
        self.travel("2027-06-10")
        totals = self.Dashboard._get_month_totals(
            self.Dashboard._get_scope({}), date(2027, 6, 1), 3
        )
        found = [
            (one.contracts_before, one.contracts_won, one.contracts_lost, one.contracts)
            for one in totals
        ]
        self.assertEqual(found, [(2, 1, 0, 3), (3, 1, 0, 4), (4, 0, 1, 2)])


@tagged("post_install", "-at_install")
class TestForecastKnown(SubscriptionCommon):
    """What is agreed already, counted as the ledger of MRR counts."""

    def get_known(self, **values):
        """Return what is known of the ends of the next months, and today's MRR."""
        self.env.cr.flush()
        data = self.env["subscription.dashboard"].get_forecast(values)
        return [month["known"] for month in data["months"][:4]], data["past"][-1]["value"]

    def choose(self, order, **values):
        """Count in another way from now on, and record what that changes."""
        self.company.write({f"subscription_{name}": value for name, value in values.items()})
        self.env["subscription.mrr.event"]._remember_contracts(order)

    def test_paused_contracts_are_known_where_they_count(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.travel("2027-02-10")
        order._subscription_pause(date(2027, 2, 10), None)
        self.assertEqual(self.get_known(), ([0.0] * 4, 0.0))
        self.choose(order, paused_counts=True)
        self.assertEqual(self.get_known(), ([30.0] * 4, 30.0))

    def test_limited_discounts_are_left_out_where_they_do_not_count(self):
        order = self.create_contract(
            self.line_values(self.seat, 5, intro_discount=20, intro_period_count=2),
            day="2027-02-01",
        )
        self.assertEqual(self.get_known(), ([40.0, 50.0, 50.0, 50.0], 40.0))
        self.choose(order, before_discounts=True)
        self.assertEqual(self.get_known(), ([50.0] * 4, 50.0))

    def test_an_end_that_is_decided_is_none_later_where_that_counts(self):
        order = self.create_contract(self.line_values(self.seat, 4), day="2027-02-01")
        self.travel("2027-02-15")
        order._subscription_close(date(2027, 4, 10))
        self.assertEqual(self.get_known(), ([40.0, 0.0, 0.0, 0.0], 40.0))
        self.choose(order, churn_at_cancellation=True)
        self.assertEqual(self.get_known(), ([0.0] * 4, 0.0))

    def test_contracts_that_begin_later_are_known(self):
        self.travel("2027-02-10")
        order = self.create_contract(
            self.line_values(self.seat, 4), subscription_start_date=date(2027, 4, 15)
        )
        self.assertEqual(order.subscription_state, "upcoming")
        self.assertEqual(self.get_known(), ([0.0, 40.0, 40.0, 40.0], 0.0))
        other = self.env.ref("base.user_admin").copy({"login": "known seller"})
        self.assertEqual(self.get_known(user=other.ids)[0], [0.0] * 4)
        self.assertEqual(self.get_known(product=self.seat.ids)[0][1], 40.0)
