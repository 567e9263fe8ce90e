from odoo import api, fields, models
from odoo.tools import format_date

from ...engine import charging, dunning
from .mail_activity import LEFT, SLOW


class AccountMove(models.Model):
    """Payments that a bank takes days for: neither failed nor received."""

    _inherit = "account.move"

    subscription_under_way_text = fields.Char(
        "Payment Under Way", compute="_compute_subscription_under_way_text"
    )

    @api.depends("transaction_ids.state", "transaction_ids.subscription_to_check")
    def _compute_subscription_under_way_text(self):
        for move in self:
            move.subscription_under_way_text = move._get_under_way_text()

    def _get_under_way_text(self):
        """Return what everybody reads about a payment of this invoice that a bank is at work on.

        :return: one sentence per payment, or False
        """
        self.ensure_one()
        # sudo: neither customers nor invoicing clerks have a right to read transactions
        payments = self.sudo().transaction_ids.filtered(lambda tx: tx._is_under_way())
        return " ".join(self._get_under_way_sentence(tx) for tx in payments) or False

    def _get_under_way_sentence(self, tx):
        """Return what is under way since when, and how long that can take."""
        return self.env._(
            "%(amount)s for %(invoice)s is under way from the bank since %(day)s, which can take "
            "up to %(days)s days.",
            amount=tx.currency_id.format(tx.amount),
            invoice=self._get_payment_name(),
            day=format_date(self.env, self.company_id._subscription_date(tx.last_state_change)),
            days=charging.SLOWEST_BANK.days,
        )

    def _get_dunning_start(self):
        """Return the day from which the steps against this unpaid invoice are counted.

        :return: the due date, later by the days that banks took to refuse a payment
        :rtype: date
        """
        self.ensure_one()
        day_of = self.company_id._subscription_date
        # sudo: invoicing clerks have no right to read transactions
        payments = self.sudo().transaction_ids.filtered("subscription_pending_at")
        waits = [
            (tx.subscription_pending_at, tx.last_state_change)
            for tx in payments
            if tx.state in ("error", "cancel")
        ]
        waits += [
            (tx.subscription_pending_at, tx.subscription_pending_at + charging.SLOWEST_BANK)
            for tx in payments
            if tx._is_abandoned()
        ]
        return dunning.counted_from(
            self._get_payment_due_date(), [(day_of(begin), day_of(end)) for begin, end in waits]
        )

    # ------------------------------------------------------------------
    # Hooks of charges
    # ------------------------------------------------------------------

    def _hook_on_charge_pending(self, tx):
        """Hook. Called when the bank got to work on a charge of this invoice. Return nothing.

        :param tx: the `payment.transaction`, pending
        """
        if self.subscription_charge_error:
            self._as_system().subscription_charge_error = False

    def _hook_on_charge_slow(self, tx):
        """Hook. Called daily once a bank takes longer than any should. Return nothing.

        :param tx: the `payment.transaction`, still pending
        """
        self.ensure_one()
        text = self.env._(
            "The payment %(reference)s of invoice %(invoice)s has been under way for more than "
            "%(days)s days. Ask the payment provider what became of it. Until it ends, the "
            "invoice is not charged again.",
            reference=tx.reference,
            invoice=self._get_payment_name(),
            days=charging.SLOWEST_BANK.days,
        )
        summary = self.env._("Payment of %(invoice)s takes long", invoice=self._get_payment_name())
        self._schedule_matter_activity(SLOW, summary, text)

    def _hook_on_payment_abandoned(self, tx):
        """Hook. Called once a payment that a customer began counts as left. Return nothing.

        :param tx: the `payment.transaction`, still pending or authorized
        """
        self.ensure_one()
        text = self.env._(
            "The payment %(reference)s of %(amount)s for %(invoice)s was begun on %(day)s and "
            "never ended. It counts no longer: the invoice is charged and reminded of as if nobody "
            "had begun to pay. Look on the payment provider's own pages what became of it, then "
            "say on the invoice whether the money came.",
            reference=tx.reference,
            amount=tx.currency_id.format(tx.amount),
            invoice=self._get_payment_name(),
            day=format_date(self.env, self.company_id._subscription_date(tx.last_state_change)),
        )
        self.message_post(body=text)
        name = self._get_payment_name()
        summary = self.env._("A payment of %(invoice)s never ended", invoice=name)
        self._schedule_matter_activity(LEFT, summary, text)
