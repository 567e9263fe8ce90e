from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class AccountMove(models.Model):
    """How the charge of an invoice ended, in words, and what people can do about it."""

    _inherit = "account.move"

    # ------------------------------------------------------------------
    # Outcome
    # ------------------------------------------------------------------

    def _hook_on_charge_done(self, tx):
        """Called once when a charge of this invoice went through. Return nothing.

        :param tx: the `payment.transaction`, done or authorized
        """
        self.ensure_one()
        self.subscription_charge_error = False
        orders = self.subscription_order_ids
        orders.activity_unlink(["sale_recurring.mail_activity_charge_failed"])

    def _hook_on_charge_failed(self, tx):
        """Called once when a charge of this invoice was declined or cancelled. Return nothing.

        :param tx: the `payment.transaction`, in error or cancelled
        """
        self.ensure_one()
        self._fail_charge(
            tx.state_message or self.env._("The payment provider gave no reason."), tx
        )

    def _fail_charge(self, reason, tx=None):
        """Say on invoice and contract why the saved payment method was not charged.

        :param str reason: what went wrong, in the words of the provider
        :param tx: the `payment.transaction`, None when it did not come to one
        """
        self.ensure_one()
        self.subscription_charge_error = reason
        self.subscription_charge_attempted_at = fields.Datetime.now()
        amount = formatLang(self.env, self.amount_residual, currency_obj=self.currency_id)
        text = self.env._(
            "%(amount)s of invoice %(invoice)s could not be charged to the saved payment method: "
            "%(reason)s The invoice stays open.",
            amount=amount,
            invoice=self.name,
            reason=reason if reason.endswith(".") else f"{reason}.",
        )
        if not tx:
            self.message_post(body=text)
        for order in self.subscription_order_ids:
            order.message_post(body=text)
            order._schedule_charge_activity(
                self.env._("Payment of %(invoice)s failed", invoice=self.name), text
            )

    def _hook_on_charge_unknown(self, tx):
        """Called once when nobody knows whether a charge took the money. Return nothing.

        No further attempt may be made before the outcome is known.

        :param tx: the `payment.transaction`, still a draft
        """
        self.ensure_one()
        text = self.env._(
            "The payment provider did not answer when invoice %(invoice)s was charged "
            "(%(reference)s). The money may have been taken: ask the provider before you charge "
            "this invoice again.",
            invoice=self.name,
            reference=tx.reference,
        )
        self.subscription_charge_error = text
        self.message_post(body=text)
        for order in self.subscription_order_ids:
            order.message_post(body=text)
            order._schedule_charge_activity(
                self.env._("Payment of %(invoice)s is uncertain", invoice=self.name), text
            )

    # ------------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------------

    def action_subscription_charge(self):
        """Let the next run charge these invoices again, right away.

        Whoever presses the button has asked the provider about a charge without an answer; it is
        given up. Should it succeed after all, core still books it.

        :raise UserError: a charge of one of these invoices is under way
        """
        self.check_access("write")
        for move in self:
            open_charges = move._get_open_charges()
            lost = open_charges.filtered(lambda tx: tx._is_lost_charge())
            lost._set_error(self.env._("Given up by %(user)s.", user=self.env.user.name))
            if open_charges - lost:
                raise UserError(
                    self.env._(
                        "%(invoice)s is being paid (%(reference)s). Wait for the outcome before "
                        "you charge it again.",
                        invoice=move.name,
                        reference=", ".join((open_charges - lost).mapped("reference")),
                    )
                )
        self.subscription_charge_attempted_at = False
        self._trigger_charging()
        return True

    def _trigger_charging(self):
        """Wake the charging run when one of these invoices may be charged."""
        if any(move._get_subscription_token() for move in self):
            # sudo: triggering a cron is reserved to administrators
            self.env.ref("sale_recurring.ir_cron_charge_subscriptions").sudo()._trigger()
