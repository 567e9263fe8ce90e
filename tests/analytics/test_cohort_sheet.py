import io
import json

import openpyxl
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SubscriptionCommon

SHAPE = {
    "date_start": "cohort_date",
    "date_change": "effective_date",
    "first": "is_first",
    "measure": "net_change",
}


@tagged("post_install", "-at_install")
class TestCohortSheet(SubscriptionCommon, HttpCase):
    """The spreadsheet of a table of cohorts, and who gets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "sheet seller", "sales_team.group_sale_salesman", password="sheet seller"
        )
        cls.manager = new_test_user(
            cls.env, "sheet manager", "sales_team.group_sale_manager", password="sheet manager"
        )

    def prepare_once(self):
        super().prepare_once()
        values = {"day": "2027-01-05", "user_id": self.manager.id}
        self.kept = self.create_contract(self.line_values(self.seat, 3), **values)
        lost = self.create_contract(self.line_values(self.seat, 1), **values)
        self.travel("2027-01-20")
        lost._subscription_close(lost._subscription_today())
        self.travel("2027-03-10")
        self.env.cr.flush()

    def ask(self, login, data=None, **changes):
        self.authenticate(login, login)
        asked = {
            "model": "subscription.contract.retention",
            "domain": [],
            "values": SHAPE,
            "title": "Retention",
        }
        body = json.dumps(asked | changes) if data is None else data
        with mute_logger("odoo.http", "odoo.sql_db", "werkzeug"):
            return self.url_open(
                "/sale_recurring/cohort/xlsx",
                data={"data": body, "csrf_token": Request.csrf_token(self)},
                allow_redirects=False,
            )

    def get_cells(self, response):
        """Return the cells of both sheets, empty ones as None."""
        self.assertEqual(response.status_code, 200)
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book]

    def test_shares_and_values_each_have_a_sheet(self):
        shares, values = self.get_cells(self.ask("sheet manager"))
        self.assertEqual(shares[0][0], "Retention")
        self.assertEqual(shares[1][0], "MRR, Net: Retention")
        self.assertEqual(shares[3], ["Cohort", "Beginning", 0, 1, 2])
        self.assertEqual(shares[4], ["Jan 2027", 40, 1, 0.75, 0.75])
        self.assertEqual(shares[5], ["All cohorts", 40, 1, 0.75, 0.75])
        self.assertEqual(values[4], ["Jan 2027", 40, 40, 30, 30])

    def test_churn_is_the_rest(self):
        shares, values = self.get_cells(self.ask("sheet manager", values=SHAPE | {"mode": "churn"}))
        self.assertEqual(shares[4], ["Jan 2027", 40, 0, 0.25, 0.25])
        self.assertEqual(shares[5], ["All cohorts", 40, 0, 0.25, 0.25])
        self.assertEqual(values[4], ["Jan 2027", 40, 0, 10, 10])

    def test_columns_by_date_bear_their_periods(self):
        values = SHAPE | {"timeline": "backward"}
        shares, _values = self.get_cells(self.ask("sheet manager", values=values))
        self.assertEqual(shares[3][2:], ["Jan 2027", "Feb 2027", "Mar 2027"])

    def test_a_salesperson_gets_own_figures_only(self):
        shares, _values = self.get_cells(self.ask("sheet seller"))
        self.assertNotIn("Jan 2027", [row[0] for row in shares])
        self.kept.user_id = self.seller
        self.env.cr.flush()
        shares, _values = self.get_cells(self.ask("sheet seller"))
        self.assertEqual(shares[4][:2], ["Mar 2027", 30])

    def test_an_employee_and_other_models_are_refused(self):
        new_test_user(self.env, "sheet employee", "base.group_user", password="sheet employee")
        self.assertEqual(self.ask("sheet employee").status_code, 403)
        for model in ("subscription.contract.retention", "subscription.mrr.event"):
            values = {"date_start": "effective_date", "date_stop": "effective_date"}
            refused = self.ask("sheet employee", model=model, values=values)
            self.assertEqual(refused.status_code, 403)
        companies = self.env["res.company"].create({"name": "Foreign sheet"}).ids
        shares, _values = self.get_cells(self.ask("sheet manager", companies=companies))
        self.assertEqual(shares[4][0], "Jan 2027", "only companies of the caller count")

    def test_strange_requests_are_refused(self):
        for data in ("", "x", "[]", "1e30", "null", '{"model": "nothing"}'):
            self.assertEqual(self.ask("sheet manager", data).status_code, 400, data)
        for changes in (
            {"model": "base"},
            {"model": ["a"]},
            {"domain": [["nothing", "=", 1]]},
            {"domain": [["cohort_date", "near", 1]]},
            {"domain": [["cohort_date", "=", "nonsense"]]},
            {"domain": "[]"},
            {"domain": [7]},
            {"values": {"date_start": "x"}},
            {"values": SHAPE | {"interval": 5}},
            {"companies": [[1]], "domain": [["user_id.login", "=", {"a": 1}]]},
        ):
            status = self.ask("sheet manager", **changes).status_code
            self.assertTrue(400 <= status < 500, (changes, status))
