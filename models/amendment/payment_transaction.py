from odoo import models


class PaymentTransaction(models.Model):
    """Payments of amendments whose contract changed while they were under way."""

    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """Keep the money of an amendment that no longer fits, and ask somebody to look at it.

        An error here would undo the payment's own record.
        """
        refused = self.filtered(lambda tx: tx._get_unfit_amendments())
        for tx in refused:
            for amendment in tx._get_unfit_amendments():
                amendment._schedule_payment_decision()
        return super(PaymentTransaction, self - refused)._check_amount_and_confirm_order()

    def _get_unfit_amendments(self):
        """Return amendments that this payment would confirm, but that no longer fit."""
        self.ensure_one()
        return self.sale_order_ids.filtered(
            lambda order: order._is_open_amendment() and order._confirmation_error_message()
        )
