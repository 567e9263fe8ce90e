from odoo import models


class AccountMove(models.Model):
    """Invoices that were paid or could not be charged change what is known of their contracts."""

    _inherit = "account.move"

    def _hook_on_paid(self):
        """Hook. Count again what is late."""
        super()._hook_on_paid()
        self._remember_health()

    def _hook_on_charge_failed(self, tx):
        """Hook. Count the charges that failed."""
        super()._hook_on_charge_failed(tx)
        self._remember_health()

    def _remember_health(self):
        """Count the facts of the contracts of these documents again."""
        # sudo: whoever books a payment has no right to read contracts
        orders = self.sudo()._get_subscription_orders()
        if orders:
            self.env["subscription.health"]._remember(orders)
