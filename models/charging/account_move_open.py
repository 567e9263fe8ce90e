from odoo import models
from odoo.exceptions import ValidationError


class AccountMove(models.Model):
    """What may be paid of invoices and requests for payment, and with whose methods."""

    _inherit = "account.move"

    def _is_about_contracts(self):
        """Return whether this document bills contracts."""
        self.ensure_one()
        return bool(self._get_subscription_orders())

    def _get_method_owners(self):
        """Return whose saved methods may pay this document: its payer's, its contracts' own."""
        self.ensure_one()
        shared = None
        # sudo: invoicing clerks have no right to read contracts
        for order in self.sudo()._get_subscription_orders():
            owners = order._get_method_owners()
            shared = owners if shared is None else shared & owners
        return self.commercial_partner_id | (shared or self.commercial_partner_id)

    def _needs_customer_for(self, token):
        """Return whether the bank wants the customer in person before a method pays this document.

        Nobody may charge that method for it again without them.

        :param token: `payment.token`
        """
        self.ensure_one()
        # sudo: neither customers nor invoicing clerks have a right to read transactions
        tried = self.sudo().transaction_ids.filtered(
            lambda tx: tx.token_id == token and tx.state in ("error", "cancel")
        )
        return any(tx._is_authentication_needed() for tx in tried)

    def _get_customer_needed_text(self):
        """Return what people read who want to charge such a method again."""
        return self.env._(
            "The bank wants the customer to confirm the payment of %(invoice)s in person, so the "
            "saved method cannot pay it by itself. Send them the link to pay, or enter the method "
            "anew.",
            invoice=self._get_payment_name(),
        )

    def _get_amount_open_to_pay(self):
        """Return what is left to pay of this document besides the payments under way."""
        self.ensure_one()
        left = self._get_amount_to_charge() - self._get_amount_coming()
        return max(self.currency_id.round(left), 0.0)

    def _get_amount_to_take(self):
        """Return what the saved method is charged now: what is due less what is under way."""
        self.ensure_one()
        coming = self._get_amount_coming()
        # Core gives an early discount to whoever pays all at once.
        is_part = coming and not self._get_instalments()
        due = self._get_amount_to_charge() if is_part else self._get_amount_due_now()
        left = due - coming
        return max(self.currency_id.round(left), 0.0)

    def _get_amount_coming(self):
        """Return how much of this document is under way, in its currency."""
        self.ensure_one()
        # sudo: neither customers nor invoicing clerks have a right to read transactions
        coming = self.sudo().transaction_ids.filtered(lambda tx: tx._is_money_coming())
        return sum(tx._get_amount_for(self) for tx in coming)

    def _check_payment_begins(self, amount, is_alone):
        """Refuse to begin a payment of a draft that nobody asked to pay, or of a part of one.

        What waits for the money waits for all of it.

        :param float amount: what is to be paid
        :param bool is_alone: whether nothing else is paid with it
        :raise ValidationError: it is not open to pay, or only as a whole
        """
        self.ensure_one()
        if not self._is_open_to_pay():
            raise ValidationError(
                self.env._(
                    "%(invoice)s is not open to be paid. Reload this page to see what changed.",
                    invoice=self._get_payment_name(),
                )
            )
        left = self._get_amount_open_to_pay()
        is_whole = is_alone and not self.currency_id.compare_amounts(amount, left)
        if self.state == "draft" and not is_whole:
            raise ValidationError(
                self.env._(
                    "%(invoice)s is paid as a whole: %(left)s. Reload this page to see what "
                    "changed.",
                    invoice=self._get_payment_name(),
                    left=self.currency_id.format(left),
                )
            )
