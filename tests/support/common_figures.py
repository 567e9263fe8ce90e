"""Tiles of the dashboard, held against their formulas, their records and the reports."""

import re

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common_drawn_mrr import DrawnMrrCommon


@tagged("post_install", "-at_install")
class FiguresCommon(DrawnMrrCommon):
    """Reads tiles of one company and proves that they say what the ledger says."""

    def ask(self, **values):
        """Return the dashboard of the company, and the tiles by name."""
        dashboard = self.env["subscription.dashboard"].with_context(
            allowed_company_ids=self.company.ids
        )
        return dashboard, {one["name"]: one for one in dashboard.get_dashboard(values)["tiles"]}

    def read_number(self, text):
        """Return the number in a text of a tile."""
        return float(re.sub(r"[^0-9.-]", "", text))

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

    def check_ratios(self, values):
        """Hold every figure with a formula against the numbers that it is filled with."""
        _dashboard, tiles = self.ask(**values)
        for name, tile in tiles.items():
            filled, _equals, text = tile["filled"].rpartition(" = ")
            if not re.search(r"[-+*/]", filled) or text == "-":
                continue
            sum_ = re.sub(r"[^0-9.+*/()-]", "", filled)
            found = safe_eval(sum_.replace("--", "+"))
            share = 100 if text.endswith("%") else 1
            self.assertAlmostEqual(
                found * share, self.read_number(text), delta=0.06 if share > 1 else 0.6, msg=name
            )
