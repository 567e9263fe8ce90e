from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon

APRIL = {"start": "2027-04-01", "end": "2027-04-30"}


@tagged("post_install", "-at_install")
class TestFigures(SubscriptionCommon):
    """Figures, next to the plain sums of the movements that they are read from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Dashboard = cls.env["subscription.dashboard"]
        cls.other = cls.partner.copy({"name": "Bob Customer"})

    def get_data(self, **values):
        """Return the dashboard of April for who has switched on the first company."""
        self.env.cr.flush()
        dashboard = self.Dashboard.with_context(allowed_company_ids=self.company.ids)
        return dashboard.get_dashboard({**APRIL, **values})

    def get_tiles(self, **values):
        """Return the tiles of April by name."""
        return {tile["name"]: tile for tile in self.get_data(**values)["tiles"]}

    def get_sum(self, tile, name="domain"):
        """Return what the records behind a tile add up to."""
        records = self.env[tile["model"]].search(tile[name])
        return round(sum(records.mapped("company_amount")), 6)

    def live(self):
        """Let 140 become 130: 20 new, 10 more, 40 lost."""
        kept = self.create_contract(self.line_values(self.seat, 10), day="2027-03-05")
        lost = self.create_contract(
            self.line_values(self.seat, 4), day="2027-03-06", partner_id=self.other.id
        )
        self.travel("2027-04-10")
        self.create_contract(self.line_values(self.seat, 2), partner_id=self.partner.copy().id)
        kept.order_line.product_uom_qty = 11
        lost._subscription_close(date(2027, 4, 10))
        self.env.cr.flush()

    def pause(self, order, start, end=None):
        """Pause a contract on a day that has come, and record what that does."""
        self.travel(start)
        order._subscription_pause(start, end)
        self.env.cr.flush()

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    def test_the_records_of_a_ratio_add_up_to_both_of_its_sides(self):
        self.live()
        for products in ((), self.seat.ids):
            tiles = self.get_tiles(product=list(products))
            for name, amount, divisor in (
                ("growth", -10.0, 140.0),
                ("gross_churn", -40.0, 140.0),
                ("net_churn", -30.0, 140.0),
                ("nrr", 110.0, 140.0),
                ("grr", 100.0, 140.0),
                ("quick_ratio", 30.0, -40.0),
            ):
                with self.subTest(name, products=products):
                    self.assertEqual(self.get_sum(tiles[name]), amount)
                    self.assertEqual(self.get_sum(tiles[name], "divisor"), divisor)
            self.assertFalse(tiles["mrr"]["divisor"])

    # ------------------------------------------------------------------
    # Pauses
    # ------------------------------------------------------------------

    def test_a_customer_on_pause_is_not_lost(self):
        self.live()
        paused = self.create_contract(
            self.line_values(self.seat, 5), day="2027-03-07", partner_id=self.partner.copy().id
        )
        self.pause(paused, date(2027, 4, 12))
        tiles = self.get_tiles()
        self.assertIn("1 / 3 = 33.3 %", tiles["logo_churn"]["filled"])
        self.assertEqual(tiles["customers"]["filled"], "3 + 1 - 1 - 1 = 2")
        domain = self.Dashboard.get_counted_domain(APRIL, "logo_churn")
        events = self.env["subscription.mrr.event"].search(domain)
        self.assertEqual(events.commercial_partner_id, self.other)

    def test_a_customer_who_leaves_during_the_pause_is_lost_then(self):
        paused = self.create_contract(self.line_values(self.seat, 5), day="2027-03-07")
        self.pause(paused, date(2027, 3, 20))
        self.travel("2027-04-10")
        paused._subscription_close(date(2027, 4, 10))
        tiles = self.get_tiles()
        self.assertIn("1 / 1 = 100.0 %", tiles["logo_churn"]["filled"])
        domain = self.Dashboard.get_counted_domain(APRIL, "logo_churn")
        events = self.env["subscription.mrr.event"].search(domain)
        self.assertEqual(events.commercial_partner_id, self.partner)

    def test_who_came_back_and_leaves_is_lost(self):
        paused = self.create_contract(self.line_values(self.seat, 5), day="2027-03-07")
        self.pause(paused, date(2027, 3, 20), date(2027, 3, 25))
        self.travel("2027-04-10")
        paused._subscription_close(date(2027, 4, 10))
        tiles = self.get_tiles()
        self.assertEqual(tiles["customers"]["filled"], "1 + 0 - 1 - 0 = 0")

    # ------------------------------------------------------------------
    # Rates
    # ------------------------------------------------------------------

    def test_a_customer_in_another_currency_leaves_though_the_rate_moved(self):
        currency = self.env["res.currency"].create({"name": "TST", "symbol": "T"})
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": day, "rate": rate}
                for day, rate in (("2027-01-01", 2.0), ("2027-04-01", 1.0), ("2027-04-15", 0.5))
            ]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "T", "currency_id": currency.id, "company_id": self.company.id}
        )
        order = self.create_contract(
            self.line_values(self.seat, 4, price_unit=10.0),
            day="2027-03-05",
            pricelist_id=pricelist.id,
            partner_id=self.other.id,
        )
        self.assertEqual(order.currency_id, currency)
        self.travel("2027-04-10")
        order.order_line.product_uom_qty = 1
        self.env.cr.flush()
        self.travel("2027-04-20")
        order._subscription_close(date(2027, 4, 20))
        self.env.cr.flush()
        rows = self.env["subscription.customer.report"].search([("partner_id", "=", self.other.id)])
        found = [(row.date.isoformat(), row.kind, row.amount, row.customers) for row in rows]
        self.assertEqual(
            sorted(found),
            [
                ("2027-03-05", "new", 20.0, 1),
                ("2027-04-01", "fx", 20.0, 0),
                ("2027-04-10", "contraction", -30.0, 0),
                ("2027-04-20", "churn", -20.0, -1),
                ("2027-04-20", "fx", 10.0, 0),
            ],
        )

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def get_digest(self, start, end):
        """Return MRR and net new MRR of the mail about the time between two moments."""
        digest = self.env["digest.digest"].create({"name": "d"})
        digest = digest.with_context(start_datetime=start, end_datetime=end)
        return digest.kpi_subscription_mrr_value, digest.kpi_subscription_net_new_value

    def test_each_day_is_told_by_one_mail(self):
        self.company.subscription_tz = "America/Sao_Paulo"
        for day, count in (("2027-03-08", 1), ("2027-03-09", 2), ("2027-03-10", 4)):
            self.travel(day)
            self.create_contract(self.line_values(self.seat, count))
            self.env.cr.flush()
        # Mails leave at two in the night of UTC: it is still the day before in São Paulo.
        found = [
            self.get_digest(datetime(2027, 3, day - 1, 2), datetime(2027, 3, day, 2))
            for day in (10, 11, 12)
        ]
        self.assertEqual(found, [(10.0, 10.0), (30.0, 20.0), (70.0, 40.0)])

    # ------------------------------------------------------------------
    # Company and currency
    # ------------------------------------------------------------------

    def test_one_company_of_several_is_shown(self):
        self.live()
        stranger = self.env["res.company"].create({"name": "Stranger"})
        self.env.user.company_ids |= stranger
        both = self.Dashboard.with_context(
            allowed_company_ids=[self.company.id, stranger.id]
        ).get_dashboard
        for ids, amount in (([], "130.00"), (self.company.ids, "130.00"), (stranger.ids, "0.00")):
            data = both({**APRIL, "company": ids})
            self.assertIn(amount, data["tiles"][0]["text"])
        self.assertEqual(
            {one["id"] for one in data["options"]["company"]}, {self.company.id, stranger.id}
        )
        # Who has not switched a company on does not see it.
        self.assertIn("0.00", self.get_tiles(company=stranger.ids)["mrr"]["text"])
        self.assertFalse(self.get_data()["options"]["company"])

    def test_figures_are_shown_in_another_currency(self):
        self.live()
        ends = self.env["sale.order"].search([("partner_id", "=", self.partner.id)], limit=1)
        ends._subscription_close(date(2027, 5, 5))
        currency = self.env["res.currency"].create({"name": "TST", "symbol": "T"})
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "name": "2027-01-01", "rate": 2.0}
        )
        data = self.Dashboard.get_dashboard({**APRIL, "currency": currency.ids})
        self.assertEqual(data["currency"], "TST")
        self.assertIn(currency.id, [one["id"] for one in data["options"]["currency"]])
        tiles = {tile["name"]: tile for tile in data["tiles"]}
        self.assertEqual(tiles["mrr"]["text"].replace("\N{NO-BREAK SPACE}", " "), "260.00 T")
        self.assertEqual(tiles["logo_churn"]["text"], "50.0 %")
        self.assertEqual(data["waterfall"][-1]["value"], 260.0)
        self.assertIn("80.00", data["reasons"][0]["text"])
        self.assertIn("80.00", data["top"][0]["text"])
        self.assertIn("220.00", data["renewals"][0]["text"])
        self.assertEqual(data["shown"], {"id": currency.id, "rate": 2.0})
        documents = self.Dashboard.get_document_tiles({**APRIL, "currency": currency.ids})
        self.assertTrue(documents)
        for strange in ([2**30], [currency.id, self.currency.id], "TST"):
            with self.assertRaises(UserError):
                self.get_tiles(currency=strange)
