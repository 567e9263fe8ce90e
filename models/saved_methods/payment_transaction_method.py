from odoo import fields, models


class PaymentTransaction(models.Model):
    """Validations by which a customer replaces the payment method of a contract."""

    _inherit = "payment.transaction"

    subscription_method_order_id = fields.Many2one(
        "sale.order",
        "Contract to Pay With It",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The contract that is paid with the method which this validation saves.",
    )

    def _hook_on_method_saved(self):
        """Called once when a payment or validation with a saved method went through."""
        self.ensure_one()
        if self.subscription_method_order_id and self.operation == "validation":
            self.subscription_method_order_id._subscription_replace_token(self.token_id)
        elif self.operation in ("online_direct", "online_redirect"):
            # Whoever pays an open invoice and lets the method be saved may have lost the old one.
            orders = self.invoice_ids._get_subscription_orders()
            orders._subscription_store_token(self.token_id)
