"""Histories of contracts that are drawn, with corrections of the past, for reports of MRR."""

import random
from datetime import date, datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.analytics.subscription_known_mixin import get_known_moment
from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class DrawnMrrCommon(SubscriptionCommon):
    """Contracts of several customers that do anything, recorded by the clock of the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._keep_mrr_date(date(2027, 1, 1))
        cls.Event = cls.env["subscription.mrr.event"]
        cls.customers = cls.partner | cls.env["res.partner"].create(
            [{"name": f"Other {number}"} for number in range(3)]
        )

    def setUp(self):
        super().setUp()
        self.patch(type(self.env.cr), "now", lambda _cursor: datetime.now())  # noqa: DTZ005

    def draw_history(self, seed, watch=None, year=2027):
        """Let contracts grow, shrink, pause, resume, end (on pause, too) and come back.

        Some changes are of days that are over: they are recorded as corrections.

        :param watch: what is called with each day after what it did was recorded
        :param int year: half of which is drawn; a clock that goes back has known the future
        """
        draw, orders = random.Random(seed), self.env["sale.order"]  # noqa: S311
        day = date(year, 2, 1)
        while day < date(year, 7, 20):
            self.travel(day)
            if len(orders) < 7:
                customer = draw.choice(self.customers)
                line = self.line_values(draw.choice(self.seat | self.support), draw.randrange(1, 9))
                orders |= self.create_contract(line, partner_id=customer.id)
            orders._subscription_refresh_state()
            self.act(draw, draw.choice(orders), day)
            self.record(orders)
            if watch:
                watch(day)
            day += timedelta(draw.randrange(3, 9))
        return orders

    def act(self, draw, order, day):
        """Let one contract do something; what it refuses it does not do."""
        state, line = order.subscription_state, order.order_line[0]
        deeds = {
            "closed": [lambda: order._subscription_reopen(day)],
            "paused": [
                lambda: order._subscription_resume(day),
                lambda: order._subscription_close(day),
            ],
            "active": [
                lambda: order._subscription_close(day),
                lambda: order._subscription_pause(day),
                lambda: order._subscription_pause(day, day + timedelta(draw.randrange(3, 30))),
                lambda: self.change(order, line, day, draw.randrange(1, 9)),
                lambda: self.change(order, line, day - timedelta(10), draw.randrange(1, 9)),
            ],
        }
        self.try_it(draw.choice(deeds.get(state, [lambda: None])))

    def try_it(self, deed):
        """Do something, or nothing of it where it is refused.

        :return: whether it was done
        :rtype: bool
        """
        try:
            with self.env.cr.savepoint():
                deed()
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()
            return False
        return True

    def change(self, order, line, day, quantity):
        """Let a line have another quantity from a day on."""
        order._subscription_change_line(line, day, quantity=quantity)

    def record(self, orders):
        """Record what contracts did, and what time brought, up to today."""
        self.Event._remember_contracts(orders)
        self.env.cr.flush()

    def get_events(self, known=None):
        """Return the movements of the company that were known at the end of a day."""
        domain = [("company_id", "=", self.company.id)]
        if known:
            domain.append(("recorded_at", "<", get_known_moment(self.company, known)))
        return self.Event.search(domain)
