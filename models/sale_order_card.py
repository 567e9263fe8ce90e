from odoo import models


class SaleOrder(models.Model):
    """Saved payment methods come and go: what was declined is tried with the new one at once."""

    _inherit = "sale.order"

    def _hook_on_written(self, vals, old_ends):
        """Charge what the old payment method could not pay to the new one."""
        super()._hook_on_written(vals, old_ends)
        if vals.get("subscription_payment_token_id"):
            self._retry_with_new_method()

    def _retry_with_new_method(self):
        """Let the next charging run take the declined invoices of these contracts, right away."""
        # sudo: a salesperson who changes the method may not edit invoices
        moves = self.sudo().order_line.invoice_lines.move_id.filtered(
            lambda move: move._waits_for_new_method()
        )
        moves.subscription_charge_attempted_at = False
        moves._trigger_charging()
