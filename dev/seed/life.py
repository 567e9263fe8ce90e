"""Deals to which everything happens that can happen to a contract, a few for each feature."""

from datetime import timedelta

from .plan import Deal

STOPPED_CUSTOMERS = (42, 58)  # they stop paying two months before the end
SEATS = [("mailbox", 14, "month"), ("endpoint", 14, "month")]
DESKTOPS = [("desktop", 12, "month"), ("backup", 2, "month")]
TELEPHONE = [("line/0", 1, "month"), ("phone", 6, "month")]


def add_lives(plot):
    """Add the deals of all features to a plot."""
    _add_amendments(plot)
    _add_planned_changes(plot)
    _add_beginnings(plot)
    _add_interruptions(plot)
    _add_terms(plot)
    _add_endings(plot)
    _add_payments(plot)
    _add_campaigns(plot)


class _Life:
    """A deal and the days of what happens to it, counted back from today.

    :param Plot plot: where to add it
    :param int customer: number of the customer
    :param str terms: key of the terms
    :param list lines: what is sold
    :param int ago: days since the confirmation
    :param values: other values of the deal
    """

    def __init__(self, plot, customer, terms, lines, ago, **values):
        self.plot = plot
        day = self.day(ago)
        self.deal = Deal(len(plot.deals), customer, terms, lines, day, day, **values)
        plot.add(self.deal)

    def day(self, ago):
        """Return a day, on which somebody works anyway unless it is a recent one."""
        day = max(self.plot.first, self.plot.today - timedelta(days=ago))
        return self.plot.busy(day) if ago > 25 else day

    def then(self, ago, action, **details):
        """Add what happens on a day; returns the life, so that a story reads like one."""
        self.plot.event(self.deal, self.day(ago), action, **details)
        return self

    def after(self, days, action, **details):
        """Add what happens so many days after the confirmation, arguments as above."""
        day = self.deal.confirmed + timedelta(days=days)
        self.plot.event(self.deal, day, action, **details)
        return self

    def look(self, *days):
        """Let the jobs work on days after the confirmation on which nobody does anything."""
        for each in days:
            self.after(each, "look")
        return self


def _add_amendments(plot):
    """Upsell, downgrades, a switch, one of two alternatives, and one without a decision."""
    bigger = {"mailbox": 20, "endpoint": 20, "backup": 2}
    _Life(plot, 4, "monthly", SEATS, 105).then(62, "amend", targets=bigger)
    smaller = {"desktop": 9}
    _Life(plot, 5, "monthly", DESKTOPS, 100).then(47, "amend", targets=smaller, mode="now")
    _Life(plot, 7, "offset", DESKTOPS, 100).then(41, "amend", targets=smaller, mode="now")
    _Life(plot, 9, "first", SEATS, 96).then(9, "amend", targets={"endpoint": 8}, mode="period")
    _Life(plot, 11, "monthly", SEATS, 90).then(36, "amend", mode="period", recurrence="year")
    _Life(plot, 12, "monthly", DESKTOPS, 84).then(
        17, "alternatives", choices=[{"desktop": 16}, {"desktop": 14, "mailbox": 14}]
    )
    _Life(plot, 15, "monthly", SEATS, 77).then(
        4, "amend", targets={"mailbox": 18, "backup": 1}, confirmed=False
    )


def _add_planned_changes(plot):
    """Changes agreed for days to come, of which one is taken back."""
    later = [plot.today + timedelta(days=days) for days in (25, 55)]
    life = _Life(plot, 16, "monthly", DESKTOPS, 70)
    life.then(8, "plan", product="desktop", change=3, start=later[0])
    life.then(8, "plan", product="backup", change=1, start=later[1])
    life.then(2, "revoke", product="backup", start=later[1])


def _add_beginnings(plot):
    """Trials, a set-up fee, an introductory discount and a ramp."""
    _Life(plot, 17, "trial", DESKTOPS, 75)
    _Life(plot, 18, "trial", [("desktop", 7, "month")], 11)
    _Life(plot, 20, "trial", [("desktop", 4, "month")], 5)
    _Life(plot, 21, "monthly", SEATS, 45, intro=(50, 3))
    _Life(plot, 22, "monthly", [("desktop", 10, "month")], 66, ramp=((3, 20), (5, 30)))


def _add_interruptions(plot):
    """A pause that is over, one that runs, and a suspension."""
    renovation = {"reason": "Renovation of the building"}
    life = _Life(plot, 23, "trial", SEATS, 110)
    life.then(61, "pause", until=life.day(40), **renovation)
    _Life(plot, 24, "monthly", SEATS, 80).then(6, "pause", until=None, **renovation)
    _Life(plot, 25, "monthly", DESKTOPS, 70).then(
        5, "suspend", reason="Open questions about the last three invoices"
    )


def _add_terms(plot):
    """A term that renewed itself, a renewal quotation, and a contract that it goes on with."""
    _Life(plot, 27, "season", [("printer", 3, "month")], 112).look(92, 93)
    _Life(plot, 28, "agreement", DESKTOPS, 72).look(62)
    renewed = _Life(plot, 29, "agreement", SEATS, 118)
    renewed.look(60).then(40, "renew").look(92, 93)


def _add_endings(plot):
    """A planned end that is taken back, a reopened contract, and unpaid ones."""
    notice = {"reason": "price", "end": plot.today + timedelta(days=20)}
    _Life(plot, 30, "monthly", SEATS, 60).then(15, "close", **notice).then(7, "keep")
    _Life(plot, 31, "agreement", SEATS, 30).then(3, "close", **notice)
    reopened = _Life(plot, 32, "monthly", DESKTOPS, 100)
    end = reopened.day(58)
    reopened.then(58, "close", reason="competitor", end=end)
    reopened.then(27, "reopen", note="They come back: the other provider was down for two days.")
    for customer, ago in zip(STOPPED_CUSTOMERS, (68, 50), strict=True):
        _Life(plot, customer, "prepaid", SEATS, ago).look(32, 33, 40, 41, 48)


def _add_payments(plot):
    """Charges that fail, succeed later, take days, or never answer."""
    steps = (3, 4, 7, 8, 14, 15, 21)
    _Life(plot, 34, "card", TELEPHONE, 58, card="error").after(5, "card_works").look(*steps)
    _Life(plot, 35, "card", TELEPHONE, 40, card="error").look(*steps).after(16, "new_card")
    _Life(plot, 36, "card", TELEPHONE, 26, card="error").look(*steps)
    _Life(plot, 38, "card", TELEPHONE, 9, card="error").look(*steps[:4])
    _Life(plot, 39, "card", TELEPHONE, 6, card="pending")
    _Life(plot, 40, "card", TELEPHONE, 44, card="hangs").after(4, "money_came")
    _Life(plot, 41, "card", TELEPHONE, 8, card="hangs").look(1)
    _Life(plot, 43, "card", TELEPHONE, 0, card="hangs")


def _add_campaigns(plot):
    """New prices that are planned for many contracts, and some in preparation."""
    deal = plot.deals[-1]
    applied, prepared = (plot.today - timedelta(days=days) for days in (19, 2))
    plot.event(
        deal,
        applied,
        "campaign",
        name="Workplaces: electricity and licences",
        percentages={"desktop": 4.0, "endpoint": 2.5},
        effective=plot.today + timedelta(days=12),
        applied=True,
    )
    plot.event(
        deal,
        prepared,
        "campaign",
        name="Mailboxes, next summer",
        percentages={"mailbox": 5.0},
        effective=plot.today + timedelta(days=70),
    )
