from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .account_move import UNPAID_STATES
from .mail_activity import FAILED, LATE, UNCERTAIN, UNPAID


class AccountMove(models.Model):
    """How the charge of an invoice ended, in words, and what people can do about it."""

    _inherit = "account.move"

    subscription_charge_unknown = fields.Boolean(
        "Charge Without Outcome",
        compute="_compute_subscription_charge_unknown",
        help="Nobody knows whether the last charge took the money.",
    )
    subscription_payment_abandoned = fields.Boolean(
        "Payment That Never Ended",
        compute="_compute_subscription_charge_unknown",
        help="Somebody began to pay this online long ago, and the payment provider never said "
        "how that ended. It does not keep the invoice from being charged.",
    )

    # ------------------------------------------------------------------
    # Outcome
    # ------------------------------------------------------------------

    def _hook_on_charge_done(self, tx):
        """Hook. Called once when a charge of this invoice went through. Return nothing.

        :param tx: the `payment.transaction`, done or authorized
        """
        self.ensure_one()
        if self.subscription_charge_error:
            self._as_system().subscription_charge_error = False
        self._wait_for_next_instalment()

    def _hook_on_charge_failed(self, tx):
        """Hook. Called once when a charge of this invoice was declined or cancelled.

        :param tx: the `payment.transaction`, in error or cancelled
        """
        self.ensure_one()
        if self.payment_state not in UNPAID_STATES:
            self._as_system().subscription_charge_error = False
            return  # it was paid or credited in another way meanwhile
        self._fail_charge(tx._get_decline_text(), tx)
        if tx._is_authentication_needed():
            self._send_authentication_request()
        if self._waits_for_new_method():
            # The customer gave another method while the bank still thought about the old one.
            self._as_system().subscription_charge_attempted_at = False
            self._trigger_charging()

    def _send_authentication_request(self):
        """Mail the customer a link to confirm a payment that their bank wants to see confirmed."""
        self.ensure_one()
        template = self.env.ref("sale_recurring.mail_template_charge_authentication", False)
        if template and self._get_mail_reader():
            _mail, problem = template._write_mail(self)
            if problem:
                self._schedule_unwritten(problem)

    def _fail_charge(self, reason, tx=None):
        """Say on invoice and contract why the saved payment method was not charged.

        :param str reason: what went wrong, in the words of the provider
        :param tx: the `payment.transaction`, None when it did not come to one
        """
        self.ensure_one()
        self._as_system().subscription_charge_error = reason
        self._as_system().subscription_charge_attempted_at = fields.Datetime.now()
        text = self._get_charge_failed_text(reason if reason.endswith(".") else f"{reason}.")
        if not tx:
            self.message_post(body=text)
        for order in self.subscription_order_ids:
            order.message_post(body=text)
        summary = self.env._("Payment of %(invoice)s failed", invoice=self._get_payment_name())
        self._schedule_matter_activity(FAILED, summary, text)

    def _get_charge_failed_text(self, reason):
        """Return what people read when this document could not be charged. Hook.

        :param str reason: a sentence
        """
        self.ensure_one()
        return self.env._(
            "%(amount)s of %(invoice)s could not be charged to the saved payment method: "
            "%(reason)s It stays open.",
            amount=formatLang(self.env, self._get_amount_due_now(), currency_obj=self.currency_id),
            invoice=self._get_payment_name(),
            reason=reason,
        )

    def _hook_on_charge_unknown(self, tx):
        """Hook. Called once when nobody knows whether a charge took the money. Return nothing.

        No further attempt may be made before the outcome is known.

        :param tx: the `payment.transaction`, still a draft
        """
        self.ensure_one()
        text = self.env._(
            "The payment provider did not answer when invoice %(invoice)s was charged "
            "(%(reference)s), so the money may have been taken. The provider is asked again; until "
            "then this invoice is not charged a second time.",
            invoice=self.display_name,
            reference=tx.reference,
        )
        self._as_system().subscription_charge_error = text
        for record in (self, *self.subscription_order_ids):
            record.message_post(body=text)

    def _hook_on_charge_to_check(self, tx):
        """Hook. Called once when a person has to say whether the money came. Return nothing.

        :param tx: the `payment.transaction`, still a draft
        """
        self.ensure_one()
        text = self.env._(
            "Nobody can say whether invoice %(invoice)s was paid: the payment provider does not "
            "tell how the charge %(reference)s ended. Look for it on the provider's own pages, "
            "then say on the invoice whether the money came.",
            invoice=self.display_name,
            reference=tx.reference,
        )
        self._as_system().subscription_charge_error = text
        summary = self.env._("Payment of %(invoice)s is uncertain", invoice=self.display_name)
        self._schedule_matter_activity(UNCERTAIN, summary, text)

    def _hook_on_charge_late(self, tx):
        """Hook. Called once when a charge went through that was taken for failed. Return nothing.

        The money is booked. A contract that was closed meanwhile stays closed.

        :param tx: the `payment.transaction`, done
        """
        self.ensure_one()
        text = self.env._(
            "The charge %(reference)s of %(amount)s for invoice %(invoice)s went through after it "
            "had failed. The payment is booked. Check whether the invoice was paid twice, and what "
            "was done about the contract meanwhile.",
            reference=tx.reference,
            amount=tx.currency_id.format(tx.amount),
            invoice=self.display_name,
        )
        self.message_post(body=text)
        for order in self.subscription_order_ids:
            order.message_post(body=text)
        summary = self.env._("Late payment of %(invoice)s", invoice=self.display_name)
        self._schedule_matter_activity(LATE, summary, text)

    # ------------------------------------------------------------------
    # Charges under way
    # ------------------------------------------------------------------

    def _get_undecided_charges(self):
        """Return charges of these invoices to a saved method, whose outcome is open."""
        # sudo: neither customers nor invoicing clerks have a right to read transactions
        return self.sudo().transaction_ids.filtered(lambda tx: tx._is_open_attempt())

    def _has_open_charge(self):
        """Return whether an automatic charge may still take the money, or took it unbooked."""
        # sudo: neither customers nor invoicing clerks have a right to read transactions
        charges = self.sudo().transaction_ids.filtered("subscription_invoice_id")
        is_open = any(tx._is_open_charge() for tx in charges)
        return is_open or bool(self._get_undecided_charges())

    def _has_to_be_paid(self):
        """Ask no customer to pay what is being charged."""
        return super()._has_to_be_paid() and not self._has_open_charge()

    def _get_online_payment_error(self):
        """Say why an invoice that is being charged cannot be paid in another way."""
        reasons = [super()._get_online_payment_error()]
        if self._has_open_charge():
            under_way = self._get_under_way_text()
            reasons.append(
                under_way
                or self.env._(
                    "This invoice is being charged to the saved payment method right now."
                )
            )
        return "\n".join(filter(None, reasons))

    @api.depends(
        "transaction_ids.subscription_is_unknown",
        "transaction_ids.subscription_to_check",
        "transaction_ids.state",
    )
    def _compute_subscription_charge_unknown(self):
        for move in self:
            running = move._get_undecided_charges()
            move.subscription_charge_unknown = any(running.mapped("subscription_is_unknown"))
            move.subscription_payment_abandoned = any(
                tx.subscription_to_check and tx._is_abandoned()
                for tx in move.sudo().transaction_ids
            )

    # ------------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------------

    def action_subscription_charge(self):
        """Let the next run charge these invoices again, right away.

        :raise UserError: a charge of one of these invoices is under way
        """
        self.check_access("write")
        for move in self:
            if move.subscription_charge_unknown:
                raise UserError(
                    self.env._(
                        "Nobody knows yet whether the last charge of %(invoice)s took the money. "
                        "Say first whether it came, else the customer may pay twice.",
                        invoice=move.display_name,
                    )
                )
            if open_charges := move._get_open_charges():
                raise UserError(
                    self.env._(
                        "%(invoice)s is being paid (%(reference)s). Wait for the outcome before "
                        "you charge it again.",
                        invoice=move.display_name,
                        reference=", ".join(open_charges.mapped("reference")),
                    )
                )
        self._as_system().subscription_charge_attempted_at = False
        self._trigger_charging()
        return True

    def action_subscription_money_came(self):
        """Book the charges without an outcome: a person found that the money came."""
        return self._get_charges_to_decide().action_subscription_money_came()

    def action_subscription_money_did_not_come(self):
        """Give up the charges without an outcome: a person found that the money did not come."""
        return self._get_charges_to_decide().action_subscription_money_did_not_come()

    def _get_charges_to_decide(self):
        """Return charges without an outcome, for whoever may edit these invoices."""
        self.check_access("write")
        # sudo: invoicing clerks have no right to read transactions
        left = self.sudo().transaction_ids.filtered(lambda tx: tx._is_abandoned())
        unknown = self._get_undecided_charges().filtered("subscription_is_unknown")
        return unknown | left.filtered("subscription_to_check")

    def _trigger_charging(self):
        """Wake the charging run when one of these documents may be charged or asked for."""
        if any(move._get_subscription_token() or move._waits_for_payment() for move in self):
            for cron in self._get_charging_crons():
                cron._trigger()

    @api.model
    def _get_charging_crons(self, active_test=True):
        """Return the scheduled actions that charge, one per worker.

        :param bool active_test: leave out workers that are switched off
        :rtype: ir.cron
        """
        return self.env["ir.cron"]._get_workers("model._cron_charge_subscriptions()", active_test)

    def _schedule_for_salespeople(self, summary, text):
        """Ask the salespeople of the contracts of this document to look after it.

        :param str summary: what happened
        :param str text: what happened and what to do, in words
        """
        self._schedule_matter_activity(UNPAID, summary, text)
