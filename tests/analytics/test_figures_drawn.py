import random
import re
from datetime import date, timedelta

from odoo.tests import tagged

from ..support.common_drawn_mrr import DrawnMrrCommon


@tagged("post_install", "-at_install")
class TestFiguresDrawn(DrawnMrrCommon):
    """Tiles of drawn histories, next to their formulas, records and the reports of the ledger."""

    def ask(self, **values):
        """Return the dashboard of the company, and the tiles by name."""
        dashboard = self.env["subscription.dashboard"].with_context(
            allowed_company_ids=self.company.ids
        )
        return dashboard, {one["name"]: one for one in dashboard.get_dashboard(values)["tiles"]}

    def read_number(self, text):
        """Return the number in a text of a tile."""
        return float(re.sub(r"[^0-9.-]", "", text))

    def test_formulas_and_records_are_the_figure_whatever_contracts_did(self):
        for seed, year in ((11, 2027), (12, 2028)):
            self.draw_history(seed, year=year)
            self.travel(date(year, 8, 1))
            draw = random.Random(seed)  # noqa: S311
            for _turn in range(6):
                start = date(year, 2, 1) + timedelta(draw.randrange(150))
                end = start + timedelta(draw.randrange(60))
                known = draw.choice((None, end, end - timedelta(20)))
                values = {"start": start.isoformat(), "end": end.isoformat()}
                values |= {"known": known.isoformat()} if known else {}
                with self.subTest(seed=seed, **values):
                    self.check_tiles(values, end, known)

    def check_tiles(self, values, end, known):
        """Hold tiles against their formulas, their records and the report of months."""
        dashboard, tiles = self.ask(**values)
        Event = self.env["subscription.mrr.event"]
        customers = tiles["customers"]
        plus = re.match(r"(\d+) \+ (\d+) - (\d+) - (\d+) = (\d+)$", customers["filled"])
        before, won, lost, paused, count = map(int, plus.groups())
        self.assertEqual(before + won - lost - paused, count)
        self.assertIn(f"{lost} / {before} =", tiles["logo_churn"]["filled"])
        contracts = self.read_number(tiles["contracts"]["text"])
        counts = {"customers": count, "logo_churn": lost, "contracts": contracts}
        for name, expected in counts.items():
            domain = dashboard.get_counted_domain(values, name)
            groups = Event._read_group(domain, tiles[name]["group"])
            self.assertEqual(len(groups), expected, name)
        for name in ("mrr", "net_new"):
            moved = sum(Event.search(tiles[name]["domain"]).mapped("company_amount"))
            self.assertAlmostEqual(self.read_number(tiles[name]["text"]), round(moved, 2), 2, name)
        rows = self.env["subscription.customer.report"].search(
            [
                ("company_id", "=", self.company.id),
                ("date", "<=", end),
                *([("known_on", "<=", known)] if known else []),
            ]
        )
        self.assertEqual(sum(rows.mapped("customers")), count)
        self.assertAlmostEqual(
            sum(rows.mapped("amount")), self.read_number(tiles["mrr"]["text"]), 2, "customers' MRR"
        )
