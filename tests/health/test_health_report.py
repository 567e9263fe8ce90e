from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..support.common_health import HealthCommon

SALESPERSON = "sales_team.group_sale_salesman"
ALL = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install")
class TestHealthReport(HealthCommon):
    """Health month by month is what contracts were on the last day of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["subscription.health.report"]

    def turn(self, day, *bad, **moment):
        """Let contracts be bad on a day, and all others good."""
        self.set_rules(("bad", [("id", "in", [order.id for order in bad])]), ("good", []))
        self.watch(day, **moment)

    def get_rows(self, *orders, user=None, company=None):
        """Return (month, contract, verdict) of each row about contracts, in order."""
        report = self.Report.with_user(user or self.env.user)
        if company:
            report = report.with_context(allowed_company_ids=company.ids)
        rows = report.search([("order_id", "in", [order.id for order in orders])])
        rows = rows.sorted(lambda row: (row.month, row.order_id.id))
        return [(str(row.month)[:7], row.order_id, row.verdict) for row in rows]

    def test_each_month_counts_as_its_last_day(self):
        stays, leaves = (self.create_contract(self.seat, day="2027-02-01") for _one in range(2))
        self.turn("2027-02-02")
        self.turn("2027-03-10", leaves)
        self.turn("2027-03-12", leaves, stays)
        self.turn("2027-03-14", leaves)
        leaves._subscription_close(self.company._subscription_today().replace(month=4, day=5))
        self.travel("2027-04-20")
        leaves._subscription_refresh_state()
        self.watch()
        self.assertEqual(leaves.subscription_state, "closed")
        self.assertEqual(
            self.get_rows(stays, leaves),
            [
                ("2027-02", stays, "good"),
                ("2027-02", leaves, "good"),
                ("2027-03", stays, "good"),
                ("2027-03", leaves, "bad"),
                ("2027-04", stays, "good"),
            ],
        )
        self.travel("2027-06-01")
        domain = [("order_id", "in", (stays | leaves).ids)]
        groups = self.Report._read_group(
            domain, ["month:month"], ["contracts:sum", "bad_percent:avg", "score:avg"]
        )
        self.assertEqual(
            [(str(month)[:7], *figures) for month, *figures in groups],
            [
                ("2027-02", 2, 0.0, 100.0),
                ("2027-03", 2, 50.0, 50.0),
                ("2027-04", 1, 0.0, 100.0),
                ("2027-05", 1, 0.0, 100.0),
                ("2027-06", 1, 0.0, 100.0),
            ],
        )

    def test_months_end_at_midnight_of_the_company(self):
        self.company.subscription_tz = "Pacific/Auckland"
        order = self.create_contract(self.seat, day="2027-02-01")
        self.turn("2027-02-02")
        self.turn("2027-03-31", order, hour=12)  # the first of April there
        self.assertEqual(
            self.get_rows(order),
            [("2027-02", order, "good"), ("2027-03", order, "good"), ("2027-04", order, "bad")],
        )

    def test_the_last_month_says_the_same_as_the_contracts(self):
        orders = [self.create_contract(self.seat, day="2027-02-01") for _one in range(3)]
        self.turn("2027-02-10", orders[0])
        seller = new_test_user(self.env, "reported seller", SALESPERSON)
        orders[1].user_id = seller
        orders[2].subscription_template_id = self._create_template("Other")
        self.watch("2027-02-11")
        self.assertEqual(
            self.get_rows(*orders), [("2027-02", orders[0], "bad"), ("2027-02", orders[1], "good")]
        )
        row = self.Report.search([("order_id", "=", orders[1].id)])
        self.assertEqual(
            (row.user_id, row.template_id, row.partner_id, row.team_id),
            (seller, self.template, self.partner.commercial_partner_id, orders[1].team_id),
        )
        self.assertEqual(orders[1].subscription_health, "good")
        self.assertFalse(orders[2].subscription_health)

    def test_each_sees_own_rows_and_those_of_the_own_companies(self):
        mine, theirs = (self.create_contract(self.seat, day="2027-02-01") for _one in range(2))
        seller = new_test_user(self.env, "health seller", SALESPERSON)
        boss = new_test_user(self.env, "health boss", ALL)
        nobody = new_test_user(self.env, "health nobody", "base.group_user")
        mine.user_id, theirs.user_id = seller, boss
        self.turn("2027-02-02")
        own = self.get_rows(mine, theirs, user=seller)
        self.assertEqual(own, [("2027-02", mine, "good")])
        self.assertEqual(len(self.get_rows(mine, theirs, user=boss)), 2)
        with self.assertRaises(AccessError):
            self.Report.with_user(nobody).search([])
        stranger = self.env["res.company"].create({"name": "Stranger"})
        boss.company_ids |= stranger
        self.assertEqual(self.get_rows(mine, theirs, user=boss, company=stranger), [])

    def test_each_view_and_group_works(self):
        self.create_contract(self.seat, day="2027-02-01")
        self.turn("2027-02-02")
        views = self.Report.get_views([(False, kind) for kind in ("list", "search", "graph")])
        self.assertIn("bad_percent", views["models"][self.Report._name]["fields"])
        for field in self.Report._fields.values():
            if field.store and field.type in ("many2one", "selection", "date"):
                spec = field.name + (":month" * (field.type == "date"))
                self.assertTrue(self.Report._read_group([], [spec], ["contracts:sum"]), spec)

    def test_turns_are_told_in_words(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        stage = self.env["subscription.stage"].create({"name": "call Ada"})
        self.turn("2027-02-02")
        order._subscription_pause(self.company._subscription_today())
        order.subscription_stage_id = stage
        self.turn("2027-02-03", order)
        events = self.env["subscription.health.event"].search([("order_id", "=", order.id)])
        labels = {(one.kind, one.old_label, one.new_label) for one in events}
        self.assertGreaterEqual(
            labels, {("health", False, "Good"), ("health", "Good", "Bad")}, labels
        )
        self.assertIn(("state", "Active", "Paused"), labels)
        self.assertIn("call Ada", {new for kind, _old, new in labels if kind == "stage"})
