from datetime import date
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from ..support.common_drawn_mrr import DrawnMrrCommon


@tagged("post_install", "-at_install")
class TestOddDays(DrawnMrrCommon):
    """Figures of companies whose day is not that of the reader, and of what is gone."""

    def test_a_company_whose_month_began_is_in_the_months_of_a_reader_in_the_west(self):
        east = self.env["res.company"].create(
            {"name": "East", "subscription_tz": "Pacific/Auckland"}
        )
        self.company.subscription_tz = "America/Los_Angeles"
        self.env.user.company_ids |= east
        self.travel("2027-02-28", 23, 30)
        self.assertEqual(east._subscription_today(), date(2027, 3, 1))
        order = (
            self.env["sale.order"]
            .with_context(allowed_company_ids=east.ids)
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": east.id,
                    "subscription_template_id": self.template.id,
                    "order_line": [(0, 0, {"product_id": self.seat.id, "price_unit": 10.0})],
                }
            )
        )
        order.action_confirm()
        self.record(order)
        self.assertEqual(order.subscription_origin_id, order)
        both = [self.company.id, east.id]
        Report = self.env["subscription.mrr.report"].with_context(allowed_company_ids=both)
        for known in ([], [("known_on", "<=", "2027-02-28")]):
            rows = Report.search([("company_id", "=", east.id), *known])
            found = [(row.month, row.opening, row.new, row.closing) for row in rows]
            self.assertEqual(found, [(date(2027, 3, 1), 0.0, 10.0, 10.0)], known)

    def test_products_that_are_no_longer_sold_are_still_offered(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.record(order)
        self.seat.active = False
        Dashboard = self.env["subscription.dashboard"]
        data = Dashboard.get_dashboard({"product": self.seat.ids})
        self.assertIn("30.00", data["tiles"][0]["text"])
        self.assertIn(self.seat.id, [one["id"] for one in data["options"]["product"]])

    def test_more_than_a_list_can_hold_is_searched_for(self):
        orders = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        orders |= self.create_contract(self.line_values(self.support, 3))
        self.record(orders)
        Dashboard = self.env["subscription.dashboard"]
        self.assertEqual(Dashboard.get_dashboard({})["searched"], {})
        name = "odoo.addons.sale_recurring.models.analytics.subscription_dashboard.MOST_OPTIONS"
        with patch(name, 1):
            data = Dashboard.get_dashboard({})
        self.assertEqual(data["searched"]["product"], "product.product")
        self.assertNotIn("team", data["searched"])
        self.assertTrue(all(len(found) <= 1 for found in data["options"].values()))

    def test_whoever_sold_and_is_gone_keeps_the_figures(self):
        seller = new_test_user(self.env, "left", groups="sales_team.group_sale_salesman")
        order = self.create_contract(
            self.line_values(self.seat, 3), day="2027-02-01", user_id=seller.id
        )
        self.record(order)
        seller.active = False
        Dashboard = self.env["subscription.dashboard"].with_context(
            allowed_company_ids=self.company.ids
        )
        data = Dashboard.get_dashboard({"user": seller.ids})
        self.assertIn("30.00", data["tiles"][0]["text"])
        self.assertIn(seller.id, [one["id"] for one in data["options"]["user"]])

    def test_figures_of_odd_ranges_are_told(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2028-02-29")
        self.record(order)
        Dashboard = self.env["subscription.dashboard"].with_context(
            allowed_company_ids=self.company.ids
        )
        for start, end, compare, now, before in (
            ("2028-02-29", "2028-02-29", "year", "30.00", "0.00"),
            ("2028-02-01", "2028-02-29", "previous", "30.00", "0.00"),
            ("2029-02-28", "2029-02-28", "year", "30.00", "0.00"),
            ("2029-03-01", "2029-03-31", "year", "30.00", "30.00"),
            ("1970-01-01", "1970-01-01", "previous", "0.00", "0.00"),
            ("2199-12-31", "2199-12-31", "year", "30.00", "30.00"),
            ("1970-01-01", "2199-12-31", "previous", "30.00", "0.00"),
        ):
            with self.subTest(start=start, end=end, compare=compare):
                values = {"start": start, "end": end, "compare": compare}
                data = Dashboard.get_dashboard(values)
                tile = data["tiles"][0]
                shown = [tile[name].strip("$ \N{NO-BREAK SPACE}") for name in ("text", "before")]
                self.assertEqual(shown, [now, before])
                self.assertTrue(Dashboard.get_document_tiles(values))

    def test_merged_customers_are_one(self):
        twin = self.partner.copy({"name": "Twin"})
        orders = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.travel("2027-03-01")
        orders |= self.create_contract(self.line_values(self.seat, 2), partner_id=twin.id)
        self.record(orders)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.partner | twin).ids, self.partner)
        self.env.invalidate_all()
        rows = self.env["subscription.customer.report"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(
            sorted((row.date.isoformat(), row.kind, row.amount, row.customers) for row in rows),
            [("2027-02-01", "new", 30.0, 1), ("2027-03-01", "expansion", 20.0, 0)],
        )
        Dashboard = self.env["subscription.dashboard"].with_context(
            allowed_company_ids=self.company.ids
        )
        tiles = Dashboard.get_dashboard({"start": "2027-01-01", "end": "2027-03-31"})["tiles"]
        self.assertEqual({tile["name"]: tile["text"] for tile in tiles}["customers"], "1")
