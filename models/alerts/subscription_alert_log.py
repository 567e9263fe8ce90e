import logging

from odoo import fields, models
from odoo.tools import SQL
from psycopg2 import OperationalError

from ...exceptions import BREAKS

_logger = logging.getLogger(__name__)

ENDED = ("closed", "renewed")


class SubscriptionAlertLog(models.Model):
    """What a red flag did for a contract, why and when; one row per contract and occurrence."""

    _name = "subscription.alert.log"
    _description = "Log of Red Flags"
    _inherit = ["subscription.protected.mixin"]
    _order = "raised_at desc, id desc"
    _rec_name = "order_id"

    alert_id = fields.Many2one(
        "subscription.alert",
        "Red Flag",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    order_id = fields.Many2one(
        "sale.order", "Contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, readonly=True)
    partner_id = fields.Many2one(related="order_id.partner_id")
    occurrence = fields.Char(
        required=True, readonly=True, help="What happened; the same word is acted on once."
    )
    state = fields.Selection(
        [
            ("todo", "To Do"),
            ("done", "Done"),
            ("skipped", "Left Out"),
            ("failed", "Failed"),
            ("dry", "Dry Run"),
        ],
        "Status",
        required=True,
        readonly=True,
        default="todo",
    )
    raised_at = fields.Datetime(
        "Raised On", required=True, readonly=True, default=fields.Datetime.now
    )
    done_at = fields.Datetime("Done On", readonly=True)
    note = fields.Text("What Was Done", readonly=True)

    _once = models.UniqueIndex(
        "(alert_id, order_id, occurrence) WHERE state != 'dry'",
        "This flag was raised for this already.",
    )
    _to_do = models.Index("(id) WHERE state = 'todo'")

    def _get_to_do(self, alerts=None):
        """Return what is to be done, the oldest first.

        :param alerts: `subscription.alert` records, None for all
        """
        domain = [("state", "=", "todo")]
        if alerts is not None:
            domain.append(("alert_id", "in", alerts.ids))
        return self.search(domain, order="id")

    def _perform_each(self):
        """Do what is to be done for each of these that nobody else has in hand."""
        for log in self.try_lock_for_update(allow_referencing=True):
            log.company_id._in_company_language(log)._perform()

    def _perform(self):
        """Do what one row says, all of it or nothing; called with the row locked.

        Everything that is done here is written in the same transaction as the row: mails and
        calls wait in their queues. So whoever is killed did all of it, or nothing.
        """
        self.ensure_one()
        self.invalidate_recordset(["state"])
        if self.state != "todo":
            return
        order = self.order_id.with_company(self.company_id)
        if self._is_over():
            self._finish("skipped", self.env._("The contract was closed before."))
            return
        try:
            with self.env.cr.savepoint():
                notes = [action._perform(order, self) for action in self.alert_id.sudo().action_ids]
                # Automation rules of administrators may wait for it, and break.
                self._finish("done", "\n".join(note for note in notes if note))
        except OperationalError:
            raise
        except BREAKS as error:
            _logger.info(
                "flag %(flag)s failed for contract %(order)s",
                {"flag": self.alert_id.id, "order": order.id},
            )
            self._fail(str(error))

    def _is_over(self):
        """Return whether the contract of one row ended meanwhile, and nothing is done any more."""
        alert, order = self.alert_id, self.order_id
        if not alert.stops_on_close or (
            alert.trigger == "state" and alert.subscription_state in ENDED
        ):
            return False
        return order.subscription_state in ENDED or order.state == "cancel"

    def _finish(self, state, note):
        self._as_system().write({"state": state, "note": note, "done_at": fields.Datetime.now()})

    def _fail(self, note):
        """Write down that one row could not be done, even where an automation rule breaks at it."""
        try:
            with self.env.cr.savepoint():
                self._finish("failed", note)
        except OperationalError:
            raise
        except BREAKS:
            self.env.cr.execute(
                SQL(
                    "UPDATE subscription_alert_log SET state = 'failed', note = %s, done_at = %s "
                    "WHERE id = %s",
                    note,
                    fields.Datetime.now(),
                    self.id,
                )
            )
            self.invalidate_recordset()

    def action_repeat(self):
        """Do again what failed."""
        self.check_access("read")
        self.alert_id.check_access("write")
        # sudo: rows are written by the system only; rights were checked on the flag
        failed = self.sudo().filtered(lambda log: log.state == "failed")
        failed._as_system().state = "todo"
        failed._perform_each()
