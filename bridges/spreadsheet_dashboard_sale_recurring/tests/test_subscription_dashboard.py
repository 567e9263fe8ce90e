import io
import json
from datetime import date
from pathlib import Path

import polib
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.translate import trans_export

# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.sale_recurring.tests.common import (  # pylint: disable=odoo-addons-relative-import
    SubscriptionCommon,
)
from odoo.addons.spreadsheet.utils.validate_data import fields_in_spreadsheet, odoo_charts

ADDON = "spreadsheet_dashboard_sale_recurring"
I18N = Path(__file__).parents[1] / "i18n"


@tagged("post_install", "-at_install")
class TestSubscriptionDashboard(SubscriptionCommon, HttpCase):
    """Each person sees the numbers of the contracts that they may see, and only these."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(f"{ADDON}.spreadsheet_dashboard_subscriptions")
        cls.seller, cls.other, cls.manager, cls.stranger = (
            new_test_user(cls.env, login=login, password=f"{login}-password", groups=groups)
            for login, groups in (
                ("seller", "sale_recurring.group_subscription_user"),
                ("other", "sale_recurring.group_subscription_user"),
                ("manager", "sale_recurring.group_subscription_manager"),
                ("stranger", "base.group_user"),
            )
        )

    def load(self, user):
        """Return the dashboard as the page loads it."""
        self.authenticate(user.login, f"{user.login}-password")
        response = self.url_open(f"/spreadsheet/dashboard/data/{self.dashboard.id}")
        self.assertEqual(response.status_code, 200)
        return response.json()["snapshot"]

    def get_sources(self, data):
        """Return (model, domain, groups, measures) of all pivots, lists and charts."""
        sources = [
            (pivot["model"], pivot["domain"], [], [measure["id"] for measure in pivot["measures"]])
            for pivot in data["pivots"].values()
        ]
        sources += [(each["model"], each["domain"], [], []) for each in data["lists"].values()]
        for chart in odoo_charts(data):
            meta, search = chart["metaData"], chart["searchParams"]
            measure = meta["measure"]
            measures = [measure] if measure == "__count" else [f"{measure}:sum_currency"]
            sources.append((meta["resModel"], search["domain"], meta["groupBy"], measures))
        return sources

    def read_groups(self, user, data):
        """Read all numbers as a user.

        :return: one list of groups for each pivot, list and chart
        """
        return [
            self.env[model]
            .with_user(user)
            .formatted_read_group(domain, groups, ["__count", *measures])
            for model, domain, groups, measures in self.get_sources(data)
        ]

    def test_all_models_and_fields_are_there(self):
        data = json.loads(self.dashboard.spreadsheet_data)
        found = fields_in_spreadsheet(data)
        self.assertIn("sale.order", found)
        for model, names in found.items():
            for name in names:
                self.assertIn(name.partition(".")[0], self.env[model]._fields)
        for flt in data["globalFilters"]:
            self.assertIn(flt["modelName"], self.env)
        sources = [(each["model"], each["fieldMatching"]) for each in data["pivots"].values()]
        sources += [
            (each["metaData"]["resModel"], each["fieldMatching"]) for each in odoo_charts(data)
        ]
        for model, matching in sources:
            for each in filter(None, matching.values()):
                self.assertIn(each["chain"], self.env[model]._fields)
        for menu in data["chartOdooMenusReferences"].values():
            self.assertTrue(self.env.ref(menu))

    def test_each_sees_the_contracts_of_the_record_rules(self):
        for user, price in ((self.seller, 10.0), (self.other, 30.0)):
            line = self.line_values(self.seat, price_unit=price)
            self.create_contract(line, user_id=user.id, day="2027-01-31")
        mrr = "subscription_amount_monthly:sum_currency"
        running = self.read_groups(self.seller, self.load(self.seller))
        self.assertEqual((running[0][0]["__count"], running[0][0][mrr]), (1, 10.0))
        running = self.read_groups(self.other, self.load(self.other))
        self.assertEqual((running[0][0]["__count"], running[0][0][mrr]), (1, 30.0))
        for groups in running:
            self.assertLessEqual(sum(group["__count"] for group in groups), 1)
        everything = self.read_groups(self.manager, self.load(self.manager))
        Order = self.env["sale.order"]
        self.assertEqual(
            everything[0][0]["__count"],
            Order.search_count(
                [
                    ("is_subscription", "=", True),
                    ("subscription_state", "in", ["active", "paused", "suspended"]),
                ]
            ),
        )
        self.assertGreaterEqual(everything[0][0][mrr], 40.0)

    def test_the_ledger_is_told_next_to_the_contracts(self):
        values = {"user_id": self.seller.id, "day": "2027-01-31"}
        lost = self.create_contract(self.line_values(self.seat, 3), **values)
        self.create_contract(self.line_values(self.seat, 5), **values)
        self.env.cr.flush()
        self.travel("2027-02-10")
        lost._subscription_close(date(2027, 2, 10))
        self.env.cr.flush()
        for user, factor in ((self.seller, 1), (self.other, 0)):
            data = self.load(user)
            found = {
                (source[0], *source[3]): groups
                for source, groups in zip(
                    self.get_sources(data), self.read_groups(user, data), strict=True
                )
            }
            for model, measure, amounts in (
                ("mrr", "net_new", [80.0, -30.0]),
                ("mrr", "closing", [80.0, 50.0]),
                ("churn", "lost_amount", [30.0]),
            ):
                total = f"{measure}:sum_currency"
                groups = found[f"subscription.{model}.report", total]
                self.assertEqual(
                    [group[total] for group in groups], amounts if factor else [], measure
                )

    def test_due_contracts_are_those_that_the_run_takes(self):
        data = json.loads(self.dashboard.spreadsheet_data)
        order = self.create_contract(self.seat, user_id=self.seller.id, day="2027-01-31")
        self.assertEqual(self.read_groups(self.seller, data)[1][0]["__count"], 1)
        self.bill(order)
        self.assertEqual(self.read_groups(self.seller, data)[1][0]["__count"], 0)

    def test_whoever_has_no_contracts_does_not_find_it(self):
        Dashboard = self.env["spreadsheet.dashboard"]
        for user, wanted in ((self.seller, True), (self.manager, True), (self.stranger, False)):
            found = Dashboard.with_user(user).search([("id", "=", self.dashboard.id)])
            self.assertEqual(bool(found), wanted)

    def test_portuguese_is_complete(self):
        with io.BytesIO() as buffer:
            trans_export(None, [ADDON], buffer, "po", self.env)
            fresh = polib.pofile(buffer.getvalue().decode())
        language = polib.pofile(str(I18N / "pt_BR.po"))
        self.assertEqual({each.msgid for each in language}, {each.msgid for each in fresh})
        self.assertFalse(language.untranslated_entries())
