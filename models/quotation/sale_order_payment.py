from odoo import models


class SaleOrder(models.Model):
    """Refusals of payments that fit no quotation."""

    _inherit = "sale.order"

    def _is_paid_by_invoice(self):
        """Hook.

        :return: whether this order is a contract, whose invoices are paid instead of itself
        """
        return any(order.is_subscription and order._is_subscription_started() for order in self)

    def _get_pay_invoice_text(self):
        """Return one sentence for whoever wants to pay a running contract."""
        return self.env._(
            "%(order)s is a running contract. Pay its open invoice instead.", order=self.name
        )

    def _get_changed_amount_text(self, shown):
        """Return one sentence for a customer whose page shows another amount than is due now."""
        self.ensure_one()
        return self.env._(
            "The amount due now is %(due)s, no longer %(shown)s. Reload this page to see what "
            "changed.",
            due=self.currency_id.format(self.amount_total - self.amount_paid),
            shown=self.currency_id.format(shown),
        )
