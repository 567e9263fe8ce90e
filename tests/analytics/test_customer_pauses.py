import random
from collections import defaultdict
from datetime import date

from odoo.tests import tagged

from ..support.common_drawn_mrr import DrawnMrrCommon

WON_OR_LOST = ("new", "reactivation", "churn", "transfer")


@tagged("post_install", "-at_install")
class TestCustomerPauses(DrawnMrrCommon):
    """Customers who pause are not lost; those who leave meanwhile are, on that day and once."""

    def get_rows(self, partner=None):
        """Return what a customer did: day, kind, amount and change of customers."""
        rows = self.env["subscription.customer.report"].search(
            [("partner_id", "=", (partner or self.partner).id)]
        )
        found = [(row.date.isoformat(), row.kind, row.amount, row.customers) for row in rows]
        return sorted(found, key=lambda row: (row[0], row[1] != "resume", row[1]))

    def pause(self, order, day):
        self.travel(day)
        order._subscription_pause(date.fromisoformat(day))
        self.record(order)

    def close(self, order, day):
        self.travel(day)
        order._subscription_close(date.fromisoformat(day))
        self.record(order)

    def test_who_leaves_during_the_pause_is_lost_on_that_day(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-03-07")
        self.pause(order, "2027-03-20")
        self.close(order, "2027-04-10")
        self.assertEqual(
            self.get_rows(),
            [
                ("2027-03-07", "new", 50.0, 1),
                ("2027-03-20", "pause", -50.0, -1),
                ("2027-04-10", "resume", 50.0, 1),
                ("2027-04-10", "churn", -50.0, -1),
            ],
        )

    def test_who_orders_during_the_pause_is_not_won_again(self):
        first = self.create_contract(self.line_values(self.seat, 5), day="2027-03-07")
        self.pause(first, "2027-03-20")
        second = self.create_contract(self.line_values(self.seat, 2), day="2027-04-01")
        self.close(second, "2027-04-15")
        self.close(first, "2027-05-10")
        self.assertEqual(
            self.get_rows()[2:],
            [
                ("2027-04-01", "expansion", 20.0, 1),
                ("2027-04-15", "contraction", -20.0, -1),
                ("2027-05-10", "resume", 50.0, 1),
                ("2027-05-10", "churn", -50.0, -1),
            ],
        )

    def test_one_of_two_that_wait_ends_and_the_customer_waits_on(self):
        first, second = (
            self.create_contract(self.line_values(self.seat, quantity), day="2027-03-07")
            for quantity in (5, 2)
        )
        self.pause(first | second, "2027-03-20")
        self.close(first, "2027-04-10")
        self.assertEqual(
            self.get_rows()[2:],
            [
                ("2027-04-10", "resume", 50.0, 1),
                ("2027-04-10", "contraction", -50.0, -1),
            ],
        )
        self.travel("2027-04-20")
        second._subscription_resume(date(2027, 4, 20))
        self.record(second)
        self.close(second, "2027-05-01")
        self.assertEqual(
            self.get_rows()[4:],
            [("2027-04-20", "resume", 20.0, 1), ("2027-05-01", "churn", -20.0, -1)],
        )

    def give(self, order, partner, day):
        """Let another customer have a contract from a day on."""
        self.travel(day)
        order.partner_id = partner
        self.record(order)

    def test_a_contract_that_another_customer_takes_over_on_pause_comes_back_as_theirs(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-03-07")
        new = self.customers[1]
        self.pause(order, "2027-03-20")
        self.give(order, new, "2027-04-01")
        self.assertFalse(self.get_rows(new))
        self.travel("2027-04-20")
        order._subscription_resume(date(2027, 4, 20))
        self.record(order)
        self.assertEqual(
            self.get_rows(), [("2027-03-07", "new", 50.0, 1), ("2027-03-20", "pause", -50.0, -1)]
        )
        self.assertEqual(self.get_rows(new), [("2027-04-20", "resume", 50.0, 1)])
        self.close(order, "2027-05-10")
        self.assertEqual(self.get_rows(new)[1:], [("2027-05-10", "churn", -50.0, -1)])
        self.check_months(
            ("2027-03-01", "2027-03-31", "0 + 1 - 0 - 1 = 0"),
            ("2027-04-01", "2027-04-30", "1 + 1 - 1 - 0 = 1"),
            ("2027-05-01", "2027-05-31", "1 + 0 - 1 - 0 = 0"),
        )

    def test_a_contract_that_another_customer_takes_over_on_pause_and_ends(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-03-07")
        new = self.customers[1]
        self.pause(order, "2027-03-20")
        self.give(order, new, "2027-04-01")
        self.close(order, "2027-05-10")
        self.assertEqual(
            self.get_rows(new),
            [("2027-05-10", "resume", 50.0, 1), ("2027-05-10", "churn", -50.0, -1)],
        )
        self.check_months(
            ("2027-04-01", "2027-04-30", "1 + 0 - 0 - 1 = 0"),
            ("2027-05-01", "2027-05-31", "1 + 0 - 1 - 0 = 0"),
        )

    def check_months(self, *months):
        """Hold the customers of the dashboard, and every day of the report, against the ledger."""
        Dashboard = self.env["subscription.dashboard"].with_context(
            allowed_company_ids=self.company.ids
        )
        for start, end, text in months:
            tiles = Dashboard.get_dashboard({"start": start, "end": end})["tiles"]
            self.assertEqual({one["name"]: one["filled"] for one in tiles}["customers"], text)
        self.check_all()

    def check_all(self, *, is_given_on_pause=False):
        """Hold the rows of the report against the ledger, on every day on which it moved."""
        events = self.get_events().sorted("id")
        rows = self.env["subscription.customer.report"].search(
            [("company_id", "=", self.company.id)]
        )
        for day in sorted(set(events.mapped("effective_date"))):
            self.check_day(events, rows, day, is_given_on_pause=is_given_on_pause)

    def test_contracts_change_customers_at_any_time_and_the_report_adds_up(self):
        for seed, year, states in (
            (43, 2027, {"active", "closed"}),
            (44, 2028, {"active", "closed"}),
            (41, 2029, {"active", "paused", "closed"}),
        ):
            draw, taken = random.Random(seed), []  # noqa: S311

            def hand(_day, draw=draw, taken=taken, states=states):
                """Let another customer have one of the contracts."""
                orders = self.env["sale.order"].search([("company_id", "=", self.company.id)])
                orders = orders.filtered(lambda order: order.subscription_state in states)
                if not orders:
                    return
                order = draw.choice(orders)
                taken.append(order.subscription_state)
                order.partner_id = draw.choice(self.customers)
                self.record(order)

            self.draw_history(seed, hand, year)
            self.assertEqual(set(taken), states)
            with self.subTest(seed=seed):
                self.check_all(is_given_on_pause="paused" in states)

    def test_opening_and_movements_are_the_closing_of_every_day(self):
        for seed, year in ((1, 2027), (2, 2028), (3, 2029)):
            self.draw_history(seed, year=year)
            events = self.get_events().sorted("id")
            rows = self.env["subscription.customer.report"].search(
                [("company_id", "=", self.company.id)]
            )
            days = sorted(set(events.mapped("effective_date")))
            self.assertIn("resume", rows.mapped("kind"))
            for day in days:
                with self.subTest(seed=seed, day=day):
                    self.check_day(events, rows, day)

    def check_day(self, events, rows, day, *, is_given_on_pause=False):
        """The rows up to a day add up to the customers and the MRR that movements say.

        :param bool is_given_on_pause: contracts came back from a pause with another customer, who
            did not wait for it
        """
        told = events.filtered(lambda event: event.effective_date <= day)
        rows = rows.filtered(lambda row: row.date <= day)
        worth, chains = defaultdict(float), defaultdict(list)
        for event in told.sorted(lambda event: (event.effective_date, event.id)):
            worth[event.commercial_partner_id] += event.amount
            chains[event.origin_id].append(event)
        here = {partner for partner, amount in worth.items() if amount > 1e-6}
        self.assertEqual(sum(rows.mapped("customers")), len(here))
        waiting = {
            moves[-1].commercial_partner_id for moves in chains.values() if self.is_waiting(moves)
        }
        kept = rows.filtered(lambda row: row.kind in WON_OR_LOST)
        if not is_given_on_pause:
            self.assertEqual(sum(kept.mapped("customers")), len(here | waiting))
        moved = [sum(found.mapped("company_amount")) for found in (told, self.get_breaks(told))]
        self.assertAlmostEqual(sum(rows.mapped("amount")), moved[0], 6)
        self.assertAlmostEqual(sum(self.get_breaks(rows).mapped("amount")), moved[1], 6)

    @staticmethod
    def is_waiting(moves):
        """Return whether the last day on which a contract did something was that of its pause."""
        sums = defaultdict(lambda: defaultdict(float))
        for move in moves:
            sums[move.effective_date][move.kind] += move.amount
        left = [
            {kind for kind, amount in kinds.items() if abs(amount) > 1e-6}
            for _day, kinds in sorted(sums.items())
        ]
        left = [kinds for kinds in left if kinds]
        return bool(left) and left[-1] == {"pause"} and sum(move.amount for move in moves) < 1e-6

    @staticmethod
    def get_breaks(rows):
        """Return what pauses and returns moved."""
        return rows.filtered(lambda row: row.kind in ("pause", "resume"))

    def test_contracts_that_end_on_pause_are_lost_in_the_forecast(self):
        ends, stays = (
            self.create_contract(self.line_values(self.seat, quantity), day="2027-03-07")
            for quantity in (5, 2)
        )
        self.pause(ends, "2027-04-20")
        self.close(ends, "2027-05-10")
        self.pause(stays, "2027-05-20")
        self.travel("2027-06-10")
        late = self.create_contract(self.line_values(self.seat, 1))
        self.pause(late, "2027-06-20")
        self.travel("2027-07-05")
        Dashboard = self.env["subscription.dashboard"]
        totals = Dashboard._get_month_totals(Dashboard._get_scope({}), date(2027, 7, 1), 4)
        self.assertEqual(
            [(one.contracts_won, one.contracts_lost) for one in totals],
            [(2, 0), (0, 0), (0, 1), (1, 0)],
        )
