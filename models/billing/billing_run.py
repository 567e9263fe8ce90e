import gc
import logging
import time
from contextlib import contextmanager
from random import uniform

from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import OperationalError, errorcodes

_logger = logging.getLogger(__name__)

# The database says "somebody else was there": begin again, never quarantine.
CLASHES = (
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.LOCK_NOT_AVAILABLE,
)
MAX_TRIES = 8
WAIT = 0.02  # seconds, at most, before the second try; twice as long before each further one


@contextmanager
def tidying_up_later():
    """Let Python look for garbage after a batch, not again and again among what is in use.

    All that a batch makes is needed until its transaction ends.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class BillingRun:
    """The billing run: pick, bill, commit; a broken contract never stops the others.

    Several may run at once, each takes contracts that no other process has. What a feature adds
    to a run are hooks of `sale.order`.

    :param env: environment of the scheduled action, or of whoever bills a selection
    """

    def __init__(self, env):
        self.env = env
        self.orders = env["sale.order"]
        self.still_due = self.orders  # of the last batch, what a search would find again

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    def run(self):
        """Bill all due contracts in batches; may be killed and run again at any point."""
        Cron = self.env["ir.cron"]
        size = self.env.company.subscription_batch_size or 100
        seen, left = 0, set()
        self._commit_part(self.refresh_states)
        self._commit_part(self.retry_quarantined)
        while all(self._commit_part(self.orders._refresh_due_segments)):
            pass  # a price rise of many contracts is many transactions
        self._commit_part(self.orders._refresh_one_off_dates)
        self._commit_part(self.orders._release_waiting_contracts)
        Cron._commit_progress(remaining=self.count_due())
        while True:
            with tidying_up_later():
                orders, time_left = self._commit_part(lambda: self._bill_next(size, left))
            if not orders:
                break
            seen += len(orders)
            left.update(self.still_due.ids)
            if not time_left:
                break
        Cron._commit_progress(remaining=self.count_due(left))
        _logger.info("subscription billing run finished, %(count)s contracts", {"count": seen})

    def pick(self, limit, skip=()):
        """Lock and return contracts that are due and that no other worker holds.

        Contracts whose invoices are shared come with all due members of their group.

        :param int limit: most contracts to take
        :param skip: ids of contracts that this run leaves for the next one
        :rtype: sale.order
        """
        picked = self.orders.browse()
        Template = self.env["subscription.template"].with_context(active_test=False)
        grouping = Template.search([("group_invoices", "=", True)])
        for company in self.env["res.company"]._get_served_companies():
            domain = self.orders._get_due_contracts_domain(company._subscription_today()) & Domain(
                [("company_id", "=", company.id), ("id", "not in", tuple(skip))]
            )
            shared = Domain("subscription_template_id", "in", grouping.ids)
            picked |= self._lock(domain & ~shared, limit - len(picked))
            if grouping and len(picked) < limit:
                picked |= self._lock_groups(domain & shared, limit - len(picked))
            if len(picked) >= limit:
                break
        return picked

    def _bill_next(self, limit, skip):
        """Pick and bill some contracts, arguments as in :meth:`pick`.

        Those that are due all the same are remembered, the others need not be: no search finds
        them again, however many there are.

        :return: the contracts that were picked
        """
        orders = self.still_due = self.pick(limit, skip)
        if orders:
            self.bill(orders)
            self.still_due = self.orders.union(
                *(
                    members.filtered_domain(
                        self.orders._get_due_contracts_domain(company._subscription_today())
                    )
                    for company, members in orders.grouped("company_id").items()
                )
            )
        return orders

    def count_due(self, skip=()):
        """Return how many contracts are due, but for those that this run leaves alone."""
        return sum(
            self.orders.search_count(
                self.orders._get_due_contracts_domain(company._subscription_today())
                & Domain([("company_id", "=", company.id), ("id", "not in", tuple(skip))])
            )
            for company in self.env["res.company"]._get_served_companies()
        )

    def refresh_states(self):
        """Let today's date reach contracts that start, pause, resume or end.

        Those that another process has in hand are left to it.

        :return: no contracts, as none is billed here
        """
        days = [
            company._subscription_today()
            for company in self.env["res.company"]._get_served_companies()
        ]
        orders = self.orders.browse()
        for domain in self.orders._get_stale_state_domains(min(days), max(days)):
            # One search each: the database reads an index for each of them, for none of their sum.
            orders |= self.orders.search(domain & Domain("subscription_quarantined_at", "=", False))
        for order in orders.try_lock_for_update(allow_referencing=True):
            spoken = order.company_id._in_company_language(order)
            spoken._run_or_quarantine(spoken._subscription_refresh_state)
        return self.orders.browse()

    def retry_quarantined(self):
        """Try contracts in quarantine once a day: some reasons go away by themselves.

        A day passes the lock date, a rate or a sequence is there again. Who looks after the
        contract hears nothing new while the reason is the same.

        :return: no contracts, as their documents are made by this transaction
        """
        quarantined = self.orders.search(Domain("subscription_quarantined_at", "!=", False))
        stale = quarantined.filtered(
            lambda order: order.subscription_retried_date != order._subscription_today()
        )
        for order in stale.try_lock_for_update(allow_referencing=True):
            order._run_or_quarantine(
                lambda order=order: self._try_again(order),
                fail=lambda error, order=order: self._keep_quarantine(order, error),
            )
        return self.orders.browse()

    def _try_again(self, order):
        """Bill one contract as if nothing had been wrong with it."""
        order._subscription_refresh_state()
        order._bill_subscriptions()
        order._release_quarantine()

    def _keep_quarantine(self, order, error):
        """Leave one contract where it is, with the reason of today."""
        reason = order._get_failure_reason(error) or order.subscription_quarantine_reason
        order._as_system().write(
            {
                "subscription_quarantine_reason": reason,
                "subscription_retried_date": order._subscription_today(),
            }
        )

    def bill(self, orders):
        """Bill locked contracts together; when that fails, each half of them.

        A contract that fails alone goes to quarantine and the rest go on.

        :param orders: the contracts to bill
        :return: the new documents
        :rtype: account.move
        """
        orders = orders.company_id._in_company_language(orders)
        try:
            with self.env.cr.savepoint():
                return orders._bill_subscriptions()
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever breaks one contract must not stop the run
            self.env.invalidate_all()
            _logger.info(
                "subscription batch of %(count)s failed, going on with parts of it: %(error)s",
                {"count": len(orders), "error": error},
            )
        moves = self.env["account.move"]
        for part in self._get_parts(orders):
            moves |= self.bill(part) if len(part) > 1 else part._bill_or_quarantine()
        return moves

    def _get_parts(self, orders):
        """Return the halves of a batch that failed, so that a few tries find what is broken.

        Contracts that share an invoice go on sharing it when it is another one that is broken; the
        members of a single group are tried alone.

        :rtype: list[sale.order]
        """
        groups = list(orders.grouped(lambda order: order._get_invoice_group_key()).values())
        if len(groups) == 1:
            return list(orders)
        middle = len(groups) // 2
        return [
            self.orders.browse().concat(*groups[:middle]),
            self.orders.browse().concat(*groups[middle:]),
        ]

    # ------------------------------------------------------------------
    # Locks
    # ------------------------------------------------------------------

    def _lock(self, domain, limit):
        """Lock the contracts of a domain that are free, oldest due date first.

        One statement finds and locks, so that several workers share the work without waiting.

        :rtype: sale.order
        """
        query = self.orders._search(domain, limit=limit, order="subscription_next_invoice_date, id")
        select = SQL("%s FOR NO KEY UPDATE OF sale_order SKIP LOCKED", query.select())
        self.env.flush_query(select)
        self.env.cr.execute(select, log_exceptions=False)
        return self.orders.browse(row[0] for row in self.env.cr.fetchall())

    def _lock_groups(self, domain, limit):
        """Lock contracts that share invoices, whole groups only.

        A group belongs to whoever holds its advisory lock; nobody else touches its rows. One with
        a member that is being edited is left for later, else that member would get an invoice of
        its own.

        :param Domain domain: contracts that are due and may share an invoice
        :param int limit: most contracts to take, exceeded to complete a group
        :rtype: sale.order
        """
        taken = self.env["res.partner"]
        while candidates := self.orders.search(
            domain & Domain("partner_invoice_id", "not in", taken.ids),
            limit=limit,
            order="subscription_next_invoice_date, id",
        ):
            partners = candidates.partner_invoice_id
            taken |= partners
            members = domain & Domain("partner_invoice_id", "in", self.lock_partners(partners).ids)
            due = self.orders.search(members)
            found = self._lock(members, None)
            incomplete = (due - found).partner_invoice_id
            if found := found.filtered(
                lambda order, incomplete=incomplete: order.partner_invoice_id not in incomplete
            ):
                return found
        return self.orders.browse()

    def lock_partners(self, partners):
        """Take the groups of customers until the end of the transaction.

        :return: the customers whose group nobody else has
        :rtype: res.partner
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM unnest(%s) AS id WHERE pg_try_advisory_xact_lock(hashtext(%s), id)",
                partners.ids,
                self.orders._table,
            )
        )
        return partners.browse(row[0] for row in rows)

    def _commit_part(self, segment):
        """Do a segment of the run in a transaction of its own.

        When other processes were in the way the batch begins again; when they are again and again
        it is left to the next run, which Odoo starts at once as long as something is due.

        :param segment: function that returns the contracts it dealt with
        :return: these contracts and the seconds left
        :rtype: tuple
        """
        for number in range(MAX_TRIES):
            try:
                orders = segment()
                return orders, self.env["ir.cron"]._commit_progress(len(orders))
            except OperationalError as error:
                self.env.cr.rollback()
                if error.pgcode not in CLASHES:
                    raise
            time.sleep(uniform(0, WAIT * 2**number))  # noqa: S311 - no secret
        _logger.info("subscription billing batch given up for now, others were in the way")
        return self.orders.browse(), 0.0
