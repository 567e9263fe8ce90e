from datetime import date, datetime

from odoo.tests import new_test_user, tagged

from ..support.common_drawn_mrr import DrawnMrrCommon

APRIL = {"start": "2027-04-01", "end": "2027-04-30"}
COHORT = {"date_start": "cohort_date", "date_change": "effective_date", "first": "is_first"}


@tagged("post_install", "-at_install")
class TestCurrencies(DrawnMrrCommon):
    """Two companies whose currencies differ, looked at together.

    At home 140.00 begin in March and 40.00 of them end in April; far away 200.00 begin, to become
    300.00. One at home is 4 far away, and 5 since April.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.far = cls.env["res.currency"].create({"name": "FAR", "symbol": "F"})
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": cls.far.id, "name": day, "rate": rate, "company_id": False}
                for day, rate in (("2027-01-01", 4.0), ("2027-04-01", 5.0))
            ]
        )
        cls.abroad = cls.env["res.company"].create({"name": "Abroad", "currency_id": cls.far.id})
        cls.abroad._keep_mrr_date(date(2027, 1, 1))
        cls.env.user.company_ids |= cls.abroad
        cls.manager = new_test_user(
            cls.env,
            "two currencies",
            groups="sales_team.group_sale_manager,account.group_account_readonly",
            company_id=cls.company.id,
            company_ids=[(6, 0, (cls.company | cls.abroad).ids)],
        )

    def setUp(self):
        super().setUp()
        self.kept = self.create_contract(self.line_values(self.seat, 10), day="2027-03-05")
        self.lost = self.create_contract(
            self.line_values(self.seat, 4), partner_id=self.customers[1].id
        )
        self.grown = self.create_abroad(20)
        self.record(self.kept | self.lost | self.grown)
        self.travel("2027-04-10")
        self.lost._subscription_close(date(2027, 4, 10))
        self.change(self.grown, self.grown.order_line, date(2027, 4, 10), 30)
        self.record(self.lost | self.grown)
        self.travel("2027-05-05")

    def create_abroad(self, quantity):
        """Return a contract of the other company, at 10.00 each in its currency."""
        line = {"product_id": self.seat.id, "product_uom_qty": quantity, "price_unit": 10.0}
        order = (
            self.env["sale.order"]
            .with_context(allowed_company_ids=self.abroad.ids)
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": self.abroad.id,
                    "subscription_template_id": self.template.id,
                    "order_line": [(0, 0, line)],
                }
            )
        )
        order.action_confirm()
        self.assertEqual(order.currency_id, self.far)
        return order.with_context(allowed_company_ids=(self.company | self.abroad).ids)

    def seen_from(self, model, *companies):
        """Return a model for somebody who has switched on companies, the first one on top."""
        ids = [company.id for company in companies]
        return self.env[model].with_user(self.manager).with_context(allowed_company_ids=ids)

    def read_sum(self, model, measure, domain, groupby=()):
        """Return what a chart or a pivot table shows of a measure, with the currencies of it."""
        currency = model._fields[measure].get_currency_field(model)
        specs = [f"{measure}:sum", f"{measure}:sum_currency", f"{currency}:array_agg_distinct"]
        rows = model.formatted_read_group(domain, list(groupby), specs)
        return [(row[specs[len(row[specs[2]]) > 1]], sorted(row[specs[2]])) for row in rows]

    # ------------------------------------------------------------------
    # Reports
    # ------------------------------------------------------------------

    def test_sums_of_reports_are_in_the_currency_of_the_company_on_top(self):
        both = sorted((self.currency | self.far).ids)
        march = [("month", "=", "2027-03-01")]
        april = [("month", "=", "2027-04-01")]
        for name, measure, domain, amount in (
            ("mrr.event", "company_amount", [], 160.0),
            ("mrr.event", "company_amount", [("kind", "=", "new")], 180.0),
            ("mrr.part", "company_amount", [], 160.0),
            ("mrr.report", "closing", march, 180.0),
            ("mrr.report", "closing", april, 160.0),
            ("mrr.report", "net_new", april, -20.0),
            ("customer.report", "amount", [], 160.0),
        ):
            for companies, rate in (
                ((self.company, self.abroad), 1),
                ((self.abroad, self.company), 5),
            ):
                with self.subTest(name, measure=measure, rate=rate):
                    model = self.seen_from(f"subscription.{name}", *companies)
                    self.assertEqual(self.read_sum(model, measure, domain), [(amount * rate, both)])

    def test_each_company_counts_in_its_own_way_and_currency(self):
        for order in (self.kept, self.grown):
            order._subscription_pause(date(2027, 5, 5), None)
            self.record(order)
        self.assertEqual(self.get_mrr(), [0.0, 0.0])
        Wizard = self.env["subscription.mrr.policy.wizard"].with_company(self.abroad)
        for counts, difference in ((True, 300.0), (False, -300.0)):
            wizard = Wizard.create({"paused_counts": counts})
            self.assertEqual((wizard.company_id, wizard.currency_id), (self.abroad, self.far))
            self.assertEqual(wizard.contract_count, 1)
            self.assertEqual(wizard.line_ids[-1:].difference, difference)
            wizard.action_apply()
            with self.enter_registry_test_mode():
                self.env.ref("sale_recurring.ir_cron_record_mrr").method_direct_trigger()
            self.assertEqual(self.get_mrr(), [0.0, max(difference, 0.0)])

    def get_mrr(self):
        """Return what the ledger of each company adds up to, in its own currency."""
        events = self.env["subscription.mrr.event"].sudo()
        return [
            sum(events.search([("company_id", "=", company.id)]).mapped("company_amount"))
            for company in (self.company, self.abroad)
        ]

    def test_one_company_is_told_in_its_own_currency(self):
        for company, currency, amount in (
            (self.company, self.currency, 100.0),
            (self.abroad, self.far, 300.0),
        ):
            for name, measure, domain in (
                ("mrr.event", "company_amount", []),
                ("mrr.part", "company_amount", []),
                ("mrr.report", "closing", [("month", "=", "2027-05-01")]),
                ("customer.report", "amount", []),
                ("contract.retention", "net_change", []),
            ):
                with self.subTest(name, company=company.name):
                    model = self.seen_from(f"subscription.{name}", company)
                    found = self.read_sum(model, measure, domain)
                    self.assertEqual(found, [(amount, currency.ids)])

    def test_lost_mrr_is_told_as_it_is_on_the_dashboard(self):
        self.travel("2027-05-10")
        self.grown._subscription_close(date(2027, 5, 10))
        self.record(self.grown)
        Report = self.seen_from("subscription.churn.report", self.company, self.abroad)
        both = sorted((self.currency | self.far).ids)
        self.assertEqual(self.read_sum(Report, "lost_amount", []), [(100.0, both)])
        rows = self.read_sum(Report, "lost_amount", [], ["date:month"])
        self.assertEqual(rows, [(40.0, self.currency.ids), (300.0, self.far.ids)])

    def test_amounts_keep_the_decimals_that_a_month_of_a_year_has(self):
        event = self.Event.search([("order_id", "=", self.kept.id)], limit=1)
        copied = self.Event.create(
            {
                name: event[name].id if hasattr(event[name], "ids") else event[name]
                for name in ("kind", "effective_date", "order_id", "company_id", "currency_id")
            }
            | {"amount": 8.333333, "company_amount": 8.333333}
        )
        self.env.invalidate_all()
        self.assertEqual((copied.amount, copied.company_amount), (8.333333, 8.333333))

    # ------------------------------------------------------------------
    # Cohorts
    # ------------------------------------------------------------------

    def test_cohorts_are_in_the_currency_of_the_company_on_top(self):
        for companies, currency, rate in (
            ((self.company, self.abroad), self.currency, 1),
            ((self.abroad, self.company), self.far, 5),
        ):
            for name in ("contract", "customer"):
                for measure, values in (
                    ("net_change", [180.0, 160.0, 160.0]),
                    ("gross_change", [180.0, 140.0, 140.0]),
                ):
                    with self.subTest(name, measure=measure, rate=rate):
                        model = self.seen_from(f"subscription.{name}.retention", *companies)
                        data = model.get_cohort_data([], COHORT | {"measure": measure})
                        [row] = data["rows"]
                        self.assertEqual(row["values"], [value * rate for value in values])
                        self.assertEqual(data["currency"], currency.id)

    def test_a_table_of_any_model_adds_up_no_two_currencies(self):
        orders = (self.kept | self.lost | self.grown).ids
        values = {
            "date_start": "create_date",
            "date_stop": "subscription_end_date",
            "interval": "year",
            "measure": "amount_untaxed",
        }
        for chosen, currency, size in (
            (orders, self.currency, 180.0),
            (self.grown.ids, self.far, 200.0),
        ):
            Order = self.seen_from("sale.order", self.company, self.abroad)
            data = Order.get_cohort_data([("id", "in", chosen)], values)
            self.assertEqual((data["size"], data["currency"]), (size, currency.id))

    # ------------------------------------------------------------------
    # Dashboard, forecast, mail
    # ------------------------------------------------------------------

    def get_texts(self, companies, **values):
        """Return the tiles of April as texts without spaces, and what the page is told."""
        Dashboard = self.seen_from("subscription.dashboard", *companies)
        data = Dashboard.get_dashboard({**APRIL, **values})
        texts = {tile["name"]: tile["text"] for tile in data["tiles"]}
        return {name: text.replace("\N{NO-BREAK SPACE}", "") for name, text in texts.items()}, data

    def test_the_dashboard_is_in_the_shown_currency(self):
        home, far = (self.company, self.abroad), (self.abroad, self.company)
        sign = self.currency.symbol
        for companies, values, amounts in (
            (home, {}, [f"{sign}160.00", f"{sign}-20.00", f"{sign}80.00"]),
            (home, {"currency": self.far.ids}, ["800.00F", "-100.00F", "400.00F"]),
            (far, {}, ["800.00F", "-100.00F", "400.00F"]),
            (
                far,
                {"currency": self.currency.ids},
                [f"{sign}160.00", f"{sign}-20.00", f"{sign}80.00"],
            ),
            (home, {"company": self.abroad.ids}, [f"{sign}60.00", f"{sign}20.00", f"{sign}60.00"]),
            (far, {"company": self.abroad.ids}, ["300.00F", "100.00F", "300.00F"]),
        ):
            with self.subTest(values=values, first=companies[0].name):
                texts, data = self.get_texts(companies, **values)
                found = [texts[name] for name in ("mrr", "net_new", "average_contract")]
                self.assertEqual(found, amounts)
                self.assertEqual(
                    data["currency"], "FAR" if "F" in amounts[0] else self.currency.name
                )
        texts, data = self.get_texts(home)
        self.assertEqual(texts["growth"], "-11.1 %")
        self.assertEqual([one["value"] for one in data["trend"][-2:]], [180.0, 160.0])
        self.assertEqual(data["waterfall"][0]["value"], 180.0)
        self.assertEqual(data["waterfall"][-1]["value"], 160.0)
        self.assertIn("40.00", data["reasons"][0]["text"])
        self.assertEqual(
            sorted(one["text"] for one in data["top"]),
            [f"{sign}\N{NO-BREAK SPACE}-40.00", f"{sign}\N{NO-BREAK SPACE}20.00"],
        )

    def test_a_customer_of_two_companies_is_two_customers_and_two_groups(self):
        texts, data = self.get_texts((self.company, self.abroad))
        self.assertEqual(texts["customers"], "2")
        tile = {one["name"]: one for one in data["tiles"]}["customers"]
        Dashboard = self.seen_from("subscription.dashboard", self.company, self.abroad)
        domain = Dashboard.get_counted_domain(APRIL, "customers")
        Event = self.seen_from("subscription.mrr.event", self.company, self.abroad)
        self.assertEqual(len(Event._read_group(domain, tile["group"])), 2)

    def test_what_the_browser_adds_up_is_shown_in_the_chosen_currency(self):
        Order = self.seen_from("sale.order", self.company, self.abroad)
        spec = "subscription_amount_monthly:sum_currency"
        domain = [("id", "in", (self.kept | self.grown).ids)]
        for companies, currency, amount in (
            ((self.company, self.abroad), self.company.currency_id, 160.0),
            ((self.company, self.abroad), self.far, 800.0),
            ((self.abroad, self.company), self.far, 800.0),
            ((self.abroad, self.company), self.company.currency_id, 160.0),
        ):
            with self.subTest(first=companies[0].name, shown=currency.name):
                _texts, data = self.get_texts(companies, currency=currency.ids)
                Order = self.seen_from("sale.order", *companies)
                [row] = Order.formatted_read_group(domain, [], [spec])
                self.assertAlmostEqual(row[spec] * data["shown"]["rate"], amount, 6)

    def test_the_forecast_is_in_the_shown_currency(self):
        for companies, values, rate in (
            ((self.company, self.abroad), {}, 1),
            ((self.company, self.abroad), {"currency": self.far.ids}, 5),
            ((self.abroad, self.company), {}, 5),
        ):
            with self.subTest(first=companies[0].name, values=values):
                Dashboard = self.seen_from("subscription.dashboard", *companies)
                data = Dashboard.get_forecast({"months": 3, **values})
                self.assertEqual(data["past"][-1]["value"], 160.0 * rate)
                self.assertEqual(data["months"][0]["known"], 160.0 * rate)
                # Two of three months are measured: 180 came in one of them.
                self.assertEqual(data["assumptions"]["new"], 60.0 * rate)

    def test_a_scenario_is_kept_in_the_currency_of_the_company(self):
        Scenario = self.seen_from("subscription.forecast.scenario", self.company, self.abroad)
        Scenario.create({"name": "s", "new": 10.0})
        for values, amount in (({}, 280.0), ({"currency": self.far.ids}, 1400.0)):
            Dashboard = self.seen_from("subscription.dashboard", self.company, self.abroad)
            [found] = Dashboard.get_forecast(values)["scenarios"]
            self.assertEqual(found["values"][-1], amount)

    def test_each_mail_is_in_the_currency_of_its_company(self):
        days = {"start_datetime": datetime(2027, 4, 1), "end_datetime": datetime(2027, 5, 1)}
        for top, company, amounts in (
            (self.company, self.abroad, (300.0, 100.0)),
            (self.company, self.company, (100.0, -40.0)),
            (self.abroad, self.company, (100.0, -40.0)),
            (self.abroad, self.env["res.company"], (300.0, 100.0)),
        ):
            with self.subTest(top=top.name, company=company.name):
                ids = [top.id, *(self.company | self.abroad - top).ids]
                digest = (
                    self.env["digest.digest"]
                    .create({"name": "d", "company_id": company.id})
                    .with_context(allowed_company_ids=ids, **days)
                )
                found = digest.kpi_subscription_mrr_value, digest.kpi_subscription_net_new_value
                self.assertEqual(found, amounts)

    # ------------------------------------------------------------------
    # As known
    # ------------------------------------------------------------------

    def test_what_was_known_is_told_at_the_same_rates(self):
        self.travel("2027-05-20")
        self.change(self.grown, self.grown.order_line, date(2027, 4, 20), 50)
        self.record(self.grown)
        companies = (self.company, self.abroad)
        both = sorted((self.currency | self.far).ids)
        for known, amount in (("2027-05-19", 160.0), ("2027-05-20", 200.0)):
            with self.subTest(known=known):
                texts, _data = self.get_texts(companies, known=known)
                self.assertEqual(texts["mrr"], f"{self.currency.symbol}{amount:.2f}")
                for name, measure in (
                    ("mrr.event", "company_amount"),
                    ("customer.report", "amount"),
                    ("mrr.report", "closing"),
                ):
                    model = self.seen_from(f"subscription.{name}", *companies)
                    domain = [("known_on", "<=", known)]
                    if name == "mrr.report":
                        domain.append(("month", "=", "2027-05-01"))
                    self.assertEqual(self.read_sum(model, measure, domain), [(amount, both)])
                model = self.seen_from("subscription.contract.retention", *companies)
                data = model.get_cohort_data(
                    [("known_on", "<=", known)], COHORT | {"measure": "net_change"}
                )
                self.assertEqual(data["rows"][0]["values"][-1], amount)
