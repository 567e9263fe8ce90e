from collections import defaultdict
from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import new_test_user, tagged

from ..support.common_drawn_mrr import DrawnMrrCommon

LEDGER = (
    "subscription.mrr.report",
    "subscription.customer.report",
    "subscription.churn.report",
    "subscription.contract.retention",
    "subscription.customer.retention",
)
FLOWS = ("new", "expansion", "reactivation", "contraction", "churn", "other")
MEASURES = {
    "subscription.mrr.report": ("month", *FLOWS, "opening", "closing", "contracts"),
    "subscription.customer.report": ("date", "partner_id", "kind", "amount", "customers"),
    "subscription.churn.report": ("date", "order_id", "tenure", "lost_amount", "lost_count"),
    "subscription.contract.retention": ("effective_date", "origin_id", "net_change"),
    "subscription.customer.retention": ("effective_date", "member_change", "gross_change"),
}
SHAPE = {"date_start": "cohort_date", "date_change": "effective_date", "first": "is_first"}


@tagged("post_install", "-at_install")
class TestKnownOn(DrawnMrrCommon):
    """Reports of the ledger of MRR, as they were known on a day."""

    def read_rows(self, name, known=None, domain=()):
        """Return the rows of a report as plain values, in their order."""
        domain = [("company_id", "=", self.company.id), *domain]
        domain += [("known_on", "<=", known)] if known else []
        rows = self.env[name].search(domain)
        return [
            tuple(getattr(row[field], "ids", row[field]) for field in MEASURES[name])
            for row in rows.sorted(lambda row: row.id)
        ]

    def read_all(self, known=None):
        """Return the rows of every report, as known on a day."""
        self.env.invalidate_all()
        return {name: self.read_rows(name, known) for name in LEDGER}

    def change_late(self):
        """Let 100 begin in March, become 200 as of April 20, and let that be typed in late May."""
        order = self.create_contract(self.line_values(self.seat, 10), day="2027-03-05")
        self.record(order)
        self.travel("2027-05-20")
        self.change(order, order.order_line, date(2027, 4, 20), 20)
        self.record(order)
        return order

    # ------------------------------------------------------------------
    # What was known stays
    # ------------------------------------------------------------------

    def test_later_corrections_change_nothing_of_what_was_known(self):
        for seed, year in ((1, 2027), (2, 2028)):
            seen = {}
            watch = lambda day, seen=seen: seen.update({day: self.read_all()})  # noqa: E731
            self.draw_history(seed, watch, year)
            self.travel(date(year, 8, 1))
            self.assertTrue(any(event.is_correction for event in self.get_events()))
            for day, rows in seen.items():
                for name, expected in rows.items():
                    with self.subTest(seed=seed, day=day, report=name):
                        self.assertEqual(self.read_rows(name, day), expected)

    def test_known_today_is_all_that_is_known(self):
        self.draw_history(3)
        today = self.travel("2027-07-21")
        rows = self.read_all()
        self.assertTrue(all(rows.values()))
        for known in (today, today + timedelta(1), date(2031, 1, 1)):
            self.assertEqual(self.read_all(known), rows)

    def test_nothing_was_known_before_the_first_contract(self):
        self.draw_history(4)
        for known in (date(2027, 1, 31), date(2024, 2, 29), date(1970, 1, 1)):
            self.assertEqual(self.read_all(known), {name: [] for name in LEDGER})

    # ------------------------------------------------------------------
    # What was known adds up
    # ------------------------------------------------------------------

    def test_reports_add_up_to_the_movements_that_were_known(self):
        for seed, year in ((5, 2027), (6, 2028)):
            self.draw_history(seed, year=year)
            for known in (date(year, 3, 15), date(year, 5, 31), date(year, 7, 1)):
                with self.subTest(seed=seed, known=known):
                    self.check_sums(known)

    def check_sums(self, known):
        """Months go on from each other, and customers move as much as contracts."""
        events = self.get_events(known)
        by_month, closing = defaultdict(list), 0.0
        for month, *values in self.read_rows("subscription.mrr.report", known):
            by_month[month].append(values)
        for month, rows in sorted(by_month.items()):
            *flows, opening, total, contracts = map(sum, zip(*rows, strict=True))
            self.assertAlmostEqual(opening, closing, 6)
            closing += sum(flows)
            self.assertAlmostEqual(total, closing, 6)
            end = Date.end_of(month, "month")
            told = events.filtered(lambda event, end=end: event.effective_date <= end)
            self.assertAlmostEqual(closing, sum(told.mapped("company_amount")), 6)
            worth = told.grouped("origin_id").values()
            self.assertEqual(contracts, sum(sum(one.mapped("amount")) > 1e-6 for one in worth))
            moved = self.read_rows("subscription.customer.report", known, [("date", "<=", end)])
            self.assertAlmostEqual(sum(row[3] for row in moved), closing, 6)
        self.assertEqual(max(by_month), known.replace(day=1), "nothing later was known")

    # ------------------------------------------------------------------
    # How it is asked for
    # ------------------------------------------------------------------

    def test_of_a_period_its_last_day_counts(self):
        self.change_late()
        Report = self.env["subscription.mrr.report"]
        march, may = (("2027-03-01", "2027-03-31"), ("2027-05-01", "2027-05-31"))

        def between(start, end):
            return ["&", ("known_on", ">=", start), ("known_on", "<=", end)]

        for domain, amount in (
            ([], 200.0),
            (between(*march), 100.0),
            (between(*may), 200.0),
            (["|", *between(*march), *between(*may)], 200.0),
            ([("known_on", "=", "2027-05-19")], 100.0),
            ([("known_on", "=", "2027-05-20")], 200.0),
            ([("known_on", "<", "2027-05-20")], 100.0),
            ([("known_on", "in", ["2027-03-07", "2027-05-19"])], 100.0),
            ([("known_on", "<=", "2027-05-20"), ("known_on", "<=", "2027-05-19")], 100.0),
            (["!", ("known_on", ">", "2027-05-19")], None),
        ):
            with self.subTest(domain):
                if amount is None:
                    with self.assertRaises(UserError):
                        Report.search(domain)
                    continue
                [(closing,)] = Report._read_group(
                    [("company_id", "=", self.company.id), ("month", "=", "2027-03-01"), *domain],
                    [],
                    ["closing:sum"],
                )
                self.assertEqual(closing, 100.0)
                rows = Report.search([("company_id", "=", self.company.id), *domain])
                self.assertEqual(rows.sorted("month")[-1].closing, amount)
                moved = self.Event._read_group(
                    [("company_id", "=", self.company.id), *domain], [], ["company_amount:sum"]
                )
                self.assertEqual(moved, [(amount,)])
                parts = self.env["subscription.mrr.part"].search(
                    [("company_id", "=", self.company.id), *domain]
                )
                self.assertEqual(sum(parts.mapped("company_amount")), amount)

    def test_what_cannot_be_meant_is_refused_in_a_sentence(self):
        for name in (*LEDGER, "subscription.mrr.event"):
            for domain in (
                [("known_on", "!=", "2027-05-19")],
                [("known_on", "=", False)],
            ):
                with self.subTest(name, domain=domain), self.assertRaises(UserError):
                    self.env[name].search(domain)
        for name in LEDGER:
            domain = ["|", ("known_on", "<=", "2027-05-19"), ("company_id", "=", 1)]
            with self.subTest(name), self.assertRaises(UserError):
                self.env[name].search(domain)

    def test_a_row_is_found_again_as_it_was_shown(self):
        self.change_late()
        Report = self.env["subscription.mrr.report"]
        domain = [("company_id", "=", self.company.id), ("month", "=", "2027-05-01")]
        now = Report.search(domain)
        then = Report.search([*domain, ("known_on", "=", "2027-05-10")])
        self.env.invalidate_all()
        self.assertEqual((now.closing, then.closing), (200.0, 100.0))
        again = Report.browse(then.ids)
        self.env.invalidate_all()
        self.assertEqual(again.export_data(["closing"])["datas"], [[100.0]])
        self.assertEqual((again.known_on, now.known_on), (date(2027, 5, 10), False))
        self.assertLess(max(then.ids), 2**53, "a browser knows the number")

    def test_salespeople_see_their_own_rows_of_a_day(self):
        sellers = [
            new_test_user(self.env, login, groups="sales_team.group_sale_salesman")
            for login in ("known one", "known two")
        ]
        for seller, quantity in zip(sellers, (3, 5), strict=True):
            order = self.create_contract(
                self.line_values(self.seat, quantity), day="2027-03-05", user_id=seller.id
            )
            self.record(order)
        self.travel("2027-05-05")
        theirs = {}
        for seller, amount in zip(sellers, (30.0, 50.0), strict=True):
            for name, measure in (
                ("subscription.mrr.report", "new:sum"),
                ("subscription.contract.retention", "net_change:sum"),
            ):
                Report = self.env[name].with_user(seller)
                domain = [("known_on", "=", "2027-04-10")]
                self.assertEqual(Report._read_group(domain, [], [measure]), [(amount,)])
                theirs[seller, name] = Report.search(domain).ids
        rows = self.env["subscription.mrr.report"].with_user(sellers[0])
        strange = rows.browse(theirs[sellers[1], "subscription.mrr.report"])
        self.assertTrue(strange)
        with self.assertRaises(AccessError):
            strange.read(["closing"])
        self.assertEqual(strange.sudo().exists().ids, strange.ids)
        self.assertFalse(strange.browse(max(strange.ids) + 10**6).exists())

    def test_a_table_of_cohorts_ends_with_what_was_known(self):
        order = self.change_late()
        self.travel("2027-07-10")
        order._subscription_close(date(2027, 5, 25))
        self.record(order)
        asked = SHAPE | {"measure": "net_change"}
        for model in ("subscription.contract.retention", "subscription.customer.retention"):
            for known, expected in (
                ("2027-05-10", [100.0, 100.0, 100.0]),
                ("2027-06-10", [100.0, 200.0, 200.0, 200.0]),
                ("2027-07-10", [100.0, 200.0, 0.0, 0.0, 0.0]),
            ):
                with self.subTest(model, known=known):
                    domain = [("company_id", "=", self.company.id), ("known_on", "<=", known)]
                    [row] = self.env[model].get_cohort_data(domain, asked)["rows"]
                    self.assertEqual(row["values"], expected)

    def test_every_report_of_the_ledger_offers_it(self):
        for name in (*LEDGER, "subscription.mrr.event", "subscription.mrr.part"):
            arch = self.env[name].get_view(view_type="search")["arch"]
            self.assertIn('name="known_on" string="Known On" date="known_on"', arch, name)
            self.assertIn('<field name="known_on"/>', arch, name)

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    def test_a_day_ends_at_midnight_of_the_company_whatever_the_clock_does(self):
        self.company.subscription_tz = "America/New_York"
        order = self.create_contract(self.line_values(self.seat, 10), day="2027-03-05")
        self.record(order)
        # 23:30 on the eve of the night in which clocks are set forward.
        self.travel("2027-03-14", 4, 30)
        order.order_line.product_uom_qty = 20
        self.record(order)
        self.travel("2027-03-20")
        Dashboard = self.env["subscription.dashboard"].with_context(
            allowed_company_ids=self.company.ids
        )
        for known, amount in ((date(2027, 3, 12), 100.0), (date(2027, 3, 13), 200.0)):
            tile = Dashboard.get_dashboard(
                {"start": "2027-03-01", "end": "2027-03-31", "known": known.isoformat()}
            )["tiles"][0]
            self.assertIn(f"{amount:.2f}", tile["text"])
            rows = self.read_rows("subscription.mrr.report", known)
            self.assertEqual(rows[-1][MEASURES["subscription.mrr.report"].index("closing")], amount)
