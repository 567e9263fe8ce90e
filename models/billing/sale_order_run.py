import logging

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import plaintext2html
from psycopg2 import IntegrityError, OperationalError
from psycopg2 import errors as pg_errors

from ... import const
from ...engine.errors import EngineError
from ...explain import explain, told_to_user
from .billing_run import BillingRun

_logger = logging.getLogger(__name__)

QUARANTINE_ACTIVITY = "sale_recurring.mail_activity_quarantine"
# What can go wrong with the data of a contract; anything else is a fault of a program.
EXPLAINED = (UserError, ValidationError, EngineError, IntegrityError)


class SaleOrder(models.Model):
    """What the billing run looks for, what stops one contract, and who may press its buttons."""

    _inherit = "sale.order"

    # What the run looks for, in the order in which it takes it; contracts that are not due cost
    # nothing, however many there are.
    _due_to_bill = models.Index(
        "(company_id, subscription_next_invoice_date, id) "
        "WHERE subscription_next_invoice_date IS NOT NULL "
        "AND subscription_quarantined_at IS NULL AND subscription_waiting_move_id IS NULL"
    )
    _due_to_start = models.Index("(subscription_start_date) WHERE subscription_state = 'upcoming'")
    _due_to_end = models.Index(
        "(subscription_end_date) WHERE subscription_end_date IS NOT NULL "
        "AND subscription_state IN ('upcoming', 'active', 'paused', 'suspended')"
    )

    _quarantined = models.Index("(id) WHERE subscription_quarantined_at IS NOT NULL")

    subscription_retried_date = fields.Date(
        "Last Tried On",
        copy=False,
        readonly=True,
        help="Day on which the billing run last tried to bill this contract although it was "
        "stopped. It tries once a day, as some reasons go away by themselves.",
    )

    # ------------------------------------------------------------------
    # Picking
    # ------------------------------------------------------------------

    @api.model
    def _get_due_contracts_domain(self, day):
        """Return the domain of contracts that the run should look at on a day.

        :param date day: today in the company's time zone
        :rtype: Domain
        """
        return Domain(
            [
                ("subscription_next_invoice_date", "<=", day),
                ("subscription_state", "in", const.BILLABLE_STATES),
                ("subscription_quarantined_at", "=", False),
                ("subscription_waiting_move_id", "=", False),
                # a cancelled contract may have something to give back
                ("state", "in", ("sale", "cancel")),
            ]
        )

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    @api.model
    def _cron_bill_subscriptions(self):
        """Bill all due contracts in batches; may be killed and run again at any point."""
        BillingRun(self.env).run()

    @api.model
    def _get_stale_state_domains(self, first, last):
        """Return the domains of contracts whose state may not be that of the day any more.

        :param date first: today where the day began last
        :param date last: today where it began first
        :rtype: list[Domain]
        """
        gaps = "subscription_interruption_ids"
        begun = Domain("start_date", "<=", last) & (
            Domain("end_date", "=", False) | Domain("end_date", ">", first)
        )
        return [
            Domain("subscription_state", "=", "upcoming")
            & Domain("subscription_start_date", "<=", last),
            Domain("subscription_state", "in", const.RUNNING_STATES)
            & Domain("subscription_end_date", "<=", last),
            Domain("subscription_state", "=", "active") & Domain(gaps, "any", begun),
            Domain("subscription_state", "in", ("paused", "suspended"))
            & Domain(gaps, "any", Domain("end_date", "<=", last)),
        ]

    def _bill_or_quarantine(self):
        """Bill one contract, or say on it why that cannot be done."""
        return self._run_or_quarantine(self._bill_subscriptions) or self.env["account.move"]

    def _run_or_quarantine(self, operation, fail=None):
        """Do something with one contract, or say on it why that cannot be done.

        :param operation: function without parameters that may raise anything
        :param fail: what to do with the error where it has nothing to do with billing, a function
            of one parameter; the contract is quarantined when empty
        :return: what the function returned, None when it failed
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                return operation()
        except OperationalError:
            raise
        except (pg_errors.UniqueViolation, LockError):
            self.env.invalidate_all()
            _logger.info("subscription %(id)s is left to another process", {"id": self.id})
        except Exception as error:
            self.env.invalidate_all()
            if not isinstance(error, EXPLAINED):
                _logger.exception("subscription %(id)s cannot be billed", {"id": self.id})
            (fail or self._quarantine)(error)
        return None

    # ------------------------------------------------------------------
    # Quarantine
    # ------------------------------------------------------------------

    def _get_failure_reason(self, error):
        """:return: what is wrong in one sentence, None for an error that nobody foresaw"""
        return explain(self.env, error, self) if isinstance(error, EXPLAINED) else None

    def _quarantine(self, error):
        """Take a contract out of the run, with the reason and an activity for its salesperson."""
        self.ensure_one()
        reason = self._get_failure_reason(error) or self.env._(
            "An unexpected error stopped the billing: %(error)s. Mend the cause, then press Retry.",
            error=error,
        )
        self._as_system().write(
            {
                "subscription_quarantine_reason": reason,
                "subscription_quarantined_at": fields.Datetime.now(),
                "subscription_retried_date": self._subscription_today(),
            }
        )
        self.activity_schedule(
            QUARANTINE_ACTIVITY,
            summary=self.env._("This contract cannot be billed"),
            note=plaintext2html(reason),
            user_id=self._get_quarantine_user().id,
        )

    def _get_quarantine_user(self):
        """:return: who looks after this contract: its salesperson unless that one has left"""
        user = self.user_id
        # sudo: a colleague who bills may not read who has left
        is_here = user and user.sudo().active and not user.sudo().share
        return user if is_here else self.env.ref("base.user_admin")

    def _release_quarantine(self):
        """Let contracts take part in the run again."""
        self._as_system().write(
            {"subscription_quarantine_reason": False, "subscription_quarantined_at": False}
        )
        self.activity_unlink([QUARANTINE_ACTIVITY])

    def action_subscription_retry(self):
        """Try to bill contracts in quarantine again, a single one beyond the usual limits too."""
        self._check_subscription_operator()
        self._subscription_claim()
        for order in self._without_billing_limits().filtered("subscription_quarantined_at"):
            since = order.subscription_quarantined_at
            order._release_quarantine()
            order._run_or_quarantine(order._subscription_refresh_state)
            if not order.subscription_quarantined_at:
                order._bill_or_quarantine()
            if order.subscription_quarantined_at:
                mirror = order._as_system()
                mirror.subscription_quarantined_at = since  # it was not billed in between
        return True

    def _without_billing_limits(self):
        """Return this contract without limits on what is billed at once; a selection keeps them.

        Whoever presses a button on one contract has read why the run left it alone.
        """
        return self.with_context(**const.sealed(const.NO_LIMITS_KEY)) if len(self) == 1 else self

    @api.model
    def _get_billing_crons(self, active_test=True):
        """Return the scheduled actions that bill, one per worker.

        :param bool active_test: leave out workers that are switched off
        :rtype: ir.cron
        """
        return self.env["ir.cron"]._get_workers("model._cron_bill_subscriptions()", active_test)

    def _trigger_billing(self):
        """Wake the billing run when one of these contracts is due."""
        due = self.filtered(
            lambda order: (
                order.subscription_next_invoice_date
                and order.subscription_next_invoice_date <= order._subscription_today()
            )
        )
        if due:
            for cron in self._get_billing_crons():
                cron._trigger()

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_subscription_bill(self):
        """Bill what is due on these contracts now and show the result."""
        contracts = self.filtered(lambda order: order.is_subscription and order.state == "sale")
        contracts._check_subscription_operator()
        contracts._subscription_claim()
        # As the run does: a term that begins today has its prices before it is billed.
        contracts._subscription_refresh_state()
        with told_to_user(self.env):
            moves = contracts._without_billing_limits()._bill_subscriptions().with_env(self.env)
        contracts.filtered("subscription_quarantined_at")._release_quarantine()
        if not moves:
            raise UserError(contracts._nothing_to_invoice_error_message())
        return contracts.action_view_invoice(invoices=moves)
