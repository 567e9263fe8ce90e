import logging
import time
from random import uniform

from odoo import api, models
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


class SaleOrder(models.Model):
    """Several processes on the same contracts: who waits for whom, and who begins again.

    Whoever changes or bills a contract takes its row first. The run takes only rows that are
    free; people wait for the run.
    """

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # One contract
    # ------------------------------------------------------------------

    def _subscription_claim(self):
        """Take contracts until the end of the transaction, waiting for whoever has them.

        The rows are written, not only locked: a transaction sees the database as it was at its
        start. One that began before this one ends must not go on with its old picture of the
        contract; PostgreSQL refuses it when it takes the row in its turn, and it begins again.
        """
        ids = self._origin.ids
        if not ids:
            return
        query = SQL(
            "UPDATE sale_order SET write_uid = write_uid WHERE id IN "
            "(SELECT id FROM sale_order WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)",
            ids,
        )
        # Nothing to worry an administrator with: the caller is repeated.
        self.env.cr.execute(query, log_exceptions=False)

    @api.model
    def _lock_contracts(self, domain, limit):
        """Lock the contracts of a domain that are free, oldest due date first.

        One statement finds and locks, so that several workers share the work without waiting.

        :rtype: sale.order
        """
        query = self._search(domain, limit=limit, order="subscription_next_invoice_date, id")
        select = SQL("%s FOR NO KEY UPDATE OF sale_order SKIP LOCKED", query.select())
        self.env.flush_query(select)
        self.env.cr.execute(select, log_exceptions=False)
        return self.browse(row[0] for row in self.env.cr.fetchall())

    # ------------------------------------------------------------------
    # Contracts that share an invoice
    # ------------------------------------------------------------------

    @api.model
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
        while candidates := self.search(
            domain & Domain("partner_invoice_id", "not in", taken.ids),
            limit=limit,
            order="subscription_next_invoice_date, id",
        ):
            partners = candidates.partner_invoice_id
            taken |= partners
            members = domain & Domain("partner_invoice_id", "in", self._lock_partners(partners).ids)
            due = self.search(members)
            found = self._lock_contracts(members, None)
            incomplete = (due - found).partner_invoice_id
            if found := found.filtered(
                lambda order, incomplete=incomplete: order.partner_invoice_id not in incomplete
            ):
                return found
        return self.browse()

    @api.model
    def _lock_partners(self, partners):
        """Take the groups of customers until the end of the transaction.

        :return: the customers whose group nobody else has
        :rtype: res.partner
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM unnest(%s) AS id WHERE pg_try_advisory_xact_lock(hashtext(%s), id)",
                partners.ids,
                self._table,
            )
        )
        return partners.browse(row[0] for row in rows)

    # ------------------------------------------------------------------
    # Steps of the run
    # ------------------------------------------------------------------

    @api.model
    def _commit_step(self, step):
        """Do a step of the run in a transaction of its own.

        When other processes were in the way the step begins again; when they are again and again
        it is left to the next run, which Odoo starts at once as long as something is due.

        :param step: function that returns the contracts it dealt with
        :return: these contracts and the seconds left
        :rtype: tuple
        """
        for number in range(MAX_TRIES):
            try:
                orders = step()
                return orders, self.env["ir.cron"]._commit_progress(len(orders))
            except OperationalError as error:
                self.env.cr.rollback()
                if error.pgcode not in CLASHES:
                    raise
            time.sleep(uniform(0, WAIT * 2**number))  # noqa: S311 - no secret
        _logger.info("subscription billing step given up for now, others were in the way")
        return self.browse(), 0.0
