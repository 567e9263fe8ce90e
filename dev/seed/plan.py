"""The plot: who buys what on which day, and what becomes of it. Nothing here touches Odoo."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from .bundles import deal_bundles, draw_lines
from .days import busy_days

CLOSE_REASONS = (
    "price",
    "price",
    "unused",
    "missing",
    "quality",
    "competitor",
    "competitor",
    "need",
    "need",
    "other",
    "unpaid",
)
SEAT_PRODUCTS = ("mailbox", "endpoint", "desktop", "phone", "laptop")
# Terms that the company offers since a number of days: the newest and the oldest start.
LATE_TERMS = {"weekly": (60, 110), "card": (15, 220)}
PAUSE_REASONS = (
    "Closed for the season",
    "Renovation of the building",
    "Parental leave",
    "Move to the new office",
)


@dataclass
class Deal:
    """A quotation and the contract it may become.

    :param customer: number of the customer
    :param start: first day of service; the day of confirmation when empty
    :param lost: never confirmed
    :param card: what the bank says to charges of the saved card: done, error, pending or hangs
    :param intro: discount of the first periods, and their number
    :param ramp: tuples of a period and the quantity of the first line from then on
    """

    number: int
    customer: int
    terms: str
    lines: list
    quoted: date
    confirmed: date | None = None
    start: date | None = None
    discount: int = 0
    lost: bool = False
    card: str = "done"
    intro: tuple = ()
    ramp: tuple = ()
    sent: bool = True
    quotation_template: str = ""


@dataclass(order=True)
class Event:
    """Something that happens to a deal on a day."""

    day: date
    number: int
    action: str = field(compare=False)
    details: dict = field(compare=False, default_factory=dict)


class Plot:
    """Draws deals and events.

    :param random.Random random: dice; the same dice give the same history
    :param date first: first day
    :param date today: last day
    :param int customers: number of customers
    :param int contracts: how many ordinary contracts to draw
    """

    def __init__(self, random, first, today, customers, contracts):
        self.random = random
        self.first, self.today = first, today
        self.customers = customers
        self.days = busy_days(first, today - timedelta(days=3))
        self.deals, self.events = [], []
        self.last_morning = []  # deals that are confirmed after the last billing run
        self._draw_ordinary(contracts)

    def add(self, deal):
        """Add a deal with the events that follow from its dates."""
        self.deals.append(deal)
        self.event(deal, deal.quoted, "quote")
        if deal.confirmed:
            self.event(deal, deal.confirmed, "confirm")

    def event(self, deal, day, action, **details):
        """Add an event, unless it would lie outside the history."""
        if self.first <= day <= self.today:
            self.events.append(Event(day, deal.number, action, details))

    def chance(self, percent):
        """Return true in so many cases of a hundred."""
        return self.random.random() * 100 < percent

    def busy(self, day):
        """Return the first busy day from a day on, today at the latest."""
        return next((each for each in self.days if each >= day), self.today)

    # Ordinary contracts

    def _draw_ordinary(self, contracts):
        order = list(range(self.customers))
        self.random.shuffle(order)
        for number, bundle in enumerate(deal_bundles(self.random, contracts)):
            again = number >= len(order)
            customer = self.random.randrange(self.customers) if again else order[number]
            start = self._draw_start(number, contracts, bundle.terms)
            confirmed = max(self.first, start - timedelta(days=self.random.choice((0, 0, 1, 2, 4))))
            quoted = max(self.first, confirmed - timedelta(days=self.random.randint(0, 12)))
            lines = draw_lines(self.random, bundle.parts)
            discount = self.random.choice((5, 10)) if self.chance(12) else 0
            deal = Deal(
                number, customer, bundle.terms, lines, quoted, confirmed, start, discount=discount
            )
            self.add(deal)
            self._draw_life(deal)

    def _draw_start(self, number, contracts, terms):
        """Return the first day of service: a third came at once, then more every month."""
        if terms in LATE_TERMS:
            low, high = LATE_TERMS[terms]
            return self.busy(self.today - timedelta(days=self.random.randint(low, high)))
        if number < contracts * 0.3:
            early = [day for day in self.days if day < self.first + timedelta(days=55)]
            return self.random.choice(early)
        span = len(self.days) - 1
        return self.days[round(span * max(self.random.random(), self.random.random() * 0.8))]

    def _draw_life(self, deal):
        """Draw what happens between the first day of a contract and today."""
        day = self.busy(deal.start + timedelta(days=25))
        while day < self.today:
            if self.chance(1.7):
                self._draw_close(deal, day)
                return
            if self.chance(1.6):
                day = self._draw_pause(deal, day)
            elif self.chance(8):
                self._draw_quantity(deal, day)
            elif self.chance(1.5):
                self.event(deal, day, "discount", percent=self.random.choice((5, 10, 15)))
            elif self.chance(2):
                self.event(deal, day, "add", product="backup", quantity=self.random.randint(1, 4))
            day = self.busy(day + timedelta(days=self.random.randint(24, 38)))
        self._draw_hours(deal)
        self._draw_price_rise(deal)

    def _draw_close(self, deal, day):
        reason = self.random.choice(CLOSE_REASONS)
        end = (
            day
            if self.chance(50) or reason == "unpaid"
            else day + timedelta(days=self.random.randint(8, 30))
        )
        self.event(deal, day, "close", reason=reason, end=min(end, self.today))
        self._draw_hours(deal, day)

    def _draw_pause(self, deal, day):
        """Draw a pause; some are still running today."""
        days = self.random.choice((14, 30, 45, 60))
        until = self.busy(day + timedelta(days=days))
        known = self.chance(60) and until < self.today
        self.event(
            deal,
            day,
            "pause",
            until=until if known else None,
            reason=self.random.choice(PAUSE_REASONS),
        )
        if not known and until < self.today:
            self.event(deal, until, "resume")
        return until

    def _draw_quantity(self, deal, day):
        seats = [line for line in deal.lines if line[0] in SEAT_PRODUCTS]
        if not seats:
            return
        product, quantity, _recurrence = self.random.choice(seats)
        step = max(1, round(quantity * self.random.uniform(0.05, 0.35)))
        change = step if self.chance(72) else -step
        self.event(deal, day, "quantity", product=product, change=change)

    def _draw_hours(self, deal, until=None):
        """Let the technicians report their hours before each month ends."""
        if not any(product == "hours" for product, *_rest in deal.lines):
            return
        day = deal.confirmed
        while day < (until or self.today):
            for _visit in range(self.random.randint(0, 2)):
                visit = self.busy(day + timedelta(days=self.random.randint(0, 20)))
                if visit < (until or self.today):
                    self.event(deal, visit, "hours", hours=self.random.randint(2, 18) / 4)
            day += relativedelta(months=1)

    def _draw_price_rise(self, deal):
        """Raise the prices of older contracts at the new year, from their next period on."""
        january = self.busy(date(self.today.year, 1, 1))
        old = deal.confirmed < january - timedelta(days=60)
        if old and deal.terms in ("monthly", "first", "card") and self.chance(60):
            self.event(deal, january, "price", percent=self.random.choice((2.5, 3, 4)))
