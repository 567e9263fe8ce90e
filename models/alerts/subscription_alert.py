import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import Error as DatabaseError
from psycopg2 import OperationalError
from psycopg2.errors import QueryCanceled

from ... import const
from ..billing.billing_run import CLASHES
from ..contract.activities import schedule_once
from ..health.contract_filter import ContractFilter
from ..health.verdicts import VERDICTS
from .raising import LEAVE_OUT, NOT_RAISED, RAISE, get_room_today
from .triggers import ONCE, TRIGGERS, Triggers

_logger = logging.getLogger(__name__)

SHOWN = 1000
MAX_TRIES = 8


class SubscriptionAlert(models.Model):
    """A red flag: what happens to a contract, and what is done about it, once.

    The job looks for contracts, writes down each occurrence, and only then acts. The database
    refuses a second row for the same contract and occurrence, so a job that is killed and comes
    again does nothing twice.
    """

    _name = "subscription.alert"
    _description = "Red Flag"
    _inherit = ["mail.thread", "mail.activity.mixin", "subscription.protected.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean("Not Archived", default=True)
    is_on = fields.Boolean(
        "Switched On", readonly=True, copy=False, tracking=True, help="The flag is raised."
    )
    active_since = fields.Datetime("On Since", readonly=True, copy=False)
    company_id = fields.Many2one("res.company", help="Empty: contracts of all companies.")
    trigger = fields.Selection(TRIGGERS, "When", required=True, default="health", tracking=True)
    verdict = fields.Selection(VERDICTS, "Turned", default="bad")
    subscription_state = fields.Selection(const.SUBSCRIPTION_STATES, "Became", default="active")
    stage_id = fields.Many2one("subscription.stage", "Came To", ondelete="cascade")
    days = fields.Integer(default=30, help="So many days before it happens, or back from today.")
    count = fields.Integer("Times", default=1, help="After so many charges of one invoice failed.")
    amount = fields.Float(
        "Fell by Amount", help="Per month, in the currency of the contract. 0: does not count."
    )
    percent = fields.Float("Fell by (%)", default=10.0, help="0: does not count.")
    rating = fields.Float(
        "At Most", default=1.0, help="1 unhappy, 3 so-so, 5 happy: this answer or a worse one."
    )
    usage = fields.Float("Usage Limit (%)", default=50.0, help="Of what was ordered.")
    contract_domain = fields.Char(
        "Only Contracts", default="[]", required=True, help="The flag is raised for these only."
    )
    running_domain = fields.Char(
        "Running Contracts",
        compute="_compute_matching",
        help="What the filter counts: contracts for which the flag would be raised now.",
    )
    action_ids = fields.One2many("subscription.alert.action", "alert_id", "What Is Done", copy=True)
    cooldown_days = fields.Integer(
        "Rest (Days)",
        default=7,
        help="After it was raised for a contract, it is not raised for it again for so long. What "
        "turns meanwhile is left out, and the log says so.",
    )
    daily_limit = fields.Integer(
        "Most per Day", default=100, help="What is left waits for the next day. 0: no limit."
    )
    stops_on_close = fields.Boolean(
        "Stop on Close",
        default=True,
        help="Nothing is done for contracts that were closed in the meantime.",
    )
    matching_count = fields.Integer("Matching Contracts", compute="_compute_matching")
    log_ids = fields.One2many("subscription.alert.log", "alert_id", readonly=True)
    log_count = fields.Integer("Raised", compute="_compute_log_count")
    raised_at = fields.Datetime("Last Raised", readonly=True, copy=False)
    broken_reason = fields.Char("Switched Off Because", readonly=True, copy=False)

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.constrains("contract_domain")
    def _check_contract_domain(self):
        for alert in self:
            ContractFilter(self.env, alert.contract_domain).check(
                Domain("is_subscription", "=", True)
            )

    @api.constrains("days", "count", "amount", "percent", "cooldown_days", "daily_limit", "trigger")
    def _check_numbers(self):
        for alert in self:
            numbers = ("days", "amount", "percent", "cooldown_days", "daily_limit")
            if any(alert[name] < 0 for name in numbers) or alert.count < 1:
                raise ValidationError(
                    self.env._(
                        "“%(flag)s” has a negative number, or counts to 0. Type how often, how "
                        "much and how long in positive numbers.",
                        flag=alert.name,
                    )
                )
            if alert.trigger == "mrr" and not alert.amount and not alert.percent:
                raise ValidationError(
                    self.env._(
                        "“%(flag)s” does not say how much MRR a contract has to lose. Type an "
                        "amount or a percentage.",
                        flag=alert.name,
                    )
                )

    # ------------------------------------------------------------------
    # Matching
    # ------------------------------------------------------------------

    def _get_companies(self):
        """Return the companies one flag looks at."""
        return self.company_id or self.env["res.company"].search([])

    def _find(self, company, is_preview=False):
        """Return contracts of a company and what happened to each, conditions included.

        :return: {id of contract: [names of what happened]}
        """
        self.ensure_one()
        found = {}
        # sudo: the flag looks at every contract, whoever watches; its filter was checked
        pairs = Triggers(self.sudo(), company, const.RUNNING_STATES).find(is_preview)
        for order_id, key in pairs:
            found.setdefault(order_id, []).append(key)
        if found:
            env = self.env(context=dict(self.env.context, tz=company.subscription_tz))
            ids = Domain("id", "in", list(found))
            orders = ContractFilter(env, self.contract_domain).search(ids)
            found = {order.id: found[order.id] for order in orders}
        return found

    @api.depends(
        "trigger",
        "verdict",
        "subscription_state",
        "stage_id",
        "days",
        "count",
        "amount",
        "percent",
        "rating",
        "usage",
        "contract_domain",
        "company_id",
        "stops_on_close",
    )
    def _compute_matching(self):
        for alert in self:
            ids = alert._get_matching_ids() if alert.trigger else []
            alert.matching_count = len(ids)
            alert.running_domain = str([("id", "in", ids[:SHOWN])])

    def _get_matching_ids(self):
        """Return ids of contracts for which one flag would be raised now; none if it is broken."""
        try:
            return [
                order_id
                for company in self._get_companies()
                for order_id in self._find(company, is_preview=True)
            ]
        except (UserError, ValueError, TypeError, DatabaseError):
            return []  # saving says what is wrong

    def _compute_log_count(self):
        groups = self.env["subscription.alert.log"]._read_group(
            [("alert_id", "in", self.ids), ("state", "not in", NOT_RAISED)],
            ["alert_id"],
            ["__count"],
        )
        counts = {alert.id: count for alert, count in groups}
        for alert in self:
            alert.log_count = counts.get(alert.id, 0)

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_view_matching(self):
        """Open the contracts for which one flag would be raised now."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_contract_action"
        )
        action["domain"] = [("id", "in", self._get_matching_ids())]
        action["context"] = {"in_subscription_app": True, "create": False}
        action["view_mode"] = "list,kanban,form"
        return action

    def action_view_log(self):
        """Open what one flag did, and why."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_alert_log_action"
        )
        action["domain"] = [("alert_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_switch_on(self):
        """Raise the flag from now on."""
        self.check_access("write")
        for alert in self:
            if not alert._does_something():
                raise UserError(
                    self.env._("“%(flag)s” does nothing. Add what is to be done.", flag=alert.name)
                )
        now = fields.Datetime.now()
        self._as_system().write({"is_on": True, "active_since": now, "broken_reason": False})
        self.env.ref("sale_recurring.ir_cron_watch_customers").sudo()._trigger()

    def _does_something(self):
        """Hook. Return whether anything is done when one flag is raised."""
        return bool(self.action_ids)

    def action_switch_off(self):
        """Raise the flag no more; what was written down already is still done."""
        self.check_access("write")
        self._as_system().write({"is_on": False})

    def action_dry_run(self):
        """List what would be done for whom, and do nothing."""
        self.ensure_one()
        self.check_access("write")
        Log = self.env["subscription.alert.log"].sudo()._as_system()
        Log.search([("alert_id", "=", self.id), ("state", "=", "dry")]).unlink()
        text = self._get_actions_text()
        for company in self._get_companies():
            Log.create(
                [
                    {
                        "alert_id": self.id,
                        "order_id": order_id,
                        "occurrence": key,
                        "state": "dry",
                        "note": text,
                    }
                    for order_id, keys in self._find(company, is_preview=True).items()
                    for key in keys[:1]
                ]
            )
        return self.action_view_log()

    def action_run_now(self):
        """Look for contracts now and do what is to be done, with the rules of every other run."""
        self.ensure_one()
        self.check_access("write")
        if not self.is_on:
            raise UserError(
                self.env._("“%(flag)s” is switched off. Switch it on first.", flag=self.name)
            )
        self._raise()
        # sudo: what is done is done in the name of the company
        self.env["subscription.alert.log"].sudo()._get_to_do(self)._perform_each()
        return self.action_view_log()

    def _get_actions_text(self):
        """Return what is done, in words."""
        return "\n".join(self.action_ids.mapped("display_name"))

    # ------------------------------------------------------------------
    # Raising
    # ------------------------------------------------------------------

    def _raise(self):
        """Write down each new occurrence of these flags; one that broke is switched off.

        Acts on nothing yet: see :meth:`SubscriptionAlertLog._perform`.
        """
        for alert in self:
            for company in alert._get_companies():
                alert._raise_or_break(company)

    def _raise_or_break(self, company):
        """Write down what is new in a company; switch one flag off that cannot be followed."""
        try:
            self._raise_in(company, self._find(company))
        except QueryCanceled as error:
            self._break(error)
        except OperationalError:
            raise  # another process was faster, or the database is gone: the job comes again
        except (UserError, ValueError, TypeError, KeyError, DatabaseError) as error:
            self._break(error)

    def _raise_in(self, company, found):
        """Write down what happened to contracts of a company, once each, rested, and not too many.

        Rows of the log that another process commits meanwhile are not seen, so each process that
        adds some writes the flag, too: of two at once the database refuses the later one.

        :param dict found: names of what happened, by id of contract
        """
        self.ensure_one()
        pairs = [(order_id, key) for order_id, keys in found.items() for key in keys]
        if not pairs:
            return
        names = {
            "alert": self.id,
            "company": company.id,
            "orders": [order_id for order_id, _key in pairs],
            "keys": [key for _order_id, key in pairs],
            "now": fields.Datetime.now(),
            "uid": self.env.uid,
            "rested": fields.Datetime.subtract(fields.Datetime.now(), days=self.cooldown_days),
            "not_raised": NOT_RAISED,
            "room": get_room_today(self, company),
            "note": company._in_company_language(self)._get_rest_text(),
        }
        self.env.cr.execute(SQL(RAISE, **names))
        if self.env.cr.rowcount:
            self._note_raised()
        if self.trigger in ONCE:
            self.env.cr.execute(SQL(LEAVE_OUT, **names))

    def _get_rest_text(self):
        """Return why nothing is done about what happened while one flag rests."""
        return self.env._(
            "Left out: the flag was raised for this contract a short time ago and rests."
        )

    def _note_raised(self):
        """Write down that one flag was raised, and leave alone who wrote it last."""
        self.env.cr.execute(
            SQL(
                "UPDATE subscription_alert SET raised_at = %s WHERE id = %s",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.env.invalidate_all()

    def _break(self, error):
        """Switch one flag off that could not be followed, and ask its author to mend it."""
        self.ensure_one()
        words = str(error).strip().splitlines()
        reason = words[0] if words else type(error).__name__
        self._as_system().write({"is_on": False, "broken_reason": reason})
        text = self.env._(
            "The red flag “%(flag)s” was switched off: its filter could not be followed. Choose "
            "the filter again and switch it on.",
            flag=self.name,
        )
        user = self.write_uid.filtered("active") or self.env.ref("base.user_admin")
        schedule_once(self, "mail.mail_activity_data_todo", self.name, text, user, refresh=False)

    def _raise_patiently(self, tries=MAX_TRIES):
        """Write down what is new for one flag and commit; begin again after whoever was faster.

        :return: seconds that the job has left
        """
        try:
            self._raise()
            return self.env["ir.cron"]._commit_progress(1)
        except OperationalError as error:
            if error.pgcode not in CLASHES or tries <= 1:
                raise
            self.env.cr.rollback()
        return self._raise_patiently(tries - 1)

    @api.model
    def _run_all(self):
        """Raise every flag that is on, then do what is to be done, one by one; each is committed.

        Called by the job that watches over customers, after it counted the facts.
        """
        alerts = self.search([("is_on", "=", True)])
        for alert in alerts:
            if not alert._raise_patiently():
                return
        Log = self.env["subscription.alert.log"]
        self.env["ir.cron"]._for_each_locked(Log._get_to_do(), lambda log: log._perform())
