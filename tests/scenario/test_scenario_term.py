from datetime import date
from fractions import Fraction

from odoo.tests import tagged

from ..support.scenario_calc import boundary, part, regular, row
from ..support.scenario_common import ScenarioCase, Story

START = date(2027, 1, 31)


@tagged("post_install", "-at_install")
class TestScenarioTerm(ScenarioCase):
    """Three years of contracts that renew themselves, are renewed, end and come back."""

    def test_renewals_endings_and_returns_over_36_months(self):
        renewed = self.story_of_automatic_renewals()
        first, second = self.stories_of_a_renewal_quotation()
        back = self.story_of_an_ending_and_a_return()
        changed = self.story_of_a_closing_that_was_taken_back()
        self.assertStories("2030-01-30", renewed, first, second, back, changed)
        orders = [story.order for story in (renewed, first, second, back, changed)]
        self.assertEqual(
            [order.subscription_state for order in orders],
            ["active", "renewed", "closed", "active", "active"],
        )
        self.assertEqual(orders[0].subscription_term_end_date, date(2030, 1, 31))
        self.assertEqual(orders[2].subscription_origin_id, orders[1])

    def story_of_automatic_renewals(self):
        """Yearly term, monthly billing, list prices of each anniversary, 10 % for ever."""
        template = self._create_template(
            "Yearly", term_count=12, end_action="renew", renewal_price="list"
        )
        product = self._create_product("Renewed", 10.0)
        order = self.create_contract(
            self.line_values(product, 2, discount=10.0), day=START, template=template
        )
        expected = [
            *regular(START, range(12), 9, 2),
            *regular(START, range(12, 24), "10.8", 2),
            *regular(START, range(24, 36), "13.5", 2),
        ]
        events = {
            "2027-08-10": lambda: setattr(product, "list_price", 12.0),
            "2028-08-10": lambda: setattr(product, "list_price", 15.0),
        }
        return Story("renews itself at list prices", order, expected, events)

    def stories_of_a_renewal_quotation(self):
        """A term of 13 months that ends on the last of February; the billing day stays the 31st."""
        template = self._create_template("Quoted", term_count=13, end_action="quote")
        order = self.create_contract(
            self.line_values(self.seat, 3, discount=5.0), day=START, template=template
        )
        end = boundary(START, 13)
        self.assertEqual(order.subscription_end_date, end)
        renewal = order._create_renewal_quotation()
        renewal.order_line.product_uom_qty = 4
        events = {"2028-02-10": renewal.action_confirm}
        first = Story("ends with its term", order, regular(START, range(13), "9.5", 3), events)
        second = Story("goes on", renewal, regular(START, range(13, 26), "9.5", 4))
        return first, second

    def story_of_an_ending_and_a_return(self):
        order = self.create_contract(self.line_values(self.support, 3), day=START)
        price, close, back = Fraction("99.99"), date(2028, 5, 10), date(2028, 9, 12)
        may = boundary(START, 15), boundary(START, 16)
        autumn = boundary(START, 19), boundary(START, 20)
        expected = [
            *regular(START, range(16), "33.33", 3),
            row(close, close, may[1], -3, -part(price, close, may[1], *may)),
            row(back, back, autumn[1], 3, part(price, back, autumn[1], *autumn)),
            *regular(START, range(20, 36), "33.33", 3),
        ]
        events = {
            "2028-05-01": lambda: order._subscription_close(close),
            "2028-09-12": lambda: order._subscription_reopen(back),
        }
        return Story("closed and reopened", order, expected, events)

    def story_of_a_closing_that_was_taken_back(self):
        """A step that is planned behind the closing comes back with it."""
        order = self.create_contract(self.line_values(self.hosting, 1), day=START)
        line, day = order.order_line, boundary(START, 20)
        first, stop = boundary(START, 7), boundary(START, 8)
        half, kept = date(2027, 9, 15), date(2027, 9, 10)
        share = part("119.90", first, half, first, stop)
        expected = [
            *regular(START, range(7), "119.90"),
            row(first, first, half, 1, share),
            row(kept, half, stop, 1, Fraction("119.90") - share),
            *regular(START, range(8, 20), "119.90"),
            *regular(START, range(20, 36), "99.90"),
        ]
        events = {
            "2027-03-05": lambda: order._subscription_change_line(line, day, price_unit=99.90),
            "2027-06-10": lambda: order._subscription_close(half),
            "2027-09-10": order._subscription_keep,
        }
        return Story("closing taken back", order, expected, events)
