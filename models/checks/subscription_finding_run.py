import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ... import const

_logger = logging.getLogger(__name__)

POSITION_KEY = "sale_recurring.check_position"
QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True}
# Found on the whole database rather than contract by contract.
GLOBAL_CHECKS = (
    "constraint",
    "double_charge",
    "lost_charge",
    "unbooked",
    "two_charges",
    "untold",
    "deferral",
    "deferral_entry",
)


class SubscriptionFinding(models.Model):
    """The nightly check: all contracts in batches, findings kept up to date, one activity."""

    _inherit = "subscription.finding"

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    @api.model
    def _cron_check_billing(self):
        """Check every contract in batches; may be killed and run again at any point.

        What a batch found is committed with it. When time is up the place is remembered, and the
        next run goes on from there.
        """
        Cron = self.env["ir.cron"]
        Parameter = self.env["ir.config_parameter"]
        position = int(Parameter.get_param(POSITION_KEY) or 0)
        if not position:
            self._check_database()
        remaining = self.env["sale.order"].search_count(self._get_checked_domain(position))
        time_left = Cron._commit_progress(remaining=remaining)
        while time_left and (orders := self._get_contracts_after(position)):
            self._check_contracts(orders)
            position = orders.ids[-1]
            time_left = Cron._commit_progress(len(orders))
            self.env.invalidate_all()
        Parameter.set_param(POSITION_KEY, 0 if time_left else position)
        self._report_new_findings()
        Cron._commit_progress()
        _logger.info("subscription billing check finished at contract %(id)s", {"id": position})

    @api.model
    def _get_checked_domain(self, position=0):
        """Return the domain of what is checked: every order that ever was a contract.

        :param int position: leave out contracts up to this id
        :rtype: Domain
        """
        return Domain([("subscription_anchor_date", "!=", False), ("id", ">", position)])

    @api.model
    def _get_contracts_after(self, position):
        """Return the next batch of contracts in the order of their ids."""
        return self.env["sale.order"].search(
            self._get_checked_domain(position), order="id", limit=const.CHECK_BATCH_SIZE
        )

    @api.model
    def _start_check(self):
        """Check everything at once when it is one batch, else wake the nightly job.

        :return: whether everything is checked now
        :rtype: bool
        """
        if self.env["sale.order"].search_count(self._get_checked_domain()) > const.CHECK_BATCH_SIZE:
            self.env["ir.config_parameter"].set_param(POSITION_KEY, 0)
            self.env.ref("sale_recurring.ir_cron_check_billing")._trigger()
            return False
        self._check_database()
        self._check_contracts(self._get_contracts_after(0))
        return True

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.model
    def _check_contracts(self, orders):
        """Check contracts and bring their findings up to date.

        :param orders: `sale.order` records; the number of queries does not depend on how many
        """
        self.env.flush_all()
        found = self._find_in_contracts(orders)
        known = Domain("order_id", "in", orders.ids) & Domain("check", "not in", GLOBAL_CHECKS)
        self._refresh_findings(found, known)

    @api.model
    def _check_database(self):
        """Check what belongs to no single contract, and bring its findings up to date.

        Requests to people that were settled without anybody noticing end here as well.
        """
        self.env["mail.activity"]._remove_done_matters()
        self.env.flush_all()
        self._refresh_findings(self._find_in_database(), Domain("check", "in", GLOBAL_CHECKS))

    @api.model
    def _find_in_contracts(self, orders):
        """Return what is wrong with contracts. Hook for feature files: add to the result of super.

        :param orders: `sale.order` records, everything flushed
        :return: dicts of :meth:`_prepare_finding`
        :rtype: list
        """
        return []

    @api.model
    def _find_in_database(self):
        """Return what is wrong with the whole database. Hook as :meth:`_find_in_contracts`."""
        return []

    @api.model
    def _prepare_finding(self, check, order_id=None, can_repair=False, facts=None, **links):
        """Return the values of a finding.

        :param str check: kind of the finding
        :param int order_id: contract
        :param bool can_repair: whether the repair button may do something about it
        :param dict facts: values for the sentence, as JSON holds them
        :param links: ids of the other records that it is about
        :rtype: dict
        """
        parts = [check, order_id, *(links[name] for name in sorted(links))]
        parts.append((facts or {}).get("object"))
        return {
            "check": check,
            "key": ":".join(str(part or "") for part in parts),
            "order_id": order_id or False,
            "can_repair": can_repair,
            "facts": facts or {},
            **links,
        }

    @api.model
    def _refresh_findings(self, found, known):
        """Create what is new, update what is known, resolve what is gone.

        :param list found: dicts of :meth:`_prepare_finding`
        :param Domain known: domain of the findings that this check would have found again
        """
        found = {values["key"]: values for values in found}
        existing = {
            finding.key: finding
            for finding in self.search(known & Domain("state", "!=", "resolved"))
        }
        gone = self.browse().union(*(existing[key] for key in existing.keys() - found.keys()))
        gone._resolve(self.env._("The check does not see it any more."))
        for key in existing.keys() & found.keys():
            for name in ("facts", "can_repair"):
                if existing[key][name] != found[key][name]:
                    existing[key][name] = found[key][name]
        vals_list = [values for key, values in found.items() if key not in existing]
        orders = self.env["sale.order"].browse(vals["order_id"] for vals in vals_list)
        moves = self.env["account.move"].browse(vals.get("move_id", False) for vals in vals_list)
        for vals, order, move in zip(vals_list, orders, moves, strict=True):
            vals["company_id"] = (order or move).company_id.id or vals.get("company_id")
        self.with_context(**QUIET).create(vals_list)

    def _resolve(self, note):
        """Close findings whose damage is gone.

        :param str note: why, shown in the chatter
        """
        if not self:
            return
        self.with_context(**QUIET).write(
            {"state": "resolved", "resolved_at": fields.Datetime.now()}
        )
        self._message_log_batch(dict.fromkeys(self.ids, note))
        self.activity_unlink(["sale_recurring.mail_activity_finding"])

    # ------------------------------------------------------------------
    # Report
    # ------------------------------------------------------------------

    @api.model
    def _report_new_findings(self):
        """Schedule one activity per company for what nobody was told about yet."""
        fresh = self.search([("state", "=", "open"), ("reported_at", "=", False)], order="id")
        labels = dict(self._fields["check"]._description_selection(self.env))
        for company, findings in fresh.grouped("company_id").items():
            counts = defaultdict(int)
            for finding in findings:
                counts[labels[finding.check]] += 1
            findings[0].activity_schedule(
                "sale_recurring.mail_activity_finding",
                summary=self.env._(
                    "The billing check found something new: %(count)s", count=len(findings)
                ),
                note=plaintext2html(
                    ", ".join(f"{label}: {count}" for label, count in counts.items())
                ),
                user_id=company._get_subscription_administrator().id,
            )
        fresh.reported_at = fields.Datetime.now()
