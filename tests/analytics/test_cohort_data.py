import random
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytz
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...engine.metrics.cohort import arranged, averages, cohorts
from ..support.warm import WarmCase

NOW = datetime(2027, 5, 20, 23, 30)
PRICES = {"date_start": "date_start", "date_stop": "date_end"}


@tagged("post_install", "-at_install")
class TestCohortData(WarmCase):
    """Tables of cohorts of records of any model, here those of core."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US", "tz": False})
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor of cohorts"})
        product = cls.env["product.template"].create({"name": "Bought in cohorts"})
        cls.domain = [("partner_id", "=", cls.vendor.id)]
        cls.Price = cls.env["product.supplierinfo"]
        draw = random.Random(3)  # noqa: S311
        cls.lives = []
        for _number in range(80):
            start = date(2026, 9, 1) + timedelta(draw.randrange(300))
            stop = draw.choice([None, start + timedelta(draw.randrange(200))])
            cls.lives.append((start, stop, Decimal(draw.randrange(1, 9))))
        common = {"partner_id": cls.vendor.id, "product_tmpl_id": product.id}
        cls.Price.create(
            [
                common | {"date_start": start, "date_end": stop, "price": float(value)}
                for start, stop, value in cls.lives
            ]
        )
        # without a day of a beginning nobody knows the cohort
        cls.Price.create(common)

    def setUp(self):
        super().setUp()
        self.stand_on(NOW.date())

    def stand_on(self, day):
        self.patch(type(self.env["base"]), "_get_cohort_today", lambda model: day)

    def get_data(self, model=None, domain=None, **values):
        model = self.Price if model is None else model
        return model.get_cohort_data(self.domain if domain is None else domain, PRICES | values)

    def get_values(self, data):
        return [(row["size"], row["values"]) for row in data["rows"]]

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def test_the_table_is_that_of_the_engine(self):
        week_start = int(self.env["res.lang"]._get_data(code="en_US").week_start)
        for interval in ("day", "week", "month", "quarter", "year"):
            for timeline in ("forward", "backward"):
                for measure in ("__count", "price"):
                    with self.subTest(interval=interval, timeline=timeline, measure=measure):
                        lives = [
                            (start, stop, value if measure == "price" else Decimal(1))
                            for start, stop, value in self.lives
                        ]
                        table = cohorts(lives, interval, NOW.date(), week_start)
                        if interval == "day":
                            last = NOW.date() if timeline == "backward" else table[-1].start
                            table = [line for line in table if line.start > last - timedelta(60)]
                        lines = arranged(table, timeline, 61)
                        data = self.get_data(interval=interval, timeline=timeline, measure=measure)
                        self.assertEqual(
                            self.get_values(data),
                            [
                                (line.size, [v if v is None else float(v) for v in values])
                                for line, values in zip(table, lines, strict=True)
                            ],
                        )
                        self.assertEqual(len(data["columns"]), len(lines[0]))
                        rates = averages([line.size for line in table], lines)
                        self.assertEqual(
                            data["averages"], [r if r is None else float(r) for r in rates]
                        )
                        self.assertEqual(data["is_cut"], interval == "day")

    def test_the_records_of_a_cell_are_as_many_as_it_says(self):
        for interval in ("day", "week", "month", "quarter"):
            for timeline in ("forward", "backward"):
                data = self.get_data(interval=interval, timeline=timeline)
                for row in data["rows"]:
                    cohort = [
                        *self.domain,
                        ("date_start", ">=", row["start"]),
                        ("date_start", "<", row["stop"]),
                    ]
                    found = self.Price.search(cohort)
                    self.assertEqual(
                        len(found.filtered(lambda one: one.date_start <= NOW.date())), row["size"]
                    )
                    cells = zip(row["values"], row["ends"], strict=True)
                    for place, (value, end) in enumerate(cells):
                        self.assertEqual(value is None, not end)
                        if value is None or place == row["first"]:
                            continue
                        left = ["|", ("date_end", "=", False), ("date_end", ">=", end)]
                        known = [*cohort, ("date_start", "<=", NOW.date()), *left]
                        self.assertEqual(self.Price.search_count(known), value)

    def test_a_moment_belongs_to_the_day_of_the_reader(self):
        zone = pytz.timezone("America/Sao_Paulo")
        order = self.env["sale.order"].create({"partner_id": self.vendor.id})
        # 1 February 1:30 in London is still January in Brazil.
        order.write({"date_order": "2027-02-01 01:30:00", "commitment_date": "2027-04-01 02:59:59"})
        domain = [("id", "=", order.id)]
        values = {"date_start": "date_order", "date_stop": "commitment_date"}
        self.env.flush_all()
        model = self.env["sale.order"]
        there = model.with_context(tz=zone.zone).get_cohort_data(domain, values)
        self.assertEqual([row["label"] for row in there["rows"]], ["Jan 2027"])
        self.assertEqual(there["rows"][0]["values"], [1, 1, 0, 0, 0])
        self.assertEqual(there["rows"][0]["start"], "2027-01-01 03:00:00")
        self.assertEqual(there["rows"][0]["ends"][1], "2027-03-01 03:00:00")
        here = model.get_cohort_data(domain, values)
        self.assertEqual([row["label"] for row in here["rows"]], ["Feb 2027"])
        self.assertEqual(here["rows"][0]["values"], [1, 1, 0, 0])

    def test_what_is_to_come_is_not_told(self):
        self.stand_on(date(2026, 9, 1) - timedelta(1))
        data = self.get_data()
        self.assertFalse(data["rows"] or data["columns"])

    def test_the_number_of_queries_does_not_depend_on_the_records(self):
        self.get_data()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.get_data()

    def test_amounts_of_one_currency_tell_it(self):
        euro, dollar = self.env.ref("base.EUR"), self.env.ref("base.USD")
        (euro | dollar).active = True
        orders = self.env["sale.order"].create(
            [{"partner_id": self.vendor.id, "date_order": "2027-01-05"} for _number in range(2)]
        )
        orders[0].currency_id, orders[1].currency_id = euro, dollar
        values = {"date_start": "date_order", "date_stop": "commitment_date"}
        values["measure"] = "amount_total"
        model = self.env["sale.order"]
        one = model.get_cohort_data([("id", "=", orders[0].id)], values)
        self.assertEqual(one["currency"], euro.id)
        both = model.get_cohort_data([("id", "in", orders.ids)], values)
        company = self.env.company.currency_id
        self.assertEqual(both["currency"], company.id, "of two currencies, that of the company")

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_whoever_may_not_read_the_records_is_refused(self):
        portal = new_test_user(self.env, "cohort portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self.get_data(self.Price.with_user(portal))
        with self.assertRaises(AccessError):
            self.env["base"].with_user(portal).get_cohort_data([], PRICES)

    def test_whoever_may_not_read_a_field_is_refused(self):
        groups = "base.group_user,product.group_product_manager"
        user = new_test_user(self.env, "cohort reader", groups=groups)
        self.assertTrue(self.get_data(self.Price.with_user(user))["rows"])
        for name in ("date_start", "date_end", "price"):
            with self.subTest(name):
                self.patch(self.Price._fields[name], "groups", "base.group_system")
                with self.assertRaises(AccessError):
                    self.get_data(self.Price.with_user(user), measure="price")
                with self.assertRaises(AccessError):
                    self.get_data(
                        self.Price.with_user(user),
                        [(name, "=", False)],
                        date_start="create_date",
                        date_stop="write_date",
                    )
                self.patch(self.Price._fields[name], "groups", None)

    def test_rules_on_records_hold(self):
        user = new_test_user(self.env, "cohort seller", groups="sales_team.group_sale_salesman")
        admin = self.env.ref("base.user_admin")
        self.env["sale.order"].create(
            [
                {"partner_id": self.vendor.id, "user_id": owner.id, "date_order": "2027-01-05"}
                for owner in (user, admin, admin)
            ]
        )
        values = {"date_start": "date_order", "date_stop": "commitment_date"}
        model = self.env["sale.order"]
        everything = model.get_cohort_data(self.domain, values)
        own = model.with_user(user).get_cohort_data(self.domain, values)
        self.assertEqual((everything["size"], own["size"]), (3, 1))

    # ------------------------------------------------------------------
    # What callers may ask for
    # ------------------------------------------------------------------

    def test_what_describes_no_table_is_refused_in_a_sentence(self):
        for values in (
            {"date_start": ""},
            {"date_stop": ""},
            {"date_start": "partner_id"},
            {"date_start": "nonsense"},
            {"date_start": "partner_id.create_date"},
            {"date_stop": "date_end; DROP TABLE x"},
            {"date_change": "date_end"},
            {"date_stop": "", "date_change": "date_end"},
            {"date_stop": "", "date_change": "date_end", "first": "partner_id"},
            {"first": "partner_id"},
            {"interval": "fortnight"},
            {"interval": "hour"},
            {"mode": "loss"},
            {"timeline": "sideways"},
            {"measure": "partner_id"},
            {"measure": "sequence"},
            {"measure": "id"},
            {"measure": "nonsense"},
            {"measure": 7},
            {"measure": ["price"]},
            {"limit": "5"},
        ):
            with self.subTest(values), self.assertRaises(UserError) as caught:
                self.get_data(**values)
            self.assertTrue(str(caught.exception).endswith("."))
        for values in (None, [], "date_start"):
            with self.assertRaises(UserError):
                self.Price.get_cohort_data([], values)
