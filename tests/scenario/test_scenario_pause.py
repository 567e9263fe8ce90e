from datetime import date, timedelta
from fractions import Fraction

from odoo.tests import tagged

from ..support.scenario_calc import boundary, part, regular, row
from ..support.scenario_common import ScenarioCase, Story

START = date(2024, 1, 31)


@tagged("post_install", "-at_install")
class TestScenarioPause(ScenarioCase):
    """Pauses again and again, over years: billing days never drift."""

    def test_repeated_pauses_on_monthly_and_yearly_contracts_never_drift(self):
        stories = (
            self.story_of_monthly_pauses(),
            self.story_of_yearly_pauses(),
            self.story_of_new_beginnings(),
            self.story_of_suspensions(),
        )
        self.assertStories("2028-01-30", *stories)
        anchors = [story.order.subscription_anchor_date for story in stories]
        self.assertEqual([anchors[0], anchors[1], anchors[3]], [START] * 3)
        self.assertEqual(anchors[2], date(2027, 5, 17))
        for story in stories:
            self.assertEqual(story.order.subscription_state, "active")
            line = story.order.order_line
            self.assertEqual((line.price_unit, line.discount), (31.0, 0.0))

    def create_paused(self, template=None, **values):
        return self.create_contract(
            self.line_values(self.seat, price_unit=31.0, **values), day=START, template=template
        )

    def story_of_monthly_pauses(self):
        """Each February and March, from the 10th to the 12th of the next month."""
        order = self.create_paused()
        expected, events = [], {}
        for year in range(4):
            number = 12 * year
            first, back = date(2024 + year, 2, 10), date(2024 + year, 3, 12)
            events[first.isoformat()] = lambda first=first, back=back: order._subscription_pause(
                first, back
            )
            january = boundary(START, number), boundary(START, number + 1)
            march = boundary(START, number + 1), boundary(START, number + 2)
            expected += [
                *regular(START, [number], 31),
                row(first, first, january[1], -1, -part(31, first, january[1], *january)),
                row(back, back, march[1], 1, part(31, back, march[1], *march)),
                *regular(START, range(number + 2, number + 12), 31),
            ]
        return Story("every spring", order, expected, events)

    def story_of_yearly_pauses(self):
        """Paid by the year from 31 January, paused for 40 days each summer."""
        order = self.create_paused(recurrence_id=self.year.id)
        expected, events = [], {}
        for year in range(4):
            first = date(2024 + year, 6, 1)
            back = first + timedelta(days=40)
            events[first.isoformat()] = lambda first=first, back=back: order._subscription_pause(
                first, back
            )
            full = boundary(START, 12 * year), boundary(START, 12 * year + 12)
            expected += [
                row(full[0], *full, 1, 31),
                row(first, first, back, -1, -part(31, first, back, *full)),
            ]
        return Story("every summer", order, expected, events)

    def story_of_new_beginnings(self):
        """A new period begins after each pause: from 31 January to 17 May, then on the 17th."""
        template = self._create_template("Begin anew", pause_anchor="restart")
        order = self.create_paused(template=template)
        expected, events, anchor = [], {}, START
        for year in range(4):
            first, back = date(2024 + year, 4, 10), date(2024 + year, 5, 17)
            # the last day of March, or the 17th, up to the pause
            count = 3 if year == 0 else 11
            last = boundary(anchor, count - 1), boundary(anchor, count)
            events[first.isoformat()] = lambda first=first: order._subscription_pause(first)
            events[back.isoformat()] = lambda back=back: order._subscription_resume(back)
            expected += [
                *regular(anchor, range(count), 31),
                row(first, first, last[1], -1, -part(31, first, last[1], *last)),
            ]
            anchor = back
        expected += regular(anchor, range(9), 31)
        return Story("begins anew", order, expected, events)

    def story_of_suspensions(self):
        """Suspended over a whole period twice, days forfeited once."""
        order = self.create_paused()
        price, full = Fraction(31), (boundary(START, 20), boundary(START, 21))
        held, back = date(2025, 10, 10), date(2025, 10, 25)
        expected = [
            *regular(START, range(10), 31),
            *regular(START, range(11, 30), price),
            *regular(START, range(32, 48), price),
        ]
        self.assertLess(full[0], held)
        self.assertLess(back, full[1])
        events = {
            "2024-11-05": lambda: order._subscription_pause(
                boundary(START, 10), boundary(START, 11), kind="suspension"
            ),
            "2025-10-10": lambda: order._subscription_pause(
                held, back, credit_rule="forfeit", kind="suspension"
            ),
            "2026-07-30": lambda: order._subscription_pause(boundary(START, 30), kind="suspension"),
            boundary(START, 32).isoformat(): lambda: order._subscription_resume(
                boundary(START, 32)
            ),
        }
        return Story("suspended", order, expected, events)
