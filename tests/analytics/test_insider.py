import json
from datetime import date

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tests import new_test_user, tagged

from ..support.common_drawn_mrr import DrawnMrrCommon

SALESPERSON = "sales_team.group_sale_salesman"
MODELS = (
    "subscription.mrr.event",
    "subscription.mrr.part",
    "subscription.mrr.report",
    "subscription.customer.report",
    "subscription.churn.report",
    "subscription.revenue.report",
    "subscription.term.report",
    "subscription.contract.retention",
    "subscription.customer.retention",
    "subscription.segment",
    "subscription.interruption",
    "subscription.recognition.revenue",
    "subscription.health.report",
    "sale.order",
    "sale.order.line",
)
ALL = {"start": "2027-01-01", "end": "2027-12-31"}
KNOWN = ({}, {"known": "2027-05-04"})
COHORTS = (
    ("subscription.contract.retention", "cohort_date", "net_change"),
    ("subscription.customer.retention", "cohort_date", "gross_change"),
)
# What no text that reaches the reader may hold: worth and names of the others, and sums with them.
SECRETS = ("777.77", "777,77", "787.77", "555.55", "565.55", "1333.32", "1343.32", "Secret")


@tagged("post_install", "-at_install")
class TestInsider(DrawnMrrCommon):
    """A salesperson with 10.00 asks for the 777.77 of a colleague and the 555.55 of a company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.env["res.company"].create({"name": "Secret Abroad"})
        cls.abroad._keep_mrr_date(date(2027, 1, 1))
        cls.env.user.company_ids |= cls.abroad
        cls.nosy, cls.colleague = (
            new_test_user(
                cls.env,
                login,
                groups=SALESPERSON,
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )
            for login in ("nosy", "Secret colleague")
        )
        cls.team = cls.env["crm.team"].create(
            {"name": "Secret team", "user_id": False, "company_id": cls.company.id}
        )
        cls.strangers = cls.env["res.partner"].create(
            [{"name": "Secret customer"}, {"name": "Secret far away"}]
        )

    def setUp(self):
        super().setUp()
        self.own = self.create_contract(
            self.line_values(self.seat, 1), day="2027-03-05", user_id=self.nosy.id
        )
        self.other = self.create_contract(
            self.line_values(self.seat, 7, price_unit=111.11),
            partner_id=self.strangers[0].id,
            user_id=self.colleague.id,
            team_id=self.team.id,
        )
        line = {"product_id": self.seat.id, "product_uom_qty": 5, "price_unit": 111.11}
        self.far = (
            self.env["sale.order"]
            .with_context(allowed_company_ids=self.abroad.ids)
            .create(
                {
                    "partner_id": self.strangers[1].id,
                    "company_id": self.abroad.id,
                    "subscription_template_id": self.template.id,
                    "order_line": [(0, 0, line)],
                }
            )
        )
        self.far.action_confirm()
        self.record(self.own | self.other | self.far)
        self.travel("2027-05-05")
        self.other._subscription_close(date(2027, 5, 5))
        self.record(self.other)
        self.env.invalidate_all()

    def ask(self, function, *args, **kwargs):
        """Return what somebody is told, as text; nothing when it is refused."""
        try:
            with self.env.cr.savepoint():
                return json.dumps(function(*args, **kwargs), default=str)
        except (AccessError, UserError, MissingError, ValueError):
            return ""

    def assert_secret(self, text, *what):
        """Hold a text against what nobody may read."""
        found = [secret for secret in SECRETS if secret in text]
        self.assertFalse(found, (*what, text[:1500]))

    def get_amounts(self, model):
        """Return the numbers of a model that can be added up."""
        found = model.fields_get(attributes=["aggregator", "store", "type"])
        return [name for name, field in found.items() if field.get("aggregator") == "sum"]

    # ------------------------------------------------------------------
    # By what is public
    # ------------------------------------------------------------------

    def test_no_way_to_read_rows_tells_those_of_others(self):
        told = set()
        for name in MODELS:
            model = self.env[name].with_user(self.nosy)
            theirs = self.env[name].search([]).ids
            if not model.has_access("read"):
                with self.assertRaises(AccessError):
                    model.search([])
                continue
            amounts = self.get_amounts(model)
            fields = list(model.fields_get())
            specs = [f"{amount}:sum" for amount in amounts]
            web = {field: {} for field in fields}
            for domain in ([], [("id", "in", theirs)]):
                for text in (
                    self.ask(model.search_read, domain, fields),
                    self.ask(model.web_search_read, domain, web),
                    self.ask(model.formatted_read_group, domain, [], specs),
                    self.ask(model.web_read_group, domain, ["company_id"], specs),
                    self.ask(model.read_group, domain, amounts, []),
                    self.ask(lambda m=model, d=domain, f=fields: m.search(d).export_data(f)),
                    self.ask(model.name_search, "", domain),
                ):
                    self.assert_secret(text, name, domain)
                    told |= {name} if "10.0" in text else set()
            for one in theirs:
                self.assert_secret(self.ask(model.browse(one).read), name, one)
                self.assert_secret(self.ask(model.browse(one).web_read, web), name, one)
        self.assertGreaterEqual(told, {*MODELS[:3], "subscription.contract.retention"})

    def test_no_company_that_was_not_given_is_told(self):
        for name in MODELS[:9]:
            model = self.env[name].with_user(self.nosy)
            both = model.with_context(allowed_company_ids=[self.company.id, self.abroad.id])
            for text in (
                self.ask(lambda m=both: m.search_read([])),
                self.ask(lambda m=both: m.formatted_read_group([], ["company_id"])),
                self.ask(lambda m=both: m.get_cohort_data([], {})),
            ):
                self.assertEqual(text, "", name)

    def test_no_table_of_cohorts_tells_of_others(self):
        for name, start, measure in COHORTS:
            for known in ([], [("known_on", "<=", "2027-05-04")]):
                values = {
                    "date_start": start,
                    "date_change": "effective_date",
                    "first": "is_first",
                    "measure": measure,
                }
                data = self.env[name].with_user(self.nosy).get_cohort_data(known, values)
                self.assertEqual([row["size"] for row in data["rows"]], [10.0])
        for name in ("subscription.segment", "sale.order"):
            measure = {"sale.order": "amount_total"}.get(name, "__count")
            values = {"date_start": "create_date", "date_stop": "write_date", "measure": measure}
            self.assert_secret(
                self.ask(self.env[name].with_user(self.nosy).get_cohort_data, [], values), name
            )

    # ------------------------------------------------------------------
    # By the pages
    # ------------------------------------------------------------------

    def get_calls(self):
        """Return the public methods of the dashboard that are not those of any model."""
        names = set(dir(type(self.env["subscription.dashboard"]))) - set(
            dir(type(self.env["subscription.protected.mixin"]))
        )
        return {name for name in names if not name.startswith("_")}

    def test_every_call_of_the_dashboard_tells_the_own_only(self):
        self.assertEqual(
            self.get_calls(),
            {
                "get_counted_domain",
                "get_dashboard",
                "get_definitions",
                "get_document_tiles",
                "get_forecast",
            },
        )
        Dashboard = self.env["subscription.dashboard"].with_user(self.nosy)
        filters = (
            {},
            {"company": self.abroad.ids},
            {"user": self.colleague.ids},
            {"team": self.team.ids},
            {"product": self.seat.ids},
        )
        for known in KNOWN:
            for chosen in filters:
                values = {**ALL, **known, **chosen}
                for function in (
                    Dashboard.get_dashboard,
                    Dashboard.get_document_tiles,
                    Dashboard.get_forecast,
                ):
                    with self.subTest(function.__name__, **values):
                        self.assert_secret(self.ask(function, values))
                for name in ("customers", "contracts", "logo_churn"):
                    domain = Dashboard.get_counted_domain(values, name)
                    asked = str(domain)
                    for record in (self.strangers[0], self.other, self.far):
                        self.assertNotIn(f"[{record.id}]", asked)
                        self.assertNotIn(f", {record.id}]", asked)
        tiles = {one["name"]: one for one in Dashboard.get_dashboard(ALL)["tiles"]}
        self.assertIn("10.00", tiles["mrr"]["text"])
        self.assertEqual((tiles["contracts"]["text"], tiles["customers"]["text"]), ("1", "1"))
        data = Dashboard.get_forecast({})
        self.assertEqual(data["past"][-1]["value"], 10.0)
        self.assertEqual({month["known"] for month in data["months"]}, {10.0})

    def test_what_only_the_server_may_say_is_not_believed(self):
        """A caller who names a day of knowledge or another reader is told the own."""
        for context in (
            {"subscription_known_on": "2027-05-04"},
            {"uid": 1},
            {"su": True},
            {"subscription_known_on": [1, 2]},
        ):
            for name in MODELS[:9]:
                model = self.env[name].with_user(self.nosy).with_context(**context)
                self.assert_secret(self.ask(lambda m=model: m.search_read([])), name, context)

    def test_the_mail_of_a_salesperson_tells_the_own(self):
        digest = self.env["digest.digest"].with_user(self.nosy).new({"company_id": self.company.id})
        digest._compute_kpi_subscription_mrr()
        self.assertEqual(digest.kpi_subscription_mrr_value, 10.0)

    def test_scenarios_of_others_are_not_read(self):
        Scenario = self.env["subscription.forecast.scenario"]
        theirs = Scenario.with_user(self.colleague).create({"name": "Secret", "new": 777.77})
        mine = Scenario.with_user(self.nosy)
        self.assertFalse(mine.search([]))
        for function in (
            lambda: mine.browse(theirs.id).read(),
            lambda: mine.browse(theirs.id).write({"new": 1}),
            lambda: mine.browse(theirs.id).unlink(),
            lambda: mine.create({"name": "n", "user_id": self.colleague.id}),
        ):
            with self.assertRaises(AccessError):
                function()
