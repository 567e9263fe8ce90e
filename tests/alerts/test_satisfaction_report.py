from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..support.common_alert import AlertCommon

SALESPERSON = "sales_team.group_sale_salesman"
ALL = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install")
class TestSatisfactionReport(AlertCommon):
    """What customers answered, by month, template, salesperson and team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["subscription.satisfaction.report"]

    def answer(self, order, rate, day, **moment):
        """Let the customer of a contract answer a new question on a day."""
        self.travel(day, **moment)
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("sale.order"),
                "res_id": order.id,
                "access_token": f"{order.id} {day} {rate}",
            }
        )
        order.rating_apply(rate, rating=rating, feedback=f"{rate} of 5")
        self.env.flush_all()
        return rating

    def group(self, orders, by):
        """Return count, average and share of happy answers about contracts, by something."""
        groups = self.Report._read_group(
            [("order_id", "in", [order.id for order in orders])],
            [by],
            ["answers:sum", "rating:avg", "happy_percent:avg"],
        )
        return [tuple(found) for found in groups]

    def test_answers_are_counted_by_month_template_salesperson_and_team(self):
        team = self.env["crm.team"].create({"name": "Reported"})
        seller = new_test_user(self.env, "asked seller", SALESPERSON)
        other = self._create_template("Other")
        first = self.create_contract(self.seat, day="2027-02-01")
        second = self.create_contract(self.seat, day="2027-02-01", template=other)
        second.write({"user_id": seller.id, "team_id": team.id})
        orders = (first, second)
        self.answer(first, 5, "2027-02-10")
        self.answer(second, 1, "2027-02-11")
        last = self.answer(second, 3, "2027-03-01")
        months = self.group(orders, "date:month")
        self.assertEqual(
            [(str(month)[:7], *figures) for month, *figures in months],
            [("2027-02", 2, 3.0, 50.0), ("2027-03", 1, 3.0, 0.0)],
        )
        self.assertEqual(
            self.group(orders, "template_id"),
            [(self.template, 1, 5.0, 100.0), (other, 2, 2.0, 0.0)],
        )
        self.assertIn((seller, 2, 2.0, 0.0), self.group(orders, "user_id"))
        self.assertIn((team, 2, 2.0, 0.0), self.group(orders, "team_id"))
        self.assertEqual(
            sorted(self.group(orders, "answer")),
            [("happy", 1, 5.0, 100.0), ("so_so", 1, 3.0, 0.0), ("unhappy", 1, 1.0, 0.0)],
        )
        second.rating_apply(5, rating=last)
        self.env.flush_all()
        self.assertEqual(self.group((second,), "user_id"), [(seller, 2, 3.0, 50.0)])

    def test_what_was_only_asked_is_no_answer(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        order._rating_get_access_token()
        self.assertFalse(self.Report.search([("order_id", "=", order.id)]))

    def test_an_answer_is_of_the_day_of_the_company(self):
        self.company.subscription_tz = "Pacific/Auckland"
        order = self.create_contract(self.seat, day="2027-02-01")
        self.answer(order, 5, "2027-02-28", hour=12)  # the first of March there
        row = self.Report.search([("order_id", "=", order.id)])
        self.assertEqual((str(row.date), row.feedback), ("2027-03-01", "5 of 5"))

    def test_each_sees_own_rows_and_those_of_the_own_companies(self):
        mine, theirs = (self.create_contract(self.seat, day="2027-02-01") for _one in range(2))
        seller = new_test_user(self.env, "rated seller", SALESPERSON)
        boss = new_test_user(self.env, "rated boss", ALL)
        nobody = new_test_user(self.env, "rated nobody", "base.group_user")
        mine.user_id, theirs.user_id = seller, boss
        self.answer(mine, 5, "2027-02-02")
        self.answer(theirs, 1, "2027-02-02")
        domain = [("order_id", "in", (mine | theirs).ids)]
        self.assertEqual(self.Report.with_user(seller).search(domain).order_id, mine)
        self.assertEqual(self.Report.with_user(boss).search(domain).order_id, mine | theirs)
        with self.assertRaises(AccessError):
            self.Report.with_user(nobody).search([])
        stranger = self.env["res.company"].create({"name": "Stranger"})
        boss.company_ids |= stranger
        elsewhere = self.Report.with_user(boss).with_context(allowed_company_ids=stranger.ids)
        self.assertFalse(elsewhere.search(domain))

    def test_the_salesperson_opens_the_own_answers(self):
        order = self.create_contract(self.seat, day="2027-02-01")
        seller = new_test_user(self.env, "scored seller", SALESPERSON)
        order.user_id = seller
        self.answer(order, 5, "2027-02-02")
        action = self.env.ref("sale_recurring.subscription_satisfaction_action")
        self.assertEqual(action.res_model, self.Report._name)
        views = self.Report.get_views([(False, kind) for kind in ("search", "graph", "pivot")])
        self.assertIn('name="user_id"', views["views"]["search"]["arch"])
        self.assertEqual(self.Report.search([("user_id", "=", seller.id)]).order_id, order)
