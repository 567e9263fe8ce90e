import random
from datetime import date, timedelta

from odoo.tests import tagged

from ..support.common_figures import FiguresCommon

# The first and the last place of the world on which a day begins.
ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago")


@tagged("post_install", "-at_install")
class TestOddHistories(FiguresCommon):
    """Histories that nobody plans: ends on the first day, hand-overs on the last one, late news."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currency = cls.env["res.currency"].create({"name": "ODD", "symbol": "O"})
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": f"{year}-{month:02d}-15", "rate": rate}
                for year in (2027, 2028)
                for month, rate in enumerate((2.0, 2.5, 1.9, 0.7, 0.7, 3.0, 3.1), 1)
            ]
        )
        cls.odd_prices = cls.env["product.pricelist"].create(
            {"name": "O", "currency_id": currency.id, "company_id": cls.company.id}
        )
        cls.terms = cls._create_template("Two months", term_count=2, end_action="quote")
        cls.sellers = cls.env["res.users"].create(
            [{"name": f"Odd {number}", "login": f"odd {number}"} for number in range(2)]
        )

    def act(self, draw, order, day):
        """Let a contract do what others do, or something odder; what it refuses it does not do."""
        deeds = {
            "closed": [self.close_again],
            "paused": [self.hand_over, self.end],
            "active": [
                self.begin_and_end,
                self.begin_abroad,
                self.begin_with_a_term,
                self.renew_abroad,
                self.end,
                self.hand_over,
                self.pause_for_nothing,
                self.change_late,
            ],
        }.get(order.subscription_state, [])
        deed = draw.choice([*deeds, None])
        if deed is None:
            super().act(draw, order, day)
        elif self.try_it(lambda: deed(draw, order, day)):
            self.done.add(deed.__name__)

    def begin_and_end(self, draw, order, day):
        """Let a contract end on the day on which it began."""
        order = self.create_contract(
            self.line_values(self.seat, draw.randrange(1, 9)),
            partner_id=draw.choice(self.customers).id,
        )
        self.record(order)
        order._subscription_close(day)
        self.record(order)

    def begin_abroad(self, draw, order, day):
        """Let a contract begin in another currency."""
        order = self.create_contract(
            self.line_values(self.seat, draw.randrange(1, 9), price_unit=10.0),
            partner_id=draw.choice(self.customers).id,
            pricelist_id=self.odd_prices.id,
        )
        self.record(order)

    def begin_with_a_term(self, draw, order, day):
        """Let a contract begin that ends with its term, unless it is renewed."""
        order = self.create_contract(
            self.line_values(self.seat, draw.randrange(1, 9)),
            partner_id=draw.choice(self.customers).id,
            template=self.terms,
        )
        self.record(order)

    def renew_abroad(self, draw, order, day):
        """Let one contract go on as another one, in another currency."""
        renewal = order._create_renewal_quotation()
        renewal.pricelist_id = self.odd_prices
        renewal.order_line.price_unit = draw.randrange(5, 20)
        renewal.action_confirm()
        self.record(order | renewal)

    def end(self, draw, order, day):
        """Let a contract end on the day on which somebody else got it."""
        self.hand_over(draw, order, day)
        if draw.random() < 0.5:
            self.record(order)
        order._subscription_close(day)
        self.record(order)

    def hand_over(self, draw, order, day):
        """Give a contract to another salesperson and customer."""
        order.write(
            {
                "user_id": draw.choice(self.sellers).id,
                "partner_id": draw.choice(self.customers).id,
            }
        )
        self.record(order)

    def pause_for_nothing(self, draw, order, day):
        """Let a contract pause, and go on the same day."""
        order._subscription_pause(day)
        self.record(order)
        order._subscription_resume(day)
        self.record(order)

    def close_again(self, draw, order, day):
        """Let a contract come back and leave on one day."""
        order._subscription_reopen(day)
        self.record(order)
        order._subscription_close(day)
        self.record(order)

    def change_late(self, draw, order, day):
        """Change how much of a product it was weeks ago."""
        past = day - timedelta(draw.randrange(1, 40))
        self.change(order, order.order_line[0], past, draw.randrange(1, 12))
        self.record(order)

    def record_all(self):
        """Record what time brought to all contracts."""
        self.record(self.env["sale.order"].search([("company_id", "=", self.company.id)]))

    def check_ledger(self):
        """Hold the ledger against the contracts, as the nightly check does."""
        orders = self.env["sale.order"].search(
            [("company_id", "=", self.company.id), ("subscription_anchor_date", "!=", False)]
        )
        findings = self.env["subscription.finding"].sudo()
        findings._check_contracts(orders)
        found = findings.search([("order_id", "in", orders.ids), ("check", "=", "mrr")])
        self.assertFalse(found, found.mapped("message"))

    def test_figures_of_odd_histories_are_what_their_formulas_and_records_say(self):
        for seed, year, zone in (
            (71, 2027, ZONES[0]),
            (72, 2028, ZONES[1]),
        ):
            self.company.subscription_tz, self.done = zone, set()
            self.draw_history(seed, lambda _day: self.record_all(), year)
            self.travel(date(year, 8, 1))
            self.record_all()
            self.assertGreaterEqual(len(self.done), 5, self.done)
            kinds = set(self.get_events().mapped("kind"))
            self.assertGreaterEqual(kinds, {"new", "churn", "transfer", "fx", "pause"})
            draw = random.Random(seed)  # noqa: S311
            spans = [(date(2028, 2, 29), date(2028, 2, 29))]
            for _turn in range(7):
                start = date(year, 2, 1) + timedelta(draw.randrange(170))
                spans.append((start, start + timedelta(draw.choice((0, 1, 30, 90)))))
            for start, end in spans:
                known = draw.choice((None, None, end, end - timedelta(9)))
                values = {"start": start.isoformat(), "end": end.isoformat()}
                values |= {"known": known.isoformat()} if known else {}
                with self.subTest(seed=seed, **values):
                    self.check_tiles(values, end, known)
                    self.check_ratios(values)
                    self.check_reports(start, end, known)
            self.check_ledger()

    def check_reports(self, start, end, known):
        """Hold the reports of the ledger against its movements."""
        events = self.get_events(known)
        more = [("known_on", "<=", known)] if known else []
        mine = [("company_id", "=", self.company.id)]
        inside = events.filtered(lambda event: start <= event.effective_date <= end)
        lost = self.env["subscription.churn.report"].search(
            [*mine, *more, ("date", ">=", start), ("date", "<=", end)]
        )
        churn = inside.filtered(lambda event: event.kind == "churn")
        self.assertAlmostEqual(
            sum(lost.mapped("lost_amount")), -sum(churn.mapped("company_amount")), 5
        )
        for name in ("contract", "customer"):
            rows = self.env[f"subscription.{name}.retention"].with_context(
                allowed_company_ids=self.company.ids
            )
            rows = rows.search([*mine, *more, ("effective_date", "<=", end)])
            told = events.filtered(lambda event: event.effective_date <= end)
            members = rows.mapped("origin_id" if name == "contract" else "commercial_partner_id")
            key = "origin_id" if name == "contract" else "commercial_partner_id"
            told = told.filtered(lambda event, key=key, members=members: event[key] in members)
            self.assertAlmostEqual(
                sum(rows.mapped("net_change")), sum(told.mapped("company_amount")), 5, name
            )
            worth = [sum(group.mapped("amount")) > 1e-6 for group in told.grouped(key).values()]
            self.assertEqual(sum(rows.mapped("member_change")), sum(worth), name)
