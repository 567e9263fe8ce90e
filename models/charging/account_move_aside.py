import logging

from odoo import fields, models
from psycopg2 import OperationalError

from ...explain import explain
from .mail_activity import FAILED

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    """Drafts that wait for their money are paid only where they could be posted with it.

    One that could not is set aside with the reason. Each run looks at it again: what goes away by
    itself, as a lock date of last night does, needs nobody.
    """

    _inherit = "account.move"

    subscription_aside_reason = fields.Text(
        "Set Aside Because",
        copy=False,
        readonly=True,
        help="Why money for this document could not be booked. Nobody is charged or asked for it "
        "until that is mended.",
    )

    def _get_posting_error(self):
        """Return why this draft could not be made into an invoice if its money came in now.

        It is posted for a try, which is undone: nobody else knows all that core, a localization
        or another addon asks of an invoice. Money that came in must find one.

        :return: a sentence, or False when it could
        """
        self.ensure_one()
        if self.state != "draft" or not self._waits_for_payment():
            return False
        error = self._get_error_of_trial()
        self.env.invalidate_all()
        if not error:
            return False
        return explain(self.env, error) or type(error).__name__

    def _get_error_of_trial(self):
        """Post this draft as its payment would, undo that, and return what went wrong."""
        # sudo: payments are booked with the rights of the system, whoever pays
        move = self.company_id._at_company_time(self.sudo()).with_context(tracking_disable=True)
        try:
            with self.env.cr.savepoint() as tried:
                move._date_paid_draft()
                move.action_post()
                self.env.flush_all()
                tried.rollback()
        except OperationalError:
            raise  # another process is at work on the same numbers: the next run looks again
        except Exception as error:  # noqa: BLE001 - whatever it is, the money could not be booked
            _logger.info(
                "draft %(move)s cannot be posted: %(error)s", {"move": self.id, "error": error}
            )
            return error
        return None

    def _date_paid_draft(self):
        """Give drafts without a date the company's day, before they are posted with their money."""
        for move in self.filtered(lambda move: not move.invoice_date):
            move.invoice_date = move.company_id._subscription_today()

    def _update_aside(self):
        """Set this document aside while its money could not be booked, and end that afterwards.

        :return: whether nobody may be charged or asked for it
        :rtype: bool
        """
        self.ensure_one()
        token = self._get_subscription_token()
        if token and token.active:
            reason = token.provider_id._get_booking_error(self)
        else:
            reason = self._get_posting_error()
        if not reason:
            self._end_aside()
        elif self.subscription_aside_reason != reason:
            self._as_system().subscription_aside_reason = reason
            self._tell_of_aside(reason)
        return bool(reason)

    def _end_aside(self):
        """Forget why this document was set aside: it is mended. A decline before it stays."""
        if not self.subscription_aside_reason:
            return
        declined = self.subscription_charge_attempted_at and self._get_last_decline()
        error = declined._get_decline_text() if declined else False
        self._as_system().write(
            {"subscription_aside_reason": False, "subscription_charge_error": error}
        )
        self._remove_done_activities()

    def _tell_of_aside(self, reason):
        """Say on document and contracts, once, why nobody is charged, and ask somebody."""
        self._as_system().subscription_charge_error = reason
        text = self.env._(
            "Nobody is charged or asked for %(invoice)s: %(reason)s Mend that, then it goes on by "
            "itself.",
            invoice=self._get_payment_name(),
            reason=reason if reason.endswith(".") else f"{reason}.",
        )
        for record in (self, *self.subscription_order_ids):
            record.message_post(body=text)
        summary = self.env._("Payment of %(invoice)s failed", invoice=self._get_payment_name())
        self._schedule_matter_activity(FAILED, summary, text)
