from collections.abc import Callable
from dataclasses import dataclass, field

from odoo import fields, models

from ..common import SubscriptionCommon


@dataclass(frozen=True)
class Story:
    """What happens to one contract, and the invoice lines that must come of it.

    :ivar name: what the story is about, shown when it fails
    :ivar order: a confirmed contract
    :ivar expected: table of invoice lines, rows as made by `scenario_calc.row`
    :ivar events: functions to call on a day, before the run of that day
    """

    name: str
    order: models.BaseModel
    expected: list
    events: dict[str, Callable] = field(default_factory=dict)


class ScenarioCase(SubscriptionCommon):
    """Live through months of contracts and compare their invoices with a table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain_name = cls._create_product("Domain name", 35.0)

    def live(self, orders, until, *events):
        """Bill contracts on each day on which one of them is due, as a daily run would.

        :param orders: contracts to look after
        :param until: last day
        :param events: dicts of functions to call on a day, before the run of that day
        """
        plan = {}
        for day, event in (pair for pairs in events for pair in pairs.items()):
            plan.setdefault(fields.Date.to_date(day), []).append(event)
        until = fields.Date.to_date(until)
        last = None
        while True:
            days = [day for day in orders.mapped("subscription_next_invoice_date") if day]
            day = min([*days, *plan], default=None)
            if day is None or day > until:
                break
            if last:
                self.assertGreater(day, last, "a day is due again although it was billed")
            last = self.travel(day)
            for event in plan.pop(day, ()):
                event()
            self.bill(self._get_due(orders, day))
        self.travel(until)

    def _get_due(self, orders, day):
        return orders.filtered_domain([("subscription_next_invoice_date", "<=", day)])

    def get_dated_table(self, orders):
        """Return all recurring invoice lines of contracts with the date of their document.

        Credits have a negative quantity and amount, whether on an invoice or a credit note.

        :return: sorted tuples of invoice date, first day, last day, quantity, untaxed amount
        """
        lines = orders.subscription_billed_period_ids.invoice_line_id.filtered(
            lambda line: line.move_id.state == "posted"
        )
        return sorted(
            (
                line.move_id.invoice_date.isoformat(),
                line.deferred_start_date.isoformat(),
                line.deferred_end_date.isoformat(),
                line.quantity * -line.move_id.direction_sign,
                line.price_subtotal * -line.move_id.direction_sign,
            )
            for line in lines
        )

    def assertStories(self, until, *stories):
        """Live through stories at the same time; then a second run of everything does nothing."""
        orders = self.env["sale.order"].union(*(story.order for story in stories))
        self.live(orders, until, *(story.events for story in stories))
        for story in stories:
            with self.subTest(story.name):
                self.assertEqual(self.get_dated_table(story.order), sorted(story.expected))
        self.assertSettled(orders)

    def assertSettled(self, orders):
        """Run billing by hand and by the job once more: nothing comes of it."""
        rows = orders.subscription_billed_period_ids
        moves = orders.invoice_ids
        self.assertBillsNothing(orders)
        self.run_cron()
        self.assertEqual(orders.subscription_billed_period_ids, rows)
        self.assertEqual(orders.invoice_ids, moves)
        self.assertLedgerWhole(orders)
