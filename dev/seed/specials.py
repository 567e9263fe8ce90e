"""Deals that show something: branches, broken contracts, open quotations, the future."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from .bundles import BUNDLES, draw_lines
from .plan import Deal

PORTAL_CUSTOMER = 0  # Hotel Alpenstern
BRANCHES_CUSTOMER = 19  # Spedition Wallner
RELAY_CUSTOMERS = (10, 33)
BACKDATED_CUSTOMER = 37
BAD_CARD_CUSTOMERS = (14, 61)
FORFEIT_CUSTOMER = 53
LAST_CUSTOMERS = (26, 70)


def add_specials(plot):
    """Add all special deals to a plot."""
    _add_portal_customer(plot)
    _add_portal_lives(plot)
    _add_branches(plot)
    _add_relay(plot)
    _add_backdated(plot)
    _add_forfeit(plot)
    _add_bad_cards(plot)
    _add_last_morning(plot)
    _add_open_quotations(plot)
    _add_upcoming(plot)
    _add_future_ends(plot)


def _number(plot):
    return len(plot.deals)


def _later(plot, days):
    """Return the busy day so many days after the start, inside the history."""
    return plot.busy(min(plot.first + timedelta(days=days), plot.today - timedelta(days=4)))


def _add_portal_customer(plot):
    """Give the customer who can log in one contract of each common kind."""
    rows = (
        (3, "monthly", [("mailbox", 18, "month"), ("endpoint", 18, "month"), ("setup", 1, "")]),
        (240, "card", [("line/1", 1, "month"), ("phone", 12, "month"), ("firewall", 1, "")]),
        (95, "yearly", [("hosting/1", 1, "year"), ("domain", 2, "year")]),
    )
    for days, terms, lines in rows:
        day = _later(plot, days)
        plot.add(Deal(_number(plot), PORTAL_CUSTOMER, terms, lines, day, day))
    plot.event(plot.deals[-3], _later(plot, 160), "quantity", product="mailbox", change=4)
    plot.event(plot.deals[-3], _later(plot, 290), "quantity", product="endpoint", change=-3)
    # Fewer of them with the next period: the customer may take that back.
    day = plot.busy(plot.today - timedelta(days=1))
    plot.event(plot.deals[-3], day, "customer_change", product="endpoint", change=-2)
    ordered = plot.busy(plot.today - timedelta(days=6))  # may still be withdrawn from
    plot.add(
        Deal(_number(plot), PORTAL_CUSTOMER, "monthly", [("backup", 1, "month")], ordered, ordered)
    )
    quoted = plot.today - timedelta(days=3)
    lines = [("desktop", 6, "month"), ("setup", 1, "")]
    plot.add(Deal(_number(plot), PORTAL_CUSTOMER, "first", lines, quoted))


def _add_portal_lives(plot):
    """Let that customer see too what stands still, is late, ends, has ended, begins or waits."""
    day, today = timedelta(days=1), plot.today

    def add(age, lines, terms="monthly", **values):
        """Add a contract that was made so many days ago."""
        made = max(plot.first, today - age * day)
        deal = Deal(_number(plot), PORTAL_CUSTOMER, terms, lines, made, made, **values)
        plot.add(deal)
        return deal

    paused = add(80, [("mailbox", 3, "month")])
    plot.event(
        paused, today - 6 * day, "pause", until=today + 24 * day, reason="Closed for the season"
    )
    ending = add(100, [("endpoint", 4, "month")])
    plot.event(ending, today - 8 * day, "close", reason="price", end=today + 25 * day)
    ended = add(120, [("desktop", 2, "month")])
    plot.event(ended, today - 40 * day, "close", reason="need", end=today - 40 * day)
    add(2, [("backup", 2, "month")], start=(today + relativedelta(months=1)).replace(day=1))
    add(21, [("line/0", 1, "month")], "card", card="error")
    # More telephones wait for their payment.
    phones = add(35, [("phone", 4, "month")], "card")
    plot.event(phones, today - day, "customer_change", product="phone", change=3)


def _add_branches(plot):
    """One haulier with four branches, each with its contract, on one invoice."""
    for days, people in ((5, 14), (5, 6), (70, 9), (190, 4)):
        day = _later(plot, days)
        lines = [("desktop", people, "month"), ("line/0", 1, "month")]
        plot.add(Deal(_number(plot), BRANCHES_CUSTOMER, "grouped", lines, day, day))


def _add_relay(plot):
    """Contracts on an old product whose account is archived before the last invoice."""
    day = plot.today - timedelta(days=6)
    for months, customer in zip((9, 6), RELAY_CUSTOMERS, strict=True):
        start = max(day - relativedelta(months=months), plot.first)
        lines = [("relay", 2, "month"), ("mailbox", 7, "month")]
        plot.add(Deal(_number(plot), customer, "monthly", lines, start, start))


def _add_backdated(plot):
    """A customer who tells us in autumn of having left in spring: too much credit to be true."""
    start = _later(plot, 20)
    lines = [("endpoint", 8, "month"), ("backup", 2, "month")]
    deal = Deal(_number(plot), BACKDATED_CUSTOMER, "monthly", lines, start, start)
    plot.add(deal)
    end = max(start, plot.today - timedelta(days=150))
    plot.event(deal, plot.today - timedelta(days=4), "close", reason="need", end=end)


def _add_forfeit(plot):
    """A yearly contract that is closed after some months: the rest of the year is not paid back."""
    start = _later(plot, 40)
    lines = [("hosting/1", 1, "year"), ("domain", 3, "year")]
    deal = Deal(_number(plot), FORFEIT_CUSTOMER, "yearly", lines, start, start)
    plot.add(deal)
    day = _later(plot, 235)
    plot.event(deal, day, "close", reason="need", end=day)


def _add_open_quotations(plot):
    """Quotations without a decision, and some that were lost."""
    templates = ("New workplace", "Website package", "Telephone and fibre", "Maintenance agreement")
    for number in range(20):
        bundle = plot.random.choice(BUNDLES[:8])
        lost = number >= 14
        age = plot.random.randint(40, 300) if lost else plot.random.randint(0, 24)
        day = max(plot.first, plot.today - timedelta(days=age))
        deal = Deal(
            _number(plot),
            plot.random.randrange(plot.customers),
            bundle.terms,
            draw_lines(plot.random, bundle.parts),
            day,
            sent=lost or number % 3 > 0,
            lost=lost,
            quotation_template=templates[number % 4] if number < 8 else "",
        )
        plot.add(deal)
        if lost:
            plot.event(deal, min(day + timedelta(days=30), plot.today), "lose")


def _add_upcoming(plot):
    """Contracts that are signed and begin later."""
    next_month = (plot.today + relativedelta(months=1)).replace(day=1)
    for number in range(6):
        bundle = BUNDLES[number % 3]
        day = plot.today - timedelta(days=plot.random.randint(1, 15))
        deal = Deal(
            _number(plot),
            plot.random.randrange(plot.customers),
            bundle.terms,
            draw_lines(plot.random, bundle.parts),
            max(plot.first, day - timedelta(days=4)),
            max(plot.first, day),
            start=next_month + relativedelta(months=number // 3),
        )
        plot.add(deal)


def _add_last_morning(plot):
    """Quotations that are signed on the last morning, after the billing run."""
    for number, bundle in enumerate(BUNDLES[:2]):
        lines = draw_lines(plot.random, bundle.parts)
        quoted = plot.today - timedelta(days=6 + number)
        deal = Deal(_number(plot), LAST_CUSTOMERS[number], bundle.terms, lines, quoted)
        plot.add(deal)
        plot.last_morning.append(deal)


def _add_bad_cards(plot):
    """Customers whose card is declined since they began."""
    for customer, days in zip(BAD_CARD_CUSTOMERS, (52, 21), strict=True):
        day = plot.busy(plot.today - timedelta(days=days))
        lines = [("line/0", 1, "month"), ("phone", 5, "month")]
        plot.add(Deal(_number(plot), customer, "card", lines, day, day, card="error"))


def _add_future_ends(plot):
    """Notices for a day to come, and changes agreed for the next months."""
    gone = {event.number for event in plot.events if event.action in ("close", "pause")}
    running = [
        deal
        for deal in plot.deals
        if deal.confirmed
        and deal.number not in gone
        and deal.terms in ("monthly", "first", "card")
        and deal.confirmed < plot.today - timedelta(days=40)
    ]
    plot.random.shuffle(running)
    for deal in running[:7]:
        day = plot.today - timedelta(days=plot.random.randint(1, 12))
        end = plot.today + timedelta(days=plot.random.randint(8, 80))
        reason = plot.random.choice(("price", "competitor", "need", "quality"))
        plot.event(deal, day, "close", reason=reason, end=end)
    for deal in running[7:13]:
        product, _quantity, _recurrence = deal.lines[0]
        day = plot.today - timedelta(days=plot.random.randint(1, 12))
        start = (plot.today + relativedelta(months=plot.random.randint(1, 3))).replace(day=1)
        plot.event(
            deal, day, "plan", product=product, change=plot.random.randint(1, 4), start=start
        )
