from odoo import api, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices that are made after the payment: until then a draft stands for what is due.

    A declined charge consumes no number, and a change of the contract still makes the draft anew.
    """

    _inherit = "account.move"

    def _waits_for_payment(self):
        """:return: whether this document becomes an invoice only when its money is in"""
        self.ensure_one()
        if self.move_type != "out_invoice" or self.currency_id.is_zero(self.amount_total):
            return False
        orders = self._get_subscription_orders()
        modes = [order._get_subscription_terms().payment_mode for order in orders]
        return "after_payment" in modes

    def _get_amount_to_charge(self):
        """Return what is left to pay of this document, be it posted or not.

        Credit that was kept for it is taken off a draft as it will be when the draft is posted.

        :rtype: float
        """
        self.ensure_one()
        if self.state == "posted":
            return self.amount_residual
        return self.currency_id.round(self.amount_total - self._get_kept_credit())

    def _get_default_payment_link_values(self):
        """Ask for no more than kept credit leaves of a draft that is made into an invoice."""
        values = super()._get_default_payment_link_values()
        if self.state == "draft" and self._waits_for_payment():
            values["amount"] = values["amount_max"] = self._get_amount_to_charge()
        return values

    def _send_paid_drafts(self):
        """Mail documents that were posted by their payment, when their template asks for it."""
        to_send = self.filtered(
            lambda move: (
                move.state == "posted" and set(move._get_invoice_modes_of_terms()) == {"send"}
            )
        )
        if to_send:
            to_send._queue_subscription_sending()

    def _get_invoice_modes_of_terms(self):
        """:return: what the templates say should happen to an invoice once it is made"""
        self.ensure_one()
        orders = self._get_subscription_orders()
        return [order._get_subscription_terms().invoice_mode for order in orders]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_being_charged(self):
        """Keep a document whose charge may still take the money."""
        for move in self:
            if move._has_open_charge():
                raise UserError(
                    self.env._(
                        "%(invoice)s is being charged to the saved payment method. Wait for the "
                        "outcome before you delete it.",
                        invoice=move.display_name,
                    )
                )
