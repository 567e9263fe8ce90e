from datetime import date
from fractions import Fraction

from odoo.fields import Command
from odoo.tests import tagged

from ..support.scenario_calc import boundary, part, regular, rounded, row
from ..support.scenario_common import ScenarioCase, Story

START = date(2027, 1, 15)
PRICE = Fraction("9.99")


def charged_later(before, after, day, number):
    """Return what more units cost from a day on inside a period of the test's grid.

    The period as it is used in the end, minus what was charged for it before.
    """
    first, stop = boundary(START, number), boundary(START, number + 1)
    used = before * part(PRICE, first, day, first, stop)
    used += after * part(PRICE, day, stop, first, stop)
    return rounded(used) - rounded(before * PRICE)


@tagged("post_install", "-at_install")
class TestScenarioChange(ScenarioCase):
    """Three years in which people change quantity, price, discount and taxes."""

    def prepare_once(self):
        super().prepare_once()
        self.seat.list_price = float(PRICE)

    def test_quantity_price_discount_and_taxes_change_over_36_months(self):
        taxes = self.story_of_taxes()
        self.assertStories("2030-01-14", self.story_of_quantities(), self.story_of_prices(), taxes)
        by_rate = {}
        for move in taxes.order.invoice_ids:
            rate = round(100 * move.amount_tax / move.amount_untaxed)
            by_rate.setdefault(rate, []).append(move.invoice_date)
        self.assertEqual(len(by_rate[20]), 15)
        self.assertEqual(
            max(by_rate[20]), date(2028, 3, 1), "a credit has the tax of what it gives back"
        )
        self.assertEqual(min(by_rate[10]), date(2028, 3, 15))
        self.assertEqual(len(by_rate[10]), 23)

    def story_of_quantities(self):
        order = self.create_contract(self.line_values(self.seat, 5), day=START)
        line = order.order_line
        changes = {
            "2027-03-20": 8,
            "2027-07-01": 6,
            "2027-11-15": 0,
            "2028-02-15": 4,
            "2028-02-29": 1,
            "2029-06-14": 12,
        }
        events = {
            day: lambda quantity=quantity: line.write({"product_uom_qty": quantity})
            for day, quantity in changes.items()
        }
        march, april = date(2027, 3, 20), date(2027, 4, 15)
        july, leap, june = date(2027, 7, 1), date(2028, 2, 29), date(2029, 6, 14)
        in_july = 8 * PRICE * Fraction(8 * 16 + 6 * 14, 8 * 30)
        in_leap = 4 * PRICE * Fraction(4 * 14 + 1 * 15, 4 * 29)
        expected = [
            *regular(START, range(3), PRICE, 5),
            row(march, march, april, 3, charged_later(5, 8, march, 2)),
            *regular(START, range(3, 6), PRICE, 8),
            # 14 of 30 days of two seats go back; the row of eight is worth 79.92
            row(july, july, date(2027, 7, 15), -2, rounded(in_july) - 8 * PRICE),
            *regular(START, range(6, 10), PRICE, 6),
            # 15 November to 14 February: nothing is wanted, nothing is billed
            *regular(START, [13], PRICE, 4),
            row(leap, leap, date(2028, 3, 15), -3, rounded(in_leap) - 4 * PRICE),
            *regular(START, range(14, 29), PRICE, 1),
            # one day before the next period: 11 more seats for 1 of 31 days
            row(june, june, date(2029, 6, 15), 11, charged_later(1, 12, june, 28)),
            *regular(START, range(29, 36), PRICE, 12),
        ]
        return Story("quantity up, down, to zero and back", order, expected, events)

    def story_of_prices(self):
        order = self.create_contract(self.line_values(self.seat, 2), day=START)
        line = order.order_line
        june = date(2027, 6, 1)
        period = (date(2027, 5, 15), date(2027, 6, 15))
        used = rounded(2 * part(PRICE, period[0], june, *period))
        expected = [
            *regular(START, range(5), PRICE, 2),
            row(june, june, period[1], -2, used - 2 * PRICE),
            row(june, june, period[1], 2, 2 * part("12.5", june, period[1], *period)),
            *regular(START, range(5, 21), "12.5", 2),
            *regular(START, range(21, 36), "8.75", 2),
        ]
        events = {
            "2027-06-01": lambda: line.write({"price_unit": 12.5}),
            "2028-10-15": lambda: line.write({"discount": 30.0}),
            # says the same again, so nothing happens
            "2029-01-20": lambda: line.write({"price_unit": 12.5, "discount": 30}),
        }
        return Story("a new price, later a discount", order, expected, events)

    def story_of_taxes(self):
        reduced = self._create_tax(10)
        order = self.create_contract(self.line_values(self.seat, 10), day=START)
        line = order.order_line
        march, may = date(2028, 3, 1), date(2028, 5, 1)
        ten, nine = 10 * PRICE, 9 * PRICE
        downgrade = rounded(ten * (10 * 15 + 9 * 14) / (10 * 29)) - ten
        upgrade = rounded((nine * 16 + ten * 14) / 30) - nine
        expected = [
            *regular(START, range(14), PRICE, 10),
            row(march, march, date(2028, 3, 15), -1, downgrade),
            *regular(START, range(14, 16), PRICE, 9),
            row(may, may, date(2028, 5, 15), 1, upgrade),
            *regular(START, range(16, 36), PRICE, 10),
        ]
        events = {
            "2028-02-20": lambda: line.write({"tax_ids": [Command.set(reduced.ids)]}),
            "2028-03-01": lambda: line.write({"product_uom_qty": 9}),
            "2028-05-01": lambda: line.write({"product_uom_qty": 10}),
        }
        return Story("a lower tax between two changes of quantity", order, expected, events)
