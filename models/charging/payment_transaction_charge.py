import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from psycopg2 import OperationalError

from ... import const
from ...engine import charging
from ...exceptions import OutcomeUnknownError

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """The outcome of charging an invoice of a contract."""

    _inherit = "payment.transaction"

    subscription_invoice_id = fields.Many2one(
        "account.move",
        "Charged Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice of a contract that this transaction charges automatically.",
    )

    subscription_told_state = fields.Char(
        "Last Outcome Reported",
        readonly=True,
        help="The last outcome that was written on invoice and contract.",
    )

    _one_open_charge = models.UniqueIndex(
        "(subscription_invoice_id) WHERE subscription_invoice_id IS NOT NULL "
        "AND state IN ('draft', 'pending', 'authorized')",
        "This invoice is being charged already. Wait for the outcome before charging it again.",
    )
    subscription_pending_at = fields.Datetime(
        "Under Way Since",
        readonly=True,
        copy=False,
        help="When the payment provider passed this charge on to the bank.",
    )

    def _is_open_charge(self):
        """Return whether this payment may still take all the money for its invoice."""
        self.ensure_one()
        if self.operation in ("refund", "validation"):
            return False
        if self.subscription_invoice_id:
            # When it is done the money is in, and only has to be booked.
            is_to_book = self.state == "done" and not self.is_post_processed
            return is_to_book or self.state in ("draft", "pending", "authorized")
        if self._is_open_attempt():
            return True
        if self.state not in ("draft", "pending", "authorized") or not self._covers_invoices():
            return False
        return self._is_money_coming() or self._is_fresh_form()

    def _is_money_coming(self):
        """Return whether a provider is at work on this payment, or nobody booked it yet."""
        self.ensure_one()
        if self.operation in ("refund", "validation") or self.amount <= 0:
            return False
        if self.provider_code in const.PROMISING_PROVIDERS:
            return False
        is_to_book = (
            self.state == "done" and not self.is_post_processed and not self._is_in_the_books()
        )
        is_coming = self.state in ("pending", "authorized")
        is_attempt = not self.subscription_invoice_id and self._is_open_attempt()
        return is_to_book or ((is_coming or is_attempt) and not self._is_abandoned())

    def _is_money_under_way(self):
        """Return whether this payment may still bring the money, and no form that is open."""
        self.ensure_one()
        if self.subscription_invoice_id:
            return self._is_open_charge()
        return self._is_money_coming()

    def _is_abandoned(self):
        """Return whether somebody else began this payment, and nobody will ever say how it ended.

        It counts no longer after the time that the slowest bank takes. When the money comes all
        the same, it is booked.

        :rtype: bool
        """
        self.ensure_one()
        is_payment = self.operation not in ("refund", "validation") and self.amount > 0
        if not is_payment or self.subscription_invoice_id:
            return False
        if self.state not in ("pending", "authorized") or not self.last_state_change:
            return False
        is_promise = self.provider_code in const.PROMISING_PROVIDERS
        return not is_promise and self._is_slow()

    def _is_slow(self):
        """Return whether a provider has been at work on this for longer than any bank takes."""
        self.ensure_one()
        is_open = self.state in ("pending", "authorized")
        return is_open and self.last_state_change <= fields.Datetime.now() - charging.SLOWEST_BANK

    def _holds_draft(self):
        """Return whether the draft that this payment is for has to stay as it is."""
        self.ensure_one()
        if self.state == "done":
            return not self.sale_order_ids
        if self.subscription_invoice_id:
            return self.state in ("draft", "pending", "authorized")
        day_before = fields.Datetime.now() - timedelta(days=1)
        is_form = self.state == "draft" and self.last_state_change > day_before
        return is_form or self._is_money_coming()

    def _covers_invoices(self):
        """Return whether this is for all that had to be paid of its invoices when it was begun."""
        self.ensure_one()
        left = sum(
            self._get_amount_of(move, move._get_amount_due_now())
            for move in self.with_context(**self._get_paid_day()).invoice_ids
        )
        return self.currency_id.compare_amounts(self.amount, left) >= 0

    def _is_fresh_form(self):
        """Return whether somebody may be filling in this form right now.

        Forms that were opened again and again, and promises to transfer money, hold nothing.

        :rtype: bool
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if self.last_state_change <= now - const.FORM_HELD_FOR:
            return False
        day_before = now - timedelta(days=1)
        forms = self.invoice_ids.transaction_ids.filtered(
            lambda tx: not tx.subscription_invoice_id and tx.create_date > day_before
        )
        return len(forms) <= const.FORMS_HELD_PER_DAY

    def _hold_charge(self):
        """Lock this charge for as long as the provider is asked.

        Whoever finds it locked knows that a process is on it; a process that dies lets it go. What
        a provider tells of a refund meanwhile waits for the payment that is given back.

        :return: whether nobody else is on it
        :rtype: bool
        """
        self.ensure_one()
        source = self.source_transaction_id if self.operation == "refund" else self.browse()
        wanted = source | self._get_first() | self if source else self
        if wanted.try_lock_for_update(allow_referencing=True) != wanted:
            return False
        if source:
            source._claim_refunds()
        self.invalidate_recordset()
        return True

    def _charge_subscription(self):
        """Ask the provider for the money and book the answer, committing after each.

        The transaction must be committed. Whatever goes wrong is written on invoice and contract.
        """
        if self._send_charge():
            self._post_process_charge()

    def _send_charge(self):
        """Ask the provider for the money and commit its answer.

        :return: the state that the answer is to be booked with, False when there is none
        :rtype: str | bool
        """
        self.ensure_one()
        Cron = self.env["ir.cron"]
        try:
            is_held = self._hold_charge() and self.state == "draft"
        except OperationalError:
            self.env.cr.rollback()  # the provider has just told of it, else the job asks
            return False
        if not is_held:
            return False
        try:
            self._request_charge()
            state = self.state
            Cron._commit_progress()
        except Exception as error:
            self.env.cr.rollback()
            is_known = isinstance(error, OutcomeUnknownError)
            _logger.log(
                logging.WARNING if is_known else logging.ERROR,
                "the outcome of charge %(tx)s of invoice %(invoice)s is unknown: %(error)s",
                {"tx": self.id, "invoice": self.subscription_invoice_id.id, "error": error},
                exc_info=not is_known,
            )
            self._note_unknown_charge()
            return False
        return state

    def _note_unknown_charge(self):
        """Say that the outcome is unknown; the job that asks does it when this fails."""
        try:
            self._note_unknown()
        except OperationalError:
            # The provider's own message about this charge has just come in.
            self.env.cr.rollback()
        self.env["ir.cron"]._commit_progress()

    def _request_charge(self):
        """Send the request; a provider that is switched off is an error, not a riddle."""
        try:
            self._ensure_provider_is_not_disabled()
        except UserError as error:
            self._set_error(str(error.args[0]))
            return
        if self.operation == "refund":
            self._request_refund()
        else:
            self._charge_with_token()

    def _post_process_charge(self):
        """Book the payment; core's own job tries again when this fails."""
        try:
            # Contracts send their invoices by the mode of their template.
            self.with_context(skip_sale_auto_invoice_send=True)._post_process()
        except Exception as error:
            self.env.cr.rollback()
            is_race = isinstance(error, OperationalError)
            level = logging.INFO if is_race else logging.ERROR
            _logger.log(
                level, "charge %(tx)s will be post-processed later", {"tx": self.id}, exc_info=True
            )
            if not is_race:
                self._note_not_booked(error)
        self.env["ir.cron"]._commit_progress()

    def _get_drafts_to_post(self):
        """Return drafts that core is about to post because their money is in, dated today.

        :rtype: account.move
        """
        drafts = self.browse().invoice_ids
        for tx in self.filtered(lambda tx: tx.state == "done"):
            drafts |= tx._get_paid_invoices().filtered(
                lambda move: move.state == "draft" and move._waits_for_payment()
            )
        drafts._date_paid_draft()
        return drafts

    def _hook_on_charge_state(self):
        """Hook. Called when charges change their state, before core books them. Return nothing."""
        self.filtered(lambda tx: tx.operation != "refund")._note_decline()
        self._note_known()

    def _hook_on_charge_outcome(self):
        """Hook. Called once per final state of a charge, after core booked it. Return nothing."""
        self.ensure_one()
        invoice = self.subscription_invoice_id
        told = self.subscription_told_state
        self._as_system().subscription_told_state = self.state
        if self.state in ("authorized", "done"):
            invoice._hook_on_charge_done(self)
            if told == "error":
                invoice._hook_on_charge_late(self)
            if self._is_given_free() and invoice._is_open_to_pay():
                invoice._fail_charge(self._get_decline_text())
        elif self.state in ("cancel", "error"):
            invoice._hook_on_charge_failed(self)

    def _log_message_on_linked_documents(self, message):
        """Note what became of charges on their invoices; nobody is looked for to be told."""
        if not self.subscription_invoice_id:
            super()._log_message_on_linked_documents(message)
            return
        is_system = self.env.uid == SUPERUSER_ID
        author = self.env.user.partner_id if is_system else self.partner_id
        for move in self.invoice_ids:
            move._message_log(body=message, author_id=author.id)

    def _send_invoice(self):
        """Leave the sending of charged invoices to the mode of the contract's template."""
        others = self.filtered(lambda tx: not tx.subscription_invoice_id)
        return super(PaymentTransaction, others)._send_invoice()

    # ------------------------------------------------------------------
    # Charges that the provider has passed on to a bank which takes days, as debits do
    # ------------------------------------------------------------------

    def _is_under_way(self):
        """Return whether a bank is at work on this payment, and nobody has to look for it."""
        self.ensure_one()
        is_payment = self.operation not in ("refund", "validation")
        return is_payment and self.state == "pending" and not self.subscription_to_check

    def _note_pending(self):
        """Keep since when a bank is at work, and forget what was wrong before."""
        for tx in self.filtered(lambda tx: tx.state == "pending"):
            tx._as_system().subscription_pending_at = tx.last_state_change
            if tx.subscription_invoice_id:
                tx.subscription_invoice_id._hook_on_charge_pending(tx)

    def _wait_for_bank(self, answer, again):
        """Go on waiting for a slow bank; once it took too long, somebody is told.

        A charge that the provider still has at the bank is never given to a person to decide on.

        :param answer: 'known' when the provider said that the bank is at work
        :param again: when it is asked next, None after the time that the slowest bank takes
        """
        self.ensure_one()
        if again:
            return
        if answer == "known":
            self._as_system().subscription_query_at = fields.Datetime.now() + timedelta(days=1)
            for invoice in self._get_charged_invoices():
                invoice._hook_on_charge_slow(self)
        else:
            self._give_to_check()
