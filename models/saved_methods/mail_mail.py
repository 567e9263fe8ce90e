from odoo import models

from ..charging.mail_activity import METHOD
from .unwritten import schedule_for_colleague


class MailMail(models.Model):
    """Mails that ask for a payment method and do not leave: nobody would save one."""

    _inherit = "mail.mail"

    def _hook_on_outcome(self, is_sent, reason):
        """Ask somebody to reach customers whom a mail about a method should have asked."""
        super()._hook_on_outcome(is_sent, reason)
        # What a colleague wrote shows them itself that it failed.
        for mail in self.filtered(lambda mail: not is_sent and not mail.is_notification):
            for order in mail._get_contracts_without_method():
                text = order.env._(
                    "A mail to the customer did not leave: %(reason)s.",
                    reason=reason or order.env._("nobody knows why"),
                )
                schedule_for_colleague(order, text)

    def _get_contracts_without_method(self):
        """Return contracts that want a payment method, which this mail asked the customer for.

        :rtype: sale.order
        """
        self.ensure_one()
        orders = self.env["sale.order"]
        if self.model == "payment.token":
            token = self.env["payment.token"].browse(self.res_id).exists()
            if token and token._is_expiring():
                orders = token._get_contracts_to_replace()
        elif self.model == "sale.order":
            order = orders.browse(self.res_id).exists()
            if order.subscription_method_requested_date and order._is_method_missing():
                orders = order
        return orders.filtered(lambda order: not order._is_matter_done(METHOD))
