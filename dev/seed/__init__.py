"""A living history: the engine bills about fourteen months of a company, day by day.

Nobody writes results by hand. A plot says who buys what and what becomes of it; the events are
performed through the same methods as the buttons, on their own days, and the billing run works
on each of them. Set SEED_MONTHS to a smaller number for a quick and small history.
"""

import gc
import os
from datetime import date
from random import Random

from dateutil.relativedelta import relativedelta

from .books import Books
from .catalog import Catalog
from .checks import check_history
from .clock import Progress, moved_clock
from .company import create_users, set_up_company
from .customers import create_customers, create_portal_user
from .days import busy_days, months_between
from .health import let_customers_answer, set_up_health, watch
from .life import add_lives
from .life_history import LifeHistory, hanging_provider
from .plan import Plot
from .shop import open_shop
from .specials import PORTAL_CUSTOMER, add_specials
from .terms import create_quotation_templates, create_terms

DICE = 20190419
MONTHS = 14
CONTRACTS = 145
REVIEW_DAYS = (10, 20)
# On days with nothing else the jobs have nothing new to do: what falls due wakes them anyway.
PAPERWORK = ("quote", "lose", "hours")
GROWING = (
    "account_move, account_move_line, account_partial_reconcile, mail_message, "
    "payment_transaction, sale_order, sale_order_line, subscription_billed_period, "
    "subscription_recognition, subscription_segment"
)


def live(env):
    """Live through the history and check what came of it.

    :param env: Odoo environment of the system user, in a database with nothing but set-up
    """
    months = int(os.environ.get("SEED_MONTHS") or MONTHS)
    today = date.today()  # noqa: DTZ011 - the day on this machine's wall
    first = today - relativedelta(months=months)
    random, progress = Random(DICE), Progress()  # noqa: S311 - dice, not secrets
    gc.disable()  # collected after each day instead
    # Compiled plans cost more than they save on tables of this size.
    env.cr.execute("SET jit = off")
    with moved_clock(random) as clock:
        clock.move_to(first)
        history, books, account = prepare(env, random, first, today)
        env.cr.commit()
        progress.say("company, products and customers are there")
        gc.freeze()
        plot = Plot(random, first, today, len(history.customers), CONTRACTS * months // MONTHS)
        add_specials(plot)
        add_lives(plot)
        story = Story(env, clock, progress, history, books, plot)
        story.tell(account)
        check_history(env, progress, full=months == MONTHS)
        story.end()
    env.cr.commit()
    progress.say("the history is checked")


def prepare(env, random, first, today):
    """Create everything that has no history.

    :return: the history, the books, and the account of the old product
    :rtype: tuple
    """
    set_up_company(env, first, today)
    users = create_users(env)
    catalog = Catalog(env)
    catalog.create()
    account = catalog.retire_relay()
    terms = create_terms(env, catalog)
    set_up_health(env)
    quotations = create_quotation_templates(env, catalog, terms)
    open_shop(env, catalog, quotations)
    sellers = [
        users[name] for name in ("jonas", "miriam", "jonas", "felix", "ines", "miriam", "clara")
    ]
    customers = create_customers(env, terms["monthly"].payment_term_id, catalog, sellers)
    create_portal_user(env, customers[PORTAL_CUSTOMER])
    history = LifeHistory(env, catalog, terms, quotations, customers)
    return history, Books(env, random, customers, today), account


class Story:
    """Tells the events in order, with the billing run and the books after them."""

    def __init__(self, env, clock, progress, history, books, plot):
        self.env = env
        self.clock = clock
        self.progress = progress
        self.history = history
        self.books = books
        self.plot = plot
        self.faces = Random(DICE)  # noqa: S311 - dice of their own
        self.deals = {deal.number: deal for deal in plot.deals}

    def tell(self, account):
        """Go through the days of the history.

        :param account: archived ten days before the end, which breaks some contracts
        """
        events = {}
        for event in sorted(self.plot.events):
            events.setdefault(event.day, []).append(event)
        end = self.plot.today
        for month in months_between(self.plot.first, end):
            following = month + relativedelta(months=1)
            days = [day for day in self._get_days(month, following, events) if day <= end]
            for day in days:
                self.clock.move_to(day)
                if day >= end - relativedelta(days=10):
                    account.active = False
                self._live_day(events.get(day, ()))
            self._close_month(days[-1] if days else month)

    def end(self):
        """Do what happens on the last day after the billing run."""
        for deal in self.plot.last_morning:
            self.clock.pass_minutes()
            self.history.do_confirm(deal)
        self.env["sale.order"]._cron_refresh_quotes()
        watch(self.env)

    def _get_days(self, month, following, events):
        """Return the days of a month on which something happens or falls due."""
        days = {day for day in events if month <= day < following}
        days |= {day for day in busy_days(month, following) if month <= day < following}
        if month <= self.plot.today < following:
            days.add(self.plot.today)
        return sorted(days)

    def _live_day(self, events):
        self.env.invalidate_all()
        for event in events:
            self.clock.pass_minutes()
            self.history.perform(self.deals[event.number], event)
        self.clock.pass_minutes()
        if not self._is_paperwork(events) or self._is_something_due():
            self._run_jobs()

    def _is_paperwork(self, events):
        """Tell whether a day is no busy one, and its events give the jobs nothing to do."""
        day = self.clock.day
        if day in self.plot.days or day == self.plot.today:
            return False
        starts = {event.number: self.deals[event.number].start for event in events}
        return all(
            event.action in PAPERWORK
            or (event.action == "confirm" and (starts[event.number] or day) > day)
            for event in events
        )

    def _run_jobs(self):
        gc.collect()
        self._run_night_jobs()
        if self.clock.day in self.plot.days or self._is_something_due():
            self.env["sale.order"]._cron_bill_subscriptions()
        with hanging_provider(self.env):
            self.env["account.move"]._cron_charge_subscriptions()
        if self.clock.day.day in REVIEW_DAYS:
            self.books.review(self.clock.day)

    def _run_night_jobs(self):
        """Run what the server runs once a day; what it changes is billed on the same day."""
        self.env["payment.transaction"]._cron_query_charges()
        self.env["sale.order"]._cron_prepare_renewals()
        self.env["sale.order"]._cron_close_unpaid()
        with hanging_provider(self.env):
            self.env["account.move"]._cron_dun_subscriptions()
        self.env["payment.token"]._cron_warn_of_expiry()
        self.env["subscription.mrr.event"]._cron_record_mrr()
        # Nothing leaves a demo, but nobody is suspended before the mail about it left.
        notices = self.env["subscription.dunning.notice"]
        notices.search([("state", "=", "waiting")])._note_outcome(True)

    def _is_something_due(self):
        Order = self.env["sale.order"]
        return Order.search_count(Order._get_due_contracts_domain(self.clock.day), limit=1)

    def _close_month(self, day):
        self.books.mark_sent()
        self.books.close_month(day)
        self.env["subscription.recognition"]._cron_recognise_revenue()
        let_customers_answer(self.env, self.faces)
        watch(self.env)
        self.env.cr.commit()
        # Tables that grow from nothing are read whole until somebody looks at them.
        self.env.cr.execute(f"ANALYZE {GROWING}")
        self.env.cr.commit()
        self.env.invalidate_all()
        orders = self.env["sale.order"].search_count([("subscription_state", "=", "active")])
        invoices = self.env["account.move"].search_count([("move_type", "=", "out_invoice")])
        self.progress.say(f"{day:%B %Y}: {orders} running contracts, {invoices} invoices so far")
