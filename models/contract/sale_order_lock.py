import logging

from odoo import models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


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

    # ------------------------------------------------------------------
    # Contracts that share an invoice
    # ------------------------------------------------------------------

    # ------------------------------------------------------------------
    # Transactions of the run
    # ------------------------------------------------------------------
