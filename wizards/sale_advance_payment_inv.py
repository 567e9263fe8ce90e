from odoo import models
from odoo.exceptions import UserError


class SaleAdvancePaymentInv(models.TransientModel):
    """Core's *Create invoice* on contracts bills what is due, and only that."""

    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        """Refuse down payments on contracts, whose first invoice is due at the start anyway."""
        contracts = sale_orders.filtered("is_subscription")
        if contracts and self.advance_payment_method != "delivered":
            raise UserError(
                self.env._(
                    "%(order)s has recurring lines, which cannot have a down payment. "
                    "Create a regular invoice for what is due.",
                    order=contracts[0].name,
                )
            )
        return super()._create_invoices(sale_orders)
