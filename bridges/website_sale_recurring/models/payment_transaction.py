from odoo import models


class PaymentTransaction(models.Model):
    """How a cart with contracts is paid, and a free one confirmed by a saved method."""

    _inherit = "payment.transaction"

    def _charge_with_token(self):
        """Charge a saved method for a cart once the attempt is saved, as for other contracts.

        The shop asks for it in the request that made the attempt, which may still be undone.
        """
        is_delayed = self.env.context.get("delay_token_charge")
        if is_delayed and self._is_about_contracts() and self.sale_order_ids.website_id:
            return self.with_context(delay_token_charge=False)._charge_after_commit()
        return super()._charge_with_token()

    def _hook_on_method_saved(self):
        """Confirm a cart that costs nothing yet, now that its method is saved."""
        super()._hook_on_method_saved()
        if self.operation == "validation":
            self.sale_order_ids._confirm_free_carts()
