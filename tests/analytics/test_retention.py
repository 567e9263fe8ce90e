import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...engine.metrics.cohort import arranged, cohorts, cohorts_of_changes
from ..common import SubscriptionCommon

TINY = Decimal("0.000001")
SHAPE = {"date_start": "cohort_date", "date_change": "effective_date", "first": "is_first"}
MEASURES = ("member_change", "net_change", "gross_change")


@tagged("post_install", "-at_install")
class TestRetention(SubscriptionCommon):
    """Retention of contracts and customers goes by the ledger, and by the engine's cohorts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._keep_mrr_date(date(2027, 1, 1))
        cls.Contracts = cls.env["subscription.contract.retention"]
        cls.Customers = cls.env["subscription.customer.retention"]
        cls.Event = cls.env["subscription.mrr.event"]
        cls.others = cls.env["res.partner"].create([{"name": f"Other {n}"} for n in range(3)])

    def get_data(self, measure="member_change", model=None, domain=None, **values):
        self.env.cr.flush()
        model = self.Contracts if model is None else model
        return model.get_cohort_data(domain or [], SHAPE | {"measure": measure} | values)

    def get_rows(self, *args, **values):
        return {
            row["label"]: [round(value, 2) for value in row["values"] if value is not None]
            for row in self.get_data(*args, **values)["rows"]
        }

    # ------------------------------------------------------------------
    # What contracts do
    # ------------------------------------------------------------------

    def test_growth_and_loss(self):
        grown = self.create_contract(self.line_values(self.seat, 10), day="2027-02-05")
        lost = self.create_contract(self.line_values(self.seat, 4))
        self.travel("2027-03-10")
        grown.order_line.product_uom_qty = 13
        self.travel("2027-04-02")
        lost._subscription_close(date(2027, 4, 2))
        grown.order_line.product_uom_qty = 8
        self.travel("2027-05-15")
        self.assertEqual(self.get_rows(), {"Feb 2027": [2, 2, 1, 1]})
        self.assertEqual(self.get_rows("net_change"), {"Feb 2027": [140, 170, 80, 80]})
        self.assertEqual(self.get_rows("gross_change"), {"Feb 2027": [140, 140, 80, 80]})
        by_quarter = self.get_rows("net_change", interval="quarter")
        self.assertEqual(by_quarter, {"Q1 2027": [140, 80]})

    def test_who_comes_and_goes_in_one_month_was_there_in_it(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-05")
        self.travel("2027-02-20")
        order._subscription_close(date(2027, 2, 20))
        self.travel("2027-03-01")
        self.assertEqual(self.get_rows(), {"Feb 2027": [1, 0]})

    def test_a_renewal_does_not_start_a_new_cohort(self):
        terms = self._create_template("Two months", term_count=2, end_action="quote")
        order = self.create_contract(
            self.line_values(self.seat, 3), template=terms, day="2027-02-05"
        )
        self.travel("2027-03-25")
        renewal = order._create_renewal_quotation()
        renewal.order_line.product_uom_qty = 4
        renewal.action_confirm()
        self.travel("2027-04-05")
        self.env["subscription.mrr.event"]._remember_contracts(order | renewal)
        self.travel("2027-05-01")
        self.assertNotEqual(renewal, order)
        self.assertEqual(self.get_rows(), {"Feb 2027": [1, 1, 1, 1]})
        self.assertEqual(self.get_rows("net_change"), {"Feb 2027": [30, 30, 40, 40]})

    def test_a_beginning_that_was_corrected_moves_to_its_new_month(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-05")
        self.env.cr.flush()
        order._action_cancel()
        self.env.cr.flush()
        self.travel("2027-03-10")
        order.action_draft()
        order.subscription_start_date = date(2027, 3, 10)
        order.action_confirm()
        self.assertEqual(self.get_rows(), {"Mar 2027": [1]})
        self.assertEqual(self.get_rows("net_change"), {"Mar 2027": [30]})

    def test_customers_are_left_until_their_last_contract_ends(self):
        first = self.create_contract(self.line_values(self.seat, 3), day="2027-02-05")
        second = self.create_contract(self.line_values(self.seat, 2), day="2027-03-05")
        self.travel("2027-04-05")
        first._subscription_close(date(2027, 4, 5))
        self.travel("2027-05-05")
        second._subscription_close(date(2027, 5, 5))
        self.assertEqual(self.get_rows(model=self.Customers), {"Feb 2027": [1, 1, 1, 0]})
        self.assertEqual(
            self.get_rows("net_change", model=self.Customers), {"Feb 2027": [30, 50, 20, 0]}
        )
        self.assertEqual(self.get_rows(), {"Feb 2027": [1, 1, 0, 0], "Mar 2027": [1, 1, 0]})

    def test_the_rows_behind_a_cell_add_up_to_it(self):
        self.draw_histories(5)
        for measure in MEASURES:
            data = self.get_data(measure)
            self.assertTrue(data["rows"])
            for row in data["rows"]:
                cohort = [("cohort_date", ">=", row["start"]), ("cohort_date", "<", row["stop"])]
                cells = zip(row["values"], row["ends"], strict=True)
                for place, (value, end) in enumerate(cells):
                    if value is None:
                        continue
                    until = [("effective_date", "<", end)] if place else [("is_first", "=", True)]
                    found = self.Contracts.search([*cohort, *until])
                    self.assertAlmostEqual(sum(found.mapped(measure)), value, 6)

    # ------------------------------------------------------------------
    # The same as the engine says of the ledger
    # ------------------------------------------------------------------

    def draw_histories(self, seed):
        """Let ten contracts grow, shrink, pause, resume, end and come back over half a year."""
        draw, orders = random.Random(seed), []  # noqa: S311
        day = date(2027, 2, 1)
        while day < date(2027, 7, 20):
            self.travel(day)
            if len(orders) < 10:
                customer = draw.choice(self.partner | self.others)
                line = self.line_values(draw.choice(self.seat | self.support), draw.randrange(1, 9))
                orders.append(self.create_contract(line, partner_id=customer.id))
            order = draw.choice(orders)
            order._subscription_refresh_state()
            if order.subscription_state == "closed":
                order._subscription_reopen(day)
            elif order.subscription_state == "paused":
                order._subscription_resume(day)
            elif order.subscription_state == "active":
                act = draw.randrange(5)
                if act == 0:
                    order._subscription_close(day)
                elif act == 1:
                    order._subscription_pause(day)
                else:
                    order.order_line[0].product_uom_qty = draw.randrange(1, 9)
            self.env.cr.flush()
            day += timedelta(draw.randrange(4, 12))

    def get_changes(self, names):
        """Return what the ledger says of members, the slow way: {measure: changes}."""
        self.env.cr.flush()
        days = defaultdict(lambda: defaultdict(Decimal))
        for event in self.Event.search([("company_id", "=", self.company.id)]):
            member = tuple(event[name].id for name in names)
            days[member][event.effective_date] += Decimal(str(round(event.amount, 6)))
        changes = {measure: [] for measure in MEASURES}
        for moved in days.values():
            balance, balances = Decimal(0), {}
            for day in sorted(moved):
                balance += moved[day]
                balances[day] = balance
            began = next((day for day in sorted(moved) if balances[day] > TINY), None)
            before = Decimal(0)
            for day in sorted(moved) if began else ():
                after = balances[day]
                worth = {
                    "member_change": int(after > TINY) - int(before > TINY),
                    "net_change": after - before,
                    "gross_change": min(after, balances[began]) - min(before, balances[began]),
                }
                for measure, value in worth.items():
                    changes[measure].append((began, max(day, began), Decimal(value)))
                before = after
        return changes

    def test_tables_are_those_of_the_engine_whatever_contracts_did(self):
        for seed in (1, 2):
            self.draw_histories(seed)
            today = self.company._subscription_today()
            for model, names in (
                (self.Contracts, ["origin_id"]),
                (self.Customers, ["commercial_partner_id"]),
            ):
                changes = self.get_changes(names)
                for measure in MEASURES:
                    for interval in ("week", "month", "quarter", "year"):
                        for timeline in ("forward", "backward"):
                            with self.subTest(
                                seed=seed, model=model._name, measure=measure, interval=interval
                            ):
                                self.check_table(
                                    self.get_data(
                                        measure, model, interval=interval, timeline=timeline
                                    ),
                                    cohorts_of_changes(changes[measure], interval, today, 7),
                                    timeline,
                                )

    def check_table(self, data, table, timeline):
        lines = arranged(table, timeline, 61)
        self.assertEqual(len(data["rows"]), len(table))
        for row, line, values in zip(data["rows"], table, lines, strict=True):
            self.assertAlmostEqual(row["size"], float(line.size), 5)
            for found, value in zip(row["values"], values, strict=True):
                self.assertEqual(found is None, value is None)
                self.assertAlmostEqual(found or 0, float(value or 0), 5)

    def test_lives_without_breaks_are_the_engines_cohorts(self):
        draw, lives = random.Random(7), []  # noqa: S311
        for _number in range(8):
            start = date(2027, 2, 1) + timedelta(draw.randrange(90))
            order = self.create_contract(self.line_values(self.seat, 2), day=start)
            stop = draw.choice([None, start + timedelta(draw.randrange(1, 80))])
            if stop:
                order._subscription_close(stop)
            lives.append((start, stop, Decimal(1)))
        self.travel("2027-07-01")
        self.Event._remember_contracts(self.env["sale.order"].search([]))
        until = date(2027, 7, 1)
        self.check_table(self.get_data(), cohorts(lives, "month", until), "forward")

    def test_the_last_column_is_the_mrr_of_the_ledger(self):
        self.draw_histories(4)
        self.travel("2027-08-20")
        data = self.get_data("net_change")
        total = self.get_left(data)
        self.assertTrue(total)
        events = self.Event.search([("company_id", "=", self.company.id)])
        self.assertAlmostEqual(total, sum(events.mapped("company_amount")), 5)
        dashboard = self.env["subscription.dashboard"].get_dashboard({})
        tiles = {tile["name"]: tile["text"] for tile in dashboard["tiles"]}
        self.assertEqual(tiles["contracts"], str(int(self.get_left(self.get_data()))))
        customers = self.get_left(self.get_data(model=self.Customers))
        self.assertEqual(tiles["customers"], str(int(customers)))

    def get_left(self, data):
        """Return what is left of all cohorts on the last day."""
        return sum(
            [value for value in row["values"] if value is not None][-1] for row in data["rows"]
        )

    def test_amounts_of_another_currency_are_shown_in_that_of_the_company(self):
        other = self.env.ref("base.EUR" if self.currency.name != "EUR" else "base.USD")
        other.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "name": "2027-01-01", "rate": 2.0}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": other.id}
        )
        self.create_contract(
            self.line_values(self.seat, 3, price_unit=10.0),
            day="2027-02-05",
            pricelist_id=pricelist.id,
        )
        data = self.get_data("net_change")
        self.assertEqual(data["rows"][0]["size"], 15)
        self.assertEqual(data["currency"], self.currency.id)

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_a_salesperson_sees_own_figures_and_nobody_without_rights_any(self):
        own = "sales_team.group_sale_salesman,base.group_allow_export"
        every = "sales_team.group_sale_salesman_all_leads,base.group_allow_export"
        seller = new_test_user(self.env, "retention seller", groups=own)
        leader = new_test_user(self.env, "retention leader", groups=own)
        everybody = new_test_user(self.env, "retention all", groups=every)
        employee = new_test_user(self.env, "retention employee", groups="base.group_user")
        team = self.env["crm.team"].create({"name": "Led", "user_id": leader.id})
        admin = self.env.ref("base.user_admin")
        for quantity, user in ((2, seller), (3, admin), (4, admin)):
            self.create_contract(
                self.line_values(self.seat, quantity),
                day="2027-02-05",
                user_id=user.id,
                team_id=team.id if quantity == 4 else False,
            )
        for model in (self.Contracts, self.Customers):
            for user, size in ((seller, 20), (leader, 40), (everybody, 90)):
                with self.subTest(model=model._name, user=user.login):
                    # A row says what its reader may know, and requests of two share no memory.
                    self.env.invalidate_all()
                    found = model.with_user(user)
                    self.assertEqual(self.get_data("net_change", found)["size"], size)
                    groups = found._read_group([], ["user_id"], ["net_change:sum"])
                    self.assertEqual(sum(group[1] for group in groups), size)
                    shown = found.search([]).export_data(["net_change"])["datas"]
                    self.assertEqual(sum(row[0] for row in shown), size)
            for ask in (
                lambda model: self.get_data("net_change", model),
                lambda model: model._read_group([], [], ["net_change:sum"]),
                lambda model: model.search([]),
            ):
                with self.assertRaises(AccessError):
                    ask(model.with_user(employee))

    def test_another_company_is_not_seen(self):
        self.create_contract(self.line_values(self.seat, 2), day="2027-02-05")
        other = self.env["res.company"].create({"name": "Another company of cohorts"})
        user = new_test_user(
            self.env,
            "retention abroad",
            groups="sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[other.id],
        )
        self.assertTrue(self.get_data()["rows"])
        self.assertFalse(self.get_data(model=self.Contracts.with_user(user))["rows"])

    def test_the_table_takes_one_statement_of_the_ledger(self):
        self.draw_histories(6)
        self.get_data()
        with self.assertQueryCount(2):
            self.get_data()
