"""Worlds that are drawn: contracts of every make, people who do anything to them, one clock."""

import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour_of_day
from zoneinfo import ZoneInfo

from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.checks.price_list import PriceList
from .price_list import age_price_list
from .random_deeds import RandomDeeds
from .random_identities import Identities

# Zones on both sides of UTC, and hours at both ends of the day.
ZONES = ("UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata")
HOURS = ((0, 30), (12, 0), (23, 30))


def draw_seeds(known):
    """Yield the seeds of worlds, known ones in the suite and ever new ones in a soak.

    SR_SEED=N lives through one world again.

    :param known: seeds of the suite
    """
    if seeds := os.environ.get("SR_SEED"):
        yield from map(int, seeds.split(","))
        return
    minutes = float(os.environ.get("SR_SOAK_MINUTES") or 0)
    yield from () if minutes else known
    end = _read_clock() + minutes * 60
    while _read_clock() < end:
        yield random.SystemRandom().randrange(10**9)


def _read_clock():
    """Return seconds of a clock that goes on while that of the test is set.

    Freezegun replaces what a module took from ``time`` by name, too; this function it leaves.
    """
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class RandomWorld(RandomDeeds, Identities):
    """One drawn history of several contracts that one run bills together.

    :param case: the test, which has what a :class:`PaymentCommon` has
    :param int seed: the same seed draws the same world
    """

    def __init__(self, case, seed):
        self.case, self.env = case, case.env
        self.dice = random.Random(seed)  # noqa: S311 - a test wants the same world each time
        self.log, self.effects, self.vouchers = [], {}, {}
        self.edited, self.acted = self.env["account.move"], False
        self.zone = case.company.subscription_tz = self.dice.choice(ZONES)
        case.company.tax_calculation_rounding_method = self.dice.choice(
            ("round_per_line", "round_globally")
        )
        self.day = date(2027, self.dice.randint(1, 6), self.dice.randint(1, 28))
        self.hour = HOURS[0]
        self.move_clock(0)
        self.deeds = sorted(name for name in dir(self) if name.startswith("do_"))

    def move_clock(self, days):
        """Let some days pass; the hour is drawn, on the same day none that is over."""
        self.day += timedelta(days=days)
        drawn = self.dice.choice(HOURS)
        self.hour = drawn if days else max(self.hour, drawn)
        self.case.travel(self.day, *self.hour)
        moment = datetime.combine(self.day, hour_of_day(*self.hour), UTC)
        self.today = moment.astimezone(ZoneInfo(self.zone)).date()
        self.case.assertEqual(self.case.company._subscription_today(), self.today)

    # ------------------------------------------------------------------
    # What contracts are made of
    # ------------------------------------------------------------------

    def draw_taxes(self):
        """Return one or two taxes: on top, included, per piece, or one on the other."""
        make = self.case._create_tax
        kind = self.dice.choice(("percent", "percent", "included", "fixed", "both", "none"))
        self.log.append(kind)
        taxes = self.env["account.tax"]
        if kind in ("percent", "both"):
            taxes |= make(self.dice.choice((7.7, 19, 20)), sequence=2)
        if kind == "included":
            taxes |= make(self.dice.choice((7, 21)), price_include_override="tax_included")
        if kind in ("fixed", "both"):
            taxes |= make(self.dice.choice((0.37, 2)), amount_type="fixed", sequence=1)
        return taxes

    def draw_product(self, name, price, taxes=None, **values):
        taxes = self.draw_taxes() if taxes is None else taxes
        return self.case._create_product(name, price, taxes_id=[Command.set(taxes.ids)], **values)

    def draw_template(self):
        """Return terms; half of the worlds share invoices."""
        return self.case._create_template(
            "Drawn",
            invoice_mode=self.dice.choice(("post", "post", "draft")),
            convention=self.dice.choice(("actual", "actual", "fixed_30", "none")),
            timing=self.dice.choice(("advance", "advance", "arrears")),
            alignment=self.dice.choice(("anniversary", "calendar")),
            credit_on_pause=self.dice.choice(("credit", "forfeit")),
            credit_on_downgrade=self.dice.choice(("now", "offset")),
            group_invoices=self.dice.random() < 0.3,
        )

    def draw_term(self):
        """Return no payment term, or one with an early payment discount."""
        kind = self.dice.choice((None, None, "mixed", "included", "excluded"))
        Term = self.env["account.payment.term"]
        if not kind:
            return Term
        return Term.create(
            {
                "name": f"2 % {kind}",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": kind,
            }
        )

    def draw_position(self):
        """Return a fiscal position without taxes, or with another rate in their place."""
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        if self.dice.random() < 0.5:
            taxes = (self.seat | self.desk).taxes_id
            self.case._create_tax(
                self.dice.choice((5, 7)),
                fiscal_position_ids=[Command.link(position.id)],
                original_tax_ids=[Command.set(taxes.ids)],
            )
        return position

    def create_contracts(self, count):
        """Confirm contracts; what all share is drawn once."""
        self.templates = [self.draw_template() for _number in range(2)]
        taxes = self.draw_taxes()
        self.seat = self.draw_product("Seat", self.dice.choice((1.13, 3.33, 30.0)), taxes)
        self.desk = self.draw_product("Desk", self.dice.choice((0.07, 49.99, 300.0)))
        self.fee = self.draw_product("Fee", 50.0, taxes, is_recurring=False)
        voucher_taxes = self.dice.choice((taxes, taxes.browse()))
        self.voucher = self.draw_product("Voucher", 0.0, voucher_taxes, is_recurring=False)
        self.position = self.draw_position()
        self.term = self.draw_term()
        self.others = self.env["res.partner"].create(
            [{"name": f"Other {number}", "country_id": self.case.partner.country_id.id}
             for number in range(2)]
        )  # fmt: skip
        orders = self.env["sale.order"]
        for _number in range(count):
            orders |= self.create_quotation()
        orders.action_confirm()
        self.orders = orders
        return orders

    def create_quotation(self):
        case, dice = self.case, self.dice
        if dice.random() < 0.1:
            return case.create_combo(dice.randint(1, 3), template=dice.choice(self.templates))
        lines = [case.line_values(self.seat, dice.randint(1, 7))]
        if dice.random() < 0.5:
            lines.append(case.line_values(self.desk, dice.randint(1, 3)))
        if dice.random() < 0.4:
            lines.append(case.line_values(self.fee))
        amount = dice.choice((0.5, 3.0, 20.0, 120.0)) if dice.random() < 0.5 else 0.0
        if amount:
            lines.append(case.line_values(self.voucher, price_unit=-amount, name="Voucher"))
        order = case.create_order(
            *lines,
            template=dice.choice(self.templates),
            payment_term_id=self.term.id if dice.random() < 0.6 else False,
            fiscal_position_id=self.position.id if dice.random() < 0.2 else False,
            partner_id=dice.choice((case.partner, *self.others)).id,
        )
        self.vouchers[order] = amount
        return order

    # ------------------------------------------------------------------
    # And what must hold
    # ------------------------------------------------------------------

    def act(self):
        """Let somebody do something to each contract; what is refused leaves nothing behind."""
        self.acted = True
        for order in self.orders:
            self.order = order
            deed = self.draw_deed()
            self.log.append((self.today.isoformat(), self.order.id, deed))
            try:
                with self.env.cr.savepoint():
                    getattr(self, deed)()
                    self.env.flush_all()
            except UserError as error:
                self.env.invalidate_all()
                self.log.append(str(error))

    def check_prices(self):
        """Each line from the list asks what a new quotation asks; the nightly check looks, too."""
        age_price_list(self.env)
        lines = self.orders.order_line.filtered("subscription_listed")
        self.case.assertTrue(lines)
        price_list = PriceList(self.env)
        for line in lines:
            price = price_list.get_price(line, line.product_uom_qty)
            if price is None:
                self.case.assertTrue(line.combo_item_id or line.product_type == "combo")
            else:
                self.case.assertAlmostEqual(price, line.price_unit, 6)

    def bill(self):
        """Let the run bill everything, and look at what it made."""
        case, orders = self.case, self.orders
        orders._subscription_refresh_state()
        moves = orders._bill_subscriptions()
        for move in moves.filtered(lambda move: move.state == "posted"):
            case.assertEqual(move.invoice_date, self.today, "documents bear the company's day")
            case.assertGreaterEqual(move.invoice_date_due, self.today)
        for move in moves:
            case.assertGreaterEqual(move.amount_total, 0.0, move.name)
        ready = orders.filtered(lambda order: not order.subscription_waiting_move_id)
        case.assertBillsNothing(ready)
        if self.acted:
            case.assertLedgerWhole(orders)

    def run(self, contracts, steps):
        """Live through some steps of time.

        :return: what happened, for who reads about a failure
        """
        self.create_contracts(contracts)
        self.check_prices()
        self.bill()
        for _step in range(steps):
            self.move_clock(self.dice.randint(0, 20))
            self.act()
            self.bill()
        self.case.assertMrrWhole(self.orders)
        self.check_identities()
