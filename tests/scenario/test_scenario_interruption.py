from datetime import date
from fractions import Fraction

from odoo.tests import tagged

from ..support.scenario_calc import boundary, part, regular, rounded, row
from ..support.scenario_common import ScenarioCase, Story

START = date(2027, 1, 15)


@tagged("post_install", "-at_install")
class TestScenarioInterruption(ScenarioCase):
    """Three years in which service stops and goes on, or nobody bills for a while."""

    def test_pauses_arrears_free_and_delivered_periods_over_36_months(self):
        stories = {
            "pauses": self.story_of_pauses(),
            "arrears": self.story_of_arrears(),
            "fixed": self.story_of_a_fixed_term(),
            "free": self.story_of_free_periods(),
            "delivered": self.story_of_delivered_quantities(),
        }
        self.assertStories("2030-03-31", *stories.values())
        kinds = stories["pauses"].order.subscription_billed_period_ids.mapped("kind")
        self.assertEqual(kinds.count("forfeit"), 1)
        self.assertEqual(
            {name: story.order.subscription_state for name, story in stories.items()},
            {
                "pauses": "active",
                "arrears": "closed",
                "fixed": "closed",
                "free": "active",
                "delivered": "active",
            },
        )
        for name in ("arrears", "fixed"):
            self.assertFalse(stories[name].order.subscription_next_invoice_date)
            self.assertEqual(stories[name].order.subscription_mrr, 0)
        self.assertFreePeriods(stories["free"].order, 3)

    def story_of_pauses(self):
        order = self.create_contract(self.line_values(self.support, 3), day=START)
        may, august = date(2027, 5, 10), date(2027, 8, 20)
        february, march = date(2028, 2, 25), date(2028, 3, 20)
        winter = (date(2029, 1, 15), date(2029, 3, 15))
        price = Fraction("99.99")
        pause = (date(2027, 4, 15), date(2027, 5, 15))
        summer = (date(2027, 8, 15), date(2027, 9, 15))
        spring = (date(2028, 3, 15), date(2028, 4, 15))
        expected = [
            *regular(START, range(4), "33.33", 3),
            row(may, may, pause[1], -3, rounded(part(price, pause[0], may, *pause)) - price),
            row(august, august, summer[1], 3, part(price, august, summer[1], *summer)),
            *regular(START, range(8, 14), "33.33", 3),
            # 25 February to 14 March 2028: forfeited, no document
            row(march, march, spring[1], 3, part(price, march, spring[1], *spring)),
            *regular(START, range(15, 24), "33.33", 3),
            *regular(START, range(26, 39), "33.33", 3),
        ]
        events = {
            # booked in April for the summer
            "2027-04-20": lambda: order._subscription_pause(may, august),
            # no money back, and open-ended
            "2028-02-25": lambda: order._subscription_pause(february, credit_rule="forfeit"),
            "2028-03-20": lambda: order._subscription_resume(march),
            # from boundary to boundary
            "2029-01-10": lambda: order._subscription_pause(*winter),
        }
        return Story("three pauses", order, expected, events)

    def story_of_arrears(self):
        template = self._create_template("Arrears", timing="arrears")
        order = self.create_contract(
            self.line_values(self.support, 2), day=START, template=template
        )
        line = order.order_line
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 2, 15))
        june, close = date(2027, 6, 10), date(2030, 2, 1)
        price = Fraction("33.33")
        edges = (date(2027, 5, 15), date(2027, 6, 15))
        until_june = rounded(part(2 * price, edges[0], june, *edges))
        whole = part(2 * price, *edges, *edges) + part(3 * price, june, edges[1], *edges)
        last = (date(2030, 1, 15), date(2030, 2, 15))
        expected = [
            *regular(START, range(4), price, 2, late=True),
            row(edges[1], edges[0], june, 2, until_june),
            row(edges[1], june, edges[1], 5, rounded(whole) - until_june),
            *regular(START, range(5, 36), price, 5, late=True),
            row(close, last[0], close, 5, part(5 * price, last[0], close, *last)),
        ]
        events = {
            "2027-06-10": lambda: line.write({"product_uom_qty": 5}),
            "2029-12-01": lambda: order._subscription_close(close),
        }
        return Story("arrears, closed inside a period", order, expected, events)

    def story_of_a_fixed_term(self):
        template = self._create_template("Fixed", term_count=30, end_action="end")
        order = self.create_contract(
            self.line_values(self.hosting, recurrence_id=self.year.id),
            self.line_values(self.seat, recurrence_id=self.quarter.id),
            day=START,
            template=template,
        )
        end = date(2029, 7, 15)
        self.assertEqual(order.subscription_end_date, end)
        year = (date(2029, 1, 15), date(2030, 1, 15))
        expected = [
            *regular(START, range(2), "119.90", every=12),
            row(year[0], year[0], end, 1, part("119.90", year[0], end, *year)),
            *regular(START, range(10), 10, every=3),
        ]
        return Story("a term of 30 months that ends by itself", order, expected)

    def story_of_free_periods(self):
        order = self.create_contract(self.line_values(self.seat, 4, discount=100.0), day=START)
        line = order.order_line
        events = {"2027-04-15": lambda: line.write({"discount": 0.0})}
        return Story("three free months", order, regular(START, range(3, 39), 10, 4), events)

    def story_of_delivered_quantities(self):
        hours = self._create_product("Hours", 80.0, invoice_policy="delivery")
        order = self.create_contract(self.line_values(hours, 0), day=START)
        line = order.order_line
        worked = [Fraction((7 * number) % 13, 4) for number in range(38)]
        self.assertEqual(worked.count(0), 3)

        def work(quantity):
            line.qty_delivered += float(quantity)

        events, expected = {}, []
        for number, quantity in enumerate(worked):
            first, stop = boundary(START, number), boundary(START, number + 1)
            events[first.replace(day=28)] = lambda quantity=quantity: work(quantity)
            if quantity:
                expected.append(row(stop, first, stop, quantity, 80 * quantity))
        return Story("hours as they are worked", order, expected, events)

    def assertFreePeriods(self, order, count):
        """The first periods were free: no invoice, a note, and time moved on."""
        free = order.subscription_billed_period_ids.filtered(lambda row: not row.booked_amount)
        self.assertFalse(free.invoice_line_id)
        self.assertEqual(free.mapped("start_date"), [boundary(START, n) for n in range(count)])
        notes = order.message_ids.filtered(lambda note: "Nothing to pay" in note.body)
        self.assertEqual(len(notes), count)

    # ------------------------------------------------------------------
    # Standstill
    # ------------------------------------------------------------------

    def test_standstill_of_three_months_loses_nothing(self):
        order = self.create_contract(self.line_values(self.seat, 5), day=START)
        line = order.order_line
        self.live(order, "2028-01-31")
        # No run from here on, but people go on working.
        self.travel("2028-02-25")
        line.product_uom_qty = 8
        self.travel("2028-03-31")
        line.product_uom_qty = 7
        late = self.travel("2028-05-02")
        moves = self.bill(order)
        self.assertEqual(moves.mapped("invoice_date"), [late] * len(moves))
        february, march = date(2028, 2, 25), date(2028, 3, 31)
        edges = [boundary(START, number) for number in (13, 14, 15)]
        more = rounded(Fraction(10 * (5 * 10 + 8 * 19), 29)) - 50
        before = rounded(Fraction(80 * 16, 31))
        after = rounded(Fraction(80 * 16 + 70 * 15, 31)) - before
        expected = [
            *regular(START, range(13), 10, 5),
            row(late, edges[0], edges[1], 5, 50),
            row(late, february, edges[1], 3, more),
            # never billed for eight and credited: the late run knows of the seven
            row(late, edges[1], march, 8, before),
            row(late, march, edges[2], 7, after),
            row(late, edges[2], boundary(START, 16), 7, 70),
            *regular(START, range(16, 36), 10, 7),
        ]
        self.assertStories("2030-01-14", Story("standstill", order, expected))
