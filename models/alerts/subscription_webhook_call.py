import logging
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from urllib3.exceptions import HTTPError

from .webhook_address import post

_logger = logging.getLogger(__name__)

# Minutes until the next attempt.
WAITS = (1, 5, 30, 120, 720)


class SubscriptionWebhookCall(models.Model):
    """One call of a webhook, in a queue of its own: nobody waits for the other side.

    That an attempt begins is committed before it is made. One whose end nobody saw is not made
    again by itself: a person decides. The other side gets the same number with each attempt.
    """

    _name = "subscription.webhook.call"
    _description = "Call of a Webhook"
    _inherit = ["subscription.protected.mixin"]
    _order = "id desc"
    _rec_name = "url"

    log_id = fields.Many2one(
        "subscription.alert.log", "Raised By", readonly=True, index=True, ondelete="cascade"
    )
    action_id = fields.Many2one("subscription.alert.action", readonly=True, ondelete="set null")
    order_id = fields.Many2one(
        "sale.order", "Contract", readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, readonly=True)
    url = fields.Char("Address", required=True, readonly=True)
    payload = fields.Text("What It Says", required=True, readonly=True)
    number = fields.Char(
        "Number of the Call", readonly=True, default=lambda self: str(uuid.uuid4())
    )
    state = fields.Selection(
        [
            ("todo", "Waits"),
            ("sending", "Under Way"),
            ("done", "Taken"),
            ("failed", "Given Up"),
            ("unknown", "Nobody Knows"),
        ],
        "Status",
        readonly=True,
        required=True,
        default="todo",
        index=True,
    )
    attempt_count = fields.Integer("Attempts", readonly=True)
    called_at = fields.Datetime("Last Call", readonly=True)
    next_at = fields.Datetime("Next Attempt", readonly=True, default=fields.Datetime.now)
    error = fields.Char("Answer", readonly=True)

    @api.model
    def _cron_call_webhooks(self):
        """Make the calls that are due, one by one; each is committed before and after."""
        now = fields.Datetime.now()
        long_ago = now - timedelta(hours=1)
        lost = self.search([("state", "=", "sending"), ("called_at", "<", long_ago)])
        lost._as_system().state = "unknown"
        due = self.search([("state", "=", "todo"), ("next_at", "<=", now)], order="id")
        self.env["ir.cron"]._for_each_locked(due, lambda call: call._call())

    def _call(self):
        """Make one call, and write down how it ended; called with the row locked."""
        self.ensure_one()
        self.invalidate_recordset(["state"])
        if self.state != "todo":
            return
        call = self._as_system()
        call.write(
            {
                "state": "sending",
                "attempt_count": self.attempt_count + 1,
                "called_at": fields.Datetime.now(),
            }
        )
        self._commit_attempt()
        secret = self.action_id.sudo().webhook_secret or ""
        try:
            status = post(self.env, self.url, secret, self.number, self.payload.encode())
        except UserError as error:  # an address that was refused stays so
            call.write({"state": "failed", "error": str(error)})
            return
        except (OSError, HTTPError, ValueError) as error:
            self._wait(type(error).__name__)
            return
        if 200 <= status < 300:
            call.write({"state": "done", "error": str(status)})
        else:
            self._wait(str(status))

    def _commit_attempt(self):
        """Let the database know of an attempt before it is made."""
        self.env["ir.cron"]._commit_progress()

    def _wait(self, reason):
        """Plan the next attempt of one call, or give up."""
        place = self.attempt_count - 1
        values = {"error": reason, "state": "failed"}
        if place < len(WAITS):
            next_at = fields.Datetime.now() + timedelta(minutes=WAITS[place])
            values |= {"state": "todo", "next_at": next_at}
        self._as_system().write(values)

    def action_repeat(self):
        """Let calls be made again that were given up, or whose end nobody knows."""
        self.check_access("read")
        self.env["subscription.alert"].check_access("write")
        # sudo: rows are written by the system only; rights were checked on flags
        calls = self.sudo().filtered(lambda call: call.state in ("failed", "unknown"))
        calls._as_system().write(
            {"state": "todo", "attempt_count": 0, "next_at": fields.Datetime.now()}
        )
        self.env.ref("sale_recurring.ir_cron_call_webhooks").sudo()._trigger()
