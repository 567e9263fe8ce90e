import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ... import const
from ...exceptions import BREAKS
from ...tools import join_sentences
from ..contract.activities import request_mending
from ..contract.parts import do_in_parts, take_rows
from .facts import NEVER, Facts
from .verdicts import Verdicts

_logger = logging.getLogger(__name__)

BATCH_SIZE = 1000


class SubscriptionHealth(models.Model):
    """The job that counts facts, judges, and writes down what turned."""

    _inherit = "subscription.health"

    @api.model
    def _cron_watch_customers(self):
        """Bring facts, verdicts and history up to date, batch by batch; each is committed."""
        self._create_missing()
        self.env["ir.cron"]._commit_progress()
        count = 0
        for company in self.env["res.company"]._get_served_companies():
            today = company._subscription_today()
            while rows := self._lock_stale(company, today):
                rows._refresh(company, today)
                count += len(rows)
                if not self.env["ir.cron"]._commit_progress(len(rows)):
                    return
        if count:
            _logger.info("looked at the health of %(count)s contracts", {"count": count})
        self._hook_on_watched()

    @api.model
    def _hook_on_watched(self):
        """Hook. Called by the job after all facts and verdicts are up to date. Return nothing."""

    @api.model
    def _create_missing(self):
        """Give each contract that began a row, in one statement."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH made AS (
                    INSERT INTO subscription_health
                           (order_id, company_id, is_stale, end_days, renewal_days,
                            commitment_days, trial_days, method_days, portal_days, usage_percent,
                            create_uid, create_date, write_uid, write_date)
                    SELECT o.id, o.company_id, TRUE, %(never)s, %(never)s, %(never)s, %(never)s,
                           %(never)s, %(never)s, 100, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM sale_order o
                     WHERE o.is_subscription AND o.subscription_anchor_date IS NOT NULL
                       AND o.subscription_state IN %(states)s
                       AND o.subscription_health_id IS NULL
                        ON CONFLICT (order_id) DO UPDATE SET is_stale = TRUE
                 RETURNING id, order_id
                )
                UPDATE sale_order o SET subscription_health_id = made.id
                  FROM made WHERE made.order_id = o.id
                """,
                never=NEVER,
                states=const.RUNNING_STATES,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        if self.env.cr.rowcount:
            self.env.invalidate_all()

    @api.model
    def _lock_stale(self, company, today):
        """Return rows of a company that have to be counted, in hand of this process alone."""
        rows = take_rows(
            self.env,
            SQL(
                """
                SELECT h.id FROM subscription_health h
                 WHERE h.company_id = %(company)s AND (h.is_stale OR h.facts_date < %(today)s
                       AND h.seen_state IN %(states)s)
                 ORDER BY h.id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
                """,
                company=company.id,
                today=today,
                states=const.RUNNING_STATES,
                limit=BATCH_SIZE,
            ),
        )
        return self.browse(rows)

    def _refresh(self, company, today):
        """Count and judge contracts; those at which an automation rule breaks stop no other.

        :param company: the `res.company` of all of them
        :param date today: its day
        """
        do_in_parts(
            self.env,
            self,
            lambda rows: rows._judge(company, today),
            lambda row, error: row._leave(today, error),
            BREAKS,
        )

    def _leave(self, today, error):
        """Leave one contract as it was counted last until the next day, and ask a person.

        In SQL: what breaks may be a rule about these very rows.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE subscription_health SET is_stale = FALSE, facts_date = %s WHERE id = %s",
                today,
                self.id,
            )
        )
        self.invalidate_recordset()
        order = self.order_id
        _logger.info("health of contract %(order)s could not be counted", {"order": order.id})
        text = self.env._(
            "The health of this contract could not be counted: %(reason)s Automation rules of an "
            "administrator may be the reason. It is tried again every night.",
            reason=join_sentences([str(error).strip()]),
        )
        request_mending(order, self.env._("Health could not be counted"), text)

    def _judge(self, company, today):
        """Count the facts of contracts, judge them, and write down what turned."""
        # sudo: jobs write what nobody writes by hand
        rows = self.sudo()._as_system()
        found = Facts(company, rows.order_id.ids, today).get_values()
        for row in rows:
            seen = row.portal_seen_date
            values = found[row.order_id.id] | {
                "portal_days": (today - seen).days if seen else NEVER,
                "facts_date": today,
                "is_stale": False,
            }
            row._write_changed(values)
        self.env.flush_all()
        rows._note_moves()
        Verdicts(rows, company, today).apply()

    def _write_changed(self, values):
        """Write the values of one row that are others than before."""
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)

    def _note_moves(self):
        """Write down which contracts moved to another state or stage since they were counted."""
        events = []
        for row in self:
            order, state, stage = row.order_id, row.seen_state, row.seen_stage_id
            if state != order.subscription_state:
                values = {
                    "kind": "state",
                    "old_value": state,
                    "new_value": order.subscription_state,
                }
                # Contracts that began before anybody watched them did not begin now.
                moment = fields.Datetime.now() if state else order.date_order
                events.append(row._prepare_event(moment=moment, **values))
            if stage != order.subscription_stage_id:
                if stage or (not state and row._is_fresh()):
                    new = order.subscription_stage_id
                    values = {
                        "kind": "stage",
                        "old_value": stage.name or False,
                        "new_value": new.name,
                    }
                    events.append(row._prepare_event(**values, stage_id=new.id))
                row.seen_stage_id = order.subscription_stage_id
            row._write_changed({"seen_state": order.subscription_state})
        self._hook_on_moved(self.env["subscription.health.event"]._as_system().create(events))

    def _hook_on_moved(self, events):
        """Hook. Called after it was written down what happened to contracts. Return nothing.

        Called once for each event, in the transaction that writes it.

        :param events: `subscription.health.event` records, just created
        """

    def _is_fresh(self):
        """Return whether one contract began a short time ago, not before anybody watched."""
        began = self.order_id.date_order
        return bool(began) and began > fields.Datetime.subtract(fields.Datetime.now(), days=1)

    def _prepare_event(self, **values):
        """Return the values of something that happened to one contract, with whose it is now."""
        order = self.order_id
        return {
            "health_id": self.id,
            "order_id": order.id,
            "template_id": order.subscription_template_id.id,
            "user_id": order.user_id.id,
            "team_id": order.team_id.id,
            "partner_id": order.partner_id.commercial_partner_id.id,
            "moment": values.pop("moment", None) or fields.Datetime.now(),
            "mrr": order.subscription_mrr,
            **values,
        }
