from odoo.tests import tagged

from ..support.common_health import HealthCommon

AGE = "subscription_fact_age"


@tagged("post_install", "-at_install")
class TestHealthSpeed(HealthCommon):
    """A batch costs a constant number of queries, and each rule a constant number more."""

    def count(self, number, rules, stage=False):
        """Return what a batch of so many contracts costs under so many rules: new, and turning."""
        self.set_rules(*((("bad", [(AGE, ">", 1000)]),) * (rules - 1)), ("bad", [(AGE, ">", 15)]))
        if stage:
            self.env["subscription.stage"].create({"name": "Rescue", "health_verdict": "bad"})
        Health = self.env["subscription.health"]
        orders = self.env["sale.order"]
        for _number in range(number):
            orders |= self.create_contract(self.seat, day="2027-02-01")
        Health._create_missing()
        counts = []
        for day, verdict in (("2027-02-10", "neutral"), ("2027-02-20", "bad")):
            self.travel(day)
            rows = Health.search([("order_id", "in", orders.ids)])
            counts.append(
                self.count_queries(rows._refresh, self.company, self.company._subscription_today())
            )
            self.assertEqual(set(rows.mapped("verdict")), {verdict})
        return counts

    def test_the_number_of_contracts_does_not_count(self):
        self.count(1, 6)  # what is remembered from the first time on
        few, many = self.count(5, 6), self.count(40, 6)
        for first, second in zip(few, many, strict=True):
            self.assertLessEqual(second, first + 1)

    def test_each_rule_costs_the_same(self):
        self.count(1, 6)
        one, three, six = (self.count(10, rules) for rules in (1, 3, 6))
        for first, second, third in zip(one, three, six, strict=True):
            # Of one step a query may be one that is made once only.
            self.assertLessEqual(third - first, 5 * 5)
            self.assertAlmostEqual((third - first) / 5, (second - first) / 2, delta=1)

    def test_stages_that_contracts_move_to_cost_the_same_for_all(self):
        self.count(1, 2, stage=True)
        few, many = self.count(5, 2), self.count(40, 2)
        for first, second in zip(few, many, strict=True):
            self.assertLessEqual(second, first + 3)

    def test_lists_read_facts_only_where_they_are_what_is_looked_at(self):
        """The client reads what a list may show, shown or not."""
        views = {
            name: self.env.ref(
                f"sale_recurring.subscription_contract_view_{name}"
            ).get_combined_arch()
            for name in ("list", "list_facts", "kanban")
        }
        shown = {name for name, arch in views.items() if AGE in arch}
        self.assertEqual(shown, {"list_facts"})
        self.assertTrue(all("subscription_health_reason" in arch for arch in views.values()))
        action = self.env.ref("sale_recurring.subscription_at_risk_action")
        facts = self.env.ref("sale_recurring.subscription_contract_view_list_facts")
        self.assertIn((facts.id, "list"), action.views)
