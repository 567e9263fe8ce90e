from datetime import date, datetime
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...engine.metrics.definitions import DEFINITIONS
from ..common import SubscriptionCommon

ADDON = Path(__file__).parents[2]


@tagged("post_install", "-at_install")
class TestDashboard(SubscriptionCommon):
    """The figures of a range, their formulas and the records behind them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Dashboard = cls.env["subscription.dashboard"]
        cls.other = cls.partner.copy({"name": "Bob Customer"})

    def prepare_once(self):
        super().prepare_once()
        # Before the range 100 and 40; inside it 20 new, 10 more, 40 lost.
        self.kept = self.create_contract(self.line_values(self.seat, 10), day="2027-03-05")
        self.lost = self.create_contract(
            self.line_values(self.seat, 4), day="2027-03-06", partner_id=self.other.id
        )
        self.travel("2027-04-10")
        self.new = self.create_contract(
            self.line_values(self.seat, 2), partner_id=self.partner.copy().id
        )
        self.kept.order_line.product_uom_qty = 11
        self.lost._subscription_close(date(2027, 4, 10))
        self.env.cr.flush()

    def get_data(self, start="2027-04-01", end="2027-04-30", **values):
        return self.Dashboard.get_dashboard({"start": start, "end": end, **values})

    def get_tiles(self, **values):
        return {tile["name"]: tile for tile in self.get_data(**values)["tiles"]}

    def test_a_history_that_is_not_read_yet_is_told(self):
        self.env.company.subscription_mrr_date = False
        self.assertIs(self.get_data()["is_pending"], True)
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_record_mrr").method_direct_trigger()
        self.assertIs(self.get_data()["is_pending"], False)
        nobody = self.env["res.company"].create({"name": "Nobody Ltd."})
        data = self.Dashboard.with_company(nobody).get_dashboard({})
        self.assertIs(data["is_pending"], False)

    def test_each_figure_has_its_value_and_its_formula(self):
        tiles = self.get_tiles()
        expected = {
            "mrr": "130.00",
            "arr": "1,560.00",
            "net_new": "-10.00",
            "growth": "-7.1 %",
            "customers": "2",
            "contracts": "2",
            "average_contract": "65.00",
            "logo_churn": "50.0 %",
            "gross_churn": "28.6 %",
            "net_churn": "21.4 %",
            "nrr": "78.6 %",
            "grr": "71.4 %",
            "quick_ratio": "0.75",
        }
        for name, text in expected.items():
            self.assertIn(text, tiles[name]["text"], name)
            self.assertTrue(tiles[name]["filled"].endswith(tiles[name]["text"]))
        self.assertIn("1 / 2", tiles["logo_churn"]["filled"])

    def test_the_records_behind_a_figure_add_up_to_it(self):
        tiles = self.get_tiles()
        Event = self.env["subscription.mrr.event"]
        for name, amount in (("mrr", 130.0), ("net_new", -10.0), ("gross_churn", -40.0)):
            events = Event.search(tiles[name]["domain"])
            self.assertAlmostEqual(sum(events.mapped("company_amount")), amount, 6, name)

    def test_the_records_behind_a_count_are_as_many(self):
        tiles = self.get_tiles()
        values = {"start": "2027-04-01", "end": "2027-04-30"}
        Event = self.env["subscription.mrr.event"]
        for name, counted in (
            ("customers", (self.kept | self.new).partner_id),
            ("average_customer", (self.kept | self.new).partner_id),
            ("contracts", self.kept | self.new),
            ("average_contract", self.kept | self.new),
            ("logo_churn", self.other),
        ):
            domain = self.Dashboard.get_counted_domain(values, name)
            groups = Event._read_group(domain, tiles[name]["group"])
            self.assertEqual({record for (record,) in groups}, set(counted), name)
        domain = self.Dashboard.get_counted_domain(values, "contracts")
        self.assertEqual(sum(Event.search(domain).mapped("company_amount")), 130.0)
        values["product"] = [self.seat.id]
        parts = self.env[self.get_tiles(product=[self.seat.id])["contracts"]["model"]]
        domain = self.Dashboard.get_counted_domain(values, "contracts")
        self.assertEqual(parts.search(domain).event_id.origin_id, self.kept | self.new)
        with self.assertRaises(UserError):
            self.Dashboard.get_counted_domain(values, "mrr")

    def test_what_nobody_can_know_is_a_dash(self):
        tiles = self.get_tiles(start="2026-01-01", end="2026-01-31")
        for name in ("growth", "logo_churn", "gross_churn", "nrr", "quick_ratio"):
            self.assertEqual(tiles[name]["text"], "-", name)
            self.assertFalse(tiles[name]["change"])

    def test_the_way_from_the_first_to_the_last_day_adds_up(self):
        bars = self.get_data()["waterfall"]
        self.assertAlmostEqual(
            sum(bar["value"] for bar in bars[:-1]), bars[-1]["value"], 6, "opening + flows"
        )
        self.assertAlmostEqual(self.get_data()["trend"][-1]["value"], 130.0, 2)

    def test_a_filter_by_salesperson_counts_only_theirs(self):
        seller = self.env.ref("base.user_admin").copy({"login": "dashboard seller"})
        self.new.user_id = seller
        self.env.cr.flush()
        self.assertIn("20.00", self.get_tiles(user=[seller.id])["mrr"]["text"])

    def test_a_page_on_paper_says_what_is_filtered(self):
        self.assertEqual(self.get_data()["filtered"], "")
        seller = self.env.ref("base.user_admin").copy({"login": "paper", "name": "Pia"})
        self.new.user_id = seller
        self.env.cr.flush()
        found = self.get_data(user=[seller.id], product=[self.seat.id], known="2027-12-31")
        self.assertEqual(
            found["filtered"],
            f"Salesperson: Pia; Product: {self.seat.display_name}; Known On: 12/31/2027",
        )

    def test_contracts_that_end_follow_the_filters(self):
        other = self.env.ref("base.user_admin").copy({"login": "renewal seller"})
        self.kept._subscription_close(date(2027, 5, 5))
        ends = [one["id"] for one in self.get_data()["renewals"]]
        self.assertEqual(ends, self.kept.ids)
        self.assertFalse(self.get_data(user=[other.id])["renewals"])

    def test_comparing_takes_the_range_before_or_a_year_ago(self):
        tiles = self.get_tiles()
        self.assertIn("140.00", tiles["mrr"]["before"])
        self.assertFalse(tiles["mrr"]["is_good"])
        self.assertIn("0.00", self.get_tiles(compare="year")["mrr"]["before"])

    def test_strange_ranges_and_filters_are_refused_in_a_sentence(self):
        for values in (
            {"start": "2027-05-01", "end": "2027-04-01"},
            {"start": "nonsense", "end": "2027-04-01"},
            {"start": 17, "end": []},
            {"user": ["1 OR 1=1"]},
            {"user": "1"},
            {"product": [None]},
            {"user": [2**40]},
            {"start": {"a": 1}},
            {"start": "0001-01-01"},
            {"end": "9999-12-31"},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self.Dashboard.get_dashboard({"start": "2027-04-01", "end": "2027-04-30", **values})

    def test_it_shows_what_the_reader_may_read(self):
        group = self.env.ref("sales_team.group_sale_salesman")
        values = {"name": "s", "login": "own figures", "group_ids": [Command.set(group.ids)]}
        seller = self.env["res.users"].create(values)
        self.new.user_id = seller
        self.lost.user_id = self.kept.user_id = self.env.ref("base.user_admin")
        self.env.cr.flush()
        data = self.Dashboard.with_user(seller).get_dashboard(
            {"start": "2027-04-01", "end": "2027-04-30"}
        )
        self.assertIn("20.00", data["tiles"][0]["text"])
        self.assertNotIn(self.other.name, str(data))
        nobody = self.env["res.users"].create({"name": "n", "login": "no figures"})
        with self.assertRaises(AccessError):
            self.Dashboard.with_user(nobody).get_dashboard({})

    def test_the_number_of_queries_does_not_grow(self):
        few = self.count_queries(self.get_data)
        for _number in range(5):
            self.create_contract(self.line_values(self.seat, 1), day="2027-04-12")
        self.env.cr.flush()
        self.assertLessEqual(self.count_queries(self.get_data), few + 2)

    def test_the_periodic_mail_tells_both_figures(self):
        digest = self.env["digest.digest"].create(
            {"name": "d", "kpi_subscription_mrr": True, "kpi_subscription_net_new": True}
        )
        digest = digest.with_context(
            start_datetime=datetime(2027, 4, 1), end_datetime=datetime(2027, 4, 30)
        )
        self.assertEqual(digest.kpi_subscription_mrr_value, 130.0)
        self.assertEqual(digest.kpi_subscription_net_new_value, -10.0)
        nobody = self.env["res.users"].create({"name": "n", "login": "no digest"})
        with self.assertRaises(AccessError):
            digest.with_user(nobody)._compute_kpi_subscription_mrr()
        actions = digest._compute_kpis_actions(self.company, self.env.user)
        self.assertIn("subscription_dashboard_action", actions["kpi_subscription_mrr"])

    def test_a_product_counts_with_its_part_only(self):
        self.kept.order_line.product_uom_qty = 10
        both = self.create_contract(
            self.line_values(self.seat, 1), self.line_values(self.hosting, 1), day="2027-04-12"
        )
        self.env.cr.flush()
        tiles = self.get_tiles(product=[self.hosting.id])
        self.assertIn("119.90", tiles["mrr"]["text"])
        self.assertIn("119.90", tiles["net_new"]["text"])
        self.assertEqual(tiles["contracts"]["text"], "1")
        parts = self.env[tiles["mrr"]["model"]].search(tiles["mrr"]["domain"])
        self.assertAlmostEqual(sum(parts.mapped("company_amount")), 119.90, 6)
        data = self.get_data(product=[self.hosting.id])
        self.assertEqual([one["order"] for one in data["top"]], both.ids)
        self.assertIn("119.90", data["top"][0]["text"])
        self.assertEqual(data["trend"][-1]["value"], 119.90)

    def test_it_shows_what_was_known_at_a_moment(self):
        self.env.cr.flush()
        self.patch(type(self.env.cr), "now", lambda _cursor: datetime(2027, 5, 20, 12))
        self.travel("2027-05-20")
        self.kept._subscription_change_line(self.kept.order_line, date(2027, 4, 20), quantity=20)
        self.env.cr.flush()
        self.assertIn("220.00", self.get_tiles()["mrr"]["text"])
        self.assertIn("130.00", self.get_tiles(known="2027-05-19")["mrr"]["text"])
        self.assertIn("220.00", self.get_tiles(known="2027-05-20")["mrr"]["text"])
        with self.assertRaises(UserError):
            self.get_tiles(known="soon")

    def test_each_tile_tells_its_past_months(self):
        tiles = self.get_tiles()
        self.assertEqual(len(tiles["mrr"]["series"]), 13)
        self.assertEqual([one["value"] for one in tiles["mrr"]["series"][-3:]], [0.0, 140.0, 130.0])
        churn = [one["value"] for one in tiles["logo_churn"]["series"][-3:]]
        self.assertEqual(churn, [None, None, 50.0])
        counts = [one["value"] for one in tiles["contracts"]["series"][-3:]]
        self.assertEqual(counts, [0.0, 2.0, 2.0])

    def test_revenue_and_renewals_are_tiles_too(self):
        self.bill(self.kept)
        for move in self.kept.invoice_ids.filtered(lambda move: move.state == "draft"):
            move.action_post()
        values = {"start": "2027-03-01", "end": "2027-04-30"}
        tiles = {tile["name"]: tile for tile in self.Dashboard.get_document_tiles(values)}
        moves = self.kept.invoice_ids
        rows = self.env[tiles["net_revenue"]["model"]].search(tiles["net_revenue"]["domain"])
        self.assertEqual(rows.move_id, moves)
        self.assertAlmostEqual(sum(rows.mapped("amount")), sum(moves.mapped("amount_untaxed")), 2)
        text = tiles["net_revenue"]["text"].replace(",", "")
        self.assertIn(f"{sum(moves.mapped('amount_untaxed')):.2f}", text)
        self.assertIn("0.00", tiles["non_recurring"]["text"])
        self.assertEqual(tiles["renewal_rate"]["text"], "-")
        nobody = self.env["res.users"].create({"name": "n", "login": "no documents"})
        with self.assertRaises(AccessError):
            self.Dashboard.with_user(nobody).get_document_tiles({})

    def test_pages_and_readme_say_what_the_engine_counts(self):
        found = {one["name"]: one for one in self.Dashboard.get_definitions()}
        self.assertEqual(set(found), set(DEFINITIONS))
        readme = (ADDON / "README.md").read_text()
        for name, definition in DEFINITIONS.items():
            self.assertEqual(
                (found[name]["label"], found[name]["formula"], found[name]["source"]),
                (definition.label, definition.formula, definition.source),
            )
            row = f"| {definition.label} | {definition.formula} | {definition.source} |"
            self.assertIn(row, readme)
