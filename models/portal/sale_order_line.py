from odoo import models


class SaleOrderLine(models.Model):
    """Lines of an amendment by which a customer accepts an offer, and stays."""

    _inherit = "sale.order.line"

    def _hook_on_amendment_confirmed(self, contract):
        """Hook. Record that a customer who wanted to leave is on other terms instead."""
        super()._hook_on_amendment_confirmed(contract)
        self.order_id.subscription_offer_reason_id._record_switch(self.order_id, contract)
