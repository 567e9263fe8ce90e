import logging

from odoo import fields, models
from odoo.exceptions import LockError, UserError, ValidationError
from psycopg2 import IntegrityError, OperationalError
from psycopg2 import errors as pg_errors

from ...const import SELDOM
from ...engine.errors import EngineError
from ...explain import explain
from ..contract.activities import schedule_once

_logger = logging.getLogger(__name__)

QUARANTINE_ACTIVITY = "sale_recurring.mail_activity_quarantine"
# What can go wrong with the data of a contract; anything else is a fault of a program.
EXPLAINED = (UserError, ValidationError, EngineError, IntegrityError)


class SaleOrder(models.Model):
    """Contracts that cannot be billed stand aside, with the reason, until somebody retries."""

    _inherit = "sale.order"

    subscription_quarantine_reason = fields.Text(
        "Cannot Be Billed", copy=False, readonly=True, groups="base.group_user", prefetch=SELDOM
    )
    subscription_quarantined_at = fields.Datetime(
        "In Quarantine Since", copy=False, readonly=True, index="btree_not_null"
    )
    subscription_retried_date = fields.Date(
        "Last Tried On",
        copy=False,
        readonly=True,
        help="Day on which the billing run last tried to bill this contract although it was "
        "stopped. It tries once a day, as some reasons go away by themselves.",
        prefetch=SELDOM,
    )

    _quarantined = models.Index("(id) WHERE subscription_quarantined_at IS NOT NULL")

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

    def _get_failure_reason(self, error):
        """Return what is wrong in one sentence, None for an error that nobody foresaw."""
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
        summary, user = self.env._("This contract cannot be billed"), self._get_responsible_user()
        schedule_once(self, QUARANTINE_ACTIVITY, summary, reason, user)

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
