from datetime import timedelta

from odoo import fields, models


class PaymentTransaction(models.Model):
    """Charges that the provider has passed on to a bank which takes days, as debits do.

    They are neither failures nor money: nothing is charged again, nobody is reminded. The provider
    is asked daily in case that its own message gets lost.
    """

    _inherit = "payment.transaction"

    subscription_pending_at = fields.Datetime(
        "Under Way Since",
        readonly=True,
        copy=False,
        help="When the payment provider passed this charge on to the bank.",
    )

    def _is_under_way(self):
        """:return: whether a bank is at work on this payment, and nobody has to look for it"""
        self.ensure_one()
        is_payment = self.operation not in ("refund", "validation")
        return is_payment and self.state == "pending" and not self.subscription_to_check

    def _note_pending(self):
        """Keep since when a bank is at work, and forget what was wrong before."""
        for tx in self.filtered(lambda tx: tx.state == "pending"):
            tx.subscription_pending_at = tx.last_state_change
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
            self.subscription_ask_at = fields.Datetime.now() + timedelta(days=1)
            self.subscription_invoice_id._hook_on_charge_slow(self)
        else:
            self._give_to_check()
