import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from psycopg2 import OperationalError

from ... import const
from ...tools import is_said_by
from .mail_activity import UNBOOKED

_logger = logging.getLogger(__name__)
# Core's own job has tried several times by then.
TOLD_AFTER = timedelta(hours=1)
# A process that has learnt an outcome and is alive books it long before.
ABANDONED_AFTER = timedelta(minutes=5)
# Whose ways to create a payment are known here.
BOOKING_ADDONS = ("odoo.addons.account_payment.", "odoo.addons.sale_recurring.")


class PaymentTransaction(models.Model):
    """Money that came in is booked, or people are told why it is not."""

    _inherit = "payment.transaction"

    subscription_booking_error = fields.Text(
        "Not Booked Because",
        readonly=True,
        copy=False,
        help="Why this payment, whose money is in, could not be booked at the last try.",
    )

    def _check_can_be_booked(self):
        """Refuse payments of contracts that nobody could book once the money is in.

        :raise ValidationError: journal, account or another thing that booking needs is missing
        """
        for tx in self.filtered(lambda tx: tx.operation not in ("refund", "validation")):
            if tx.source_transaction_id or tx.subscription_invoice_id or tx.amount <= 0:
                continue  # our own charges were looked at before
            for document in tx._get_documents_of_contracts():
                if reason := tx.provider_id._get_booking_error(document):
                    _logger.error("payment of %s was refused: %s", document, reason)
                    raise ValidationError(
                        self.env._(
                            "This payment method cannot be used right now, and nothing was taken. "
                            "Choose another one, or tell us."
                        )
                        if not self.env.user._is_internal()
                        else reason
                    )

    def _is_to_book(self):
        """Return whether money came in, or went back, and no payment says so in the books."""
        self.ensure_one()
        is_money = self.operation != "validation" and self.amount
        if not is_money or self.state != "done":
            return False
        parts = self.child_transaction_ids.filtered(lambda tx: tx.operation != "refund")
        return not self._is_in_the_books() and not parts

    def _is_in_the_books(self):
        """Return whether a payment says that the money came, and is no draft of a clerk."""
        self.ensure_one()
        return bool(self.payment_id) and self.payment_id.state != "draft"

    def _is_out_of_the_books(self):
        """Return whether the money came in, and its payment was cancelled or deleted since.

        Of a dispute, and of what the provider gave back, nothing is here any more.
        """
        self.ensure_one()
        is_payment = self.operation not in ("refund", "validation") and self.amount > 0
        if not is_payment or self.state != "done" or not self.is_post_processed:
            return False
        states = self._get_payments().mapped("state")
        if "in_process" in states or "paid" in states or self._is_disputed():
            return False
        refunds = (self | self._get_captures()).child_transaction_ids.filtered(
            lambda tx: tx.operation == "refund" and tx.state == "done"
        )
        left = self.amount + sum(refunds.mapped("amount"))
        return self.currency_id.compare_amounts(left, 0) > 0

    def _book_registered(self, short):
        """Post the drafts of clerks whose money came, and cancel those whose money did not.

        :param short: these of them whose drafts were taken off, see `_set_short_payments_aside`
        """
        for tx in self:
            payment = tx.payment_id
            is_payment = tx.operation not in ("refund", "validation")
            if not payment or not is_payment:
                continue
            if tx not in short and not tx._is_about_contracts():
                continue
            if tx.state == "done" and payment.state in ("draft", "canceled"):
                payment.with_company(tx.company_id)._post_charged(tx.invoice_ids)
            elif tx.state == "error" and payment.state == "draft":
                payment.action_cancel()  # as core does when the customer cancels

    @api.model
    def _get_left_to_book(self, since):
        """Return payments of contracts that are done since a moment and not booked.

        :param datetime since: they ended before it
        :rtype: payment.transaction
        """
        domain = Domain(
            [
                ("state", "=", "done"),
                ("is_post_processed", "=", False),
                ("operation", "!=", "validation"),
                ("last_state_change", "<", since),
            ]
        )
        found = self.search(domain, order="id", limit=100)
        return found.filtered(lambda tx: tx._is_about_contracts() and tx._is_to_book())

    @api.model
    def _retry_unbooked(self):
        """Try to book what is left once more, and ask people about it; commits after each."""
        Cron = self.env["ir.cron"]
        for tx in self._get_left_to_book(fields.Datetime.now() - TOLD_AFTER):
            for locked in tx.try_lock_for_update(allow_referencing=True):
                locked._post_process_charge()
                if locked._is_to_book():
                    locked._tell_of_unbooked()
            Cron._commit_progress()

    # ------------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------------

    @api.model
    def _book_abandoned(self):
        """Book outcomes that a process learnt and died before it booked them; commits."""
        domain = Domain(
            [
                ("subscription_invoice_id", "!=", False),
                ("is_post_processed", "=", False),
                ("state", "in", ("authorized", "done", "cancel", "error")),
                ("last_state_change", "<", fields.Datetime.now() - ABANDONED_AFTER),
            ]
        )
        if found := self.search(domain, order="id", limit=100):
            found._book_charges()

    def _book_charges(self):
        """Book the outcomes of charges, those of one company together; commits."""
        for company, charges in self.grouped("company_id").items():
            company._in_company_language(charges)._book_batch()

    def _book_batch(self):
        """Book the outcomes of these charges in one transaction, else each alone; commits.

        Begins with a commit, so that what other processes have booked is seen. A charge that is
        locked is left to the process that is on it.
        """
        Cron = self.env["ir.cron"]
        Cron._commit_progress()
        try:
            # Contracts send their invoices by the mode of their template.
            held = self._hold_unbooked().with_context(skip_sale_auto_invoice_send=True)
            held._post_process()
            Cron._commit_progress()
        except Exception:
            self.env.cr.rollback()
            _logger.info("charges %(ids)s are booked alone", {"ids": self.ids}, exc_info=True)
            for tx in self:
                tx._book_alone()

    def _book_alone(self):
        """Book the outcome of one charge, which must not stop the others; commits."""
        try:
            held = self._hold_unbooked()
        except OperationalError:
            self.env.cr.rollback()  # another process has just booked it, else the job does
            return
        for tx in held:
            tx._post_process_charge()

    def _hold_unbooked(self):
        """Lock and return those of these charges that nobody else is at and nobody booked."""
        held = self.try_lock_for_update(allow_referencing=True)
        held.invalidate_recordset()
        return held.filtered(lambda tx: not tx.is_post_processed)

    def _book_together(self):
        """Create, post and pair the payments of several charges at once.

        Core does that for each alone. It goes on with the payments that it finds here.
        """
        usual = self.filtered(lambda tx: tx._is_booked_as_usual())
        by_invoice = usual.grouped("subscription_invoice_id")
        charges = self.browse(found[0].id for found in by_invoice.values())
        if len(charges) > 1 and is_said_by(self, ("_create_payment",), BOOKING_ADDONS):
            for provider, found in charges.grouped("provider_id").items():
                timed = provider.company_id._at_company_time(found)
                timed.with_company(provider.company_id)._create_payments()

    def _is_booked_as_usual(self):
        """Return whether this is a charge of one invoice, paid without a discount."""
        self.ensure_one()
        move = self.subscription_invoice_id
        is_charge = self.state == "done" and self.operation == "offline" and self.amount > 0
        if not is_charge or not move or self.invoice_ids != move or self.payment_id:
            return False
        if self.source_transaction_id or self.child_transaction_ids:
            return False
        is_open = move.state in ("draft", "posted")
        return is_open and not move.invoice_payment_term_id.early_discount

    def _create_payments(self):
        """Book the money of these charges as core's `_create_payment` books one."""
        self.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        values = [tx._prepare_payment_values() for tx in self]
        batch = {**const.sealed(const.BATCH_KEY), **const.sealed(const.SEQUENCES_KEY, {})}
        payments = self.env["account.payment"].with_context(**batch).create(values)
        payments.action_post()
        plan = []
        for tx, payment in zip(self, payments.with_env(self.env), strict=True):
            tx.payment_id = payment
            lines = payment.move_id.line_ids | tx.invoice_ids.line_ids
            plan.append(
                lines.filtered(
                    lambda line, account=payment.destination_account_id: (
                        line.account_id == account and not line.reconciled
                    )
                )
            )
        self.env["account.move.line"]._reconcile_plan(plan)

    def _prepare_payment_values(self):
        """Return the values of the payment of this charge, those that core gives it."""
        self.ensure_one()
        terms = self.invoice_ids.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return {
            "amount": self.amount,
            "payment_type": "inbound",
            "currency_id": self.currency_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "partner_type": "customer",
            "journal_id": self.provider_id.journal_id.id,
            "company_id": self.provider_id.company_id.id,
            "payment_method_line_id": self.provider_id._get_booking_line().id,
            "payment_token_id": self.token_id.id,
            "payment_transaction_id": self.id,
            "memo": f"{self.reference} - {self.provider_reference or ''}",
            "invoice_ids": [Command.set(self.invoice_ids.ids)],
            "destination_account_id": terms[:1].account_id.id,
        }

    # ------------------------------------------------------------------
    # What could not be booked
    # ------------------------------------------------------------------

    def _note_not_booked(self, error):
        """Keep why this payment could not be booked; the transaction of the attempt is undone.

        :param Exception error: what went wrong
        """
        self.ensure_one()
        self.invalidate_recordset()
        if self.state == "done" and self.subscription_booking_error != str(error):
            self._as_system().subscription_booking_error = str(error)

    def _tell_of_unbooked(self):
        """Ask somebody to look after a payment whose money is in and not in the books."""
        self.ensure_one()
        facts = {
            "amount": self.currency_id.format(abs(self.amount)),
            "reference": self.reference,
            "reason": self.subscription_booking_error or self.env._("nobody knows why."),
        }
        invoices = self.invoice_ids
        if self.operation == "refund":
            invoices = self._get_refunded_documents()
            text = self.env._(
                "%(amount)s went back to the customer with %(reference)s and cannot be booked: "
                "%(reason)s Mend that, then it is booked by itself.",
                **facts,
            )
        else:
            text = self.env._(
                "%(amount)s came in with %(reference)s and cannot be booked: %(reason)s Mend that, "
                "then it is booked by itself.",
                **facts,
            )
        summary = self.env._("%(reference)s is not booked", reference=self.reference)
        for invoice in invoices.filtered("subscription_order_ids"):
            invoice._schedule_matter_activity(UNBOOKED, summary, text)
        for order in self.sale_order_ids.filtered(lambda order: order._is_about_contracts()):
            order._schedule_charge_activity(summary, text)
