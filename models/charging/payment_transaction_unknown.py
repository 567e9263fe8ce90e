import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from requests import exceptions as http_errors

from ... import const
from ...engine import charging
from ...exceptions import OutcomeUnknownError
from ..contract.parts import take_rows

_logger = logging.getLogger(__name__)

# Answers of a web server that do not say what became of a request: too many at once, the same
# request is being worked on, and everything that broke inside.
UNCLEAR_STATUS = (409, 429)
# Providers for which core sends an idempotency key that follows from the transaction's reference.
REPEATABLE_PROVIDERS = ("stripe", "adyen", "paypal", "worldline")


class PaymentTransaction(models.Model):
    """Charges whose outcome nobody knows: they are found out, never guessed.

    A process died, or the provider did not answer. It is asked again after five minutes, an hour
    and then daily for five days, or as long as a slow bank takes. What it cannot say, a person
    does.
    """

    _inherit = "payment.transaction"

    subscription_query_at = fields.Datetime(
        "Ask Again At",
        readonly=True,
        copy=False,
        help="When the payment provider is asked what became of this charge.",
    )
    subscription_is_unknown = fields.Boolean(
        "Outcome Unknown",
        readonly=True,
        copy=False,
        help="The payment provider did not answer when this charge was made.",
    )
    subscription_to_check = fields.Boolean(
        "To Check",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The payment provider cannot be asked: look at its own pages whether the money came.",
    )

    subscription_outcome = fields.Char("Outcome", compute="_compute_subscription_outcome")

    _charges_to_query = models.Index(
        "(subscription_query_at) WHERE subscription_query_at IS NOT NULL"
    )

    @api.depends("state", "subscription_is_unknown")
    @api.depends_context("lang")
    def _compute_subscription_outcome(self):
        """Call a charge without an answer what it is, not a draft."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for tx in self:
            is_unknown = tx.subscription_is_unknown and tx.state == "draft"
            tx.subscription_outcome = (
                self.env._("Outcome unknown") if is_unknown else labels[tx.state]
            )

    # ------------------------------------------------------------------
    # What an answer means
    # ------------------------------------------------------------------

    def _send_api_request(self, method, endpoint, *, params=None, data=None, json=None, **kwargs):
        """Tell a request that was refused from one that was never answered.

        :raise OutcomeUnknownError: a charge of a contract may have been made or not
        """
        try:
            return super()._send_api_request(
                method,
                endpoint,
                params=params,
                data=data,
                json=json,
                **{**self._get_request_options(endpoint), **kwargs},
            )
        except ValidationError as error:
            if self._is_attempt():
                self._hook_on_request_failed(error.__context__)
            raise

    def _get_request_options(self, endpoint):
        """Return further options of a request about this transaction. Hook of feature files.

        :param str endpoint: what is asked for, as the provider names it
        :rtype: dict
        """
        self.ensure_one()
        del endpoint
        return {}

    def _hook_on_request_failed(self, cause):
        """Called when a request about a charge failed. Raise, or return nothing. Hook.

        :param cause: what the HTTP client raised
        :raise OutcomeUnknownError: the provider may have done what it was asked for
        """
        self.ensure_one()
        if isinstance(cause, http_errors.HTTPError):
            status = cause.response.status_code
            if status >= 500 or status in UNCLEAR_STATUS:
                raise OutcomeUnknownError(f"HTTP {status}") from cause
        elif isinstance(cause, http_errors.RequestException):
            raise OutcomeUnknownError(type(cause).__name__) from cause

    def _hook_query_provider(self):
        """Ask the provider what became of this charge and process its answer. Hook.

        Called while the charge is locked. Extend it for a ``provider_code``.

        :return: 'known', 'absent' when the provider has no such charge, False when it cannot be
            asked
        :raise Exception: it did not answer this time either
        """
        self.ensure_one()
        return False

    def _is_charge_repeatable(self):
        """Return whether the same request again cannot take the money twice."""
        self.ensure_one()
        return (
            self.provider_code in REPEATABLE_PROVIDERS
            and charging.may_repeat(self.last_state_change, fields.Datetime.now())
            and (self.operation == "refund" or self.token_id.active)
            and self._is_still_wanted()
        )

    # ------------------------------------------------------------------
    # Noting
    # ------------------------------------------------------------------

    def _note_unknown(self):
        """Say, once, that nobody knows whether this charge took the money."""
        self.ensure_one()
        self.invalidate_recordset()
        if self.state == "draft" and not self.subscription_is_unknown:
            self._as_system().subscription_is_unknown = True
            self._hook_on_attempt_unknown()

    def _note_known(self):
        """Stop asking about charges that have an outcome; those under way are asked daily."""
        for tx in self:
            values = {"subscription_is_unknown": False, "subscription_to_check": False}
            tomorrow = fields.Datetime.now() + timedelta(days=1)
            values["subscription_query_at"] = tomorrow if tx.state == "pending" else False
            tx._as_system().write(values)

    def _give_to_check(self):
        """Leave it to a person to say whether the money came."""
        self.ensure_one()
        self._note_unknown()
        self._as_system().write(
            {
                "subscription_is_unknown": True,
                "subscription_to_check": True,
                "subscription_query_at": False,
            }
        )
        self._hook_on_attempt_to_check()

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    @api.model
    def _cron_query_charges(self):
        """Find out about charges without an outcome; may be killed and run again at any point."""
        Cron = self.env["ir.cron"]
        self._book_abandoned()
        self._report_abandoned()
        self._retry_unbooked()
        seen = self.browse()
        while tx := self._claim_charge_to_query(seen):
            seen |= tx
            try:
                tx._resolve_charge()
            except Exception:
                # Whatever is wrong with one charge must not stop the others.
                self.env.cr.rollback()
                _logger.exception("charge %(tx)s could not be resolved", {"tx": tx.id})
            if not Cron._commit_progress(1):
                break

    @api.model
    def _claim_charge_to_query(self, seen):
        """Lock one charge that it is time to ask about and that no process is working on.

        :param seen: charges to leave alone
        :rtype: payment.transaction
        """
        rows = take_rows(
            self.env,
            SQL(
                """
                SELECT id FROM payment_transaction
                 WHERE subscription_query_at <= %s AND state IN ('draft', 'pending')
                   AND id != ALL(%s)
                 ORDER BY subscription_query_at, id LIMIT 1
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                fields.Datetime.now(),
                seen.ids,
            ),
        )
        return self.browse(rows)

    @api.model
    def _report_abandoned(self):
        """Ask people about payments that never ended, once each; commits."""
        domain = Domain(
            [
                ("state", "in", ("pending", "authorized")),
                ("last_state_change", "<=", fields.Datetime.now() - charging.SLOWEST_BANK),
                ("subscription_to_check", "=", False),
                ("provider_code", "not in", const.PROMISING_PROVIDERS),
                ("operation", "not in", ("refund", "validation")),
                ("invoice_ids", "!=", False),
            ]
        )
        for tx in self.search(domain, order="id", limit=100):
            for locked in tx.try_lock_for_update(allow_referencing=True):
                locked._give_up_waiting()
            self.env["ir.cron"]._commit_progress()

    def _give_up_waiting(self):
        """Leave a payment that never ended to a person."""
        self.ensure_one()
        if self.subscription_invoice_id:
            if self.state == "authorized":
                self._give_to_check()  # a debit that is pending is asked about daily
            return
        self._as_system().subscription_to_check = True
        for move in self.invoice_ids.filtered("subscription_order_ids"):
            move._hook_on_payment_abandoned(self)

    def _resolve_charge(self):
        """Ask the provider about one charge and act on what it says; commits."""
        self.ensure_one()
        self.invalidate_recordset()
        Cron = self.env["ir.cron"]
        now = fields.Datetime.now()
        is_pending = self.state == "pending"
        again = charging.next_question(self.last_state_change, now, is_pending)
        self._as_system().subscription_query_at = again
        Cron._commit_progress()
        if not self._hold_charge() or self.state not in ("draft", "pending"):
            return
        try:
            answer = self._query_charge()
            Cron._commit_progress()
        except Exception as error:
            # Whatever is wrong with the answer: at the end of the ladder a person decides.
            self.env.cr.rollback()
            answer = "silent"
            is_known = isinstance(error, OutcomeUnknownError)
            _logger.log(
                logging.INFO if is_known else logging.ERROR,
                "the provider did not say what became of charge %(tx)s: %(error)s",
                {"tx": self.id, "error": error},
                exc_info=not is_known,
            )
        if self.state == "draft":
            if not answer or not again:
                self._give_to_check()
            else:
                self._note_unknown()
        elif self.state == "pending":
            self._wait_for_bank(answer, again)
        else:
            self._post_process_charge()

    def _query_charge(self):
        """Ask the provider, and make the charge once more where that is the same charge.

        :return: 'known', 'absent', or False when the provider cannot be asked
        """
        self.ensure_one()
        answer = self._hook_query_provider()
        if self.state != "draft" or answer == "known":
            return answer
        if self._is_charge_repeatable():
            self._request_charge()
            return "known"
        if answer == "absent" and not charging.may_repeat(
            self.last_state_change, fields.Datetime.now()
        ):
            self._set_error(self.env._("The request never reached the payment provider."))
        return answer

    # ------------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------------

    def action_subscription_money_came(self):
        """Book charges whose money arrived, as a person found out."""
        for tx in self._check_can_be_decided():
            message = tx._get_found_text()
            tx._set_done(state_message=message)
            for record in (*tx._get_charged_invoices(), *tx.sale_order_ids):
                record.message_post(body=message)
            tx.with_context(skip_sale_auto_invoice_send=True)._post_process()
        return True

    def action_subscription_money_did_not_come(self):
        """Give up charges whose money never arrived, as a person found out."""
        for tx in self._check_can_be_decided():
            tx._set_error(
                self.env._(
                    "%(user)s found that the money did not come.",
                    user=self.env.user.display_name,
                )
            )
            tx._post_process()
        return True

    def _check_can_be_decided(self):
        """Return these charges, locked, with the rights to book them.

        :raise UserError: the outcome of one of them is known, or still being found out
        """
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        for tx in self:
            is_open = tx.state in ("draft", "pending", "authorized")
            is_lost = tx.subscription_to_check and tx._is_abandoned()
            if not is_open or not (tx.subscription_is_unknown or is_lost):
                raise UserError(
                    self.env._(
                        "%(reference)s is not waiting for your answer. Reload the page to see "
                        "how it ended.",
                        reference=tx.reference,
                    )
                )
        return self.sudo()  # sudo: the payment is booked by whoever may see the transaction

    # ------------------------------------------------------------------
    # Nobody pays twice
    # ------------------------------------------------------------------

    def _check_no_charge_is_open(self):
        """Refuse a payment of an invoice that is being charged automatically.

        The invoice is locked and touched, so that a charge which begins at the same moment either
        sees this payment or is tried again.

        :raise ValidationError: a charge of one of the invoices is under way
        """
        for tx in self.filtered(lambda tx: tx.operation not in ("refund", "validation")):
            invoices = tx.invoice_ids if not tx.subscription_invoice_id else tx.browse()
            if not invoices or not invoices.subscription_order_ids:
                continue
            free = invoices.try_lock_for_update(allow_referencing=True)
            if free != invoices or any(move._has_open_charge() for move in invoices):
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is being charged to the saved payment method right now. Wait "
                        "for the outcome before paying it in another way.",
                        invoice=", ".join(invoices.mapped("display_name")),
                    )
                )
            self.env.execute_query(
                SQL(
                    "UPDATE account_move SET subscription_charge_count = "
                    "subscription_charge_count WHERE id IN %s RETURNING id",
                    tuple(invoices.ids),
                )
            )
